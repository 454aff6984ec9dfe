using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class BradleyTerryTests
{
    private const double Unit = 400 / 2.302585092994046;

    // Wikipedia's worked example, 22 games between A, B, C and D.
    private static readonly int[,] Wikipedia = { { 0, 2, 0, 1 }, { 3, 0, 5, 0 }, { 0, 3, 0, 1 }, { 4, 0, 3, 0 } };

    private static double[] Strengths(BradleyTerryFit fit) => [.. fit.Ratings.Select(r => Math.Exp((r - 1000) / Unit))];

    [Fact]
    public void WikipediasExampleComesOut()
    {
        var fit = BradleyTerry.Fit(BattleTable.FromCounts(Wikipedia));
        double[] expected = [0.63983482, 1.0433144, 0.6598102, 2.27037663];
        Assert.Equal(BradleyTerryState.Fitted, fit.State);
        Assert.All(Strengths(fit).Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-7));
    }

    [Fact]
    public void ChoixPairsComeOut()
    {
        var fit = BradleyTerry.Fit(BattleTable.FromIds(3, [0, 0, 1, 2], [1, 1, 2, 0], new BattleOutcome[4]));
        double[] expected = [0.419617624, -0.419617624, 0];
        Assert.All(fit.Ratings.Zip(expected), p => Assert.Equal(p.Second, (p.First - 1000) / Unit, 1e-8));
    }

    // open_spiel's elo_test.
    [Fact]
    public void OpenSpielsThreePlayersComeOut()
    {
        var even = BradleyTerry.Fit(BattleTable.FromCounts(new[,] { { 0, 4, 2 }, { 1, 0, 2 }, { 3, 3, 0 } })).Ratings;
        Assert.Equal(even[0], even[2], 1e-8);
        Assert.True(even[0] > even[1]);

        var drawn = BradleyTerry.Fit(BattleTable.FromCounts(new[,] { { 0, 4, 2 }, { 1, 0, 2 }, { 3, 3, 0 } }, new[,] { { 0, 1, 0 }, { 0, 0, 0 }, { 0, 0, 0 } })).Ratings;
        Assert.True(drawn[2] > drawn[0]);

        var clear = BradleyTerry.Fit(BattleTable.FromCounts(new[,] { { 0, 5, 2 }, { 0, 0, 2 }, { 3, 3, 0 } })).Ratings;
        Assert.True(clear[0] > clear[2] && clear[2] > clear[1]);
    }

    [Fact]
    public void IdsNamesCountsAndWeightsOfOneGiveTheSameFit()
    {
        int[] first = [2, 1, 0, 2, 2, 1, 0];
        int[] second = [0, 0, 1, 1, 1, 2, 2];
        BattleOutcome[] outcomes = [BattleOutcome.FirstWins, BattleOutcome.Tie, BattleOutcome.SecondWins, BattleOutcome.FirstWins, BattleOutcome.SecondWins, BattleOutcome.Tie, BattleOutcome.FirstWins];
        string[] names = ["alpha", "beta-model-with-a-long-name", "c"];
        string[] winners = ["model_a", "model_b", "tie"];
        var byId = BradleyTerry.Fit(BattleTable.FromIds(3, first, second, outcomes));
        var byWeight = BradleyTerry.Fit(BattleTable.FromIds(3, first, second, outcomes, [1, 1, 1, 1, 1, 1, 1]));
        var (table, found) = BattleNames.Read(
            Array.ConvertAll(first, i => names[i]), Array.ConvertAll(second, i => names[i]), Array.ConvertAll(outcomes, o => winners[(int)o]));
        var byCount = BradleyTerry.Fit(BattleTable.FromCounts(new[,] { { 0, 0, 1 }, { 1, 0, 1 }, { 1, 1, 0 } }, new[,] { { 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 0 } }));
        Assert.Equal(names, found);
        Assert.Equal(byId.Ratings, BradleyTerry.Fit(table).Ratings);
        Assert.Equal(byId.Ratings, byWeight.Ratings);
        Assert.Equal(byId.Ratings, byCount.Ratings);
        Assert.Equal(byId.Low, byWeight.Low);
    }

    [Fact]
    public void AWeightOfTwoCountsLikeTwoBattles()
    {
        var once = BattleTable.FromIds(2, [0, 1], [1, 0], [BattleOutcome.FirstWins, BattleOutcome.FirstWins], [2, 1]);
        var thrice = BattleTable.FromIds(2, [0, 0, 1], [1, 1, 0], new BattleOutcome[3]);
        Assert.Equal(BradleyTerry.Fit(thrice).Ratings[0], BradleyTerry.Fit(once).Ratings[0], 1e-9);
        // But it is one witness only, so the interval is wider.
        Assert.True(BradleyTerry.Fit(once).Variance[0] > BradleyTerry.Fit(thrice).Variance[0]);
    }

    // arena-rank's property: soft outcomes that follow the model give the ratings back.
    [Fact]
    public void ExpectedScoresAsWeightsGiveTheRatingsBack()
    {
        var truth = Enumerable.Range(0, 10).Select(i => 700 + 60.0 * i).ToArray();
        var (first, second, weights) = (new List<int>(), new List<int>(), new List<double>());
        for (var i = 0; i < 10; i++)
        {
            for (var j = 0; j < 10; j++)
            {
                if (i != j)
                {
                    first.Add(i);
                    second.Add(j);
                    weights.Add(BradleyTerry.Expected(truth[i], truth[j], new BradleyTerryOptions()));
                }
            }
        }
        var fit = BradleyTerry.Fit(BattleTable.FromIds(10, [.. first], [.. second], new BattleOutcome[90], [.. weights]), new BradleyTerryOptions(Center: truth.Average()));
        Assert.All(truth.Zip(fit.Ratings), p => Assert.Equal(p.First, p.Second, 1e-8));
    }

    [Fact]
    public void AnAnchorMovesEverybodyAlike()
    {
        var table = BattleTable.FromCounts(Wikipedia);
        var free = BradleyTerry.Fit(table);
        var tied = BradleyTerry.Fit(table, new BradleyTerryOptions(Anchor: 2, AnchorRating: 1114));
        Assert.Equal(1114, tied.Ratings[2], 1e-9);
        Assert.Equal(free.Ratings[0] - free.Ratings[2], tied.Ratings[0] - tied.Ratings[2], 1e-9);
        Assert.Equal(1000, free.Ratings.Average(), 1e-9);
    }

    [Fact]
    public void SomebodyWhoWonEverythingHasNoFiniteRating()
    {
        var table = BattleTable.FromCounts(new[,] { { 0, 3, 1, 0 }, { 0, 0, 2, 0 }, { 0, 1, 0, 0 }, { 0, 0, 0, 0 } });
        var fit = BradleyTerry.Fit(table);
        Assert.Equal(BradleyTerryState.NotConnected, fit.State);
        Assert.All(fit.Ratings, r => Assert.True(double.IsNaN(r)));
        Assert.Equal((2, 3), (fit.Connectivity.Islands, fit.Connectivity.Groups));
        Assert.Equal(fit.Connectivity.Group[1], fit.Connectivity.Group[2]);

        var prior = BradleyTerry.Fit(table, new BradleyTerryOptions(PriorDeviation: 300));
        Assert.Equal(BradleyTerryState.Fitted, prior.State);
        Assert.Equal(1000, prior.Ratings[3], 1e-9);
        Assert.True(prior.Ratings[0] > prior.Ratings[1] && prior.Ratings[1] > prior.Ratings[2]);
    }

    [Fact]
    public void APosteriorWithoutBattlesIsThePrior()
    {
        var fit = BradleyTerry.Fit(BattleTable.FromCounts(new int[2, 2]), new BradleyTerryOptions(PriorDeviation: 250, Intervals: BradleyTerryIntervals.Curvature, WithCovariance: true));
        Assert.Equal(250 * 250, fit.Variance[0], 1e-6);
        Assert.Equal(0, fit.Covariance[1], 1e-6);
    }

    [Fact]
    public void TheGradientIsZeroAtTheFit()
    {
        var (table, _) = Simulated(40, 20_000, seed: 7, spread: 300);
        var options = new BradleyTerryOptions();
        var fit = BradleyTerry.Fit(table, options);
        for (var i = 0; i < table.Players; i++)
        {
            double gradient = 0;
            for (var j = 0; j < table.Players; j++)
            {
                if (j == i)
                {
                    continue;
                }
                var cell = 3 * table.Pair(Math.Min(i, j), Math.Max(i, j));
                var games = table.Weights[cell] + table.Weights[cell + 1] + table.Weights[cell + 2];
                var won = table.Weights[cell + (i < j ? 0 : 1)] + 0.5 * table.Weights[cell + 2];
                gradient += won - games * BradleyTerry.Expected(fit.Ratings[i], fit.Ratings[j], options);
            }
            Assert.Equal(0, gradient, 1e-8);
        }
    }

    // arena-rank's property: four competitors, ratings 0 to 1 in log-odds, 10,000 games; sandwich against bootstrap within 10 %.
    [Fact]
    public void SandwichAndBootstrapAgreeWithinTenPercent()
    {
        var (table, _) = Simulated(4, 10_000, seed: 3, spread: 0, linear: Unit);
        var fit = BradleyTerry.Fit(table);
        var bootstrap = BradleyTerryBootstrap.Run(table, 2000, seed: 1, threads: 2);
        var (low, high) = (bootstrap.Quantile(0.025), bootstrap.Quantile(0.975));
        Assert.Equal(0, bootstrap.Failed);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1, (high[i] - low[i]) / (fit.High[i] - fit.Low[i]), 0.1);
        }
    }

    [Fact]
    public void SandwichIsTheCurvatureWhereThereAreNoTies()
    {
        // With a right model and no ties the two estimate the same thing.
        var (table, _) = Simulated(6, 60_000, seed: 11, spread: 150, ties: 0);
        var sandwich = BradleyTerry.Fit(table);
        var curvature = BradleyTerry.Fit(table, new BradleyTerryOptions(Intervals: BradleyTerryIntervals.Curvature));
        Assert.All(sandwich.Variance.Zip(curvature.Variance), v => Assert.Equal(1, v.First / v.Second, 0.05));
    }

    // 60 wins, 20 losses, 20 ties: p = 0.7, and the gap's variance is (60 * 0.3² + 20 * 0.7² + 20 * 0.2²) / (100 * 0.7 * 0.3)².
    [Fact]
    public void TwoPlayersHaveTheSandwichOfTheClosedForm()
    {
        var table = BattleTable.FromCounts(new[,] { { 0, 60 }, { 20, 0 } }, new[,] { { 0, 20 }, { 0, 0 } });
        var fit = BradleyTerry.Fit(table, new BradleyTerryOptions(WithCovariance: true));
        var curvature = BradleyTerry.Fit(table, new BradleyTerryOptions(Intervals: BradleyTerryIntervals.Curvature, WithCovariance: true));
        Assert.Equal(400 * Math.Log10(0.7 / 0.3), fit.Ratings[0] - fit.Ratings[1], 1e-8);
        Assert.Equal(Unit * Unit * (60 * 0.09 + 20 * 0.49 + 20 * 0.04) / (21 * 21), Gap(fit), 1e-6);
        Assert.Equal(Unit * Unit / 21, Gap(curvature), 1e-6);

        static double Gap(BradleyTerryFit f) => f.Covariance[0] + f.Covariance[3] - 2 * f.Covariance[1];
    }

    [Fact]
    public void TheCovarianceExplainsTheIntervals()
    {
        var (table, _) = Simulated(5, 5_000, seed: 2, spread: 200);
        var fit = BradleyTerry.Fit(table, new BradleyTerryOptions(WithCovariance: true));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(fit.Variance[i], fit.Covariance[i * 5 + i], 1e-9);
            Assert.Equal(1.959963984540054 * Math.Sqrt(fit.Variance[i]), fit.High[i] - fit.Ratings[i], 1e-9);
            Assert.Equal(0, fit.Covariance.Skip(i * 5).Take(5).Sum(), 1e-9); // the mean is fixed
        }
    }

    [Fact]
    public void NinetyFivePercentIntervalsHoldTheTruth()
    {
        var (held, asked) = (0, 0);
        for (ulong seed = 0; seed < 60; seed++)
        {
            var (table, truth) = Simulated(12, 3_000, seed, spread: 200);
            var fit = BradleyTerry.Fit(table);
            var mean = truth.Average();
            held += truth.Where((t, i) => fit.Low[i] <= t - mean + 1000 && t - mean + 1000 <= fit.High[i]).Count();
            asked += truth.Length;
        }
        Assert.InRange(held / (double)asked, 0.93, 0.97);
    }

    [Fact]
    public void ABootstrapDependsOnItsSeedOnly()
    {
        var (table, _) = Simulated(10, 5_000, seed: 5, spread: 200);
        var one = BradleyTerryBootstrap.Run(table, 20, seed: 9, threads: 1);
        var two = BradleyTerryBootstrap.Run(table, 20, seed: 9, threads: 2);
        Assert.Equal(one.Ratings, two.Ratings);
        Assert.NotEqual(one.Ratings, BradleyTerryBootstrap.Run(table, 20, seed: 10).Ratings);
    }

    [Fact]
    public void ASampleIsTheFitOfItsTable()
    {
        // Two players: the sample's rating gap is the log-odds of its resampled score, which is a multiple of 1/200.
        var table = BattleTable.FromCounts(new[,] { { 0, 60 }, { 20, 0 } }, new[,] { { 0, 20 }, { 0, 0 } });
        var samples = BradleyTerryBootstrap.Run(table, 500, seed: 5);
        for (var s = 0; s < 500; s++)
        {
            var score = 1 / (1 + Math.Exp((samples.Ratings[2 * s + 1] - samples.Ratings[2 * s]) / Unit)) * 200;
            Assert.Equal(Math.Round(score), score, 1e-6);
        }
    }

    [Fact]
    public void SamplesWithoutAFiniteAnswerAreCountedAndLeftOut()
    {
        // The one win of player 1 is missing from e^-1 of the samples.
        var table = BattleTable.FromCounts(new[,] { { 0, 30 }, { 1, 0 } });
        var samples = BradleyTerryBootstrap.Run(table, 2000, seed: 3);
        Assert.Equal(Math.Exp(-1), samples.Failed / 2000.0, 0.05);
        Assert.Equal(samples.Failed, Enumerable.Range(0, 2000).Count(s => double.IsNaN(samples.Ratings[2 * s])));
        Assert.All(samples.Quantile(1), r => Assert.InRange(r, 0, 2000));
        Assert.Equal(0, BradleyTerryBootstrap.Run(table, 200, seed: 3, new BradleyTerryOptions(PriorDeviation: 300)).Failed);
    }

    [Fact]
    public void ResampledCellsHaveTheMultinomialsMeanAndSpread()
    {
        var (table, _) = Simulated(2, 400, seed: 4, spread: 0);
        var samples = BradleyTerryBootstrap.Run(table, 20_000, seed: 6, threads: 2);
        var gaps = Enumerable.Range(0, samples.Samples).Select(s => 1 / (1 + Math.Exp((samples.Ratings[2 * s + 1] - samples.Ratings[2 * s]) / Unit))).ToArray();
        double[] cells = [.. table.Counts.Select(c => c / 400.0)];
        var mean = cells[0] + cells[2] / 2;
        var variance = (cells[0] + cells[2] / 4 - mean * mean) / 400;
        Assert.Equal(mean, gaps.Average(), 5 * Math.Sqrt(variance / gaps.Length));
        Assert.Equal(1, gaps.Sum(g => (g - mean) * (g - mean)) / gaps.Length / variance, 0.05);
    }

    [Fact]
    public void RanksCountOnlyThoseClearlyAbove()
    {
        var fit = new BradleyTerryFit(BradleyTerryState.Fitted, [1100, 1090, 1000], [1080, 1070, 990], [1120, 1110, 1010], [], [], 0, new BattleConnectivity([], 1, [], 1));
        Assert.Equal([1, 1, 3], fit.Ranks());
        Assert.Equal([2, 2, 3], fit.WorstRanks());
    }

    [Fact]
    public void PairsPlayedOftenCanBeWeighedDown()
    {
        var table = BattleTable.FromCounts(new[,] { { 0, 600, 6 }, { 400, 0, 5 }, { 4, 5, 0 } });
        var even = table.ReweightedByPair();
        Assert.Equal(0.6, even.Weights[0], 1e-12);
        Assert.Equal(6.0 / 50, even.Weights[table.Pair(0, 2) * 3], 1e-12);
        Assert.Equal(600e-6, even.Squares[0], 1e-12);
        Assert.Equal(BradleyTerryState.Fitted, BradleyTerry.Fit(even).State);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(-1, 0)]
    public void ImpossibleBattlesAreRefused(int first, int second) =>
        Assert.Throws<ArgumentException>(() => BattleTable.FromIds(3, [first], [second], new BattleOutcome[1]));

    [Fact]
    public void UnknownWinnersAreRefused()
    {
        Assert.Throws<ArgumentException>(() => BattleNames.Read(["a"], ["b"], ["model_c"]));
        Assert.Throws<ArgumentException>(() => BattleTable.FromIds(2, [0], [1], [(BattleOutcome)7]));
    }

    [Fact]
    public void NamesKeepTheirNumbersAmongManyOthers()
    {
        var names = new BattleNames();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 5000; i++)
            {
                Assert.Equal(i, names.Id($"model-{i:D6}-instruct"));
            }
        }
        Assert.Equal(5000, names.Names.Count);
    }

    // Battles between random pairs.
    internal static (BattleTable Table, double[] Truth) Simulated(int players, int battles, ulong seed, double spread, double ties = 0.15, double? linear = null)
    {
        var random = new TestNumbers(seed);
        var truth = Enumerable.Range(0, players).Select(i => linear is { } step ? step * i / (players - 1) : spread * random.Normal()).ToArray();
        var (first, second, outcomes) = (new int[battles], new int[battles], new BattleOutcome[battles]);
        for (var k = 0; k < battles; k++)
        {
            first[k] = (int)(random.Uniform() * players);
            second[k] = (first[k] + 1 + (int)(random.Uniform() * (players - 1))) % players;
            var p = 1 / (1 + Math.Exp((truth[second[k]] - truth[first[k]]) / Unit));
            // A tie with a chance that keeps the expected score at p.
            var tie = ties * 4 * p * (1 - p);
            var draw = random.Uniform();
            outcomes[k] = draw < tie ? BattleOutcome.Tie : draw < tie + p - tie / 2 ? BattleOutcome.FirstWins : BattleOutcome.SecondWins;
        }
        return (BattleTable.FromIds(players, first, second, outcomes), truth);
    }
}
