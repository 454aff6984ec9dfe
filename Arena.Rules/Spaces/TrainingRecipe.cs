namespace Arena.Rules.Spaces;

/// <summary>
/// How a policy is trained by one method: a tiny one in a space as chosen on tuning seeds and reported on others (bench/learning.md).
/// The site's page, the trainer's defaults and the bench all read this one table. Names and units are those of the trainer's options.
/// </summary>
/// <param name="Method">"dpo", "grpo" or "mix" (each round is learnt from both ways).</param>
/// <param name="Epochs">Passes over a round's data.</param>
/// <param name="ScaleRewards">GRPO divides advantages by their deviation in the group.</param>
/// <param name="Opponents">Who is met in rounds and in which shares, e.g. "self=0.5,greedy=0.5".</param>
/// <param name="IllegalValue">What an own illegal move is worth; a lost game is 0.</param>
/// <param name="FinalRate">The learning rate falls in a straight line to this share.</param>
/// <param name="LoraRank">0 trains all weights.</param>
/// <param name="PairShare">A mix learns from pairs in this share of its rounds, from the first on, then from trajectories alone.</param>
public sealed record TrainingRecipe(
    string Method,
    int Rounds = 20,
    double Beta = 0.3,
    double LearningRate = 1e-3,
    int Epochs = 2,
    int BatchPairs = 128,
    double RpoAlpha = 0,
    int RootsPerOpening = 32,
    int RolloutsPerRoot = 16,
    int PairsPerRoot = 4,
    double Temperature = 1.5,
    double OpponentNoise = 0.3,
    bool ScaleRewards = true,
    string Opponents = "self",
    double IllegalValue = 0,
    double FinalRate = 1,
    int LoraRank = 0,
    double PairShare = 1);

/// <summary>The recipes by space and method, and which method is recommended where.</summary>
public static class TrainingRecipes
{
    /// <summary>Every method that can be asked for.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["dpo", "grpo", "mix"];

    /// <summary>The method that did best in the space; GRPO where nothing was measured.</summary>
    public static string Recommended(string space) => space == "countdown" ? "mix" : "grpo";

    /// <summary>
    /// For a model that reads the full text, in any space: an adapter, learnt from given pairs without rounds (thousands of games would take days).
    /// The numbers are those commonly used for models of this kind; nothing was measured here.
    /// </summary>
    /// <param name="method">Null = "dpo".</param>
    public static TrainingRecipe FullText(string? method = null) => new(method ?? "dpo", Rounds: 0, Beta: 0.1, LearningRate: 5e-5, BatchPairs: 16, LoraRank: 16);

    /// <param name="method">Null = the recommended one.</param>
    public static TrainingRecipe For(string space, string? method = null)
    {
        var chosen = method ?? Recommended(space);
        // Small batches: thousands of short steps a minute reach further than hundreds of large ones (bench/learning.md). GRPO passes once, so that
        // games stay near the policy that played them.
        var recipe = new TrainingRecipe(chosen, Epochs: chosen == "dpo" ? 2 : 1, BatchPairs: chosen == "dpo" ? 64 : 16);
        return space switch
        {
            "tic-tac-toe" => recipe with { Rounds = 160, Temperature = 1, Opponents = "random=0.6,perfect=0.4", IllegalValue = -0.5, ScaleRewards = false, FinalRate = 0.03 },
            "connect-four" => recipe with { Rounds = 150, Temperature = 1, Opponents = "self=0.2,random=0.3,greedy=0.5", IllegalValue = -0.5, ScaleRewards = false, FinalRate = 0.1 },
            // The solver answers each problem too: what beat the policy is chosen in pairs and imitated, its own answers are weighed against each other; in the
            // second half against each other alone, which sharpens what the first has spread out.
            "countdown" when chosen == "mix" => recipe with { Rounds = 300, PairShare = 0.45, LearningRate = 8e-4, BatchPairs = 64, RpoAlpha = 2, RootsPerOpening = 128, RolloutsPerRoot = 8, PairsPerRoot = 1, Temperature = 1, ScaleRewards = false, Opponents = "solver", IllegalValue = -0.05, FinalRate = 0.05 },
            // Exact answers are rare: large batches hold some, small steps don't unlearn them.
            "countdown" => recipe with { Rounds = 240, LearningRate = 8e-4, BatchPairs = 64, RolloutsPerRoot = 32, Temperature = 1, ScaleRewards = false, FinalRate = 0.05 },
            _ => recipe,
        };
    }
}
