using System.Text.Json;
using Arena.Tests.Trainer.Chat;
using Arena.Tests.Trainer.Tokenizing;
using Arena.Trainer;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

[Collection(TorchCollection.Name)]
public sealed class TrlLineTests
{
    private static readonly Tokenizer Qwen = Tokenizer.Load(TokenizerFixtures.Path("qwen.json"));

    private static readonly ChatFormat Chat = ChatFormat.Of(Qwen, ChatTemplateTests.Fixture("chatml.jinja"), new Dictionary<string, string> { ["eos_token"] = "<|im_end|>" }, ChatTemplateTests.Time);

    private static readonly TrlLine Lines = new(Qwen, TinyModels.Config() with { VocabSize = Qwen.VocabSize, EosId = Qwen.Id("<|im_end|>") }, Chat);

    private static (string Prompt, string Counted) Shown(MarkedSequence marked)
    {
        var first = Array.IndexOf(marked.Counted, true);
        return (Qwen.Decode(marked.Tokens.Take(first), skipSpecial: false), Qwen.Decode(marked.Tokens.Where((_, i) => marked.Counted[i]), skipSpecial: false));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    [Theory]
    [InlineData("""{"prompt":"2+2=","chosen":"four!","rejected":"five!"}""", "2+2=", "four!<|im_end|>", "five!<|im_end|>")]
    [InlineData("""{"chosen":"The sky is blue","rejected":"The sky is green"}""", "The sky is", " blue<|im_end|>", " green<|im_end|>")]
    [InlineData("""{"prompt":[{"role":"user","content":"Hi"}],"chosen":[{"role":"assistant","content":"Hello"}],"rejected":[{"role":"assistant","content":"Go"}]}""", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "Hello<|im_end|>", "Go<|im_end|>")]
    [InlineData("""{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Go"}]}""", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "Hello<|im_end|>", "Go<|im_end|>")]
    [InlineData("""{"prompt":[{"role":"user","content":"Hi"}],"chosen":"Hello","rejected":"Go"}""", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "Hello<|im_end|>", "Go<|im_end|>")]
    [InlineData("""{"prompt":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"chosen":[{"role":"assistant","content":"d"},{"role":"user","content":"e"},{"role":"assistant","content":"f"}],"rejected":[{"role":"assistant","content":"x"}]}""",
        "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n", "d<|im_end|>f<|im_end|>", "x<|im_end|>")]
    public void Only_the_assistants_part_behind_the_prompt_counts(string line, string prompt, string chosen, string rejected)
    {
        var pair = Lines.Pair(Json(line));
        // Plain texts begin with nothing here: the tokenizer has no beginning token.
        Assert.Equal((prompt, chosen), Shown(pair.Chosen));
        Assert.Equal((prompt, rejected), Shown(pair.Rejected));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}""", "b<|im_end|>d<|im_end|>")]
    [InlineData("""{"prompt":"a b","completion":" c d","label":true}""", " c d<|im_end|>")]
    [InlineData("""{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"}],"label":false}""", "b<|im_end|>")]
    [InlineData("""{"text":"ab cd"}""", " cd<|im_end|>")]
    public void Single_answers_come_as_conversations_completions_or_texts(string line, string counted) =>
        Assert.EndsWith(counted, Shown(Lines.Single(Json(line))).Counted, StringComparison.Ordinal);

    [Theory]
    [InlineData("chatml.jinja")]
    [InlineData("chatml-marked.jinja")]
    public void The_score_of_a_conversation_of_several_turns_is_that_of_the_assistants_words_alone(string template)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config() with { VocabSize = Qwen.VocabSize, EosId = Qwen.Id("<|im_end|>"), MaxPositions = 256 };
        var lines = new TrlLine(Qwen, config, ChatFormat.Of(Qwen, ChatTemplateTests.Fixture(template), new Dictionary<string, string> { ["eos_token"] = "<|im_end|>" }, ChatTemplateTests.Time));
        // The opponent's and the tool's turns are in the row, and are not learnt.
        var marked = lines.Single(Json("""{"messages":[{"role":"user","content":"your move"},{"role":"assistant","content":"5"},{"role":"tool","content":"9 taken"},{"role":"assistant","content":"not 9"},{"role":"user","content":"go on"},{"role":"assistant","content":"1"}]}"""));
        using var weights = TinyModels.Weights(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views());
        var logs = Decoder.Logits(bound, decoder.Hidden(bound, tensor(marked.Tokens.Select(t => (long)t).ToArray(), [1, marked.Tokens.Length]))).log_softmax(2).squeeze(0);
        // By hand from the text: behind each opening of the assistant's turn, up to and with its end.
        var (said, own, expected) = (Qwen.Encode("<|im_start|>assistant\n"), false, 0.0);
        for (var t = 1; t < marked.Tokens.Length; t++)
        {
            own = own || (t >= said.Count && marked.Tokens.AsSpan(t - said.Count, said.Count).SequenceEqual(said.ToArray()));
            expected += own ? logs[t - 1, marked.Tokens[t]].item<double>() : 0;
            own = own && marked.Tokens[t] != config.EosId;
        }
        Assert.Equal(expected, SequenceScorer.Score(decoder, bound, [marked]).PerSequence().item<double>(), 1e-9);
        Assert.True(marked.CountedTokens >= 6 && marked.CountedTokens < marked.Tokens.Length / 2, $"{marked.CountedTokens} of {marked.Tokens.Length}");
    }

    [Fact]
    public void A_file_is_read_line_by_line_and_a_wrong_line_is_named()
    {
        const string good = """{"prompt":[{"role":"user","content":"Hi"}],"chosen":[{"role":"assistant","content":"Hello"}],"rejected":[{"role":"assistant","content":"Go"}]}""";
        var config = TinyModels.Config() with { VocabSize = Qwen.VocabSize, EosId = Qwen.Id("<|im_end|>"), MaxPositions = 256 };
        Assert.Single(PreferenceData.Parse(good + "\n\n", "f", Qwen, config, Chat));
        Assert.Contains("line 3", Assert.Throws<TrainerException>(() => PreferenceData.Parse(good + "\n\n{\"prompt\":\"a\",\"chosen\":[],\"rejected\":\"x\"}", "f", Qwen, config, Chat)).Message);
        Assert.Contains("chat template", Assert.Throws<TrainerException>(() => PreferenceData.Parse(good, "f", Qwen, config)).Message);
    }
}
