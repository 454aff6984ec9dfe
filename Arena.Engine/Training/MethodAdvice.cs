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
        ["tic-tac-toe"] = "GRPO against random and perfect play took the shipped model from 0.49 to 0.89 against random play (five fresh seeds), and from 13 to 80 draws in a hundred against perfect play, which can't be beaten.",
        ["connect-four"] = "GRPO, half of the games against the greedy player, took the shipped model from 0.49 to 0.89 against random play and from 0.04 to 0.40 against greedy (five fresh seeds). Against a search of two plies it stays at nothing.",
        ["countdown"] = "The solver answers each problem too. Pairs choose what beat the policy, GRPO weighs the policy's own answers against each other, in the second half alone: together they took its exact answers from 1.6 in a hundred to 3.7 (five fresh seeds). GRPO alone reached 2.8; DPO alone nothing.",
    };

    /// <param name="space">Slug.</param>
    public static MethodAdvice For(string space) => Known.TryGetValue(space, out var why) ? new(TrainingRecipes.Recommended(space), why, true) : new(
        TrainingRecipes.Recommended(space),
        "Not measured in this space yet. GRPO learns from every game that it plays, DPO only from positions whose continuations ended differently and from recorded pairs, so GRPO is tried first; with many good pairs DPO may do better.",
        false);
}
