using System.Text.Json;
using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class WengLinTests
{
    private static readonly Skill New = Skill.Newcomer;

    public static TheoryData<WengLinModel, string> Suites { get; } = new()
    {
        { WengLinModel.PlackettLuce, "plackettluce" },
        { WengLinModel.BradleyTerryFull, "bradleyterryfull" },
        { WengLinModel.BradleyTerryPart, "bradleyterrypart" },
        { WengLinModel.ThurstoneMostellerFull, "thurstonemostellerfull" },
        { WengLinModel.ThurstoneMostellerPart, "thurstonemostellerpart" },
    };

    // The calls are those of openskill's own tests; the shapes of the teams are read off the expected values.
    [Theory]
    [MemberData(nameof(Suites))]
    public void OpenskillsSuiteComesOut(WengLinModel model, string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(PublicData.File("openskill", file + ".json")));
        var root = json.RootElement;
        var start = Read(root.GetProperty("model"));
        var options = new WengLinOptions(model);

        Check("normal");
        Check("ranks", ranks: [2, 1, 4, 3]);
        Check("scores", scores: [1, 2]);
        Check("limit_sigma", ranks: [2, 1, 3], with: options with { LimitSigma = true });
        Check("ties", ranks: [1, 2, 1]);
        Check("weights", ranks: [2, 1, 4, 3], weights: [[2, 0, 0], [1, 2], [0, 0, 1], [0, 1]]);
        Check("margins", scores: [10, 5, 5, 2, 1], weights: [[1, 2], [2, 1], [1, 2], [3, 1], [1, 2]], with: options with { Margin = 2 });
        Check("balance", ranks: [1, 2], with: options with { Balance = true });

        void Check(string name, double[]? ranks = null, double[]? scores = null, double[][]? weights = null, WengLinOptions? with = null)
        {
            var expected = root.GetProperty(name).EnumerateObject().Select(t => t.Value.EnumerateArray().Select(Read).ToArray()).ToArray();
            var teams = expected.Select(t => t.Select(_ => start).ToArray()).ToArray();
            var rated = WengLin.Rate(teams, ranks, scores, weights, with ?? options);
            foreach (var (want, have) in expected.SelectMany(t => t).Zip(rated.SelectMany(t => t)))
            {
                Assert.Equal(want.Mu, have.Mu, 1e-12 * Math.Abs(want.Mu));
                Assert.Equal(want.Sigma, have.Sigma, 1e-12 * want.Sigma);
            }
        }
    }

    private static Skill Read(JsonElement element) => new(element.GetProperty("mu").GetDouble(), element.GetProperty("sigma").GetDouble());

    private static void Check(Skill skill, double mu, double sigma)
    {
        Assert.Equal(mu, skill.Mu, 1e-12 * mu);
        Assert.Equal(sigma, skill.Sigma, 1e-12 * sigma);
    }

    [Theory]
    [InlineData(WengLinModel.PlackettLuce, 27.635389493140497, 8.06590141354368)]
    [InlineData(WengLinModel.BradleyTerryFull, 27.635389493140497, 8.06590141354368)]
    [InlineData(WengLinModel.ThurstoneMostellerFull, 29.23097152411328, 7.631294290553771)]
    public void TwoNewcomersComeOut(WengLinModel model, double mu, double sigma)
    {
        var rated = WengLin.Rate([[New], [New]], options: new WengLinOptions(model));
        Check(rated[0][0], mu, sigma);
        Check(rated[1][0], 50 - mu, sigma);
    }

    [Fact]
    public void TheReadmesTeamsOfTwoComeOut()
    {
        var rated = WengLin.Rate([[New, New], [New, New]]);
        Check(rated[0][1], 26.964294621803063, 8.177962604389991);
        Check(rated[1][0], 23.035705378196937, 8.177962604389991);
    }

    [Fact]
    public void FourSeatsComeOut()
    {
        var rated = WengLin.Rate([[New], [New], [New], [New]]);
        Check(rated[0][0], 27.795252672501135, 8.263571791259416);
        Check(rated[1][0], 26.55291815138952, 8.17961798837266);
        Check(rated[2][0], 24.689416369722096, 8.084127880168786);
        Check(rated[3][0], 20.962412806387245, 8.084127880168786);
        Check(WengLin.Rate([[New], [New], [New], [New]], options: new WengLinOptions(WengLinModel.BradleyTerryFull))[0][0], 32.906168479421495, 7.501567773555074);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void TheFormInPlaceIsTheSameRule(int seats)
    {
        var random = new TestNumbers((ulong)seats);
        for (var match = 0; match < 50; match++)
        {
            var skills = Enumerable.Range(0, 20).Select(_ => new Skill(25 + 8 * random.Normal(), 1 + 8 * random.Uniform())).ToArray();
            var order = Enumerable.Range(0, 20).OrderBy(_ => random.Uniform()).Take(seats).ToArray();
            var ranks = Enumerable.Range(0, seats).Select(_ => (int)(random.Uniform() * seats)).Order().ToArray();
            var limit = match % 2 == 1;
            var options = new WengLinOptions(LimitSigma: limit);
            var expected = WengLin.Rate([.. order.Select(i => new[] { skills[i] })], Array.ConvertAll(ranks, r => (double)r), options: options);
            var (mu, sigma) = (skills.Select(s => s.Mu).ToArray(), skills.Select(s => s.Sigma).ToArray());
            new PlackettLuceOnline(options).Update(mu, sigma, order, ranks);
            for (var k = 0; k < seats; k++)
            {
                Assert.Equal(expected[k][0].Mu, mu[order[k]], 1e-11);
                Assert.Equal(expected[k][0].Sigma, sigma[order[k]], 1e-12);
            }
        }
    }

    [Fact]
    public void AHugeUpsetStaysFinite()
    {
        foreach (var model in Enum.GetValues<WengLinModel>())
        {
            var rated = WengLin.Rate([[new(-4000, 1)], [new(4000, 1)]], options: new WengLinOptions(model));
            Assert.All(rated, t => Assert.True(double.IsFinite(t[0].Mu) && t[0].Sigma > 0));
            Assert.True(rated[0][0].Mu > -4000);
        }
    }

    [Fact]
    public void ChancesAddUpAndFavourTheBetter()
    {
        var chances = WengLin.WinChances([[new(30, 2)], [new(25, 2)], [new(25, 2)]]);
        Assert.Equal(1, chances.Sum(), 1e-12);
        Assert.True(chances[0] > chances[1]);
        Assert.Equal(chances[1], chances[2], 1e-12);
    }

    [Fact]
    public void ImpossibleMatchesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => WengLin.Rate([[New]]));
        Assert.Throws<ArgumentException>(() => WengLin.Rate([[New], []]));
        Assert.Throws<ArgumentException>(() => WengLin.Rate([[New], [New]], ranks: [1, 2], scores: [2, 1]));
        Assert.Throws<ArgumentException>(() => WengLin.Rate([[New], [New]], ranks: [1]));
        Assert.Throws<ArgumentException>(() => WengLin.Rate([[New], [New]], weights: [[1], [1, 2]]));
    }
}
