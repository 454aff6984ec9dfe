using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class PoolRuleTests
{
    private static readonly PoolSettings Settings = new();
    private static readonly string[] Titles = ["A", "B"];

    private static PoolStanding Decide(IEnumerable<PoolDraw> draws, PoolSettings? settings = null) => PoolRule.Decide([.. draws], Titles, settings ?? Settings);

    private static IEnumerable<PoolDraw> Same(int draws, long candidate, long parent) => Enumerable.Range(0, draws).Select(i => new PoolDraw(i % 2, candidate, parent));

    [Fact]
    public void ACandidateThatScoresAsItsParentPassesAndTheTestEndsWithTheDrawThatDecided()
    {
        var standing = Decide(Same(1_000, 500_000, 500_000));
        Assert.Equal(GateDecision.Promote, standing.Decision);
        // With no loss in n draws, "5 % of draws lost whole" has likelihood 0.95^n: 0.95^58 is the first below 1/19. The rest is the share that empty cells get.
        Assert.InRange(standing.Draws, 50, 62);
        Assert.Equal(standing.Draws, Decide(Same(400, 500_000, 500_000)).Draws);
        Assert.Equal((0.0, standing.Draws / 2.0), (standing.Difference, standing.Members[1].Draws));
    }

    [Fact]
    public void ACandidateThatLosesPointsToThePoolIsStopped()
    {
        var standing = Decide(Same(600, 250_000, 500_000));
        Assert.Equal(GateDecision.Reject, standing.Decision);
        Assert.Equal(-0.25, standing.Difference, 1e-12);
        Assert.Contains("worse than its parent", standing.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void AtTheCapTheLowerEndOfTheIntervalDecides()
    {
        // Mean -0.02 with a large spread: no decision in 60 draws, and the interval reaches far below the margin.
        var spread = Enumerable.Range(0, 60).Select(i => new PoolDraw(i % 2, i % 2 == 0 ? 730_000 : 230_000, i % 2 == 0 ? 250_000 : 750_000));
        var stopped = Decide(spread, new() { MostDraws = 60, Error = 0.001 });
        Assert.Equal((GateDecision.Reject, 60L), (stopped.Decision, stopped.Draws));
        Assert.Contains("may have become worse", stopped.Why, StringComparison.Ordinal);
        Assert.True(stopped.Low < -0.05);
        var passed = Decide(Same(60, 510_000, 500_000), new() { MostDraws = 40, Error = 0.001, Margin = 0.05 });
        Assert.Equal((GateDecision.Promote, 40L), (passed.Decision, passed.Draws));
    }

    [Fact]
    public void NothingPlayedIsRunning()
    {
        var standing = Decide([]);
        Assert.Equal((GateDecision.Running, 0L, null), (standing.Decision, standing.Draws, standing.Low));
        Assert.Equal(0, standing.Llr);
    }

    /// <summary>
    /// What the errors really are, by simulation of 200 gates each on fixed seeds: a draw's two scores come from games with win, draw and loss
    /// probabilities of the kind that tic-tac-toe and Connect Four policies show. Worse by exactly the margin must pass in at most
    /// about 5 % (and 2.5 % more at the cap); as good must pass in about 90 % or more.
    /// </summary>
    [Theory]
    [InlineData(0.45, 0.10, "many wins and losses")]
    [InlineData(0.25, 0.50, "many draws")]
    [InlineData(0.80, 0.05, "strong against the pool")]
    public void TheErrorRatesAreThoseThatTheRuleStates(double win, double draw, string shape)
    {
        var worse = Passed(win, draw, -Settings.Margin, 1);
        var equal = Passed(win, draw, 0, 2);
        var better = Passed(win, draw, Settings.Margin, 3);
        var much = Passed(win, draw, -0.15, 4);
        TestContext.Current.SendDiagnosticMessage("{0}: worse by margin {1:P1}, as good {2:P1}, better {3:P1}, much worse {4:P1}", shape, worse, equal, better, much);
        Assert.InRange(worse, 0, 0.095);
        Assert.InRange(equal, 0.88, 1);
        Assert.InRange(better, 0.98, 1);
        Assert.Equal(0, much);
    }

    /// <summary>Deterministic agents that differ in rare whole losses only: the case where a normal approximation would have no spread to go by.</summary>
    [Fact]
    public void RareWholeLossesAreNotOverlooked()
    {
        var noise = new Noise(5);
        var passed = Enumerable.Range(0, 200).Count(_ => Decide(Enumerable.Range(0, 600).Select(i => new PoolDraw(i % 2, noise.Next() < Settings.Margin ? 0 : 1_000_000, 1_000_000))).Decision == GateDecision.Promote);
        Assert.InRange(passed / 200.0, 0, 0.095);
    }

    /// <summary>Share of gates that pass when the candidate's mean score is the parent's plus <paramref name="shift"/>.</summary>
    private static double Passed(double win, double draw, double shift, ulong seed)
    {
        var noise = new Noise(seed);
        long Score(double w) => Enumerable.Range(0, 2).Sum(_ => noise.Next() switch { var u when u < w => 500_000L, var u when u < w + draw => 250_000L, _ => 0L });
        return Enumerable.Range(0, 200).Count(_ =>
            PoolRule.Decide([.. Enumerable.Range(0, Settings.MostDraws).Select(i => new PoolDraw(i % 2, Score(win + shift), Score(win)))], Titles, Settings).Decision == GateDecision.Promote) / 200.0;
    }

    /// <summary>SplitMix64: the same numbers everywhere.</summary>
    private sealed class Noise(ulong seed)
    {
        private ulong _state = seed * 0x9E3779B97F4A7C15;

        public double Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
