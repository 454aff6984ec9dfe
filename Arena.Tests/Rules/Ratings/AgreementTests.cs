using System.Text.Json;
using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class AgreementTests
{
    private const double None = double.NaN;

    // Wikipedia's example: 10 items, 14 raters, 5 categories.
    private static readonly int[,] Wikipedia =
    {
        { 0, 0, 0, 0, 14 }, { 0, 2, 6, 4, 2 }, { 0, 0, 3, 5, 6 }, { 0, 3, 9, 2, 0 }, { 2, 2, 8, 1, 1 },
        { 7, 7, 0, 0, 0 }, { 3, 2, 6, 3, 0 }, { 2, 5, 3, 2, 2 }, { 6, 5, 2, 1, 0 }, { 0, 2, 2, 3, 7 },
    };

    // Fleiss's (1971) diagnoses: 30 patients, 6 raters.
    private const string Diagnoses =
        "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 " +
        "333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555";

    [Fact]
    public void FleissOnWikipediasExampleComesOut() => Assert.Equal(0.20993, Agreement.FleissKappa(Wikipedia), 5.01e-6);

    [Fact]
    public void FleissOnHisDiagnosesComesOut()
    {
        var counts = new int[30, 5];
        foreach (var (patient, given) in Diagnoses.Split(' ').Index())
        {
            foreach (var digit in given)
            {
                counts[patient, digit - '1']++;
            }
        }
        Assert.Equal(0.4302445, Agreement.FleissKappa(counts), 5.01e-8);
    }

    // A SAS example in statsmodels' tests.
    [Fact]
    public void CohenComesOutPlainAndWeighted()
    {
        int[,] table = { { 0, 4, 1 }, { 0, 8, 0 }, { 0, 1, 5 } };
        Assert.Equal(0.4842, Agreement.CohenKappa(table), 5.01e-5);
        Assert.Equal(0.4701, Agreement.CohenKappa(table, KappaWeights.Linear), 5.01e-5);
    }

    [Fact]
    public void KrippendorffOnWikipediasExampleComesOut()
    {
        double[,] ratings =
        {
            { None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3 },
            { 1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None },
            { None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4 },
        };
        Assert.Equal(0.691358, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Nominal), 5.01e-7);
        Assert.Equal(0.810845, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Interval), 5.01e-7);
    }

    [Fact]
    public void KrippendorffOnHisFourObserversComesOut()
    {
        double[,] ratings =
        {
            { 1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None },
            { 1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3 },
            { None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None },
            { 1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None },
        };
        Assert.Equal(0.743, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Nominal), 5.01e-4);
        Assert.Equal(0.815, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Ordinal), 5.01e-4);
        Assert.Equal(0.849, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Interval), 5.01e-4);
        Assert.Equal(0.797, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Ratio), 5.01e-4);
    }

    [Fact]
    public void PandaLmsPeopleComeOut()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(PublicData.File("pandalm", "testset-v1.json")));
        var people = json.RootElement.EnumerateArray()
            .Select(item => Enumerable.Range(1, 3).Select(k => item.GetProperty($"annotator{k}").GetInt32()).ToArray()).ToArray();
        var (counts, ratings) = (new int[people.Length, 3], new double[3, people.Length]);
        for (var item = 0; item < people.Length; item++)
        {
            for (var person = 0; person < 3; person++)
            {
                counts[item, people[item][person]]++;
                ratings[person, item] = people[item][person];
            }
        }
        Assert.Equal(0.864175, Agreement.FleissKappa(counts), 5.01e-7);
        Assert.Equal(0.864221, Agreement.KrippendorffAlpha(ratings, AlphaMetric.Nominal), 5.01e-7);
        double[] pairs = [Cohen(0, 1), Cohen(0, 2), Cohen(1, 2)];
        double[] expected = [0.8520, 0.8617, 0.8789];
        Assert.All(pairs.Order().Zip(expected), p => Assert.Equal(p.Second, p.First, 5.01e-5));

        double Cohen(int a, int b) => Agreement.CohenKappa(people.Select(p => p[a]).ToArray(), people.Select(p => p[b]).ToArray());
    }

    [Fact]
    public void ItemsWithDifferentNumbersOfRatingsAreRefused() =>
        Assert.Throws<ArgumentException>(() => Agreement.FleissKappa(new[,] { { 2, 1 }, { 1, 1 } }));
}
