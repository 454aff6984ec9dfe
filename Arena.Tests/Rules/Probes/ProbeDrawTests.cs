using Arena.Judges;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Probes;

namespace Arena.Tests.Rules.Probes;

public sealed class ProbeDrawTests
{
    private static readonly HashSet<int> Nobody = [];

    private static (MatchSetup Setup, PlayedMatch Played) House(string space, int seed, params string[] agents)
    {
        var rules = SpaceRegistry.Find(space)!;
        var setup = MadeMatches.Setup(rules, agents.Length, seed);
        return (setup, MadeMatches.House(setup, [.. agents.Select(a => rules.House.Single(h => h.Slug == a))]));
    }

    private static ProbePair? Pair((MatchSetup Setup, PlayedMatch Played) match, params int[] barred) => ProbeDraw.Pair(match.Setup, match.Played, barred.ToHashSet());

    [Fact]
    public void ProbesComeFromSpacesThatRulesDecideOverOnePrompt()
    {
        Assert.Equal(["code-duel", "countdown", "instruct"], ProbeDraw.Spaces.Select(s => s.Card.Slug).Order());
        Assert.All(ProbeDraw.Spaces, s => Assert.True(s.Card is { Judging: JudgingMode.Rules, SamePrompt: true, Mirrored: false } && MatchPlay.GamesFor(s.Card, 2) == 1));
    }

    [Theory]
    [InlineData("instruct", "random", "solver", 30, 8)]
    [InlineData("code-duel", "parrot", "reference", 8, 4)]
    [InlineData("countdown", "random-100", "solver", 12, 2)]
    public void TheBetterAnswerIsTheOneThatTheRulesPutAhead(string space, string weak, string strong, int matches, int least)
    {
        var rules = SpaceRegistry.Find(space)!;
        var found = new List<ProbePair>();
        for (var seed = 1; seed <= matches; seed++)
        {
            var match = House(space, seed, seed % 2 == 0 ? [weak, strong] : [strong, weak]);
            if (Pair(match) is not { } pair)
            {
                continue;
            }
            found.Add(pair);
            Assert.True(match.Played.Scores![pair.Better] > match.Played.Scores[pair.Worse]);
            Assert.InRange(pair.Lead, rules.Probes!.Lead - 1e-9, 1);
            var turns = match.Played.Games[0].Turns;
            Assert.Equal((turns[0].Saw, turns.Single(t => t.Player == pair.Better).Did, turns.Single(t => t.Player == pair.Worse).Did), (pair.Task, pair.BetterText, pair.WorseText));
            Assert.Equal(pair, Pair(House(space, seed, seed % 2 == 0 ? [weak, strong] : [strong, weak])));
        }
        Assert.True(found.Count >= least, $"{found.Count} probes of {matches} matches of {space}");
        Assert.Equal(found.Count, found.Select(p => ProbeDraw.Id(space, p)).Distinct().Count());
    }

    [Fact]
    public void TheLeadOfAnInstructProbeIsWhatTheSpectatorsViewSays()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var match = House("instruct", seed, "skimmer", "solver", "random");
            if (Pair(match) is { } pair)
            {
                var play = new MatchPlay(match.Setup);
                foreach (var turn in match.Played.Games[0].Turns)
                {
                    play.Answer(turn.Turn, AgentReply.Said(turn.Did!));
                }
                var answers = play.ViewOf(0)["answers"]!.AsArray();
                var shares = new[] { pair.Better, pair.Worse }.Select(p => (long)answers[p]!["share"]!).ToArray();
                Assert.Equal(pair.Lead, (shares[0] - shares[1]) / 1e6, 5);
                Assert.True(pair.Lead >= 0.5 - 1e-9);
            }
        }
    }

    [Fact]
    public void EqualAnswersSmallLeadsAndBarredPlayersMakeNone()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            Assert.Null(Pair(House("instruct", seed, "solver", "solver")));
            Assert.Null(Pair(House("instruct", seed, "random", "solver"), 0));
            Assert.Null(Pair(House("instruct", seed, "random", "solver"), 1));
            Assert.Null(Pair(House("code-duel", seed, "reference", "reference")));
        }
        Assert.Null(ProbeDraw.Pair(MadeMatches.Setup(SpaceRegistry.Find("kuhn-poker")!), House("instruct", 1, "random", "solver").Played, Nobody));
    }

    [Fact]
    public void AnAnswerThatFaultedIsInNone()
    {
        var setup = MadeMatches.Setup(SpaceRegistry.Find("instruct")!, 2, 3);
        var solver = setup.Rules.House.Single(h => h.Slug == "solver");
        Assert.Null(Pair((setup, MadeMatches.Play(setup, (play, turn) => turn.Player == 0 ? AgentReply.Failed(FaultKind.TimedOut, "late") : play.HouseReply(turn, solver)))));
    }

    [Fact]
    public void BetterAnswersStandOnBothSides()
    {
        var sides = Enumerable.Range(1, 40).Select(seed => Pair(House("instruct", seed, "random", "solver"))?.Side).OfType<int>().ToList();
        Assert.InRange(sides.Average(), 0.2, 0.8);
    }

    [Fact]
    public void ATicketIsTheFirstWordOfTheSeedsProbeStream()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        Assert.Equal(new Draws(seed, "probe").NextWord(), ProbeDraw.Ticket(seed));
        Assert.NotEqual(ProbeDraw.Ticket(seed), ProbeDraw.Ticket(new byte[32]));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 12, 10, 0, TimeSpan.Zero), ProbeDraw.WindowOf(new(2026, 11, 22, 12, 19, 59, 999, TimeSpan.Zero)));
    }

    /// <summary>The suite of attacks on judges: what speaks to a judge is left out. The kinds that only are poor answers may stay.</summary>
    [Fact]
    public void NothingThatSpeaksToAJudgeGetsIntoAProbe()
    {
        var speaking = AttackSuite.All.Where(a => a.Kind is "instruction" or "fake verdict" or "closing the quotation" or "unicode" or "template marks" or "flattery").ToList();
        Assert.True(speaking.Count >= 50);
        Assert.Empty(speaking.Where(a => PlainAnswer.IsPlain(a.Text)).Select(a => a.Name));
        Assert.Empty(speaking.Where(a => PlainAnswer.IsPlain($"A honest answer comes first. {a.Text} And some more words after it.")).Select(a => a.Name));
        Assert.True(PlainAnswer.IsPlain("Snow fell in April.\nNobody – it seems – had asked for it…"));
        Assert.True(PlainAnswer.IsPlain("function amberArrow(n) {\n  return Object.entries(n).map(([a, b]) => [[a], [b]]).length >>> 0;\n}"));
        Assert.False(PlainAnswer.IsPlain(new string('x', PlainAnswer.MostCharacters + 1)));
        Assert.False(PlainAnswer.IsPlain(" "));
    }
}
