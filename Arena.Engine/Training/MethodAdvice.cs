namespace Arena.Engine.Training;

/// <summary>The method that the site recommends for a space, and why.</summary>
/// <param name="Method">As in <see cref="TrainOptions.Method"/>.</param>
/// <param name="Why">For people, with what was measured.</param>
/// <param name="Measured">False where nothing was measured and the choice is a guess by kind of game.</param>
public sealed record MethodAdvice(string Method, string Why, bool Measured)
{
    // Measured figures come from bench/learning.md and the experiments that preceded it; a new row needs a new measurement.
    private static readonly Dictionary<string, MethodAdvice> Known = new(StringComparer.Ordinal)
    {
        ["tic-tac-toe"] = new(
            "dpo",
            "On three fresh seeds of 20 rounds DPO took the shipped model from 0.490 to 0.738 against random play, GRPO to 0.675. GRPO lost less against the greedy and the perfect player (0.18 and 0.05 beside 0.12 and 0.01): take it if that matters more.",
            true),
        ["connect-four"] = new(
            "dpo",
            "On one seed of 20 rounds DPO took the shipped model from 0.469 to 0.809 against random play. GRPO was not measured here, and one seed is little.",
            true),
        ["countdown"] = new(
            "grpo",
            "On one seed six rounds of DPO changed nothing: the shipped model writes too few legal expressions for pairs to form. GRPO learns from every answer that it tries; what it reaches was not measured.",
            true),
    };

    /// <param name="space">Slug.</param>
    public static MethodAdvice For(string space) => Known.GetValueOrDefault(space) ?? new(
        "grpo",
        "Not measured in this space yet. GRPO learns from every game that it plays, DPO only from positions whose continuations ended differently and from recorded pairs, so GRPO is tried first; with many good pairs DPO may do better.",
        false);
}
