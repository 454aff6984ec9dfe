using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Spaces.TradeWars;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Spaces;

public sealed class TradeWarsTests
{
    private const int Seats = 5;
    private static readonly TradeWarsRules Rules = new();

    private static TradeWarsState Opening(int seed = 1) => (TradeWarsState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), Seats);

    private static TradeWarsState Play(TradeWarsState state, params string[] actions) =>
        (TradeWarsState)Rules.Apply(state, actions.Select((a, seat) => (a, seat)).ToDictionary(p => p.seat, p => Rules.Read(state, p.seat, p.a).Canonical!));

    private static TradeWarsState Flat(params int[] end) => Opening() with { Path = [.. Enumerable.Repeat(10_000, TradeWarsRules.PathLength - end.Length), .. end] };

    private static string Csv(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";

    private static PriceSeries Series(int prices = 200) =>
        new("made.csv", [.. Enumerable.Range(0, prices).Select(i => 20_000_000L + 300_000 * (i % 17) + 10_000 * i)]);

    private static MatchSetup Setup(PriceSeries series, int seed = 5) => MadeMatches.Setup(Rules, seed: seed) with { Material = series.Material };

    /// <summary>The generator as docs/protocol.md words it, written a second time.</summary>
    [Fact]
    public void ThePricePathIsTheOneThatTheProtocolDescribes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var draws = new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0");
            List<long> prices = [10_000];
            var (regime, last) = (draws.Next(4), 0L);
            while (prices.Count < 46)
            {
                regime = draws.Next(100) < 7 ? draws.Next(4) : regime;
                var noise = Enumerable.Range(0, 4).Sum(_ => draws.Next(161) - 80);
                var recent = prices.TakeLast(8).ToList();
                var mean = regime switch
                {
                    0 => 60 + last * 25 / 100,
                    1 => -60 + last * 25 / 100,
                    2 => (recent.Sum() / recent.Count - prices[^1]) * 10_000 / prices[^1] * 40 / 100,
                    _ => 0,
                };
                last = Math.Clamp(mean + noise, -900, 900);
                prices.Add(Math.Max(100, prices[^1] + prices[^1] * last / 10_000));
            }
            Assert.Equal(prices, Opening(seed).Path.Select(p => (long)p));
        }
    }

    [Fact]
    public void TradesCostWhatTheRulesSay()
    {
        var state = Play(Flat(10_100), "buy 50", "sell 100", "hold", "buy 1", "hold");
        // 50 units at 100.00 are 5,000.00, and 15 basis points of that 7.50; one unit's 15 cents are exact.
        Assert.Equal([500_000 - 750, 2_000_000 - 1_500, 1_000_000, 1_000_000 - 10_000 - 15, 1_000_000], state.Books.Select(b => b.Cash));
        Assert.Equal([50, -100, 0, 1, 0], state.Books.Select(b => b.Position));
        Assert.Equal(2, TradeBook.Cost(1, 1_001));
        Assert.Equal(1_000_000, state.Equity(2));
    }

    [Theory]
    [InlineData("BUY 100.", "buy 100")]
    [InlineData(" sell  7 ", "sell 7")]
    [InlineData("`Hold`", "hold")]
    [InlineData("buy 007", "buy 7")]
    public void OrdersAreReadLeniently(string text, string canonical) => Assert.Equal(canonical, Rules.Read(Opening(), 0, text).Canonical);

    [Theory]
    [InlineData("buy 101", "at most buy 100")]
    [InlineData("buy 0", "is no order")]
    [InlineData("buy -5", "is no order")]
    [InlineData("buy ten", "is no order")]
    [InlineData("buy", "is no order")]
    [InlineData("hold 3", "is no order")]
    [InlineData("buy 5 sell 3", "is no order")]
    [InlineData("buy \u0665", "is no order")]
    [InlineData("buy 99999999999", "is no order")]
    public void WrongOrdersAreRefusedWithAReason(string text, string reason) => Assert.Contains(reason, Rules.Read(Opening(), 0, text).Illegal);

    [Fact]
    public void ASeatWithNothingLeftIsClosedOutAndTheOthersGoOn()
    {
        var state = Play(Flat([21_000, .. Enumerable.Repeat(21_000, 15)]), "sell 100", "hold", "hold", "hold", "hold");
        Assert.True(state.Books[0] is { Out: true, Position: 0 });
        Assert.Equal([1, 2, 3, 4], Rules.ToAct(state));
        Assert.Contains("out", Rules.Read(state, 0, "hold").Illegal);
        Assert.Equal([], Rules.Observe(state, 0).Legal!);
        for (var round = 1; round < TradeWarsRules.Rounds; round++)
        {
            state = (TradeWarsState)Rules.Apply(state, Rules.ToAct(state).ToDictionary(s => s, _ => "hold"));
        }
        Assert.Equal([0, 625_000, 625_000, 625_000, 625_000], Rules.Outcome(state));
    }

    [Fact]
    public void ASeatWithExactlyNothingIsOut()
    {
        // 1,000,000 and 1,000,000 for a hundred units sold, less 1,500 of costs: a hundred units at 199.85.
        var state = Play(Flat([19_985, .. Enumerable.Repeat(19_985, 15)]), "sell 100", "hold", "hold", "hold", "hold");
        Assert.True(state.Books[0] is { Out: true, Position: 0 });
        Assert.False(Play(Flat([19_984, .. Enumerable.Repeat(19_984, 15)]), "sell 100", "hold", "hold", "hold", "hold").Books[0].Out);
    }

    [Fact]
    public void TheGameIsOverWhenEverySeatIsOut()
    {
        var state = Play(Flat([21_000, .. Enumerable.Repeat(21_000, 15)]), "sell 100", "sell 100", "sell 100", "sell 100", "sell 100");
        Assert.Empty(Rules.ToAct(state));
        Assert.Equal([500_000, 500_000, 500_000, 500_000, 500_000], Rules.Outcome(state));
    }

    [Fact]
    public void AnObservationSaysHowMuchMayBeBoughtAndSold()
    {
        var state = Play(Flat(10_000), "buy 30", "sell 40", "hold", "hold", "hold");
        Assert.Equal([(70, 130), (140, 60), (100, 100)], Enumerable.Range(0, 3).Select(seat => Rules.Observe(state, seat).Json).Select(json => ((int)json["mostBuy"]!, (int)json["mostSell"]!)));
    }

    [Theory]
    [InlineData(20, "hold")]
    [InlineData(21, "buy 100")]
    [InlineData(22, "hold")]
    public void MomentumLooksEightStepsBack(int low, string order)
    {
        var state = Flat() with { Path = [.. Enumerable.Range(0, TradeWarsRules.PathLength).Select(i => i == low ? 9_000 : 10_000)] };
        Assert.Equal(order, Rules.House.Single(h => h.Slug == "momentum").Act(Rules, state, 0, new Draws(new byte[32], "x")));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(PriceSeries.LargestPrice + 1)]
    public void AMaterialWithAPriceOutOfRangeIsRefused(long price)
    {
        var material = new JsonObject { ["name"] = "m", ["prices"] = new JsonArray([.. Enumerable.Range(0, 100).Select(i => JsonValue.Create(i == 60 ? price : 1_000_000))]) };
        Assert.Contains("Price 61 is out of range", Assert.Throws<FormatException>(() => PriceSeries.Of(material)).Message);
        material["prices"]![60] = PriceSeries.LargestPrice;
        Assert.Equal(PriceSeries.LargestPrice, PriceSeries.Of(material).Prices[60]);
    }

    [Fact]
    public void TheScoreIsTheShareOfSeatsThatArePoorer()
    {
        var state = Flat(10_500) with { Trades = [.. Enumerable.Repeat<IReadOnlyList<int>>([0, 0, 0, 0, 0], 15)] };
        Assert.Null(Rules.Outcome(state));
        Assert.Equal([1_000_000, 0, 500_000, 750_000, 250_000], Rules.Outcome(Play(state, "buy 80", "sell 80", "hold", "buy 40", "sell 40")));
        Assert.Equal([500_000, 500_000, 500_000, 500_000, 500_000], Rules.Outcome(Play(state, "hold", "hold", "hold", "hold", "hold")));
    }

    [Fact]
    public void NobodySeesThePricesToCome()
    {
        var one = Opening();
        var other = one with { Path = [.. one.Path.Take(TradeWarsRules.History), .. one.Path.Skip(TradeWarsRules.History).Select(p => p + 77)] };
        for (var seat = 0; seat < Seats; seat++)
        {
            Assert.Equal(Rules.Observe(one, seat).Text, Rules.Observe(other, seat).Text);
            Assert.Equal(Rules.Observe(one, seat).Json.ToJsonString(), Rules.Observe(other, seat).Json.ToJsonString());
            Assert.All(Rules.House, h => Assert.Equal(h.Act(Rules, one, seat, new Draws(new byte[32], "x")), h.Act(Rules, other, seat, new Draws(new byte[32], "x"))));
        }
        Assert.Equal(Rules.View(one).ToJsonString(), Rules.View(other).ToJsonString());
    }

    [Fact]
    public void TheFilterEarnsMoreThanMomentumAndThatMoreThanChance()
    {
        var sums = new double[Seats];
        const int games = 400;
        for (var seed = 0; seed < games; seed++)
        {
            IGameState state = Opening(seed);
            for (var seats = Rules.ToAct(state); seats.Count > 0; seats = Rules.ToAct(state))
            {
                state = Rules.Apply(state, seats.ToDictionary(s => s, s => Rules.House[s].Act(Rules, state, s, new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, $"house/{((TradeWarsState)state).Round}/{s}"))));
            }
            var scores = Rules.Outcome(state)!;
            Assert.Equal(2_500_000, scores.Sum());
            for (var s = 0; s < Seats; s++)
            {
                sums[s] += scores[s] / 1e6 / games;
            }
        }
        var means = Rules.House.Select((h, s) => (h.Slug, Score: sums[s])).ToDictionary(m => m.Slug, m => m.Score);
        Assert.True(means["filter"] > means["momentum"] + 0.02 && means["momentum"] > means["random"] + 0.1, string.Join(' ', means));
    }

    [Fact]
    public void ASeriesIsReadFromUsualFiles()
    {
        var lines = Enumerable.Range(1, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"2020-01-01,{i},{100 + i}.25,7")).ToList();
        var (series, problem) = PriceSeries.ReadCsv(Csv(["\ufeffDate,Open,Close,Volume", .. lines]).Replace("\n", "\r\n"), "p.csv");
        Assert.Null(problem);
        Assert.Equal((100, 101_250_000L, 200_250_000L), (series!.Prices.Count, series.Prices[0], series.Prices[^1]));
        Assert.Equal(100, PriceSeries.ReadCsv(Csv(["# daily", "", .. Enumerable.Range(1, 100).Select(i => $"{i}")]), "p.csv").Series!.Prices.Count);
        Assert.Equal(1, PriceSeries.ReadCsv(Csv(Enumerable.Repeat("d;0.000001", 100)), "p.csv").Series!.Prices[0]);
        Assert.Equal(series.Prices, PriceSeries.Of((JsonObject)JsonNode.Parse(series.Material)!).Prices);
    }

    [Theory]
    [InlineData("12,x", "p.csv, line 51: \"x\" is not a price")]
    [InlineData("12,-3", "p.csv, line 51: \"-3\" is not a price")]
    [InlineData("12,0", "p.csv, line 51: \"0\" is not a price")]
    [InlineData("12,1e5", "p.csv, line 51: \"1e5\" is not a price")]
    [InlineData("12,1.2345678", "p.csv, line 51: \"1.2345678\" is not a price")]
    [InlineData("12,NaN", "is not a price")]
    [InlineData("12,", "p.csv, line 51: \"\" is not a price")]
    [InlineData("12,1000000000", "is not a price")]
    [InlineData("12,1,5", "p.csv, line 51: 3 fields where the first line has 2")]
    [InlineData("12", "p.csv, line 51: 1 fields where the first line has 2")]
    public void ABadFileIsRefusedWithItsLine(string line, string problem)
    {
        var good = Enumerable.Repeat("12,5", 100).ToList();
        good.Insert(50, line);
        var (series, found) = PriceSeries.ReadCsv(Csv(good), "p.csv");
        Assert.Null(series);
        Assert.Contains(problem, found);
    }

    [Fact]
    public void TooFewAndTooManyPricesAreRefused()
    {
        Assert.Contains("has 92 to 20000 prices; this one has 91", PriceSeries.ReadCsv(Csv(Enumerable.Repeat("1", 91)), "p.csv").Problem);
        Assert.Contains("line 20001: more than 20000", PriceSeries.ReadCsv(Csv(Enumerable.Repeat("1", 20_001)), "p.csv").Problem);
        Assert.Contains("this one has 0", PriceSeries.ReadCsv("", "p.csv").Problem);
        Assert.Null(PriceSeries.ReadCsv(new string('9', 1 << 20), "p.csv").Series);
    }

    [Fact]
    public void RecordedPricesAreAStretchOfTheSeriesFromADrawnPlaceScaledToAHundred()
    {
        var series = Series();
        var state = (TradeWarsState)Rules.Start(new Draws(new byte[32], "deal/0"), Seats, 0, (JsonObject)JsonNode.Parse(series.Material)!);
        var from = new Draws(new byte[32], "deal/0").Next(200 - 46 + 1);
        Assert.Equal(Enumerable.Range(0, 46).Select(i => (int)Math.Round(10_000m * series.Prices[from + i] / series.Prices[from], MidpointRounding.AwayFromZero)), state.Path);
        Assert.Contains($"made.csv, 200 prices, SHA-256 {series.Hash}", Rules.Observe(state, 3).Text);
        Assert.Equal(series.Hash, Rules.View(state)["series"]!["hash"]!.GetValue<string>());
        Assert.Equal([1, 100_000_000], [new PriceSeries("p", [.. Enumerable.Repeat(PriceSeries.LargestPrice, 50), .. Enumerable.Repeat(1L, 50)]).Window(new Draws(new byte[32], "a"), 100)[^1],
            new PriceSeries("p", [1L, .. Enumerable.Repeat(PriceSeries.LargestPrice, 99)]).Window(new Draws(new byte[32], "a"), 100)[^1]]);
    }

    [Fact]
    public void AMatchOnRecordedPricesReplaysFromItsTranscriptAlone()
    {
        var match = MadeMatches.House(Setup(Series()), [.. Rules.House]);
        var report = TranscriptReplay.Run(match.Transcript, Rules);
        Assert.True(report.Ok, $"{report.Checks.LastOrDefault(c => !c.Ok)}");
        Assert.Equal(Series().Material, report.Material);
        Assert.Equal(match.Hash, report.Match!.Hash);
        // Other prices, other head of the chain, from the first turn on.
        Assert.NotEqual(match.ChainHead, MadeMatches.House(Setup(Series(201)), [.. Rules.House]).ChainHead);
    }

    [Theory]
    [InlineData("20310000", "20310001")]
    [InlineData("made.csv", "else.csv")]
    [InlineData("\"material\":{\"name\"", "\"material\":{\"nom\"")]
    [InlineData("\"prices\":[20000000", "\"prices\":[-1")]
    public void AChangedSeriesIsFound(string was, string now)
    {
        var match = MadeMatches.House(Setup(Series()), [.. Rules.House]);
        var text = Encoding.UTF8.GetString(match.Transcript);
        var at = text.IndexOf("\"material\"", StringComparison.Ordinal);
        var changed = text[..at] + text[at..].Replace(was, now);
        Assert.NotEqual(text, changed);
        Assert.False(TranscriptReplay.Run(Encoding.UTF8.GetBytes(changed), Rules).Ok);
    }

    [Fact]
    public void OnlyASpaceThatPlaysWithMaterialTakesIt()
    {
        Assert.Throws<FormatException>(() => new MatchPlay(MadeMatches.Setup(new CountdownRules()) with { Material = "{}" }));
        Assert.Throws<FormatException>(() => new MatchPlay(MadeMatches.Setup(Rules) with { Material = "{ }" }));
        Assert.Throws<FormatException>(() => new MatchPlay(MadeMatches.Setup(Rules) with { Material = "[1" }));
        Assert.Throws<FormatException>(() => new MatchPlay(MadeMatches.Setup(Rules) with { Material = "{\"name\":\"x\",\"prices\":[1]}" }));
    }
}
