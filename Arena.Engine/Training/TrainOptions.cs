using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Arena.Engine.Agents;
using Arena.Rules.Spaces;

namespace Arena.Engine.Training;

/// <summary>What a run starts from, as far as its options depend on it.</summary>
/// <param name="AdapterRank">Of a version that is an adapter; null for whole weights.</param>
public sealed record TrainingStart(PolicyNotation Notation, int? AdapterRank = null);

/// <summary>What an owner may choose for a run; <see cref="For(string, string?)"/> gives the space's recipe. What is null stays the recipe's in the trainer.</summary>
/// <param name="Method">"dpo", "grpo" or "mix".</param>
/// <param name="Rounds">Rounds of self-play and learning; 0 for a policy on the full text, which learns from pairs alone.</param>
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
/// <param name="Loss">DPO's comparison, one of <see cref="Losses"/>.</param>
/// <param name="LabelSmoothing">DPO: share of labels taken to be wrong (robust, cdpo, exo_pair).</param>
/// <param name="GrpoLoss">GRPO: over what is averaged, one of <see cref="GrpoLosses"/>.</param>
/// <param name="ScaleRewards">GRPO: advantages are divided by their deviation in the group.</param>
/// <param name="KlBeta">GRPO: weight of the divergence from the reference.</param>
/// <param name="Opponents">Who is met in rounds and in which shares, e.g. "self=0.5,greedy=0.5"; the trainer knows the space's house agents.</param>
/// <param name="IllegalValue">What an own illegal answer is worth; a lost game is 0.</param>
/// <param name="FinalRate">The learning rate falls in a straight line to this share.</param>
/// <param name="ClipNorm">Longest gradient.</param>
/// <param name="LoraAlpha">A fresh adapter's alpha; 0 = twice the rank.</param>
/// <param name="AccumulationSteps">Parts in which a step's batch goes through the model: less memory, the same step.</param>
/// <param name="GradientCheckpointing">Less memory, a third more work.</param>
/// <param name="Dtype">"f32", or "bf16" over 32-bit weights.</param>
/// <param name="Reference">What the policy is held to, one of <see cref="References"/>.</param>
/// <param name="PairShare">"mix": share of the rounds, from the first on, that learn from pairs; the others learn from trajectories alone.</param>
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
    double OpponentNoise = 0.3,
    string? Loss = null,
    double? LabelSmoothing = null,
    string? GrpoLoss = null,
    bool? ScaleRewards = null,
    double? KlBeta = null,
    string? Opponents = null,
    double? IllegalValue = null,
    double? FinalRate = null,
    double? ClipNorm = null,
    double? LoraAlpha = null,
    int? AccumulationSteps = null,
    bool? GradientCheckpointing = null,
    string? Dtype = null,
    string? Reference = null,
    double? PairShare = null)
{
    /// <summary>Most rounds of a run: several times the longest recipe, some hours on two cores.</summary>
    public const int MostRounds = 1_000;

    private const int LongestOpponents = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>DPO's losses, by the trainer's (TRL's) names; a test holds the list to the trainer's.</summary>
    public static IReadOnlyList<string> Losses { get; } =
    [
        "sigmoid", "hinge", "ipo", "robust", "cdpo", "exo_pair", "nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down", "discopop", "sigmoid_norm", "aot", "aot_unpaired",
        "sft", "simpo", "orpo",
    ];

    /// <summary>The policy as each round begins, as the run began, or its base with the adapter off.</summary>
    public static IReadOnlyList<string> References { get; } = ["round", "start", "base"];

    public static IReadOnlyList<string> GrpoLosses { get; } = ["trajectory", "grpo", "dapo"];

    /// <summary>The recipe of a space, the same that the trainer and the bench use.</summary>
    /// <param name="method">Null = the recommended one.</param>
    public static TrainOptions For(string space, string? method = null) => Of(TrainingRecipes.For(space, method));

    /// <summary>The recipe of what is trained: of the space for compact notation, the same everywhere for the full text.</summary>
    /// <param name="method">Null = the recommended one.</param>
    public static TrainOptions For(string space, TrainingStart start, string? method = null)
    {
        if (start.Notation == PolicyNotation.Compact)
        {
            return For(space, method);
        }
        var recipe = Of(TrainingRecipes.FullText(method));
        return recipe with { LoraRank = start.AdapterRank ?? recipe.LoraRank };
    }

    private static TrainOptions Of(TrainingRecipe r) =>
        new(r.Method, r.Rounds, r.Beta, r.LearningRate, r.Epochs, r.BatchPairs, r.RpoAlpha, r.LoraRank, 1, r.RootsPerOpening, r.RolloutsPerRoot, r.PairsPerRoot, r.Temperature, r.OpponentNoise);

    /// <summary>The space's recipe for the wished method, with everything else that is wished in its place.</summary>
    /// <param name="wish">Options by name; null = the recipe.</param>
    /// <param name="start">What is trained; null = a policy on compact notation.</param>
    /// <returns>The options, or why they can't be read.</returns>
    public static (TrainOptions? Options, string? Problem) Wished(string space, JsonObject? wish, TrainingStart? start = null)
    {
        var method = wish?["method"] is JsonValue named && named.TryGetValue<string>(out var text) ? text : null;
        if (method is not null && !TrainingRecipes.Methods.Contains(method))
        {
            return (null, MethodProblem);
        }
        var chosen = JsonSerializer.SerializeToNode(For(space, start ?? new(PolicyNotation.Compact), method), Json)!.AsObject();
        foreach (var (name, value) in wish ?? [])
        {
            chosen[name] = value?.DeepClone();
        }
        try
        {
            return (chosen.Deserialize<TrainOptions>(Json), null);
        }
        catch (JsonException e) when (e.Path is { Length: > 2 } path)
        {
            return (null, Known.Contains(path[2..])
                ? $"The option {path[2..]} has a value of the wrong kind."
                : $"There is no option called {path[2..]}. There are: {string.Join(", ", Known)}.");
        }
        catch (JsonException e)
        {
            return (null, $"The options can't be read: {e.Message}");
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static TrainOptions FromJson(string json) =>
        JsonSerializer.Deserialize<TrainOptions>(json, Json) ?? throw new JsonException("A run's options are empty.");

    /// <summary>Null, or which option is out of bounds and what the bounds are.</summary>
    /// <param name="start">What is trained; null = a policy on compact notation.</param>
    public string? Problem(TrainingStart? start = null) =>
        !TrainingRecipes.Methods.Contains(Method) ? MethodProblem
        : start?.Notation == PolicyNotation.Text && Method != "dpo" ? "A policy that reads the full text learns from pairs alone: the method is \"dpo\"."
        : start?.Notation == PolicyNotation.Text && Rounds != 0 ? "A policy that reads the full text learns from pairs alone, not by rounds of self-play: rounds must be 0."
        : start?.AdapterRank is { } rank && LoraRank != rank && LoraRank != 0 ? $"This version is an adapter of rank {rank}: train it on with loraRank {rank}, or with 0, which merges it and trains all weights."
        : (start?.Notation == PolicyNotation.Text ? null : Out("rounds", Rounds, 1, MostRounds)) ?? Out("beta", Beta, 0.001, 10) ?? Out("learningRate", LearningRate, 1e-7, 0.1)
        ?? Out("epochs", Epochs, 1, 10) ?? Out("batchPairs", BatchPairs, 1, 4_096) ?? Out("rpoAlpha", RpoAlpha, 0, 10)
        ?? Out("loraRank", LoraRank, 0, 64) ?? Out("seed", Seed, 0, 9_007_199_254_740_991) ?? Out("rootsPerOpening", RootsPerOpening, 1, 512)
        ?? Out("rolloutsPerRoot", RolloutsPerRoot, 2, 64) ?? Out("pairsPerRoot", PairsPerRoot, 1, 32)
        ?? Out("temperature", Temperature, 0.1, 5) ?? Out("opponentNoise", OpponentNoise, 0, 1)
        ?? OneOf("loss", Loss, Losses) ?? Out("labelSmoothing", LabelSmoothing, 0, 0.49) ?? OneOf("grpoLoss", GrpoLoss, GrpoLosses)
        ?? Out("klBeta", KlBeta, 0, 10) ?? Out("illegalValue", IllegalValue, -10, 0) ?? Out("finalRate", FinalRate, 0, 1) ?? Out("pairShare", PairShare, 0, 1)
        ?? Out("clipNorm", ClipNorm, 0.001, 1_000) ?? Out("loraAlpha", LoraAlpha, 0, 1_024) ?? Out("accumulationSteps", AccumulationSteps, 1, 256)
        ?? OneOf("dtype", Dtype, ["f32", "bf16"]) ?? OneOf("reference", Reference, References)
        ?? (Reference == "base" && LoraRank == 0 ? "The reference \"base\" is the model with its adapter off, so loraRank must be above 0." : null)
        ?? (Opponents?.Length > LongestOpponents ? $"opponents has at most {LongestOpponents} characters." : null)
        ?? (Loss is "aot" or "aot_unpaired" && AccumulationSteps > 1 ? $"The loss {Loss} sorts over the whole batch, so accumulationSteps must be 1." : null);

    private const string MethodProblem = "The method is \"dpo\", \"grpo\" or \"mix\".";

    private static IReadOnlyList<string> Known { get; } =
        [.. typeof(TrainOptions).GetConstructors().Single(c => c.GetParameters().Length > 1).GetParameters().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name!))];

    private static string? OneOf(string name, string? value, IReadOnlyList<string> known) =>
        value is null || known.Contains(value) ? null : $"{name} is one of {string.Join(", ", known)}, not {(value.Length > 40 ? value[..40] : value)}.";

    private static string? Out(string name, double? value, double low, double high) =>
        value is not { } number || (number >= low && number <= high) ? null : string.Create(CultureInfo.InvariantCulture, $"{name} lies between {low} and {high}, not {number}.");
}
