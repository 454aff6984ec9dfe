using Arena.Judges;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Debate;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Spaces;

public sealed class DebateTests
{
    private static readonly DebateRules Rules = new();

    private static DebateState Opening(int seed = 0) => (DebateState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), 2);

    private static DebateState Said(DebateState state, string first, string second) => (DebateState)Rules.Apply(state, new Dictionary<int, string> { [0] = first, [1] = second });

    private static string Motion(IGameState state) => Rules.View(state)["motion"]!.GetValue<string>();

    [Fact]
    public void MotionsAndSidesAreDrawn()
    {
        var openings = Enumerable.Range(0, 1_500).Select(Opening).ToList();
        Assert.InRange(openings.Select(Motion).Distinct().Count(), 60, 100);
        Assert.InRange(openings.Average(o => o.For), 0.45, 0.55);
        Assert.All(openings, o => Assert.EndsWith(".", Motion(o), StringComparison.Ordinal));
    }

    [Fact]
    public void EachSideHearsTheOtherAfterTheRoundAndNotBefore()
    {
        var state = Opening();
        Assert.Equal([0, 1], Rules.ToAct(state));
        var next = Said(state, "First says this.", "Second says that.");
        Assert.Contains("Your opening:\nFirst says this.", Rules.Observe(next, 0).Text);
        Assert.Contains("The other side's opening:\nFirst says this.", Rules.Observe(next, 1).Text);
        Assert.Contains("Now the rebuttal.", Rules.Observe(next, 1).Text);
        Assert.Contains($"You speak {(state.For == 0 ? "for" : "against")} the motion", Rules.Observe(state, 0).Text);
        Assert.Contains($"You speak {(state.For == 1 ? "for" : "against")} the motion", Rules.Observe(state, 1).Text);
        var over = Said(Said(next, "a b", "c d"), "e", "f");
        Assert.Empty(Rules.ToAct(over));
        Assert.Contains("over", Rules.Read(over, 0, "more").Illegal);
    }

    [Fact]
    public void LengthsAreHeldRoundByRound()
    {
        static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
        var state = Opening();
        foreach (var (phase, most) in new[] { ("opening", 150), ("rebuttal", 120), ("closing", 80) })
        {
            Assert.True(Rules.Read(state, 0, Words(most)).IsLegal);
            Assert.Contains($"the {phase} has at most {most}", Rules.Read(state, 0, Words(most + 1)).Illegal);
            Assert.Contains("characters", Rules.Read(state, 1, new string('x', 12 * most + 1)).Illegal);
            Assert.Contains("empty", Rules.Read(state, 1, "``` \n```").Illegal);
            state = Said(state, "x", "y");
        }
    }

    [Fact]
    public void HouseDebatersAlwaysSpeakWithinTheRulesOnEveryMotionAndSide()
    {
        foreach (var seed in Enumerable.Range(0, 400))
        {
            var match = MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), Rules.House[seed % 3], Rules.House[(seed / 3) % 3]);
            Assert.All(match.Games.SelectMany(g => g.Turns), t => Assert.True(t.Fault is null, t.Detail));
            Assert.Null(match.Scores);
        }
    }

    [Fact]
    public void TheAdvocateAnswersWhatWasSaidAndTheSpeakerDoesNot()
    {
        var state = Said(Opening(), "Zebras carry the whole argument today.", "Zebras carry the whole argument today.");
        Assert.Contains("Zebras carry", Rules.House[2].Act(Rules, state, 0, new Draws(new byte[32], "x")));
        Assert.DoesNotContain("Zebras", Rules.House[1].Act(Rules, state, 0, new Draws(new byte[32], "x")));
    }

    [Fact]
    public void JudgesSeeBothDebatesUnderTheSidesThatWereHeld()
    {
        var setup = MadeMatches.Setup(Rules, seed: 3);
        var match = MadeMatches.Play(setup, (_, turn) => AgentReply.Said($"Player {turn.Player} game {turn.Game} ply {turn.Ply}."));
        var opening = Opening(3);
        var shown = Rules.Present(setup, match);
        Assert.Contains(Motion(opening), shown.Task);
        for (var player = 0; player < 2; player++)
        {
            var sides = player == opening.For ? ("for", "against") : ("against", "for");
            Assert.Equal(
                $"Debate 1, {sides.Item1} the motion.\n\nOpening: Player {player} game 0 ply 0.\n\nRebuttal: Player {player} game 0 ply 1.\n\nClosing: Player {player} game 0 ply 2.\n\n"
                + $"Debate 2, {sides.Item2} the motion.\n\nOpening: Player {player} game 1 ply 0.\n\nRebuttal: Player {player} game 1 ply 1.\n\nClosing: Player {player} game 1 ply 2.",
                shown.Entries[player]);
        }
        Assert.True(TranscriptReplay.Run(match.Transcript, Rules).Ok);
    }

    [Fact]
    public void AFaultInEitherDebateLosesTheMatch()
    {
        PlayedMatch Faulting(params (int Game, int Player)[] faults) => MadeMatches.Play(MadeMatches.Setup(Rules), (_, turn) =>
            faults.Contains((turn.Game, turn.Player)) ? AgentReply.Failed(FaultKind.TimedOut, "no answer") : AgentReply.Said("A speech."));
        Assert.Equal([0, 1_000_000], Faulting((0, 0)).Scores);
        Assert.Equal([1_000_000, 0], Faulting((1, 1)).Scores);
        Assert.Equal([500_000, 500_000], Faulting((0, 0), (1, 1)).Scores);
        Assert.True(TranscriptReplay.Run(Faulting((1, 0)).Transcript, Rules).Ok);
    }

    [Fact]
    public void ThereIsARubricAndGoldForIt()
    {
        Assert.Equal(["argument", "clash", "honesty", "clarity"], Rubric.For("debate")!.Lines.Select(l => l.Key));
        var gold = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).Where(g => g.Space == "debate").ToList();
        Assert.Equal((12, 4), (gold.Count(g => g.Kind == "quality"), gold.Count(g => g.Kind == "canary")));
        Assert.Distinct(gold.Select(g => g.Id));
    }
}
