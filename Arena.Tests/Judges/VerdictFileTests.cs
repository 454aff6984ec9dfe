using System.IO.Compression;
using System.Text;
using Arena.Judges;
using Arena.Rules.Ratings;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Judges;

public sealed class VerdictFileTests
{
    private const string Header = "subset,item,gold,evaluator,strategy,trial,winner_original_order,winner_swapped_order\n";

    private static IReadOnlyList<FiledVerdict> Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return VerdictFile.Read(stream);
    }

    [Fact]
    public void RowsAreReadByTheNamesOfTheirColumns()
    {
        var row = Assert.Single(Read("trial,note,winner_swapped_order,winner_original_order,gold,item,subset,strategy,evaluator\r\n0,\"a, \"\"b\"\"\",,2,1,7,S/x,CoT,\"M, 1\"\r\n\r\n"));
        Assert.Equal(new FiledVerdict("S/x", "7", 1, "M, 1", "CoT", "0", 2, null), row);
        Assert.Equal(("M, 1/CoT", "S/x/7"), (row.Judge, row.Id));
    }

    [Fact]
    public void GzipIsReadTheSame()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(Encoding.UTF8.GetBytes(Header + "S,1,1,M,V,0,1,1\n"));
        }
        packed.Position = 0;
        Assert.Single(VerdictFile.Read(packed));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(Header, "no rows")]
    [InlineData("subset,item\n", "Line 1: no column \"gold\", \"evaluator\"")]
    [InlineData(Header + "S,1,1,M,V,0,1,1\nS,2,1,M,V,0,1\n", "Line 3: 7 fields, the header has 8")]
    [InlineData(Header + "S,1,3,M,V,0,1,1\n", "Line 2: gold is \"3\"; it must be 1, 2.")]
    [InlineData(Header + "S,1,,M,V,0,1,1\n", "Line 2: gold is empty")]
    [InlineData(Header + "S,1,1,M,V,0,tie,1\n", "Line 2: winner_original_order is \"tie\"; it must be 1, 2 or empty")]
    [InlineData(Header + "S,1,1,,V,0,1,1\n", "Line 2: evaluator is empty")]
    [InlineData(Header + "S,1,1,M,V,0,1,1\nS,1,2,N,V,0,1,1\n", "Line 3: item S/1 has gold 2, line 2 gave it 1")]
    [InlineData(Header + "S,1,1,M,V,0,1,1\nS,1,1,M,V,0,1,1\n", "Line 3: M/V judged item S/1 in trial \"0\" before, on line 2")]
    [InlineData(Header + "S,1,1,\"M,V,0,1,1\n", "Line 2: a quoted field is not closed")]
    public void ABadFileIsRefusedWithItsLine(string text, string says) =>
        Assert.Contains(says, Assert.Throws<VerdictFileException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void OrdersAndTrialsBecomeVotes()
    {
        var panel = FiledPanel.Of(Read(Header + "S,1,2,M,V,0,1,2\nS,1,2,N,V,0,2,2\nS,1,2,N,V,1,2,\nR,1,1,M,V,0,1,1\n"));
        Assert.Equal(["M/V", "N/V"], panel.Judges);
        Assert.Equal(["R", "S"], panel.Spaces);
        Assert.Equal(["R/1", "S/1"], panel.Gold.Select(g => g.Item.Id));
        Assert.Equal([0, -0.75], panel.Gold[1].Item.Votes);
        Assert.Equal([1, 0], panel.Gold[0].Item.Votes);
        Assert.Equal((1, 0), (panel.Gold[0].Truth, panel.Gold[1].Truth));
    }

    [Fact]
    public void OnRealVerdictsThePanelReachesWhatItIsMeantTo()
    {
        using var file = File.OpenRead(PublicData.File("llmbar", "llmbar_verdicts.csv.gz"));
        var panel = FiledPanel.Of(VerdictFile.Read(file).Where(v => v.Strategy == "Vanilla"));
        Assert.Equal((6, 3, 326), (panel.Judges.Count, panel.Spaces.Count, panel.Gold.Count));
        var forecasts = new Forecast[panel.Gold.Count];
        int Fold(int i) => PanelModel.Fold(panel.Gold[i].Item.Id, 5);
        Parallel.For(0, 5, fold =>
        {
            var model = PanelModel.Fit(6, 3, [.. panel.Gold.Where((_, i) => Fold(i) != fold)]);
            foreach (var i in Enumerable.Range(0, forecasts.Length).Where(i => Fold(i) == fold))
            {
                forecasts[i] = new(model.Chance(panel.Gold[i].Item), panel.Gold[i].Truth);
            }
        });
        Assert.True(Calibration.Accuracy(forecasts) >= 0.90);
        Assert.True(Calibration.AccuracyAt(forecasts, 0.7) >= 0.96);
        Assert.True(Calibration.ExpectedError(forecasts) <= 0.03);
        foreach (var space in Enumerable.Range(0, 3))
        {
            var here = Enumerable.Range(0, forecasts.Length).Where(i => panel.Gold[i].Item.Space == space).ToList();
            var best = Enumerable.Range(0, 6).Max(j => here.Average(i => (1 + (2 * panel.Gold[i].Truth - 1) * panel.Gold[i].Item.Votes[j]) / 2));
            Assert.True(here.Average(i => forecasts[i].Score) >= best - 0.01, panel.Spaces[space]);
        }
    }
}
