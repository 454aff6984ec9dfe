using System.Text;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Spaces.Holdem;
using Arena.Trainer.Sampling;

namespace Arena.Tests.Trainer.Sampling;

public sealed class AnswerGrammarTests
{
    private const int End = 0;

    // Single characters, and tokens that straddle numbers, signs and parentheses.
    private static readonly string[] Texts = ["", .. "0123456789+-*/()".Select(c => $"{c}"), "10", "2+", "(2", "0)", ")*", "/2", "12", "raise", "r", "a", "i", "s", "e", " ", " 1", "call", "c", "l", "f", "o", "d", "fold", "h", "k"];
    private static readonly TokenBytes Tokens = new(Texts.Select(t => Encoding.UTF8.GetBytes(t)));
    private static readonly CountdownRules Countdown = new();

    [Theory]
    [InlineData(2, 10)]
    [InlineData(1, 2, 10)]
    [InlineData(2, 2, 6)]
    [InlineData(7, 3, 5)]
    [InlineData(1, 10, 100)]
    public void Every_way_through_the_tokens_is_a_legal_expression_and_every_legal_expression_is_reached(params int[] numbers)
    {
        var state = new CountdownState(numbers, 100, 2, null);
        var reached = Everything(AnswerGrammar.Parse(Countdown.Observe(state, 0).Grammar!));
        Assert.All(reached, text => Assert.True(Countdown.Read(state, 0, text).IsLegal, text));
        var canonical = reached.Select(text => Countdown.Read(state, 0, text).Canonical!).ToHashSet();
        // By brute force over strings: everything of the grammar's signs that the rules read and leave as it is.
        var legal = Trees(numbers).Where(text => Countdown.Read(state, 0, text).Canonical == text).ToHashSet();
        Assert.Equal(legal.Order(StringComparer.Ordinal), canonical.Order(StringComparer.Ordinal));
        Assert.Subset(reached, legal);
    }

    [Fact]
    public void With_six_numbers_any_walk_ends_in_a_legal_expression_within_the_spaces_limit()
    {
        var chance = new Random(5);
        foreach (int[] numbers in (int[][])[[25, 50, 75, 100, 3, 6], [1, 1, 2, 2, 3, 3], [10, 9, 8, 7, 7, 10]])
        {
            var state = new CountdownState(numbers, 700, 2, null);
            var grammar = AnswerGrammar.Parse(Countdown.Observe(state, 0).Grammar!);
            for (var n = 0; n < 60; n++)
            {
                var guide = new AnswerGuide(grammar.Start, Tokens, End);
                var (text, tokens) = ("", 0);
                while (!guide.IsComplete)
                {
                    // Ends seldom, so that walks get long and into corners.
                    var allowed = guide.Allowed().Where(id => id != End || chance.Next(12) == 0).DefaultIfEmpty(End).ToList();
                    if (allowed[chance.Next(allowed.Count)] is var id && id == End) { break; }
                    guide.Advance(id);
                    (text, tokens) = (text + Texts[id], tokens + 1);
                }
                Assert.True(Countdown.Read(state, 0, text).IsLegal, text);
                Assert.True(tokens <= 28 && tokens <= Countdown.Card.CompactAnswerTokens, text);
            }
        }
    }

    [Theory]
    [InlineData("(100+6)*3*75/50+25")]
    [InlineData("100*(6+3)+75-25+50")]
    [InlineData("(75-25)*(100-50*(6/3))")]
    [InlineData("((75-50)*6+100/25)*3")]
    public void An_expression_that_people_would_write_can_be_written(string text)
    {
        var state = new CountdownState([25, 50, 75, 100, 3, 6], 700, 2, null);
        Assert.True(Countdown.Read(state, 0, text).IsLegal);
        Assert.True(Accepts(AnswerGrammar.Parse(Countdown.Observe(state, 0).Grammar!), text));
    }

