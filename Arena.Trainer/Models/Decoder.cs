using Arena.Trainer.Decoding;
using Arena.Trainer.Models.Fused;
using Arena.Trainer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>
/// The forward pass of a decoder of Llama's, Qwen2's or Qwen3's architecture: RMSNorm, rotary positions (halves rotated, as Hugging Face),
/// grouped-query attention, SwiGLU. It holds no weights; the same decoder runs a policy, its reference and many adapters.
/// </summary>
public sealed class Decoder : IDisposable
{
    // Angles of all positions are kept ready: 32 MiB at 128 numbers a head. Models that claim 131,072 positions are cut here.
    private const int PositionLimit = 32_768;

    private readonly Tensor _cos;
    private readonly Tensor _sin;

    public Decoder(ModelConfig config, ScalarType dtype = ScalarType.Float32)
    {
        Config = config;
        using var scope = NewDisposeScope();
        var half = config.HeadDim / 2;
        Positions = Math.Min(config.MaxPositions, PositionLimit);
        var frequencies = RopeScaling.Frequencies(config);
        var cos = new double[Positions * config.HeadDim];
        var sin = new double[cos.Length];
        for (var t = 0; t < Positions; t++)
        {
            for (var i = 0; i < half; i++)
            {
                var (s, c) = Math.SinCos(t * frequencies[i]);
                var at = t * config.HeadDim + i;
                cos[at] = cos[at + half] = c;
                // Rotation maps (x1, x2) to (x1 cos - x2 sin, x2 cos + x1 sin): the sign of the first half lives here.
                (sin[at], sin[at + half]) = (-s, s);
            }
        }
        long[] shape = [Positions, config.HeadDim];
        _cos = tensor(cos, shape, ScalarType.Float64).to_type(dtype).DetachFromDisposeScope();
        _sin = tensor(sin, shape, ScalarType.Float64).to_type(dtype).DetachFromDisposeScope();
    }

    public ModelConfig Config { get; }

    /// <summary>Norm, rotation, gated layers, attention and linear layers as one operation each, written out by hand, where the numbers and the processor allow it; equal to rounding.</summary>
    public bool Fused { get; init; } = true;

    /// <summary>(positions, D): cosines of the rotary angles.</summary>
    internal Tensor Cos => _cos;

    /// <summary>(positions, D): sines, negative in the first half of D.</summary>
    internal Tensor Sin => _sin;

    /// <summary>Longest sequence, tokens: the model's own limit, at most 32,768.</summary>
    public int Positions { get; }

    /// <summary>Hidden states after the last norm.</summary>
    /// <param name="ids">(B, T) int64. Without a cache rows may be padded on the right: later positions never reach earlier ones.</param>
    /// <param name="cache">Earlier positions; the new ones are added. Its padding counts from the left.</param>
    /// <returns>(B, T, C).</returns>
    public Tensor Hidden(DecoderWeights weights, Tensor ids, KvCache? cache = null)
    {
        var (start, steps) = (cache?.Length ?? 0, ids.shape[1]);
        // A cache that rows join and leave may have places beyond its rows.
        var padding = cache?.Padding?[..cache.Rows];
        var (cos, sin) = Angles(start, steps, padding);
        if (cache is null)
        {
            return Run(weights, ids, cos, sin, (_, q, k, v) => Causal(q, k, v), weights.Recompute);
        }
        var mask = Mask(start, steps, padding);
        var hidden = Run(weights, ids, cos, sin, (layer, q, k, v) =>
        {
            (k, v) = cache.Append(layer, k, v);
            // One new position, or a mask of its own, sees all that it is given.
            return Attention.Of(q, k, v, mask, causal: mask is null && steps > 1);
        }, recompute: false);
        cache.Advance((int)steps);
        return hidden;
    }

