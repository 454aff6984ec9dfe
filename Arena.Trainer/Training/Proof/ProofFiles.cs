using System.Text.Json.Nodes;

namespace Arena.Trainer.Training.Proof;

/// <summary>What a run was before its first step.</summary>
/// <param name="Base">SHA-256 of the start's weight file.</param>
/// <param name="Data">SHA-256 of the given pairs.</param>
/// <param name="Options">As trained with.</param>
/// <param name="Weights">Hash of the trained numbers before step 1.</param>
public sealed record ProofHeader(string Base, string Data, string Space, TrainOptions Options, string Weights);

/// <summary>One optimizer step. Hashes are lower-case hex.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Kind">"pairs" or "trajectories".</param>
/// <param name="Round">0 = the given pairs. Decides the learning rate.</param>
/// <param name="Count">Items of the pass of which this batch is a part.</param>
/// <param name="Part">Which part, from 0.</param>
/// <param name="Weights">Before the step.</param>
/// <param name="Batch">Merkle root of the batch's items.</param>
/// <param name="Options">Hash of the run's options.</param>
/// <param name="Optimizer">Hash of the optimizer's state before the step.</param>
/// <param name="Seed">State of the generator from which the pass was shuffled.</param>
/// <param name="NewWeights">After the step.</param>
/// <param name="Previous">SHA-256 of the line before, for the first step of the header.</param>
public sealed record ProofStep(
    int Step, string Kind, int Round, int Count, int Part, string Weights, string Batch, string Options, string Optimizer, string Seed, string NewWeights, string Previous);

/// <summary>Where a proof's parts lie: the run's folder holds "proof" beside "result".</summary>
/// <param name="folder">The run's.</param>
public sealed class ProofFiles(string folder)
{
    public const string Pairs = "pairs";
    public const string Trajectories = "trajectories";

    private readonly string _root = Path.Combine(folder, "proof");

    public string Root => _root;

    public string Header => Path.Combine(_root, "header.json");

    /// <summary>One <see cref="ProofStep"/> a line.</summary>
    public string Steps => Path.Combine(_root, "steps.jsonl");

    /// <summary>One batch a line: {"step":1,"items":[...]}.</summary>
    public string Batches => Path.Combine(_root, "batches.jsonl");

    /// <param name="steps">Optimizer steps taken when it was written.</param>
    public string Checkpoint(int steps) => Path.Combine(_root, $"checkpoint-{steps:D8}.safetensors");

    /// <summary>Steps taken at each checkpoint, ascending.</summary>
    public IReadOnlyList<int> Checkpoints() =>
        [.. Directory.GetFiles(_root, "checkpoint-*.safetensors").Select(f => int.Parse(Path.GetFileNameWithoutExtension(f)["checkpoint-".Length..])).Order()];

    internal static string SeedText(IReadOnlyList<ulong> state) => string.Concat(state.Select(w => w.ToString("x16")));

    internal static IReadOnlyList<ulong> SeedOf(string text) => [.. Enumerable.Range(0, 4).Select(i => Convert.ToUInt64(text.Substring(16 * i, 16), 16))];

    /// <summary>An item of a batch of pairs.</summary>
    internal static string Item(int index, PreferencePair pair, float chosen, float rejected) => new JsonObject
    {
        ["index"] = index,
        ["chosen"] = Sequence(pair.Chosen),
        ["rejected"] = Sequence(pair.Rejected),
        ["referenceChosen"] = chosen,
        ["referenceRejected"] = rejected,
    }.ToJsonString(JsonStyle.Wire);

    /// <summary>An item of a batch of trajectories.</summary>
    internal static string Item(int index, ScoredTrajectory trajectory, float[] sampled) => new JsonObject
    {
        ["index"] = index,
        ["sequence"] = Sequence(trajectory.Sequence),
        ["advantage"] = trajectory.Advantage,
        ["reward"] = trajectory.Reward,
        ["sampled"] = new JsonArray([.. sampled.Select(s => JsonValue.Create(s))]),
    }.ToJsonString(JsonStyle.Wire);

    internal static (PreferencePair Pair, float Chosen, float Rejected) PairOf(JsonNode item) =>
        (new(SequenceOf(item["chosen"]!), SequenceOf(item["rejected"]!)), item["referenceChosen"]!.GetValue<float>(), item["referenceRejected"]!.GetValue<float>());

    internal static (ScoredTrajectory Trajectory, float[] Sampled) TrajectoryOf(JsonNode item) =>
        (new(SequenceOf(item["sequence"]!), item["advantage"]!.GetValue<double>(), item["reward"]!.GetValue<double>()), [.. item["sampled"]!.AsArray().Select(s => s!.GetValue<float>())]);

    private static JsonObject Sequence(MarkedSequence sequence) => new()
    {
        ["tokens"] = new JsonArray([.. sequence.Tokens.Select(t => JsonValue.Create(t))]),
        ["counted"] = new JsonArray([.. Enumerable.Range(0, sequence.Counted.Length).Where(t => sequence.Counted[t]).Select(t => JsonValue.Create(t))]),
    };

    private static MarkedSequence SequenceOf(JsonNode node)
    {
        int[] tokens = [.. node["tokens"]!.AsArray().Select(t => t!.GetValue<int>())];
        var counted = new bool[tokens.Length];
        foreach (var at in node["counted"]!.AsArray())
        {
            counted[at!.GetValue<int>()] = true;
        }
        return new(tokens, counted);
    }
}
