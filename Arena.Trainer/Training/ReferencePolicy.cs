using Arena.Trainer.Models;

namespace Arena.Trainer.Training;

/// <summary>
/// The policy that a run's answers are compared with: the trained one as each round begins ("round"), a frozen copy of it as the run began ("start"), or the base
/// with the adapter off ("base"). A frozen one never changes: of an adapter it is a copy, of all weights the start itself.
/// </summary>
internal sealed class ReferencePolicy : IDisposable
{
    private readonly TrainedPolicy _trained;
    private readonly LoraAdapter? _adapter;
    private readonly FlatWeights? _weights;
    private readonly string? _frozen;

    private ReferencePolicy(TrainedPolicy trained, LoraAdapter? adapter, FlatWeights? weights, string? frozen) =>
        (_trained, _adapter, _weights, _frozen) = (trained, adapter, weights, frozen);

    /// <param name="trained">As the run begins: before a checkpoint is loaded into it.</param>
    /// <param name="mode">"round", "start" or "base".</param>
    public static ReferencePolicy Of(TrainedPolicy trained, string mode) => mode switch
    {
        "round" => new(trained, null, null, null),
        "base" => new(trained, null, null, trained.WeightsHash(trained.Start.BaseHash, null)),
        "start" when trained.Adapter is { } adapter => new(trained, new LoraAdapter(adapter.Config, adapter.Weights.Copy()), null, trained.WeightsHash()),
        // The start's own weights stay as they are; an adapter that was merged into them is merged once more.
        "start" => new(trained, null, trained.Start.Adapter is null ? trained.Start.Weights : trained.Start.MergedWeights(), trained.WeightsHash()),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "round, start or base"),
    };

    /// <summary>It is the trained policy as it is now.</summary>
    public bool IsTrained => _frozen is null;

    /// <summary>SHA-256 of what it computes with, lower-case hex.</summary>
    public string WeightsHash() => _frozen ?? _trained.WeightsHash();

    public ScoredTokens Score(IReadOnlyList<MarkedSequence> batch) => IsTrained ? _trained.Score(batch) : _trained.Score(batch, _adapter, _weights);

    public ScoredTokens Score(IReadOnlyList<PreferencePair> batch) => IsTrained ? _trained.Score(batch) : _trained.Score(batch, _adapter, _weights);

    public void Dispose()
    {
        _adapter?.Dispose();
        if (_weights != _trained.Start.Weights)
        {
            _weights?.Dispose();
        }
    }
}
