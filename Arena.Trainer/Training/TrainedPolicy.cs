using System.Security.Cryptography;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>A policy in training: either its own copy of all weights, or a fresh or continued adapter over the start's, which stay as they are.</summary>
public sealed class TrainedPolicy : IDisposable
{
    private readonly FlatWeights _base;
    private readonly ScalarType _type = ScalarType.Float32;
    private readonly bool _recompute;
    private readonly Decoder? _narrow;
    private readonly FlatWeights? _narrowBase;

    private TrainedPolicy(Policy start, FlatWeights baseWeights, LoraAdapter? adapter, string baseName) =>
        (Start, _base, Adapter, BaseName) = (start, baseWeights, adapter, baseName);

    private TrainedPolicy(TrainedPolicy plain, ScalarType type, bool recompute) : this(plain.Start, plain._base, plain.Adapter, plain.BaseName)
    {
        (_type, _recompute) = (type, recompute);
        if (type != ScalarType.Float32)
        {
            _narrow = new Decoder(Config, type);
            // Under an adapter the base never changes: it is rounded once. Else the weights are rounded anew for every step, and gradients reach the 32-bit ones.
            _narrowBase = Adapter is null ? null : _base.Copy(type);
        }
    }

    /// <summary>What it was before; its decoder is shared, under an adapter its weights too, so it must live longer.</summary>
    public Policy Start { get; }

    public LoraAdapter? Adapter { get; }

    /// <summary>The base that a saved adapter names.</summary>
    public string BaseName { get; }

    /// <summary>The weights that change.</summary>
    public FlatWeights Trained => Adapter?.Weights ?? _base;

    public ModelConfig Config => Start.Config;

    public Decoder Decoder => Start.Decoder;

    /// <param name="loraRank">0 trains all weights; else an adapter of that rank on all linear layers, with twice the rank as alpha (scale 2, as in the measured recipe).</param>
    /// <exception cref="TrainerException">The start is an adapter of another rank.</exception>
    public static TrainedPolicy From(Policy start, int loraRank, SeededChance chance) =>
        From(start, loraRank == 0 ? null : new LoraConfig(loraRank, 2 * loraRank, LoraConfig.AllTargets), chance);

    /// <param name="lora">Null trains all weights (an adapter of the start is merged first). Else an adapter: the start's own when it has this rank, or a fresh one.</param>
    /// <exception cref="TrainerException">The start is an adapter of another rank, or the adapter fits no layer of the model.</exception>
    public static TrainedPolicy From(Policy start, LoraConfig? lora, SeededChance chance)
    {
        if (lora is null)
        {
            return new(start, start.MergedWeights(), null, start.Name);
        }
        // Under an adapter the base is frozen: the start's own weights serve, a copy would double a large model.
        if (start.Adapter is { } own)
        {
            return own.Config.Rank == lora.Rank
                ? new(start, start.Weights, new LoraAdapter(own.Config, own.Weights.Copy()), start.BaseName!)
                : throw new TrainerException($"\"{start.Name}\" is an adapter of rank {own.Config.Rank}; train it with loraRank {own.Config.Rank}, or with 0 to merge it.");
        }
        return lora.Problem(start.Config) is { } problem
            ? throw new TrainerException($"The adapter does not fit \"{start.Name}\": {problem}.")
            : new(start, start.Weights, LoraAdapter.Initialise(start.Config, lora, chance), start.Name);
    }

    /// <summary>As the options have it: adapter, number type of steps, gradient checkpointing.</summary>
    /// <exception cref="TrainerException">As <see cref="From(Policy, LoraConfig?, SeededChance)"/>.</exception>
    public static TrainedPolicy For(Policy start, TrainOptions options) =>
        new(From(start, options.Lora(), new SeededChance(options.Seed, stream: 4)), options.StepType, options.GradientCheckpointing);

