using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Tokenizing;

namespace Arena.Tests.Trainer.Tokenizing;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Tokens = Tokenizer.Parse(ArenaVocabulary.Files(96)["tokenizer.json"], "test");

    [Theory]
    [InlineData("tic-tac-toe:519", 4)]
    [InlineData("connect-four:4435", 5)]
    [InlineData("tic-tac-toe:", 1)]
    public void A_position_costs_one_token_for_its_space_and_one_a_move(string text, int count)
    {
        Assert.Equal(count, Tokens.Encode(text).Count);
        Assert.Equal(text, Tokens.Decode(Tokens.Encode(text)));
    }

    [Fact]
    public void A_countdown_problem_and_its_answer_come_back_unchanged()
    {
        const string text = "countdown:25,50,75,100,3,6=952|(75+3)*8/2 - 1";
        Assert.Equal(text, Tokens.Decode(Tokens.Encode(text)));
        Assert.DoesNotContain(Tokens.Id("<unk>"), Tokens.Encode(text));
    }

    [Fact]
    public void Unknown_characters_become_one_unknown_token_each() =>
        Assert.Equal([Tokens.Id("1"), Tokens.Id("<unk>"), Tokens.Id("<unk>"), Tokens.Id("2")], Tokens.Encode("1é🙂2"));

    [Fact]
    public void Special_tokens_are_left_out_of_text() => Assert.Equal("5", Tokens.Decode([ArenaVocabulary.BosId, Tokens.Id("5"), ArenaVocabulary.EosId, ArenaVocabulary.PadId]));

    [Fact]
    public void A_tokenizer_of_another_kind_is_refused()
    {
        var json = JsonNode.Parse(ArenaVocabulary.Files(96)["tokenizer.json"])!;
        json["model"]!["type"] = "WordPiece";
        Assert.Contains("WordPiece", Assert.Throws<TrainerException>(() => Tokenizer.Parse(json.ToJsonString(), "other")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\":3}")]
    public void What_is_no_tokenizer_is_refused(string text) => Assert.Throws<TrainerException>(() => Tokenizer.Parse(text, "broken"));
}
