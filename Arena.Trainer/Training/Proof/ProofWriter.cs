using System.Text.Json;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Training.Proof;

/// <summary>
/// Writes a run's learning proof while it trains: a linked record per optimizer step, the step's inputs, and now and then a checkpoint from which steps
/// can be replayed. A resumed run cuts the logs back to its checkpoint and goes on; replayed steps write the same bytes.
/// </summary>
public sealed class ProofWriter : IDisposable
{
    private readonly ProofFiles _files;
    private readonly TrainOptions _options;
    private readonly string _optionsHash;
    private readonly FlatWeights _weights;
    private readonly FlatAdamW _optimizer;
    private readonly RunLog _steps;
    private readonly RunLog _batches;
    private string _before;
    private string _link;
    private int _lastCheckpoint = int.MinValue;

    /// <param name="keptSteps">Bytes of both logs that a resumed run keeps.</param>
    public ProofWriter(ProofFiles files, ProofHeader header, FlatWeights weights, FlatAdamW optimizer, long keptSteps, long keptBatches)
    {
        (_files, _options, _weights, _optimizer) = (files, header.Options, weights, optimizer);
        _optionsHash = ProofHashes.Options(header.Options);
        Directory.CreateDirectory(files.Root);
        if (keptSteps == 0)
        {
            AtomicFile.Write(files.Header, JsonSerializer.Serialize(header, JsonStyle.Wire));
        }
        _steps = new RunLog(files.Steps, keptSteps);
        _batches = new RunLog(files.Batches, keptBatches);
        _before = ProofHashes.Weights(weights);
        _link = ProofHashes.Text(keptSteps == 0 ? File.ReadAllText(files.Header) : File.ReadLines(files.Steps).Last());
        if (keptSteps > 0)
        {
            _lastCheckpoint = files.Checkpoints().LastOrDefault(c => c <= optimizer.Steps, int.MinValue);
        }
    }

    /// <summary>Bytes written, for the run's checkpoint.</summary>
    public (long Steps, long Batches) Lengths => (_steps.Length, _batches.Length);

    /// <summary>Takes one step and records it.</summary>
    /// <param name="seed">The generator's state from which the pass was shuffled.</param>
    /// <param name="items">The batch's items as JSON.</param>
    public Dictionary<string, double> Record(string kind, int round, int count, int part, IReadOnlyList<ulong> seed, IReadOnlyList<string> items, Func<Dictionary<string, double>> step)
    {
        if (_lastCheckpoint == int.MinValue || _optimizer.Steps - _lastCheckpoint >= _options.ProofEvery)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            SafeTensorsWriter.Write(_files.Checkpoint(_optimizer.Steps), new Dictionary<string, Tensor> { ["weights"] = _weights.Flat.detach(), ["exp_avg"] = _optimizer.First, ["exp_avg_sq"] = _optimizer.Second });
            _lastCheckpoint = _optimizer.Steps;
        }
        var optimizer = ProofHashes.Optimizer(_optimizer);
        var metrics = step();
        var after = ProofHashes.Weights(_weights);
        var line = JsonSerializer.Serialize(
            new ProofStep(_optimizer.Steps, kind, round, count, part, _before, ProofHashes.Batch(items), _optionsHash, optimizer, ProofFiles.SeedText(seed), after, _link), JsonStyle.Wire);
        _steps.Append([line]);
        _batches.Append([$"{{\"step\":{_optimizer.Steps},\"items\":[{string.Join(',', items)}]}}"]);
        (_before, _link) = (after, ProofHashes.Text(line));
        return metrics;
    }

    public void Flush()
    {
        _steps.Flush();
        _batches.Flush();
    }

    public void Dispose()
    {
        _steps.Dispose();
        _batches.Dispose();
    }
}
