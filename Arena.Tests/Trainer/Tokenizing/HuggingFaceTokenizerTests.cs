using System.Text;
using Arena.Trainer.Tokenizing;

namespace Arena.Tests.Trainer.Tokenizing;

/// <summary>Ids and texts as Hugging Face's Rust library and SentencePiece's own program give them (fixtures/make-*).</summary>
public sealed class HuggingFaceTokenizerTests
{
    [Theory]
    [InlineData("qwen")]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("mistral")]
    [InlineData("metaspace")]
    public void Ids_and_decoded_texts_are_those_of_the_rust_library(string name) =>
        Compare(Tokenizer.Load(TokenizerFixtures.Path(name + ".json")), TokenizerFixtures.Path(name + ".expected.json"), EncodeOptions.Plain with { AddSpecial = true }, decode: true);

    [Theory]
    [InlineData("sp-bpe")]
    [InlineData("sp-unigram")]
    public void A_sentencepiece_model_gives_the_ids_of_sentencepiece(string name) =>
        // SentencePiece itself never reads control pieces out of text. It decodes unknown pieces to a mark of its own, we to nothing.
        Compare(Tokenizer.Load(TokenizerFixtures.Path(name + ".model")), TokenizerFixtures.Path(name + ".expected.json"), EncodeOptions.Untrusted, decode: false);

    [Theory]
    [InlineData("qwen3")]
    [InlineData("llama-3.1")]
    [InlineData("llama-2")]
    [InlineData("gemma-3")]
    public void The_real_files_give_the_ids_of_the_rust_library(string name)
    {
        var folder = Environment.GetEnvironmentVariable("ARENA_TOKENIZERS");
        Assert.SkipWhen(folder is null, "ARENA_TOKENIZERS names a folder with the real tokenizer.json files and their expected.json; they are too large to check in.");
        Compare(Tokenizer.Load(Path.Combine(folder!, name, "tokenizer.json")), Path.Combine(folder!, name, "expected.json"), EncodeOptions.Plain with { AddSpecial = true }, decode: true);
    }

    private static void Compare(Tokenizer tokenizer, string expectedFile, EncodeOptions options, bool decode)
    {
        var expected = TokenizerFixtures.Expected(expectedFile);
        Assert.Equal(TokenizerFixtures.Strings.Count, expected.Count);
        var wrong = new StringBuilder();
        var count = 0;
        for (var i = 0; i < expected.Count; i++)
        {
            var text = TokenizerFixtures.Strings[i];
            var ids = tokenizer.Encode(text, options);
            if (!ids.SequenceEqual(expected[i].Ids))
            {
                count++;
                wrong.AppendLine($"{i} {Shown(text)}\n  ours   {Tokens(tokenizer, ids)}\n  theirs {Tokens(tokenizer, expected[i].Ids)}");
            }
            if (decode && tokenizer.Decode(expected[i].Ids) is var back && back != expected[i].Text)
            {
                count++;
                wrong.AppendLine($"{i} decoded: ours {Shown(back)} theirs {Shown(expected[i].Text)}");
            }
        }
        Assert.True(count == 0, $"{count} of {expected.Count} differ:\n{wrong.ToString()[..Math.Min(wrong.Length, 3000)]}");
    }

    private static string Tokens(Tokenizer tokenizer, IEnumerable<int> ids) => string.Join(' ', ids.Select(i => $"{i}:{tokenizer.Text(i)}"));

    private static string Shown(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
