using Arena.Trainer.Sampling;
using Arena.Trainer.Serving;
using Arena.Trainer.Tokenizing;

namespace Arena.Tests.Trainer.Serving;

public sealed class AnswerTextTests
{
    private static readonly Tokenizer Tokenizer = Arena.Trainer.Tokenizing.Tokenizer.Parse(ArenaVocabulary.Files(32)["tokenizer.json"], "test");

    [Fact]
    public void What_may_become_a_stop_text_is_held_back_until_it_is_certain()
    {
        var answer = new AnswerText(Tokenizer, ["12", "1+2"]);
        Assert.Equal(["3", "", "", "1+4"], "31+4".Select(c => Add(answer, c)));
        Assert.Equal("31+4", answer.Text);
    }

    [Fact]
    public void The_first_stop_text_cuts_and_tokens_behind_the_cut_are_not_the_answers()
    {
        var answer = new AnswerText(Tokenizer, ["+2", "12"]);
        Assert.Equal(["3", "", "1", ""], "31+2".Select(c => Add(answer, c)));
        Assert.Equal("31", answer.Text);
        Assert.Equal([0, 1], answer.Tokens.Select(t => t.Start));
        Assert.Equal("", answer.TakeNew(done: true).Text);
    }

    [Fact]
    public void At_the_end_everything_is_handed_out()
    {
        var answer = new AnswerText(Tokenizer, ["1+2"]);
        Assert.Equal(["", ""], "1+".Select(c => Add(answer, c)));
        var (text, tokens) = answer.TakeNew(done: true);
        Assert.Equal("1+", text);
        Assert.Equal(2, tokens.Count);
    }

    private static string Add(AnswerText answer, char c)
    {
        answer.Add(new SampledToken(Tokenizer.Id(c.ToString()), 0, []));
        return answer.TakeNew(done: false).Text;
    }
}
