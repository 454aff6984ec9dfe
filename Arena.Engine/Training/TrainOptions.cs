using System.Text.Json;
using Arena.Rules.Spaces;

namespace Arena.Engine.Training;

/// <summary>What an owner may choose for a run; <see cref="For"/> gives the space's recipe. What is not named here stays the recipe's in the trainer.</summary>
/// <param name="Method">"dpo", "grpo" or "mix".</param>
/// <param name="Rounds">Rounds of self-play and learning.</param>
/// <param name="Beta">DPO's strength of the pull towards the reference policy.</param>
/// <param name="LearningRate">AdamW's.</param>
/// <param name="Epochs">Passes over a round's pairs.</param>
/// <param name="BatchPairs">Pairs per step.</param>
/// <param name="RpoAlpha">Weight of the likelihood of the chosen answers; 0 = plain DPO.</param>
/// <param name="LoraRank">0 trains all weights.</param>
/// <param name="Seed">Same base, pairs, options and seed: same weights.</param>
/// <param name="RootsPerOpening">Positions drawn per opening length and round.</param>
/// <param name="RolloutsPerRoot">Continuations per position.</param>
/// <param name="PairsPerRoot">Most pairs per position.</param>
/// <param name="Temperature">Of the policy that samples.</param>
/// <param name="OpponentNoise">Share of the opponent's moves replaced by random legal ones.</param>
public sealed record TrainOptions(
    string Method = "dpo",
    int Rounds = 20,
    double Beta = 0.3,
    double LearningRate = 0.001,
    int Epochs = 2,
    int BatchPairs = 128,
    double RpoAlpha = 0,
    int LoraRank = 0,
    long Seed = 1,
    int RootsPerOpening = 32,
    int RolloutsPerRoot = 16,
    int PairsPerRoot = 4,
    double Temperature = 1.5,
    double OpponentNoise = 0.3)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The recipe of a space, the same that the trainer and the bench use.</summary>
    /// <param name="method">Null = the recommended one.</param>
    public static TrainOptions For(string space, string? method = null)
    {
        var r = TrainingRecipes.For(space, method);
        return new(r.Method, r.Rounds, r.Beta, r.LearningRate, r.Epochs, r.BatchPairs, r.RpoAlpha, 0, 1, r.RootsPerOpening, r.RolloutsPerRoot, r.PairsPerRoot, r.Temperature, r.OpponentNoise);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static TrainOptions FromJson(string json) =>
        JsonSerializer.Deserialize<TrainOptions>(json, Json) ?? throw new JsonException("A run's options are empty.");

    /// <summary>Null, or which option is out of bounds and what the bounds are.</summary>
    public string? Problem() =>
        !TrainingRecipes.Methods.Contains(Method) ? "The method is \"dpo\", \"grpo\" or \"mix\"."
        : Out("rounds", Rounds, 1, 200) ?? Out("beta", Beta, 0.001, 10) ?? Out("learningRate", LearningRate, 1e-7, 0.1)
        ?? Out("epochs", Epochs, 1, 10) ?? Out("batchPairs", BatchPairs, 1, 4_096) ?? Out("rpoAlpha", RpoAlpha, 0, 10)
        ?? Out("loraRank", LoraRank, 0, 64) ?? Out("seed", Seed, 0, 9_007_199_254_740_991) ?? Out("rootsPerOpening", RootsPerOpening, 1, 512)
        ?? Out("rolloutsPerRoot", RolloutsPerRoot, 2, 64) ?? Out("pairsPerRoot", PairsPerRoot, 1, 32)
        ?? Out("temperature", Temperature, 0.1, 5) ?? Out("opponentNoise", OpponentNoise, 0, 1);

    private static string? Out(string name, double value, double low, double high) =>
        value >= low && value <= high ? null : FormattableString.Invariant($"{name} lies between {low} and {high}, not {value}.");
}
