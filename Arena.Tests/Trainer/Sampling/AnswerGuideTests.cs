using System.Text;
using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;

namespace Arena.Tests.Trainer.Sampling;

public sealed class AnswerGuideTests
{
    private const int End = 0;

    // Tokens that straddle whatever a person would call a word, half a character (the two bytes of é), and some that fit nowhere.
    private static readonly byte[][] Vocabulary = [[], .. new[] { "e", "4", "e4", "e2", "2e", "e2e4", "d", "d4", "x", "e2e", "O", "O-O", "-", "O-", "e5", " e4", "4\n" }.Select(Encoding.UTF8.GetBytes), [0xC3], [0xA9]];

    private static readonly TokenBytes Tokens = new(Vocabulary);
    private static readonly string[] Legal = ["e4", "e2e4", "d4", "O-O", "O-O-O", "é4"];

    [Fact]
    public void Every_way_through_the_tokens_ends_in_a_legal_action_and_every_action_is_reached()
    {
        var trie = new ChoiceTrie(Legal);
        var reached = new HashSet<string>();
        Explore([]);
        Assert.Equal(Legal.Order(), reached.Order());

        void Explore(List<int> path)
        {
            Assert.True(path.Count < 12);
            var guide = Guide(trie, path);
            if (guide.IsComplete)
            {
                reached.Add(Text(path));
                return;
            }
            var allowed = guide.Allowed();
            Assert.NotEmpty(allowed);
            foreach (var id in allowed)
            {
                if (id == End)
                {
                    reached.Add(Text(path));
                }
                else
                {
                    Explore([.. path, id]);
                }
            }
        }
    }

    [Fact]
    public void The_end_is_allowed_where_an_action_is_whole_and_another_goes_on()
    {
        var trie = new ChoiceTrie(Legal);
        var castled = Guide(trie, [Id("O-O")]);
        Assert.False(castled.IsComplete);
        Assert.Equal([End, Id("-")], castled.Allowed());
        Assert.True(Guide(trie, [Id("O-O"), Id("-"), Id("O")]).IsComplete);
        Assert.Throws<ArgumentException>(() => Guide(trie, [Id("x")]));
    }

    [Fact]
    public void A_token_that_leads_where_the_vocabulary_cant_go_on_is_not_allowed()
    {
        // "ab" can only be written as a whole: nothing writes "b".
        var tokens = new TokenBytes([[], "a"u8.ToArray(), "ab"u8.ToArray()]);
        Assert.Equal([2], new AnswerGuide(new ChoiceTrie(["ab"]), tokens, End).Allowed());
        Assert.Throws<TrainerException>(() => new AnswerGuide(new ChoiceTrie(["abc"]), tokens, End).Allowed());
    }

    [Fact]
    public void Single_tokens_are_drawn_from_the_policys_own_distribution_over_the_legal_ones()
    {
        var logits = Vocabulary.Select((_, i) => (float)Math.Sin(i * 1.7) * 2).ToArray();
        var trie = new ChoiceTrie(["e4", "d4", "e5"]);
        int[] legal = [Id("e4"), Id("d4"), Id("e5")];
        var single = new TokenBytes(Vocabulary.Select((b, i) => legal.Contains(i) ? b : []));
        var total = legal.Sum(i => Math.Exp(logits[i]));
        var counts = new int[Vocabulary.Length];
        const int Draws = 20_000;
        for (var n = 0; n < Draws; n++)
        {
            var draw = Draw(logits, trie, single, (ulong)n, out var token);
            Assert.True(draw.Ended);
            Assert.Single(draw.Result.Tokens);
            counts[token.Id]++;
            Assert.Equal(Math.Log(Math.Exp(logits[token.Id]) / total), token.LogProbability, 5);
            Assert.Equal(Math.Log(Math.Exp(logits[token.Id]) / logits.Sum(l => Math.Exp(l))), token.FreeLogProbability!.Value, 5);
        }
        Assert.Equal(Draws, legal.Sum(i => counts[i]));
        // Five standard deviations of a share near a half.
        Assert.All(legal, i => Assert.Equal(Math.Exp(logits[i]) / total, counts[i] / (double)Draws, .018));
    }

    [Fact]
    public void Under_a_grammar_tokens_are_drawn_and_reported_the_same_way()
    {
        var logits = Vocabulary.Select((_, i) => (float)Math.Sin(i * 1.7) * 2).ToArray();
        var grammar = AnswerGrammar.Parse("\"e\" int(4, 5) | \"d4\"");
        // By bytes: "e", "e4", "e5", "d" and "d4" lead on; "e2" and whatever else don't.
        int[] allowed = [Id("e"), Id("e4"), Id("d"), Id("d4"), Id("e5")];
        var total = allowed.Sum(i => Math.Exp(logits[i]));
        for (var n = 0; n < 200; n++)
        {
            Draw(logits, grammar.Start, Tokens, (ulong)n, out var token);
            Assert.Contains(token.Id, allowed);
            Assert.Equal(Math.Log(Math.Exp(logits[token.Id]) / total), token.LogProbability, 5);
            Assert.Equal(Math.Log(Math.Exp(logits[token.Id]) / logits.Sum(l => Math.Exp(l))), token.FreeLogProbability!.Value, 5);
        }
    }

    private static RowDraw Draw(float[] logits, IAnswerState held, TokenBytes tokens, ulong seed, out SampledToken token)
    {
        var config = TinyModels.Config() with { VocabSize = logits.Length, BosId = End, EosId = End };
        var draw = new RowDraw(new SampleRequest([1], 5, new SamplingOptions(), new SeededChance(seed)) { Guide = new AnswerGuide(held, tokens, End) }, config);
        draw.Next(logits);
        token = draw.Result.Tokens[0];
        return draw;
    }

    private static AnswerGuide Guide(ChoiceTrie trie, IEnumerable<int> path)
    {
        var guide = new AnswerGuide(trie, Tokens, End);
        foreach (var id in path)
        {
            guide.Advance(id);
        }
        return guide;
    }

    private static int Id(string text) => Array.FindIndex(Vocabulary, v => v.SequenceEqual(Encoding.UTF8.GetBytes(text)));

    private static string Text(IEnumerable<int> path) => Encoding.UTF8.GetString([.. path.SelectMany(i => Vocabulary[i])]);
}
