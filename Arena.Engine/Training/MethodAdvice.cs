using Arena.Rules.Spaces;

namespace Arena.Engine.Training;

/// <summary>The method that the site recommends for a space, and why. The method itself is the table's that trainer and bench use too.</summary>
/// <param name="Method">As in <see cref="TrainOptions.Method"/>.</param>
/// <param name="Why">For people, with what was measured.</param>
/// <param name="Measured">False where nothing was measured and the choice is a guess by kind of game.</param>
public sealed record MethodAdvice(string Method, string Why, bool Measured)
{
    // What bench/learning.md says, in a sentence; a new row needs a new measurement.
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["tic-tac-toe"] = "GRPO against itself, random, greedy and perfect play took the shipped model from 0.48 to 0.84 against random play on fresh seeds, and from 12 to 61 draws in a hundred against perfect play; an older DPO recipe reached 0.74 and lost nearly every game against perfect play. DPO and the mix were not measured with today's options.",
        ["connect-four"] = "GRPO, half of the games against the greedy player, took the shipped model from 0.43 to 0.82 against random play and from 0.03 to 0.18 against greedy on one seed; an older DPO recipe reached 0.81 and 0.15. One seed is little.",
        ["countdown"] = "GRPO learns from every answer that it tries: on one seed illegal answers fell from 81 to 11 in a hundred. Exact answers stayed rare. DPO changed nothing: the shipped model writes too few legal expressions for pairs to form.",
    };

    /// <param name="space">Slug.</param>
    public static MethodAdvice For(string space) => Known.TryGetValue(space, out var why) ? new(TrainingRecipes.Recommended(space), why, true) : new(
        TrainingRecipes.Recommended(space),
        "Not measured in this space yet. GRPO learns from every game that it plays, DPO only from positions whose continuations ended differently and from recorded pairs, so GRPO is tried first; with many good pairs DPO may do better.",
        false);
}