    [Theory]
    [InlineData("7/(3-1)")]
    [InlineData("3-7")]
    [InlineData("2+2")]
    [InlineData("((2))")]
    [InlineData("07")]
    [InlineData("7-")]
    [InlineData("2/(3-3)")]
    [InlineData("7-2-6")]
    public void An_expression_that_the_rules_refuse_can_not(string text)
    {
        var grammar = AnswerGrammar.Parse("expression(1, 2, 3, 7, 6, 3)");
        Assert.False(Accepts(grammar, text));
    }

    [Fact]
    public void No_sign_is_offered_that_the_left_numbers_cant_make_good()
    {
        // 2 - needs something of 5 that is at most 2; 5 / needs a divisor of 5.
        Assert.Equal(["*", "+"], Offered("expression(2, 5)", "2"));
        Assert.Equal(["*", "+", "-"], Offered("expression(2, 5)", "5"));
        // With 10 and 5 there is 10 / 5 = 2, which must not be begun with 5.
        Assert.Equal(["*", "+", "-", "/"], Offered("expression(2, 5, 10)", "2"));
        Assert.Equal(["(", "1", "10"], Offered("expression(2, 5, 10)", "2-"));
        // 5 / (10 / 2); nothing that begins with 2 divides 5.
        Assert.Equal(["("], Offered("expression(2, 5, 10)", "5/"));
        Assert.Equal(["1", "10"], Offered("expression(2, 5, 10)", "5/("));

        static IEnumerable<string> Offered(string grammar, string begun)
        {
            var guide = new AnswerGuide(AnswerGrammar.Parse(grammar).Start, Tokens, End);
            foreach (var sign in begun)
            {
                guide.Advance(Array.IndexOf(Texts, $"{sign}"));
            }
            return guide.Allowed().Where(id => id != End).Select(id => Texts[id]).Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public void A_poker_players_grammar_gives_what_the_rules_read_and_nothing_else()
    {
        var rules = new HoldemRules();
        var state = rules.Start(new Draws(new byte[32], "holdem"), 2);
        for (var ply = 0; ply < 6; ply++)
        {
            var seat = rules.ToAct(state)[0];
            var observation = rules.Observe(state, seat);
            Assert.Null(rules.Observe(state, 1 - seat).Grammar);
            var possible = new[] { "call", "check", "fold" }.Concat(Enumerable.Range(0, 1000).Select(n => $"raise {n}")).Where(t => rules.Read(state, seat, t).IsLegal).Order(StringComparer.Ordinal);
            Assert.Equal(possible, Everything(AnswerGrammar.Parse(observation.Grammar!)).Order(StringComparer.Ordinal));
            var act = new[] { "raise 7", "call", "check", "check", "raise 60", "raise 193" }[ply];
            state = rules.Apply(state, new Dictionary<int, string> { [seat] = rules.Read(state, seat, act).Canonical ?? (rules.Read(state, seat, "check").IsLegal ? "check" : "call") });
        }
    }

    [Theory]
    [InlineData("int(0, 12)", 0, 12)]
    [InlineData("int(7, 7)", 7, 7)]
    [InlineData("int(95, 1203)", 95, 1203)]
    [InlineData("int(100, 199)", 100, 199)]
    public void A_range_is_its_numbers(string grammar, int from, int to) =>
        Assert.Equal(Enumerable.Range(from, to - from + 1).Select(n => $"{n}").Order(StringComparer.Ordinal), Everything(AnswerGrammar.Parse(grammar)).Order(StringComparer.Ordinal));

    [Fact]
    public void Parts_alternatives_and_what_may_be_absent()
    {
        Assert.Equal(["call", "called", "fold 1", "fold 2", "folded 1", "folded 2"], Everything(AnswerGrammar.Parse("""
            "call" "ed"? | "fold" ("ed")? " " int(1,2)
            """)).Order(StringComparer.Ordinal));
        // Alternatives that begin alike.
        Assert.Equal(["1", "12", "13", "2"], Everything(AnswerGrammar.Parse("""int(1, 2) | "12" | "1" int(3, 3)""")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "at character 1: expected a text")]
    [InlineData("\"a", "the text doesn't end")]
    [InlineData("\"\"", "must not be empty")]
    [InlineData("\"a\\x\"", "known escapes")]
    [InlineData("int(3)", "int takes two numbers")]
    [InlineData("int(4, 3)", "from at most to")]
    [InlineData("int(1, 99999999999)", "at most nine digits")]
    [InlineData("expression()", "expected a whole number")]
    [InlineData("expression(0)", "1 to 6 numbers from 1 to 999")]
    [InlineData("expression(1,2,3,4,5,6,7)", "1 to 6 numbers")]
    [InlineData("word(1)", "known: int, expression")]
    [InlineData("(\"a\"", "expected )")]
    [InlineData("\"a\" )", "at character 5")]
    public void What_is_no_grammar_is_refused_with_its_place(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => AnswerGrammar.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_and_long_texts_are_refused()
    {
        Assert.Contains("nested deeper", Assert.Throws<FormatException>(() => AnswerGrammar.Parse(new string('(', 5000))).Message, StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Throws<FormatException>(() => AnswerGrammar.Parse(new string(' ', 30_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_lacks_a_sign_is_told_which()
    {
        var digits = new TokenBytes(Enumerable.Range(0, 10).Select(n => Encoding.UTF8.GetBytes($"{n}")));
        Assert.Null(AnswerGrammar.Parse("int(1, 3)").Problem(digits));
        Assert.Contains("\"(\"", AnswerGrammar.Parse("expression(1, 3)").Problem(digits)!, StringComparison.Ordinal);
        Assert.Null(AnswerGrammar.Parse("expression(1, 3)").Problem(Tokens));
    }

    /// <summary>All answers, by every way through the vocabulary.</summary>
    private static HashSet<string> Everything(AnswerGrammar grammar)
    {
        var reached = new HashSet<string>();
        var seen = new HashSet<string>();
        Explore([], "");
        return reached;

        void Explore(List<int> path, string text)
        {
            var guide = new AnswerGuide(grammar.Start, Tokens, End);
            path.ForEach(guide.Advance);
            if (guide.IsComplete)
            {
                reached.Add(text);
                return;
            }
            var allowed = guide.Allowed();
            Assert.NotEmpty(allowed);
            foreach (var id in allowed)
            {
                if (id == End)
                {
                    reached.Add(text);
                }
                // However it was cut: the same text goes on in the same ways, which the first visit showed.
                else if (seen.Add(text + Texts[id]))
                {
                    Explore([.. path, id], text + Texts[id]);
                }
            }
        }
    }

    private static bool Accepts(AnswerGrammar grammar, string text)
    {
        var state = grammar.Start;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (!state.Next.TryGetValue(value, out var next)) { return false; }
            state = next;
        }
        return state.IsWhole;
    }

    /// <summary>Every expression over some of the numbers, with parentheses around every operation and around none: far more than are legal or canonical.</summary>
    private static HashSet<string> Trees(int[] numbers)
    {
        var made = new Dictionary<int, HashSet<string>>();
        for (var set = 1; set < 1 << numbers.Length; set++)
        {
            made[set] = [];
            if ((set & (set - 1)) == 0)
            {
                made[set].Add($"{numbers[(int)Math.Log2(set)]}");
            }
            for (var part = (set - 1) & set; part > 0; part = (part - 1) & set)
            {
                foreach (var (a, b) in made[part].SelectMany(a => made[set & ~part].Select(b => (a, b))))
                {
                    foreach (var op in "+-*/")
                    {
                        made[set].UnionWith([$"{a}{op}{b}", $"({a}){op}{b}", $"{a}{op}({b})", $"({a}){op}({b})"]);
                    }
                }
            }
        }
        return [.. made.Values.SelectMany(v => v)];
    }
}
