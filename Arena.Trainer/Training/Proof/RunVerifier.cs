using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Policies;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Training.Proof;

/// <summary>What was found about one step.</summary>
/// <param name="Step">0 = the run's header.</param>
/// <param name="Field">What does not fit; null when all does.</param>
/// <param name="Replayed">Its arithmetic was done again; else only what can be seen without.</param>
public sealed record StepVerdict(int Step, string? Field, string Why, bool Replayed);

/// <summary>The whole answer.</summary>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Verdicts">Every step that fails, and the replayed ones; ascending.</param>
public sealed record VerifyReport(int Steps, IReadOnlyList<StepVerdict> Verdicts)
{
    public bool Ok => Verdicts.All(v => v.Field is null);
}

/// <summary>
/// Checks a learning proof: everything that costs no arithmetic for all steps (links, hashes of batches and options, order of batches, weights handed on), and
/// the arithmetic itself for steps drawn at random, from the checkpoint before each.
/// </summary>
public sealed class RunVerifier
{
    private readonly ProofFiles _files;
    private readonly string _folder;
    private readonly Policy _start;
    private readonly SortedDictionary<int, StepVerdict> _verdicts = [];

    /// <param name="folder">The run's, with "proof" and "result".</param>
    /// <param name="start">What the run says it began with.</param>
    public RunVerifier(string folder, Policy start) => (_files, _folder, _start) = (new ProofFiles(folder), folder, start);

    /// <param name="replay">How many steps are replayed; all where the run has fewer.</param>
    /// <param name="seed">Decides which. Choose it after the run was handed in.</param>
    /// <exception cref="TrainerException">There is no proof, or it can't be read.</exception>
    public VerifyReport Verify(int replay, ulong seed)
    {
        try
        {
            var headerText = File.ReadAllText(_files.Header);
            var header = JsonSerializer.Deserialize<ProofHeader>(headerText, JsonStyle.Wire)!;
            var lines = File.ReadAllLines(_files.Steps);
            var steps = lines.Select(l => JsonSerializer.Deserialize<ProofStep>(l, JsonStyle.Wire)!).ToList();
            var batches = File.ReadLines(_files.Batches).Select(l => JsonDocument.Parse(l).RootElement).ToList();
            if (header.Base != _start.WeightsHash)
            {
                Fail(0, "base", $"the run began with {header.Base}, not with {_start.WeightsHash}", false);
            }
            See(header, headerText, steps, lines, batches);
            Replay(header, steps, batches, replay, seed);
            return new(steps.Count, [.. _verdicts.Values]);
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or FormatException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            throw new TrainerException($"The proof in {_files.Root} can't be read: {e.Message}", e);
        }
    }

