namespace Arena.Rules.Ratings;

/// <summary>A chance that was given before the truth was known.</summary>
/// <param name="Chance">Of side 0, 0 to 1.</param>
/// <param name="Truth">1 = side 0, 0 = side 1.</param>
public readonly record struct Forecast(double Chance, double Truth)
{
    /// <summary>How sure it was of the side it chose, 0.5 to 1.</summary>
    public double Confidence => Math.Max(Chance, 1 - Chance);

    /// <summary>1 = right, 0 = wrong, 0.5 where it chose none.</summary>
    public double Score => Chance == 0.5 ? 0.5 : Chance > 0.5 ? Truth : 1 - Truth;
}

/// <summary>One bar of a reliability diagram.</summary>
/// <param name="Confidence">Mean of the forecasts in it.</param>
/// <param name="Accuracy">Share of them that were right.</param>
public readonly record struct CalibrationBin(int Count, double Confidence, double Accuracy);

/// <summary>How good chances were, and whether they meant what they said.</summary>
public static class Calibration
{
    /// <summary>Share of right choices; NaN for none.</summary>
    public static double Accuracy(IReadOnlyCollection<Forecast> forecasts) => forecasts.Count == 0 ? double.NaN : forecasts.Average(f => f.Score);

    /// <summary>Accuracy over the surest share of the forecasts (rounded up to whole ones; at equal confidence the earlier in the list).</summary>
    /// <param name="coverage">Above 0, to 1.</param>
    public static double AccuracyAt(IReadOnlyList<Forecast> forecasts, double coverage) =>
        Accuracy([.. forecasts.OrderByDescending(f => f.Confidence).Take((int)Math.Ceiling(coverage * forecasts.Count - 1e-9))]);

    /// <summary>Expected calibration error (Naeini 2015; Guo 2017): the mean gap of confidence and accuracy over equal-width bins of confidence in 0 to 1, weighted by size.</summary>
    public static double ExpectedError(IReadOnlyCollection<Forecast> forecasts, int bins = 10) =>
        Bins(forecasts, bins).Sum(b => b.Count * Math.Abs(b.Confidence - b.Accuracy)) / forecasts.Count;

    /// <summary>The bins that hold forecasts, from unsure to sure.</summary>
    public static IReadOnlyList<CalibrationBin> Bins(IReadOnlyCollection<Forecast> forecasts, int bins = 10) =>
        [.. forecasts.GroupBy(f => Math.Min(bins - 1, (int)(bins * f.Confidence))).OrderBy(g => g.Key)
            .Select(g => new CalibrationBin(g.Count(), g.Average(f => f.Confidence), g.Average(f => f.Score)))];

    /// <summary>Mean squared distance of chance and truth, 0 to 1.</summary>
    public static double Brier(IReadOnlyCollection<Forecast> forecasts) => forecasts.Average(f => (f.Chance - f.Truth) * (f.Chance - f.Truth));
}
