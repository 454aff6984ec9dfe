using System.Text;
using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Tokenizing;

namespace Arena.Tests.Trainer.Tokenizing;

public sealed class BadTokenizerTests
{
    private static JsonNode Good() => JsonNode.Parse(File.ReadAllText(TokenizerFixtures.Path("qwen.json")))!;

    private static string Refused(JsonNode json) => Assert.Throws<TrainerException>(() => Tokenizer.Parse(json.ToJsonString(), "bad.json")).Message;

    [Fact]
    public void What_a_file_gets_wrong_is_named()
    {
        var json = Good();
        json["model"]!["merges"]!.AsArray().Add(new JsonArray("th", "nosuchtoken"));
        Assert.Contains("nosuchtoken", Refused(json));

        json = Good();
        json["model"]!["merges"]!.AsArray().Add(new JsonArray("a"));
        Assert.Contains("two tokens", Refused(json));

        json = Good();
        json["model"]!["vocab"]!["fresh"] = 5;
        Assert.Contains("same id", Refused(json));

        json = Good();
        json["added_tokens"]![0]!["id"] = 3;
        Assert.Contains("<|endoftext|>", Refused(json));

        json = Good();
        json["model"]!["vocab"]!["fresh"] = int.MaxValue;
        Assert.Contains("ids lie between", Refused(json));

        json = Good();
        json["model"]!["vocab"]![new string('x', TokenizerLimits.TokenChars + 1)] = 9_999;
        Assert.Contains("characters", Refused(json));

        json = Good();
        json["model"]!["dropout"] = 0.1;
        Assert.Contains("dropout", Refused(json));

        json = Good();
        json["normalizer"] = new JsonObject { ["type"] = "Surprise" };
        Assert.Contains("Surprise", Refused(json));

        json = Good();
        json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = "(((";
        Assert.Contains("bad.json", Refused(json));

        json = Good();
        json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = new string('a', TokenizerLimits.PatternChars + 1);
        Assert.Contains("regular expression", Refused(json));
    }

    [Fact]
    public void Duplicate_tokens_and_deep_nesting_are_refused()
    {
        Assert.Contains("twice", Assert.Throws<TrainerException>(() => Tokenizer.Parse("""{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}""", "x")).Message);
        Assert.Throws<TrainerException>(() => Tokenizer.Parse("{\"normalizer\":" + string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", 5_000)), "x"));
        Assert.Throws<TrainerException>(() => Tokenizer.Parse(new string('[', 1_000_000), "x"));

        var many = Good();
        many["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => (JsonNode)new JsonObject { ["type"] = "NFC" })]) };
        Assert.Contains("steps", Refused(many));
    }

    [Fact]
    public void An_expression_that_backtracks_without_end_is_stopped()
    {
        var json = Good();
        json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = "(a+)+$";
        var tokenizer = Tokenizer.Parse(json.ToJsonString(), "slow");
        Assert.Contains("backtracks", Assert.Throws<TrainerException>(() => tokenizer.Encode(new string('a', 60) + "b")).Message);
    }

    [Fact]
    public void A_small_file_can_not_make_a_large_text()
    {
        // 16 steps that each double: 65,536 times the text.
        var steps = new JsonArray();
        for (var i = 0; i < 16; i++)
        {
            steps.Add((JsonNode)new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "a" }, ["content"] = "aa" });
        }
        var json = Good();
        json["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = steps };
        var tokenizer = Tokenizer.Parse(json.ToJsonString(), "bomb");
        Assert.Contains("normalizer", Assert.Throws<TrainerException>(() => tokenizer.Encode(new string('a', 10_000))).Message);

        json["normalizer"] = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = "a" }, ["content"] = new string('b', 100_000) };
        Assert.Throws<TrainerException>(() => Tokenizer.Parse(json.ToJsonString(), "bomb").Encode(new string('a', 1_000_000)));

        json["normalizer"] = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "" }, ["content"] = "b" };
        Assert.Contains("empty", Refused(json));

        json = Good();
        json["decoder"] = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "a" }, ["content"] = new string('b', 100_000) };
        Assert.Contains("decoder", Refused(json));
    }

    [Fact]
    public void A_file_beyond_the_limit_is_not_read()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenWrite(path))
            {
                // A sparse file: no disk is used.
                file.SetLength(TokenizerLimits.FileBytes + 1);
            }
            Assert.Contains("MiB", Assert.Throws<TrainerException>(() => Tokenizer.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_cut_or_scrambled_sentencepiece_model_is_refused_or_read_but_nothing_else()
    {
        var good = File.ReadAllBytes(TokenizerFixtures.Path("sp-bpe.model"));
        var state = 99u;
        for (var i = 0; i < 200; i++)
        {
            var bytes = good[..(i % 2 == 0 ? good.Length : good.Length * i / 200)];
            for (var k = 0; k < 5 && bytes.Length > 0; k++)
            {
                state = state * 1664525 + 1013904223;
                bytes[(int)((state >> 4) % (uint)bytes.Length)] = (byte)(state >> 16);
            }
            try
            {
                Tokenizer.ParseSentencePiece(bytes, "scrambled").Encode("Hello  world <s>");
            }
            catch (TrainerException)
            {
                // Refused; any other exception fails the test.
            }
        }
        Assert.Throws<TrainerException>(() => Tokenizer.ParseSentencePiece([], "empty"));
        Assert.Throws<TrainerException>(() => Tokenizer.ParseSentencePiece(Encoding.UTF8.GetBytes("{\"model\":1}"), "json"));
    }

    [Theory]
    [InlineData("qwen.json")]
    [InlineData("metaspace.json")]
    public void A_scrambled_file_is_refused_or_read_but_nothing_else(string file)
    {
        var good = File.ReadAllBytes(TokenizerFixtures.Path(file));
        var tail = Encoding.UTF8.GetString(good)[..Math.Min(good.Length / 2, 900)];
        var state = 5u;
        for (var i = 0; i < 60; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var k = 0; k < 3; k++)
            {
                state = state * 1664525 + 1013904223;
                bytes[(int)((state >> 4) % (uint)tail.Length)] = (byte)" {}[],:\"x0"[(int)((state >> 20) % 10)];
            }
            try
            {
                Tokenizer.Parse(Encoding.UTF8.GetString(bytes), "scrambled").Encode("Hello  world <s>");
            }
            catch (TrainerException)
            {
                // Refused; any other exception fails the test.
            }
        }
    }
}
