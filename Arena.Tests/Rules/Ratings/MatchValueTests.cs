using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class MatchValueTests
{
    [Fact]
    public void InformationIsThatOfALaplacePosterior()
    {
        // p = 1/2: ½ ln(1 + 4/4) = ½ ln 2; a sure result teaches nothing.
        Assert.Equal(Math.Log(2) / 2, MatchValue.Information(0, 4), 1e-12);
        Assert.Equal(0, MatchValue.Information(40, 1), 1e-12);
        Assert.Equal(MatchValue.Information(1.3, 0.7), MatchValue.Information(-1.3, 0.7), 1e-15);
    }

    [Theory]
    // Φ(-z) of the tables.
    [InlineData(0, 0.5)]
    [InlineData(1, 0.15865525393145707)]
    [InlineData(2, 0.022750131948179195)]
    [InlineData(5, 2.866515718791939e-7)]
    public void OrderInformationWeighsByTheRiskOfAWrongOrder(double z, double risk)
    {
        const double Variance = 0.25;
        var difference = z * Math.Sqrt(Variance);
        Assert.Equal(risk, MatchValue.OrderInformation(difference, Variance) / MatchValue.Information(difference, Variance), risk * 2e-7);
    }
}

public sealed class RoundPairingTests
{
    private static double[] Symmetric(int n, Func<int, int, double> value)
    {
        var values = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                values[i * n + j] = values[j * n + i] = value(i, j);
            }
        }
        return values;
    }

    [Fact]
    public void PartnersAreExchangedWhereThatIsWorthMore()
    {
        // Greedily 0-1 (10) comes first and leaves 2-3 (0): 10. Exchanged: 0-2 and 1-3, 9 + 9.
        var pairs = RoundPairing.Choose(4, Symmetric(4, (i, j) => (i, j) switch { (0, 1) => 10, (0, 2) or (1, 3) => 9, _ => 0 }));
        Assert.Equal([(0, 2), (1, 3)], pairs.Select(p => (Math.Min(p.First, p.Second), Math.Max(p.First, p.Second))).Order());
    }

    [Fact]
    public void WhoMayNotMeetDoesNot()
    {
        var pairs = RoundPairing.Choose(6, Symmetric(6, (i, j) => i % 2 == j % 2 ? -1 : i == 0 ? double.NaN : 1));
        Assert.DoesNotContain(pairs, p => p.First % 2 == p.Second % 2 || p.First == 0 || p.Second == 0);
        Assert.Equal(2, pairs.Count);
    }

    [Fact]
    public void NobodyMeetsTwoAndAnOddOneRests()
    {
        var pairs = RoundPairing.Choose(9, Symmetric(9, (i, j) => 1.0 / (1 + i * j % 7)));
        Assert.Equal(4, pairs.Count);
        Assert.Equal(8, pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct().Count());
    }
}
