using System.Text;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

/// <summary>What holds in every registered space, on random matches.</summary>
public sealed class EverySpaceTests
{
    public static TheoryData<string> Slugs => [.. SpaceRegistry.All.Select(s => s.Card.Slug)];

    /// <summary>A legal answer: any of the list, else a house agent's, else some prose.</summary>
    private static string AnyLegal(ISpaceRules rules, IGameState state, int seat, Draws draws) =>
        rules.Observe(state, seat).Legal is { } legal ? draws.Pick(legal)
        : rules.House.Count > 0 ? draws.Pick(rules.House).Act(rules, state, seat, draws)
        : $"Walk to school together once, and see. ({draws.Next(1000)})";

    /// <summary>A random match; one answer in ten is an illegal try, one in fifty a fault.</summary>
    private static PlayedMatch Random(ISpaceRules rules, int seed)
    {
        var draws = new Draws(MadeMatches.Setup(rules, seed: seed).Seed, "test");
        var players = rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1);
        var answers = 0;
        return MadeMatches.Play(MadeMatches.Setup(rules, players, seed), (play, turn) =>
        {
            Assert.InRange(answers++, 0, 20_000);
            return draws.Next(50) == 0 ? AgentReply.Failed(FaultKind.TimedOut, "no answer")
                : draws.Next(10) == 0 ? AgentReply.Said("\ud800 not this \u0001")
                : AgentReply.Said(AnyLegal(rules, play.StateOf(turn.Game), turn.Seat, draws));
        });
    }

    [Property(MaxTest = 15)]
    public void RandomMatchesEndWithScoresThatAddUp(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var match = Random(rules, seed);
            var mayBeShort = match.Games.Any(g => g.Turns.Any(t => t.Fault is not null)) || rules.Card.SamePrompt;
            foreach (var scores in match.Games.Select(g => g.Scores).OfType<IReadOnlyList<long>>())
            {
                Assert.All(scores, s => Assert.InRange(s, 0, 1_000_000));
                Assert.InRange(scores.Sum(), mayBeShort ? 0 : scores.Count * 500_000L, scores.Count * 500_000L);
            }
            Assert.True(rules.Card.Judging == JudgingMode.Judges || match.Scores is not null);
        }
    }

    [Property(MaxTest = 15)]
    public void ATranscriptReplaysToTheSameBytes(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var match = Random(rules, seed);
            var report = TranscriptReplay.Run(match.Transcript, rules, MatchPlay.Commitment(MadeMatches.Setup(rules, seed: seed).Seed));
            Assert.True(report.Ok, $"{rules.Card.Slug}: {report.Checks.LastOrDefault(c => !c.Ok)}");
            Assert.Equal(match.Hash, report.Match!.Hash);
        }
    }

    [Property(MaxTest = 10)]
    public void LegalActionsAreExactlyTheAcceptedOnes(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            foreach (var (state, legal, seat) in Positions(rules, seed))
            {
                var accepted = Candidates(legal).Where(c => rules.Read(state, seat, c) is { IsLegal: true } r && r.Canonical == c);
                Assert.Equal(legal.Order(StringComparer.Ordinal), accepted.Order(StringComparer.Ordinal));
                Assert.DoesNotContain(Enumerable.Range(0, rules.Card.MinSeats), s => !rules.ToAct(state).Contains(s) && rules.Observe(state, s).Legal is not (null or []));
            }
        }
    }

    [Property(MaxTest = 10)]
    public void MirroredGamesStartFromTheSameDeal(int seed)
    {
        foreach (var rules in SpaceRegistry.All.Where(r => r.Card.Mirrored))
        {
            var play = new MatchPlay(MadeMatches.Setup(rules, seed: seed));
            Assert.Equal(2, play.GameCount);
            Assert.Equal(play.ViewOf(0).ToJsonString(), play.ViewOf(1).ToJsonString());
            Assert.Equal(play.GameOf(0).Seats.Reverse(), play.GameOf(1).Seats);
        }
    }

    [Property(MaxTest = 10)]
    public void ASeatLearnsNothingFromAnotherThatAnsweredBeforeIt(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var play = new MatchPlay(MadeMatches.Setup(rules, seed: seed));
            var before = play.Pending;
            if (before.Count < 2)
            {
                continue;
            }
            play.Answer(before[0].Turn, AgentReply.Said(AnyLegal(rules, play.StateOf(0), before[0].Seat, play.HouseDraws(before[0]))));
            Assert.Equal(before[1], play.Pending[0]);
            Assert.Equal(Seen(rules.Observe(play.StateOf(0), before[1].Seat)), Seen(before[1].Observation));
        }
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void HostileTextGetsAFaultWithAReasonOrALegalActionAndNeverThrows(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        foreach (var (state, seat) in Openings(rules))
        {
            foreach (var text in Hostile(rules.Observe(state, seat).Legal?[0] ?? "25"))
            {
                AssertRead(rules, state, seat, text);
            }
        }
    }

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
            var legal = AnyLegal(rules, state, turn.Seat, draws);
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

    /// <summary>What bounds the time of a reading: the machine cuts an answer before any rules see it, and reading allocates in proportion to the length.</summary>
    [Theory]
    [MemberData(nameof(Slugs))]
    public void ReadingIsBoundedByTheCutAndByWhatItAllocates(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var watched = new LongestRead(rules);
        var play = new MatchPlay(MadeMatches.Setup(watched));
        var turn = play.Pending[0];
        play.Answer(turn.Turn, AgentReply.Said(new string('7', 1 << 20)));
        Assert.Equal(MatchPlay.LongestAnswer, watched.Longest);

        var (state, seat) = Openings(rules).First();
        foreach (var text in Hostile(rules.Observe(state, seat).Legal?[0] ?? "25"))
        {
            rules.Read(state, seat, text);
            var before = GC.GetAllocatedBytesForCurrentThread();
            rules.Read(state, seat, text);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000 + 64L * text.Length);
        }
    }

    [Property(MaxTest = 300)]
    public void AnyTextAtAllIsReadWithoutThrowing(string text)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            foreach (var (state, seat) in Openings(rules))
            {
                Assert.NotEqual(rules.Read(state, seat, text ?? "").IsLegal, rules.Read(state, seat, text ?? "").Illegal is not null);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void ACardIsComplete(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var card = rules.Card;
        Assert.Matches("^[a-z][a-z0-9-]+$", slug);
        Assert.All([card.Name, card.Pitch, card.RulesText, card.ActionHelp], s => Assert.False(string.IsNullOrWhiteSpace(s)));
        Assert.InRange(card.MinSeats, 2, card.MaxSeats);
        Assert.Equal(rules.House.Count, rules.House.Select(h => h.Slug).Distinct().Count());
        Assert.True(card.Judging == JudgingMode.Judges || rules.House.Count >= 3);
        var compact = Openings(rules).Select(o => rules.Observe(o.State, o.Seat).Compact).ToArray();
        Assert.All(compact, c => Assert.Equal(card.CompactAnswerTokens > 0, c?.StartsWith(slug + ":", StringComparison.Ordinal) ?? false));
        Assert.Single(SpaceRegistry.All, s => s.Card.Slug == slug);
    }

    private static string Seen(Observation o) => string.Join('\n', o.Text, o.Json.ToJsonString(), string.Join(' ', o.Legal ?? []), o.Compact);

    private static IEnumerable<(IGameState State, int Seat)> Openings(ISpaceRules rules)
    {
        var state = rules.Start(new Draws(new byte[32], "deal/0"), rules.Card.MinSeats);
        return rules.ToAct(state).Select(seat => (state, seat));
    }

    private static IEnumerable<(IGameState State, IReadOnlyList<string> Legal, int Seat)> Positions(ISpaceRules rules, int seed)
    {
        var setup = MadeMatches.Setup(rules, seed: seed);
        var draws = new Draws(setup.Seed, "test");
        var state = rules.Start(new Draws(setup.Seed, "deal/0"), rules.Card.MinSeats);
        var ply = 0;
        for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state), ply++)
        {
            foreach (var seat in seats)
            {
                // Moves between squares have thousands of candidates: every fortieth position of those.
                if (rules.Observe(state, seat).Legal is { } legal && (ply % 40 == 0 || legal.All(l => l.Length < 4)))
                {
                    yield return (state, legal, seat);
                }
            }
            state = rules.Apply(state, seats.ToDictionary(s => s, s => AnyLegal(rules, state, s, draws)));
        }
    }

    /// <summary>The legal ones, and their neighbours: every number, letter, square and pair of squares.</summary>
    private static IEnumerable<string> Candidates(IReadOnlyList<string> legal)
    {
        string[] squares = [.. from file in "abcdefgh" from rank in "12345678" select $"{file}{rank}"];
        string[] words = ["fold", "call", "raise", "check", "bet", "pass", "draw", "resign", "0-0"];
        return legal.Concat(Enumerable.Range(-2, 130).Select(i => i.ToString())).Concat(words).Concat(squares)
            .Concat(legal.Any(l => l.Length >= 4) ? squares.SelectMany(a => squares.SelectMany(b => new[] { a + b, a + b + "q" })) : [])
            .Distinct();
    }

    private static IEnumerable<string> Hostile(string legal)
    {
        string[] seeds =
        [
            "", " ", "\0", "\ud800", "\udc00\ud800", "\u202e" + legal, "\ufeff" + legal, legal + "\u0000", legal + legal, "-" + legal, "+" + legal, legal + ".0", legal + "e0", "0x" + legal,
            "\uff14", "\u0664", "\u2463", "\U0001d7d2", "\u2074", "{\"action\":\"" + legal + "\"}", "[[[[" + legal + "]]]]", "```", "``````", "```\n```", "```" + legal, legal + "```", "`", "``",
            "```\n```\n" + legal + "\n```\n```", "<script>alert(1)</script>", "'; DROP TABLE matches; --", "../../etc/passwd", "NaN", "Infinity", "null", "\r\n" + legal + "\r\n", legal + "..", ". . .",
            "1+", "(", ")", "((((", "1/0", "9223372036854775808", "99999999999999999999", "1=1", "=", "\u2212\u00d7\u00f7",
        ];
        const int megabyte = 1 << 20;
        string[] long_ =
        [
            new('1', megabyte), new(' ', megabyte), new('(', megabyte), new('\0', megabyte), new('\ud83d', megabyte), new('`', megabyte), new('.', megabyte), new('\n', megabyte),
            new StringBuilder().Insert(0, "[{\"a\":", megabyte / 6).ToString(), new StringBuilder().Insert(0, "1+", megabyte / 2).ToString(), legal + new string(' ', megabyte), new string('\t', megabyte) + legal,
            "```\n" + new string('x', megabyte) + "\n```", new StringBuilder().Insert(0, "{\"action\":", megabyte / 10).ToString(), "{\"a\":" + new string('[', megabyte / 2) + new string(']', megabyte / 2) + "}",
            legal + new string('0', megabyte), new string('0', megabyte) + legal, "-" + new string('9', megabyte), "1." + new string('3', megabyte), "1e" + new string('9', megabyte),
            new('\u0430', megabyte), new('\uff11', megabyte), new('\u0301', megabyte), new('\u200b', megabyte), new('\u202e', megabyte), new('\u0001', megabyte), new('\u001b', megabyte), new('\u2028', megabyte), new('*', megabyte),
            new StringBuilder().Insert(0, legal + " ", megabyte / (legal.Length + 1)).ToString(), new StringBuilder().Insert(0, legal + "\n", megabyte / (legal.Length + 1)).ToString(),
            new StringBuilder().Insert(0, "a ", megabyte / 2).ToString(), new StringBuilder().Insert(0, "` ", megabyte / 2).ToString(), new StringBuilder().Insert(0, "```\n", megabyte / 4).ToString(),
            new StringBuilder().Insert(0, "\ud83d\ude00", megabyte / 2).ToString(),
        ];
        return seeds.Concat(long_);
    }

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
