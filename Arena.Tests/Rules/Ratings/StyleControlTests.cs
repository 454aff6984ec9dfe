using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class StyleControlTests
{
    // The 1987 American League season (Agresti, Categorical Data Analysis; BradleyTerry2's test): home team's wins and losses against
    // each visitor, in the order Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore.
    private static readonly (int Won, int Lost)[,] Season =
    {
        { (0, 0), (4, 3), (4, 2), (4, 3), (6, 1), (4, 2), (6, 0) },
        { (3, 3), (0, 0), (4, 2), (4, 3), (6, 0), (6, 1), (4, 3) },
        { (2, 5), (4, 3), (0, 0), (2, 4), (4, 3), (4, 2), (6, 0) },
        { (3, 3), (5, 1), (2, 5), (0, 0), (4, 3), (4, 2), (6, 1) },
        { (5, 1), (2, 5), (3, 3), (4, 2), (0, 0), (5, 2), (6, 0) },
        { (2, 5), (3, 3), (3, 4), (4, 3), (4, 2), (0, 0), (2, 4) },
        { (2, 5), (1, 5), (1, 6), (2, 4), (1, 6), (3, 4), (0, 0) },
    };

    private static (int[] First, int[] Second, BattleOutcome[] Outcomes) Baseball()
    {
        var (first, second, outcomes) = (new List<int>(), new List<int>(), new List<BattleOutcome>());
        for (var home = 0; home < 7; home++)
        {
            for (var away = 0; away < 7; away++)
            {
                var (won, lost) = Season[home, away];
                for (var game = 0; game < won + lost; game++)
                {
                    first.Add(home);
                    second.Add(away);
                    outcomes.Add(game < won ? BattleOutcome.FirstWins : BattleOutcome.SecondWins);
                }
            }
        }
        return ([.. first], [.. second], [.. outcomes]);
    }

    private static readonly BradleyTerryOptions LogOdds = new(Scale: 1, Base: Math.E, Anchor: 6, AnchorRating: 0);

    [Fact]
    public void AgrestisBaseballTeamsComeOut()
    {
        var (first, second, outcomes) = Baseball();
        var fit = BradleyTerry.Fit(BattleTable.FromIds(7, first, second, outcomes), LogOdds);
        double[] expected = [0, 0.68, 1.11, 1.25, 1.29, 1.44, 1.58];
        Assert.All(fit.Ratings.Order().Zip(expected), p => Assert.Equal(p.Second, p.First, 0.00501));
        // Standard errors of the differences to Baltimore: 0.3 to the printed digit, all of them.
        var covariance = BradleyTerry.Fit(BattleTable.FromIds(7, first, second, outcomes), LogOdds with { Intervals = BradleyTerryIntervals.Curvature, WithCovariance = true }).Covariance;
        Assert.All(Enumerable.Range(0, 6), team => Assert.Equal(0.3, Math.Sqrt(covariance[team * 8] + covariance[48] - 2 * covariance[team * 7 + 6]), 0.0501));
    }

    [Fact]
    public void AgrestisHomeAdvantageComesOut()
    {
        var (first, second, outcomes) = Baseball();
        var home = new double[first.Length];
        Array.Fill(home, 1);
        var fit = StyleControl.Fit(7, first, second, outcomes, home, new StyleControlOptions(LogOdds, Penalty: 0, Standardise: false));
        Assert.Equal(BradleyTerryState.Fitted, fit.State);
        Assert.Equal(0.302, fit.Coefficients[0], 0.000501);
        var strengths = fit.Ratings.Select(Math.Exp).Order().ToArray();
        double[] shares = [0.044, 0.088, 0.137, 0.157, 0.164, 0.190, 0.220];
        Assert.All(strengths.Zip(shares), p => Assert.Equal(p.Second, p.First / strengths.Sum(), 0.000501));
    }

    [Fact]
    public void WithoutFeaturesItIsThePlainFit()
    {
        var (first, second, outcomes) = Baseball();
        var plain = BradleyTerry.Fit(BattleTable.FromIds(7, first, second, outcomes));
        var styled = StyleControl.Fit(7, first, second, outcomes, []);
        Assert.All(plain.Ratings.Zip(styled.Ratings), p => Assert.Equal(p.First, p.Second, 1e-7));
        Assert.All(plain.Low.Zip(styled.Low), p => Assert.Equal(p.First, p.Second, 1e-6));
    }

    [Fact]
    public void ALongWindedPlayerEarnsNothingByIt()
    {
        // Players 0 and 1 are equal; 1 writes long, and judges like length.
        const int battles = 40_000;
        var random = new TestNumbers(8);
        var (first, second, outcomes, features) = (new int[battles], new int[battles], new BattleOutcome[battles], new double[2 * battles]);
        for (var k = 0; k < battles; k++)
        {
            first[k] = k % 3;
            second[k] = (k + 1 + (k / 3 % 2)) % 3;
            var length = StyleControl.Feature(Length(first[k]), Length(second[k]));
            features[2 * k] = length;
            features[2 * k + 1] = random.Normal();
            var p = 1 / (1 + Math.Exp(-(Truth(first[k]) - Truth(second[k]) + 1.5 * length)));
            outcomes[k] = random.Uniform() < p ? BattleOutcome.FirstWins : BattleOutcome.SecondWins;
        }
        var plain = BradleyTerry.Fit(BattleTable.FromIds(3, first, second, outcomes));
        var styled = StyleControl.Fit(3, first, second, outcomes, features, new StyleControlOptions(Standardise: false));
        Assert.True(plain.Ratings[1] - plain.Ratings[0] > 50);
        Assert.InRange(styled.Ratings[1] - styled.Ratings[0], -15, 15);
        Assert.InRange(styled.Coefficients[0], 1.5 - 4 * styled.CoefficientDeviations[0], 1.5 + 4 * styled.CoefficientDeviations[0]);
        Assert.InRange(styled.Coefficients[1], -4 * styled.CoefficientDeviations[1], 4 * styled.CoefficientDeviations[1]);
        Assert.InRange(styled.CoefficientDeviations[1], 0.005, 0.02);

        double Length(int player) => (player == 1 ? 400 : 200) * (0.3 + random.Uniform());
        double Truth(int player) => player == 2 ? 0.7 : 0;
    }

    [Fact]
    public void AStandardisedFeatureHasACoefficientOfOneDeviation()
    {
        var (first, second, outcomes) = Baseball();
        var random = new TestNumbers(1);
        var raw = first.Select(_ => 3 + 5 * random.Normal()).ToArray();
        var one = StyleControl.Fit(7, first, second, outcomes, raw, new StyleControlOptions(Penalty: 1));
        var other = StyleControl.Fit(7, first, second, outcomes, Array.ConvertAll(raw, x => 10 - 2 * x), new StyleControlOptions(Penalty: 1));
        Assert.Equal(one.Coefficients[0], -other.Coefficients[0], 1e-9);
        Assert.Equal(one.Ratings[3], other.Ratings[3], 1e-7);
    }

    [Fact]
    public void APenaltyShrinksTheCoefficients()
    {
        var (first, second, outcomes) = Baseball();
        var home = new double[first.Length];
        Array.Fill(home, 1);
        var free = StyleControl.Fit(7, first, second, outcomes, home, new StyleControlOptions(Penalty: 0, Standardise: false)).Coefficients[0];
        var held = StyleControl.Fit(7, first, second, outcomes, home, new StyleControlOptions(Penalty: 100, Standardise: false)).Coefficients[0];
        Assert.InRange(held, 0.01, free / 2);
    }
}
