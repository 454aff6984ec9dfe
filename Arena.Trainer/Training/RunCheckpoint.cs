using System.Text.Json;
using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>Where a run stands, beside weights and optimizer.</summary>
/// <param name="Options">Of the run; a checkpoint of other options is not continued.</param>
/// <param name="Base">SHA-256 of the weights it began with.</param>
/// <param name="Data">SHA-256 of the given pairs.</param>
/// <param name="PairsDone">The given pairs are learnt.</param>
/// <param name="Round">Rounds finished.</param>
/// <param name="Steps">Optimizer steps taken.</param>
/// <param name="Chance">State of the generator.</param>
/// <param name="MetricsBytes">Length of metrics.jsonl at this point; what follows is forgotten.</param>
/// <param name="SamplesBytes">Length of the record of samples at this point.</param>
/// <param name="Before">The start's score against random, once measured.</param>
/// <param name="ProofSteps">Length of the proof's records at this point.</param>
/// <param name="ProofBatches">Length of the proof's batches.</param>
public sealed record RunState(TrainOptions Options, string Base, string Data, bool PairsDone, int Round, int Steps, IReadOnlyList<ulong> Chance, long MetricsBytes, long SamplesBytes, Score? Before, long ProofSteps = 0, long ProofBatches = 0)
{
    /// <summary>Tokens learnt from, over the whole run; TRL's num_tokens.</summary>
    public long Tokens { get; init; }

    /// <summary>Where it stands within a phase; null = between phases.</summary>
    public PhasePlace? Within { get; init; }

    public SeededChance Generator() => SeededChance.FromState(Chance);
}

/// <summary>
/// A place within a phase. The phase's data and reference are not kept: they follow from the checkpoint at its beginning, and are made again.
/// </summary>
/// <param name="Round">The phase.</param>
/// <param name="From">Optimizer steps at its beginning.</param>
/// <param name="Done">Minibatches learnt.</param>
/// <param name="Passes">Metrics of finished passes.</param>
/// <param name="Steps">Metrics of the unfinished pass's steps.</param>
/// <param name="Tokens">Learnt from so far, over the whole run.</param>
public sealed record PhasePlace(int Round, int From, int Done, IReadOnlyList<StepMetrics> Passes, IReadOnlyList<StepMetrics> Steps, long Tokens = 0);

/// <summary>
/// A run's checkpoint folder: the policy as it is, which can be served and measured like any other, with optimizer.safetensors and trainer_state.json beside it.
/// Written beside, flushed, renamed; a crash at any moment leaves the last whole one.
/// </summary>
public sealed class RunCheckpoint(string folder)
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "trainer_state.json";

    public void Save(RunState state, TrainedPolicy policy, FlatAdamW optimizer)
    {
        var (partial, old) = (folder + ".partial", folder + ".old");
        Delete(partial);
        policy.Save(partial);
        SafeTensorsWriter.Write(Path.Combine(partial, OptimizerFile), new Dictionary<string, Tensor> { ["exp_avg"] = optimizer.First, ["exp_avg_sq"] = optimizer.Second });
        AtomicFile.Write(Path.Combine(partial, StateFile), JsonSerializer.Serialize(state, JsonStyle.Wire));
        Remove(old);
        if (Directory.Exists(folder))
        {
            Directory.Move(folder, old);
        }
        Directory.Move(partial, folder);
        Remove(old);
    }

    /// <summary>Restores weights and optimizer and gives the state; null where there is nothing to continue.</summary>
    /// <param name="fits">Whether a state belongs to this run.</param>
    public RunState? Load(TrainedPolicy policy, FlatAdamW optimizer, Func<RunState, bool> fits)
    {
        if (Peek(fits) is not { } state)
        {
            return null;
        }
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        policy.Restore(Found!);
        using (var file = SafeTensorsReader.Open(Path.Combine(Found!, OptimizerFile)))
        {
            optimizer.First.copy_(file.Read("exp_avg"));
            optimizer.Second.copy_(file.Read("exp_avg_sq"));
        }
        optimizer.Steps = state.Steps;
        return state;
    }

    /// <summary>The state alone.</summary>
    public RunState? Peek(Func<RunState, bool> fits)
    {
        if (Found is not { } found)
        {
            return null;
        }
        try
        {
            var state = JsonSerializer.Deserialize<RunState>(File.ReadAllBytes(Path.Combine(found, StateFile)), JsonStyle.Wire)!;
            return fits(state) ? state : null;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{Path.Combine(found, StateFile)} can't be read: {e.Message} Delete the folder to begin again.", e);
        }
    }

    public void Remove()
    {
        Remove(folder);
        Remove(folder + ".old");
    }

    // A crash between the two renames leaves only the old one.
    private string? Found => new[] { folder, folder + ".old" }.FirstOrDefault(f => File.Exists(Path.Combine(f, StateFile)));

    // Under another name first: a crash in the middle of a deletion leaves no half of a checkpoint to be taken for a whole one.
    private void Remove(string path)
    {
        var removed = folder + ".removed";
        Delete(removed);
        if (Directory.Exists(path))
        {
            Directory.Move(path, removed);
            Delete(removed);
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
