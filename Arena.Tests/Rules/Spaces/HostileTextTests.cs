using System.Text;
using System.Text.RegularExpressions;
using Arena.Rules;
using Arena.Rules.Play;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

/// <summary>Any text at all is read as a legal action or refused with a reason, in every space and at every kind of question that a game asks.</summary>
public sealed partial class HostileTextTests(ITestOutputHelper output)
{
    private const int MostQuestions = 5;

    private static readonly Dictionary<string, IReadOnlyList<Question>> QuestionsOf = SpaceRegistry.All.ToDictionary(r => r.Card.Slug, Questions);

    public static TheoryData<string> Slugs => [.. SpaceRegistry.All.Select(s => s.Card.Slug)];

    [Theory]
    [MemberData(nameof(Slugs))]
    public void HostileTextGetsAFaultWithAReasonOrALegalActionAndNeverThrows(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var questions = QuestionsOf[slug];
        foreach (var question in questions)
        {
            // A megabyte for the first kind of question and the last; for those between as much as the machine lets through.
            foreach (var text in Short(question.Example).Concat(Long(question.Example, question == questions[0] || question == questions[^1] ? 1 << 20 : MatchPlay.LongestAnswer)))
            {
                AssertRead(rules, question.State, question.Seat, text);
            }
        }
    }

    /// <summary>The kinds of questions that the tests here ask about are those that are known to differ.</summary>
    [Theory]
    [InlineData("bid-tac-toe", 2)] // a bid, a cell
    [InlineData("chess", 2)] // with a promotion
    [InlineData("debate", 3)]
    [InlineData("holdem", 3)] // a check, a bet to answer, an all-in to answer
    [InlineData("kuhn-poker", 2)] // facing a bet
    [InlineData("leduc-poker", 3)] // facing a bet, a raise
    [InlineData("liars-dice", 2)] // with a bid to call
    [InlineData("tradewars", 2)] // at the limit
    public void QuestionsFromTheWholeGameAreAsked(string slug, int kinds) => Assert.InRange(QuestionsOf[slug].Count, kinds, MostQuestions);

    private static void AssertRead(ISpaceRules rules, IGameState state, int seat, string text)
    {
        var reading = rules.Read(state, seat, text);
        Assert.True(reading.IsLegal ? reading.Illegal is null : !string.IsNullOrWhiteSpace(reading.Illegal));
        Assert.True((reading.Illegal?.Length ?? 0) < 300, "a complaint quotes a bounded part");
        // A legal reading is a fixed point: its canonical form reads as itself.
        Assert.True(!reading.IsLegal || rules.Read(state, seat, reading.Canonical!).Canonical == reading.Canonical);
    }

    /// <summary>A legal answer with a few characters put in, taken out or exchanged, in positions from the whole game.</summary>
    [Theory]
    [MemberData(nameof(Slugs))]
    public void LegalAnswersThatWereTamperedWithAreReadOrRefusedWithAReason(string slug)
    {
        const string salt = " \t\n\0\u0001\u001b\u007f\u0085\u00a0\u00ad\u0301\u200b\u200e\u202e\u2028\u2060\ufeff\ufffd\ud800\udfff`'\"{}[]()<>+-*/\\=:;,.!?#@%0123456789aAxX\u0410\u0430\u0435\u03bf\u0131\u017f\u212a\uff21\uff11\u0661\u2460\u00b2\u2212\u2044\u05d0";
        var rules = SpaceRegistry.Find(slug)!;
        var setup = MadeMatches.Setup(rules, seed: 11);
        var draws = new Draws(setup.Seed, "fuzz");
        var play = new MatchPlay(setup);
        for (var position = 0; position < 12 && !play.Over; position++)
        {
            var turn = play.Pending[0];
            var state = play.StateOf(turn.Game);
            var legal = EverySpaceTests.AnyLegal(rules, state, turn.Seat, draws);
            for (var i = 0; i < 60; i++)
            {
                var text = new StringBuilder(legal);
                for (var edits = 1 + draws.Next(3); edits > 0; edits--)
                {
                    var at = draws.Next(text.Length + 1);
                    switch (draws.Next(3))
                    {
                        case 0:
                            text.Insert(at, salt[draws.Next(salt.Length)].ToString(), 1 + draws.Next(3));
                            break;
                        case 1 when at < text.Length:
                            text.Remove(at, 1);
                            break;
                        case 2 when at < text.Length:
                            text[at] = salt[draws.Next(salt.Length)];
                            break;
                    }
                }
                AssertRead(rules, state, turn.Seat, text.ToString());
            }
            play.Answer(turn.Turn, AgentReply.Said(legal));
        }
    }

