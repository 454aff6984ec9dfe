namespace Arena.Trainer.Optimisation;

/// <summary>Learning-rate schedules with the formulas of transformers' get_constant_, get_linear_ and get_cosine_schedule_with_warmup.</summary>
public static class RateSchedule
{
    /// <summary>The share of the full rate that a step gets, 0 to 1.</summary>
    /// <param name="kind">"constant", "linear" (to 0 at the end) or "cosine" (half a wave, to 0 at the end).</param>
    /// <param name="step">Steps taken before it: the first step of a warm-up has rate 0, as in transformers.</param>
    /// <param name="total">Steps of the whole schedule; later ones get what the last one would.</param>
    /// <param name="warmupSteps">Steps of a straight rise; above 0 it wins over the ratio.</param>
    /// <param name="warmupRatio">The same as a share of <paramref name="total"/>, rounded up.</param>
    public static double Share(string kind, int step, int total, int warmupSteps = 0, double warmupRatio = 0)
    {
        var warmup = warmupSteps > 0 ? warmupSteps : (int)Math.Ceiling(total * warmupRatio);
        if (step < warmup)
        {
            return step / (double)Math.Max(1, warmup);
        }
        return kind switch
        {
            "constant" => 1,
            "linear" => Math.Max(0, (total - step) / (double)Math.Max(1, total - warmup)),
            // transformers' cosine would rise again beyond its end.
            "cosine" => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (step - warmup) / (double)Math.Max(1, total - warmup))))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no schedule"),
        };
    }
}