    /// <summary>Log-probabilities as a training step computes them: in the run's number type, gradients reaching <see cref="Trained"/> where they are on.</summary>
    internal ScoredTokens Score(IReadOnlyList<MarkedSequence> batch, bool describe = false) => SequenceScorer.Score(_narrow ?? Decoder, BindForStep(_base, Adapter), batch, describe);

    /// <summary>The same for pairs, whose answers share what they begin with.</summary>
    internal ScoredTokens Score(IReadOnlyList<PreferencePair> batch, bool describe = false) => SequenceScorer.Score(_narrow ?? Decoder, BindForStep(_base, Adapter), batch, describe);

    /// <summary>Log-probabilities of other weights of the same model, computed in the same way: a frozen reference's.</summary>
    /// <param name="adapter">Over the run's base where <paramref name="weights"/> is null.</param>
    /// <param name="weights">Null = the run's base.</param>
    internal ScoredTokens Score(IReadOnlyList<MarkedSequence> batch, LoraAdapter? adapter, FlatWeights? weights) => SequenceScorer.Score(_narrow ?? Decoder, BindForStep(weights ?? _base, adapter), batch, false);

    /// <inheritdoc cref="Score(IReadOnlyList{MarkedSequence}, LoraAdapter?, FlatWeights?)"/>
    internal ScoredTokens Score(IReadOnlyList<PreferencePair> batch, LoraAdapter? adapter, FlatWeights? weights) => SequenceScorer.Score(_narrow ?? Decoder, BindForStep(weights ?? _base, adapter), batch, false);

    private DecoderWeights BindForStep(FlatWeights weights, LoraAdapter? adapter) =>
        DecoderWeights.Bind(Config, (weights == _base ? _narrowBase ?? _base : weights).Views(_type), adapter, adapter?.Weights.Views(_type)) with { Recompute = _recompute };

    /// <summary>Tensors of a forward pass in 32 bits, for sampling and evaluation, in the caller's dispose scope.</summary>
    public DecoderWeights Bind() => DecoderWeights.Bind(Config, _base.Views(), Adapter);

    /// <summary>SHA-256 of what it computes with now: the start's file and the numbers that change; lower-case hex.</summary>
    internal string WeightsHash() => WeightsHash(Start.WeightsHash, Trained);

    /// <summary>The same for other weights, computed in this run's number type.</summary>
    /// <param name="file">SHA-256 of the file that they began as.</param>
    /// <param name="numbers">What of them is not in that file; null = nothing.</param>
    internal string WeightsHash(string file, FlatWeights? numbers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(file));
        hash.AppendData(numbers is null ? [] : numbers.Flat.bytes);
        if (_type != ScalarType.Float32)
        {
            // The same weights give other log-probabilities in another number type.
            hash.AppendData([(byte)_type]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the policy's folder.</summary>
    /// <param name="dtype">Element type in the files; only 32 bits hold what was trained exactly.</param>
    /// <exception cref="TrainerException">The disk is full, or a number is too large for the type.</exception>
    public void Save(string folder, ScalarType dtype = ScalarType.Float32)
    {
        using var _ = no_grad();
        Start.SaveAs(folder, Adapter is null ? _base : null, Adapter, BaseName, dtype);
    }

    /// <summary>Takes back the numbers of a folder that it saved.</summary>
    /// <exception cref="TrainerException">The folder holds another policy, or is broken.</exception>
    internal void Restore(string folder)
    {
        using var _ = no_grad();
        if (Adapter is { } adapter)
        {
            PeftAdapter.Fill(adapter, folder);
            return;
        }
        using var files = HfCheckpoint.Open(folder);
        WeightFiles.Fill(_base, files.Read, folder, name => name);
    }

    public void Dispose()
    {
        _narrow?.Dispose();
        _narrowBase?.Dispose();
        Adapter?.Dispose();
        if (Adapter is null)
        {
            _base.Dispose();
        }
    }
}