    /// <summary>
    /// What bounds the time of a reading: the machine cuts an answer before any rules see it, and what a reading allocates and the steps that it takes grow in proportion to
    /// the length. Steps are counted, not timed: <see cref="CountedRules"/>.
    /// </summary>
    [Theory]
    [MemberData(nameof(Slugs))]
    public void ReadingIsBoundedByTheCutByWhatItAllocatesAndByItsSteps(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var watched = new LongestRead(rules);
        var play = new MatchPlay(MadeMatches.Setup(watched));
        var turn = play.Pending[0];
        play.Answer(turn.Turn, AgentReply.Said(new string('7', 1 << 20)));
        Assert.Equal(MatchPlay.LongestAnswer, watched.Longest);

        var counted = new CountedRules(slug);
        long most = 0;
        foreach (var question in QuestionsOf[slug])
        {
            var state = counted.After(question.Seed, question.Players, question.Actions);
            foreach (var (half, text) in Long(question.Example, MatchPlay.LongestAnswer / 2).Zip(Long(question.Example, MatchPlay.LongestAnswer)))
            {
                rules.Read(question.State, question.Seat, text);
                var before = GC.GetAllocatedBytesForCurrentThread();
                rules.Read(question.State, question.Seat, text);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000 + 64L * text.Length);

                // Three times for twice the length, and what a reading costs anyway: a scan within a scan takes four times as many.
                var (few, many) = (counted.StepsToRead(state, question.Seat, half), counted.StepsToRead(state, question.Seat, text));
                Assert.True(many <= 3 * few + 20_000, $"{slug}: {few} steps for {half.Length} characters, {many} for {text.Length}: {AnswerText.Quote(text)}");
                most = Math.Max(most, many);
            }
        }
        output.WriteLine($"{slug}: at most {most} steps for {MatchPlay.LongestAnswer} characters");
    }

    [Fact]
    public void StepsOfAScanWithinAScanAreCounted()
    {
        var counted = new CountedRules("connect-four");
        long Steps(string type, string method, params object?[] arguments) => counted.Steps(() => counted.Invoke(type, method, arguments));
        var (few, many) = (Steps("Play.AnswerText", "CountWords", new string('a', 1_000)), Steps("Play.AnswerText", "CountWords", new string('a', 2_000)));
        Assert.InRange(few, 1_000, 1_100);
        Assert.InRange(many, 2_000, 2_100);
        // The convolution of two lists is the kernel's plainest loop within a loop.
        double[] list = new double[100], twice = new double[200];
        Assert.InRange(Steps("Spaces.LiarsDice.DiceOdds", "Join", twice, twice) / (double)Steps("Spaces.LiarsDice.DiceOdds", "Join", list, list), 3.8, 4);
    }

    [Property(MaxTest = 300)]
    public void AnyTextAtAllIsReadWithoutThrowing(string text)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            foreach (var question in QuestionsOf[rules.Card.Slug])
            {
                var reading = rules.Read(question.State, question.Seat, text ?? "");
                Assert.NotEqual(reading.IsLegal, reading.Illegal is not null);
            }
        }
    }

    /// <summary>One position for each kind of question that random games ask, told apart by the forms of the legal actions and by what the observation asks for, numbers and squares aside.</summary>
    private static IReadOnlyList<Question> Questions(ISpaceRules rules)
    {
        var questions = new Dictionary<string, Question>();
        for (var seed = 1; seed <= 4 && questions.Count < MostQuestions; seed++)
        {
            var setup = MadeMatches.Setup(rules, seed: seed);
            var draws = new Draws(setup.Seed, "test");
            var players = rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1);
            var state = rules.Start(new Draws(setup.Seed, "deal/0"), players);
            var actions = new List<IReadOnlyDictionary<int, string>>();
            for (var seats = rules.ToAct(state); seats.Count > 0 && questions.Count < MostQuestions; seats = rules.ToAct(state))
            {
                var seen = rules.Observe(state, seats[0]);
                var kind = string.Join('|', (seen.Legal ?? []).Select(Form).Distinct().Order(StringComparer.Ordinal).Append(Form(Asked(seen))));
                questions.TryAdd(kind, new Question(state, seats[0], seed, players, [.. actions], NearMisses.Listed(rules, state, seats[0])?[^1] ?? "25"));
                actions.Add(seats.ToDictionary(s => s, s => EverySpaceTests.AnyLegal(rules, state, s, draws)));
                state = rules.Apply(state, actions[^1]);
            }
        }
        return [.. questions.Values];
    }

    /// <summary>The beginning of the last line: what follows may list the moves of this one position.</summary>
    private static string Asked(Observation seen) => seen.Text[(seen.Text.LastIndexOf('\n') + 1)..] is { Length: > 60 } line ? line[..60] : seen.Text[(seen.Text.LastIndexOf('\n') + 1)..];

    private static string Form(string text) => Numbers().Replace(Square().Replace(text, "□"), "#");

    [GeneratedRegex("[a-h][1-8]")]
    private static partial Regex Square();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    private static IEnumerable<string> Short(string legal) =>
    [
        "", " ", "\0", "\ud800", "\udc00\ud800", "\u202e" + legal, "\ufeff" + legal, legal + "\u0000", legal + legal, "-" + legal, "+" + legal, legal + ".0", legal + "e0", "0x" + legal,
        "\uff14", "\u0664", "\u2463", "\U0001d7d2", "\u2074", "{\"action\":\"" + legal + "\"}", "[[[[" + legal + "]]]]", "```", "``````", "```\n```", "```" + legal, legal + "```", "`", "``",
        "```\n```\n" + legal + "\n```\n```", "<script>alert(1)</script>", "'; DROP TABLE matches; --", "../../etc/passwd", "NaN", "Infinity", "null", "\r\n" + legal + "\r\n", legal + "..", ". . .",
        "1+", "(", ")", "((((", "1/0", "9223372036854775808", "99999999999999999999", "1=1", "=", "\u2212\u00d7\u00f7",
    ];

    /// <summary>Of about this length.</summary>
    private static IEnumerable<string> Long(string legal, int length) =>
    [
        new('1', length), new(' ', length), new('(', length), new('\0', length), new('\ud83d', length), new('`', length), new('.', length), new('\n', length),
        new StringBuilder().Insert(0, "[{\"a\":", length / 6).ToString(), new StringBuilder().Insert(0, "1+", length / 2).ToString(), legal + new string(' ', length), new string('\t', length) + legal,
        "```\n" + new string('x', length) + "\n```", new StringBuilder().Insert(0, "{\"action\":", length / 10).ToString(), "{\"a\":" + new string('[', length / 2) + new string(']', length / 2) + "}",
        legal + new string('0', length), new string('0', length) + legal, "-" + new string('9', length), "1." + new string('3', length), "1e" + new string('9', length),
        new('\u0430', length), new('\uff11', length), new('\u0301', length), new('\u200b', length), new('\u202e', length), new('\u0001', length), new('\u001b', length), new('\u2028', length), new('*', length),
        new StringBuilder().Insert(0, legal + " ", length / (legal.Length + 1)).ToString(), new StringBuilder().Insert(0, legal + "\n", length / (legal.Length + 1)).ToString(),
        new StringBuilder().Insert(0, "a ", length / 2).ToString(), new StringBuilder().Insert(0, "` ", length / 2).ToString(), new StringBuilder().Insert(0, "```\n", length / 4).ToString(),
        new StringBuilder().Insert(0, "\ud83d\ude00", length / 2).ToString(),
    ];

    /// <summary>A position where a seat is asked.</summary>
    /// <param name="Actions">What was done from the start of game 0 of the match with this seed.</param>
    /// <param name="Example">A legal answer, or something like one.</param>
    private sealed record Question(IGameState State, int Seat, int Seed, int Players, IReadOnlyList<IReadOnlyDictionary<int, string>> Actions, string Example);

    /// <summary>Rules that remember the longest text they were given.</summary>
    private sealed class LongestRead(ISpaceRules rules) : ISpaceRules
    {
        public int Longest { get; private set; }

        public SpaceCard Card => rules.Card;

        public IReadOnlyList<IHouseAgent> House => rules.House;

        public IGameState Start(Draws draws, int seats) => rules.Start(draws, seats);

        public IReadOnlyList<int> ToAct(IGameState state) => rules.ToAct(state);

        public Observation Observe(IGameState state, int seat) => rules.Observe(state, seat);

        public ActionReading Read(IGameState state, int seat, string text)
        {
            Longest = Math.Max(Longest, text.Length);
            return rules.Read(state, seat, text);
        }

        public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions) => rules.Apply(state, actions);

        public IReadOnlyList<long>? Outcome(IGameState state) => rules.Outcome(state);

        public System.Text.Json.Nodes.JsonObject View(IGameState state) => rules.View(state);
    }
}