    /// <summary>What can be seen without arithmetic, for every step.</summary>
    private void See(ProofHeader header, string headerText, List<ProofStep> steps, string[] lines, List<JsonElement> batches)
    {
        var options = ProofHashes.Options(header.Options);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            if (step.Step != i + 1) { Fail(i + 1, "step", $"its record is numbered {step.Step}", false); }
            if (step.Previous != ProofHashes.Text(i == 0 ? headerText : lines[i - 1])) { Fail(i + 1, "previous", "it does not link to the record before it", false); }
            if (step.Options != options) { Fail(i + 1, "options", "its options are not the run's", false); }
            if (step.Weights != (i == 0 ? header.Weights : steps[i - 1].NewWeights)) { Fail(i + 1, "weights", "it does not begin where the step before it ended", false); }
            if (i >= batches.Count || batches[i].GetProperty("step").GetInt32() != step.Step)
            {
                Fail(i + 1, "batch", "its batch is absent", false);
                continue;
            }
            var items = batches[i].GetProperty("items").EnumerateArray().ToList();
            if (ProofHashes.Batch(items.Select(item => item.GetRawText())) != step.Batch) { Fail(i + 1, "batch", "the batch is not the one whose root was recorded", false); }
            if (!items.Select(item => item.GetProperty("index").GetInt32()).SequenceEqual(Order(header.Options, step))) { Fail(i + 1, "seed", "the batch's order does not follow from the generator's state", false); }
        }
        if (steps.Count == 0 || steps[^1].NewWeights != ResultHash(header))
        {
            Fail(Math.Max(1, steps.Count), "newWeights", "the run's result is not what its last step left", false);
        }
    }

    /// <summary>The items of a batch, from the state from which its pass was shuffled.</summary>
    private static IEnumerable<int> Order(TrainOptions options, ProofStep step)
    {
        var order = Enumerable.Range(0, step.Count).ToList();
        SeededChance.FromState(ProofFiles.SeedOf(step.Seed)).Shuffle(order);
        var size = BatchSize(options, step);
        return order.Skip(step.Part * size).Take(size);
    }

    private static int BatchSize(TrainOptions options, ProofStep step) => step.Kind == ProofFiles.Pairs ? options.BatchPairs : 4 * options.BatchPairs;

    private void Replay(ProofHeader header, List<ProofStep> steps, List<JsonElement> batches, int replay, ulong seed)
    {
        var places = Enumerable.Range(0, Math.Min(steps.Count, batches.Count)).ToList();
        new SeededChance(seed).Shuffle(places);
        var chosen = places.Take(replay).Order().ToList();
        var checkpoints = _files.Checkpoints();
        using var policy = TrainedPolicy.For(_start, header.Options);
        using var optimizer = new FlatAdamW(policy.Trained);
        if (ProofHashes.Weights(policy.Trained) != header.Weights)
        {
            Fail(0, "weights", "the run's first weights are not its start's", true);
        }
        // Steps between two checkpoints are replayed once, up to the last one asked for there.
        foreach (var group in chosen.GroupBy(place => checkpoints.LastOrDefault(c => c <= place, -1)))
        {
            if (group.Key < 0)
            {
                Fail(group.First() + 1, "checkpoint", "there is none before it", true);
                continue;
            }
            Load(group.Key, policy, optimizer);
            if (ProofHashes.Weights(policy.Trained) != steps[group.Key].Weights)
            {
                Fail(group.Key + 1, "weights", "the checkpoint before it holds other weights", true);
                continue;
            }
            for (var place = group.Key; place <= group.Max(); place++)
            {
                if (!Again(header.Options, steps[place], batches[place], policy, optimizer))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Does one step again; false where it does not come out.</summary>
    private bool Again(TrainOptions options, ProofStep step, JsonElement batch, TrainedPolicy policy, FlatAdamW optimizer)
    {
        if (ProofHashes.Optimizer(optimizer) != step.Optimizer)
        {
            Fail(step.Step, "optimizer", "replayed, the optimizer's state before it is another one", true);
            return false;
        }
        var items = batch.GetProperty("items").EnumerateArray().Select(item => JsonNode.Parse(item.GetRawText())!).ToList();
        var rate = options.RateOf(step.Round, step.Step - 1, options.StepsOf(step.Count, BatchSize(options, step)));
        if (step.Kind == ProofFiles.Pairs)
        {
            var pairs = items.Select(ProofFiles.PairOf).ToList();
            new PairUpdate(policy, optimizer, options).Step([.. pairs.Select(p => p.Pair)], [.. pairs.Select(p => p.Chosen)], [.. pairs.Select(p => p.Rejected)], rate);
        }
        else
        {
            var trajectories = items.Select(ProofFiles.TrajectoryOf).ToList();
            new TrajectoryUpdate(policy, optimizer, options).Step([.. trajectories.Select(t => t.Trajectory)], [.. trajectories.Select(t => t.Sampled)], rate);
        }
        if (ProofHashes.Weights(policy.Trained) != step.NewWeights)
        {
            Fail(step.Step, "newWeights", "replayed, it leaves other weights", true);
            return false;
        }
        _verdicts.TryAdd(step.Step, new(step.Step, null, "replayed: the same weights", true));
        return true;
    }

    private void Load(int steps, TrainedPolicy policy, FlatAdamW optimizer)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var file = SafeTensorsReader.Open(_files.Checkpoint(steps));
        policy.Trained.Flat.copy_(file.Read("weights"));
        optimizer.First.copy_(file.Read("exp_avg"));
        optimizer.Second.copy_(file.Read("exp_avg_sq"));
        optimizer.Steps = steps;
    }

    private string ResultHash(ProofHeader header)
    {
        using var result = Policy.Load("result", Path.Combine(_folder, "result"), _ => ShippedModel.Resolve(_start.BaseName ?? _start.Name));
        return ProofHashes.Weights(header.Options.LoraRank > 0 ? result.Adapter!.Weights : result.Weights);
    }

    /// <summary>The first thing that fails at a step stands.</summary>
    private void Fail(int step, string field, string why, bool replayed)
    {
        if (!_verdicts.TryGetValue(step, out var known) || known.Field is null)
        {
            _verdicts[step] = new(step, field, why, replayed);
        }
    }
}