    /// <summary>Hidden states of prompts and of the answers that continue them.</summary>
    /// <param name="ids">(1, N) int64, as <paramref name="branches"/> lays them out.</param>
    /// <returns>(1, N, C).</returns>
    internal Tensor Hidden(DecoderWeights weights, Tensor ids, Branches branches)
    {
        Fit(branches.Longest);
        var fused = FusedFor(weights.Embedding);
        branches.Prepare(fused);
        Tensor Pick(Tensor table) => table.index_select(0, branches.Positions).view(1, 1, branches.Tokens, Config.HeadDim);
        return Run(weights, ids, Pick(_cos), Pick(_sin), (_, q, k, v) => fused ? branches.AttendFused(q, k, v) : branches.Attend(q, k, v), weights.Recompute);
    }

    /// <param name="look">Attention of a layer: queries (B, H, T, D), keys and values (B, Hkv, T, D) to (B, T, H, D).</param>
    private Tensor Run(DecoderWeights weights, Tensor ids, Tensor cos, Tensor sin, Func<int, Tensor, Tensor, Tensor, Tensor> look, bool recompute)
    {
        var (rows, steps) = (ids.shape[0], ids.shape[1]);
        var x = weights.Embedding.index_select(0, ids.reshape(-1)).view(rows, steps, Config.HiddenSize);
        for (var place = 0; place < weights.Layers.Count; place++)
        {
            // A scope a layer: what autograd doesn't need goes at once, and its memory serves the next layer.
            using var scope = NewDisposeScope();
            var before = x;
            var (n, layer) = (place, weights.Layers[place]);
            Tensor Look(Tensor q, Tensor k, Tensor v) => look(n, q, k, v);
            x = recompute && is_grad_enabled()
                ? RecomputedBlock.Of(x, layer, (from, with) => Block(with, from, cos, sin, Look))
                : Block(layer, x, cos, sin, Look);
            x.MoveToOuterDisposeScope();
            before.Dispose();
        }
        return Norm(x, weights.Norm);
    }

    /// <summary>One block: attention and gated layers, each added to what came in.</summary>
    private Tensor Block(LayerWeights layer, Tensor x, Tensor cos, Tensor sin, Func<Tensor, Tensor, Tensor, Tensor> look)
    {
        x = x.Plus(Attend(layer, Norm(x, layer.InputNorm), cos, sin, look));
        return x.Plus(Gated(layer, Norm(x, layer.PostNorm)));
    }

