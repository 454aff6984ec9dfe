namespace Arena.Rules.Ratings;

/// <summary>How far apart two categories are, for a weighted kappa.</summary>
public enum KappaWeights
{
    /// <summary>Equal or not.</summary>
    None,
    Linear,
    Quadratic,
}

/// <summary>The scale of the values, for Krippendorff's alpha.</summary>
public enum AlphaMetric
{
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

/// <summary>Agreement beyond chance: 1 is perfect, 0 what chance gives, NaN where nothing could differ.</summary>
public static class Agreement
{
    /// <summary>Cohen's kappa of two raters over the same items.</summary>
    /// <param name="first">(n) categories, 0 and up.</param>
    /// <param name="second">(n)</param>
    /// <param name="weights">How disagreements of ordered categories count.</param>
    public static double CohenKappa(ReadOnlySpan<int> first, ReadOnlySpan<int> second, KappaWeights weights = KappaWeights.None)
    {
        if (second.Length != first.Length)
        {
            throw new ArgumentException("Both raters rate the same items.", nameof(second));
        }
        var categories = 0;
        for (var k = 0; k < first.Length; k++)
        {
            categories = Math.Max(categories, 1 + Math.Max(first[k], second[k]));
        }
        var table = new int[categories, categories];
        for (var k = 0; k < first.Length; k++)
        {
            table[first[k], second[k]]++;
        }
        return CohenKappa(table, weights);
    }

    /// <summary>Cohen's kappa (1960; weighted 1968) of a table (K, K) of items by the two raters' categories.</summary>
    public static double CohenKappa(int[,] table, KappaWeights weights = KappaWeights.None)
    {
        var categories = table.GetLength(0);
        var (rows, columns) = (new double[categories], new double[categories]);
        double total = 0;
        for (var i = 0; i < categories; i++)
        {
            for (var j = 0; j < categories; j++)
            {
                rows[i] += table[i, j];
                columns[j] += table[i, j];
                total += table[i, j];
            }
        }
        double observed = 0, expected = 0;
        for (var i = 0; i < categories; i++)
        {
            for (var j = 0; j < categories; j++)
            {
                double gap = Math.Abs(i - j);
                var distance = weights switch { KappaWeights.Linear => gap, KappaWeights.Quadratic => gap * gap, _ => Math.Min(gap, 1) };
                observed += distance * table[i, j] / total;
                expected += distance * rows[i] * columns[j] / (total * total);
            }
        }
        return 1 - observed / expected;
    }

    /// <summary>Fleiss's kappa (1971): (items, categories) counts of ratings, the same number of ratings for each item.</summary>
    public static double FleissKappa(int[,] counts)
    {
        var (items, categories) = (counts.GetLength(0), counts.GetLength(1));
        var shares = new double[categories];
        double agreement = 0, raters = 0;
        for (var i = 0; i < items; i++)
        {
            double ratings = 0, squares = 0;
            for (var c = 0; c < categories; c++)
            {
                ratings += counts[i, c];
                squares += (double)counts[i, c] * counts[i, c];
                shares[c] += counts[i, c];
            }
            if (i > 0 && ratings != raters)
            {
                throw new ArgumentException($"Item {i} has {ratings} ratings, the first has {raters}.", nameof(counts));
            }
            raters = ratings;
            agreement += (squares - ratings) / (ratings * (ratings - 1));
        }
        var observed = agreement / items;
        var expected = shares.Sum(s => Math.Pow(s / (items * raters), 2));
        return (observed - expected) / (1 - expected);
    }

    /// <summary>
    /// Krippendorff's alpha: any number of raters, missing ratings allowed.
    /// </summary>
    /// <param name="ratings">(raters, items), NaN where a rater gave none; for nominal data any codes.</param>
    /// <param name="metric">How far apart two values are.</param>
    public static double KrippendorffAlpha(double[,] ratings, AlphaMetric metric)
    {
        var (raters, items) = (ratings.GetLength(0), ratings.GetLength(1));
        var values = ratings.Cast<double>().Where(v => !double.IsNaN(v)).Distinct().Order().ToArray();
        var coincidences = new double[values.Length, values.Length];
        for (var item = 0; item < items; item++)
        {
            var given = Enumerable.Range(0, raters).Select(r => ratings[r, item]).Where(v => !double.IsNaN(v)).Select(v => Array.BinarySearch(values, v)).ToArray();
            for (var a = 0; a < given.Length && given.Length > 1; a++)
            {
                for (var b = 0; b < given.Length; b++)
                {
                    if (a != b)
                    {
                        coincidences[given[a], given[b]] += 1.0 / (given.Length - 1);
                    }
                }
            }
        }
        var margins = new double[values.Length];
        for (var a = 0; a < values.Length; a++)
        {
            for (var b = 0; b < values.Length; b++)
            {
                margins[a] += coincidences[a, b];
            }
        }
        double observed = 0, expected = 0;
        for (var a = 0; a < values.Length; a++)
        {
            for (var b = 0; b < values.Length; b++)
            {
                var distance = Distance(values, margins, a, b, metric);
                observed += coincidences[a, b] * distance;
                expected += margins[a] * margins[b] * distance;
            }
        }
        return 1 - (margins.Sum() - 1) * observed / expected;
    }

    /// <summary>Squared distance of two values.</summary>
    private static double Distance(double[] values, double[] margins, int a, int b, AlphaMetric metric)
    {
        if (a == b)
        {
            return 0;
        }
        var gap = metric switch
        {
            AlphaMetric.Nominal => 1,
            AlphaMetric.Interval => values[a] - values[b],
            AlphaMetric.Ratio => (values[a] - values[b]) / (values[a] + values[b]),
            _ => margins[Math.Min(a, b)..(Math.Max(a, b) + 1)].Sum() - (margins[a] + margins[b]) / 2,
        };
        return gap * gap;
    }
}