    /// <summary>(…, C) to (…, V).</summary>
    public static Tensor Logits(DecoderWeights weights, Tensor hidden) => nn.functional.linear(hidden, weights.Head);

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }

    private Tensor Attend(LayerWeights layer, Tensor x, Tensor cos, Tensor sin, Func<Tensor, Tensor, Tensor, Tensor> look)
    {
        var (rows, steps) = (x.shape[0], x.shape[1]);
        Tensor Split(Tensor y, int heads) => y.view(rows, steps, heads, Config.HeadDim).transpose(1, 2); // (B, H, T, D)
        var q = Rotate(HeadNorm(Split(Linear(layer.Q, x), Config.Heads), layer.QNorm), cos, sin);
        var k = Rotate(HeadNorm(Split(Linear(layer.K, x), Config.KvHeads), layer.KNorm), cos, sin);
        var v = Split(Linear(layer.V, x), Config.KvHeads);
        return Linear(layer.O, look(q, k, v).reshape(rows, steps, Config.Heads * Config.HeadDim));
    }

    /// <summary>Attention of rows, each from its first position on: (B, H, T, D) to (B, T, H, D).</summary>
    private Tensor Causal(Tensor q, Tensor k, Tensor v)
    {
        if (!FusedFor(q))
        {
            return Attention.Of(q, k, v, null, causal: true);
        }
        var (rows, steps) = ((int)q.shape[0], (int)q.shape[2]);
        Tensor Tokens(Tensor x) => x.transpose(1, 2).reshape(rows * steps, x.shape[1], x.shape[3]);
        return FusedAttention.Of(Tokens(q), Tokens(k), Tokens(v), [new(0, 0, 0, rows, steps, steps)]).view(rows, steps, q.shape[1], q.shape[3]);
    }

    /// <summary>The gated layers.</summary>
    private Tensor Gated(LayerWeights layer, Tensor x) => FusedFor(x) && FusedLinear.Pays(x) && layer.Gate.IsPlain && layer.Up.IsPlain && layer.Down.IsPlain
        ? FusedMlp.Of(x, layer.Gate.Weight, layer.Up.Weight, layer.Down.Weight)
        : Linear(layer.Down, Gate(Linear(layer.Gate, x), Linear(layer.Up, x)));

    private Tensor Linear(LinearWeight linear, Tensor x) => linear.Apply(x, FusedFor(x));

    private Tensor Gate(Tensor gate, Tensor up) => FusedFor(gate) ? FusedGate.Of(gate, up) : gate.silu() * up;

    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        if (FusedFor(x))
        {
            return FusedRotation.Of(x, cos, sin);
        }
        var half = Config.HeadDim / 2;
        var swapped = cat([x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);
        return (x * cos).Plus(swapped * sin);
    }

    private Tensor HeadNorm(Tensor x, Tensor? weight) => weight is null ? x : Norm(x, weight);

    private Tensor Norm(Tensor x, Tensor weight)
    {
        if (FusedFor(x))
        {
            return FusedNorm.Of(x, weight, Config.RmsNormEps);
        }
        if (x.dtype is ScalarType.BFloat16 or ScalarType.Float16)
        {
            var wide = x.to_type(ScalarType.Float32);
            return weight * (wide * wide.Squared().mean([-1], keepdim: true).Plus(Config.RmsNormEps).rsqrt()).to_type(x.dtype);
        }
        return x * x.Squared().mean([-1], keepdim: true).Plus(Config.RmsNormEps).rsqrt() * weight;
    }

    private bool FusedFor(Tensor x) => Fused && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && RowProducts.IsSupported;

    /// <summary>(T, D), or (B, 1, T, D) where rows are padded.</summary>
    private (Tensor Cos, Tensor Sin) Angles(int start, long steps, int[]? padding)
    {
        var longest = start + steps - (padding?.Min() ?? 0);
        Fit(longest);
        if (padding is null)
        {
            return (_cos.narrow(0, start, steps), _sin.narrow(0, start, steps));
        }
        var positions = new long[padding.Length * steps];
        for (var row = 0; row < padding.Length; row++)
        {
            for (var t = 0; t < steps; t++)
            {
                positions[row * steps + t] = Math.Max(0, start + t - padding[row]);
            }
        }
        var index = tensor(positions);
        return (_cos.index_select(0, index).view(padding.Length, 1, steps, -1), _sin.index_select(0, index).view(padding.Length, 1, steps, -1));
    }

    private void Fit(long longest)
    {
        if (longest > Positions)
        {
            throw new TrainerException($"A sequence of {longest} tokens is longer than the model's {Positions} positions.");
        }
    }

    /// <summary>Null when plain causality (or nothing) is enough; else (B or 1, 1, T, S), true = may look.</summary>
    private static Tensor? Mask(int start, long steps, int[]? padding)
    {
        if (padding is null && (start == 0 || steps == 1))
        {
            return null;
        }
        var rows = padding?.Length ?? 1;
        var width = start + steps;
        var allowed = new bool[rows * steps * width];
        for (var row = 0; row < rows; row++)
        {
            var empty = padding?[row] ?? 0;
            for (var t = 0; t < steps; t++)
            {
                // A padded query looks at itself, so that its softmax is not over nothing; nobody reads it.
                for (var s = Math.Min(empty, start + t); s <= start + t; s++)
                {
                    allowed[(row * steps + t) * width + s] = s >= empty || s == start + t;
                }
            }
        }
        return tensor(allowed, [rows, 1, steps, width]);
    }
}
