using System.Runtime.InteropServices;
using Arena.Trainer.Decoding;

namespace Arena.Trainer.Models.Fused;

/// <summary>How heads lie in memory: queries (N, H, D), keys and values (N, Hkv, D).</summary>
/// <param name="Heads">H, a multiple of Hkv.</param>
/// <param name="KvHeads">Hkv.</param>
/// <param name="Width">D.</param>
internal readonly record struct AttentionShape(int Heads, int KvHeads, int Width)
{
    /// <summary>Query heads to a key head.</summary>
    public int Group => Heads / KvHeads;

    public float Scale => 1 / MathF.Sqrt(Width);

    /// <summary>Operations of a key head, about.</summary>
    public int Cost(IReadOnlyList<AttentionRun> runs) =>
        (int)Math.Min(int.MaxValue / 2, 4.0 * Width * Group * runs.Sum(r => (double)r.Segments * r.Length * (r.BeforeLength + r.Length)));
}

/// <summary>
/// Attention of one key head and of the queries that share it, on one thread: what a head's keys get from all queries is added up in the same order always.
/// </summary>
internal sealed unsafe class AttentionHead : IDisposable
{
    // Queries that are looked up together; keys behind the last of them are skipped.
    private const int Block = 64;

    // Rows of scores are filled up to whole panels of the widest vectors.
    private const int Whole = 32;

    private readonly AttentionShape _shape;
    private readonly int _head;
    private readonly IReadOnlyList<AttentionRun> _runs;
    private readonly int _stride;
    private readonly float* _keys;
    private readonly float* _values;
    private readonly float* _scores;
    private readonly float* _pulls;

    /// <param name="head">Key head, from 0.</param>
    public AttentionHead(AttentionShape shape, int head, IReadOnlyList<AttentionRun> runs)
    {
        (_shape, _head, _runs) = (shape, head, runs);
        _stride = (runs.Max(r => r.BeforeLength + r.Length) + Whole - 1) / Whole * Whole;
        // Keys and values transposed, (D, stride); scores of a block and their gradients, (block, stride).
        _keys = (float*)NativeMemory.AlignedAlloc((nuint)(2 * (shape.Width + Block) * _stride * sizeof(float)), 64);
        _values = _keys + shape.Width * _stride;
        _scores = _values + shape.Width * _stride;
        _pulls = _scores + Block * _stride;
    }

    /// <param name="y">(N, H, D); the head's part of it is written.</param>
    /// <param name="sums">(N, H): logarithms of the rows' sums, for backward.</param>
    public void Forward(float* q, float* k, float* v, float* y, float[] sums)
    {
        foreach (var (run, first, from, fresh) in Blocks())
        {
            if (fresh)
            {
                Transpose(k, run, first, _keys);
            }
            var (count, seen) = (Math.Min(Block, run.Length - from), run.BeforeLength + from + 1);
            for (var n = 0; n < _shape.Group; n++)
            {
                Score(Queries(q, first + from, n), _keys, _scores, count, run, from);
                for (var t = 0; t < count; t++)
                {
                    var row = _scores + (nint)t * _stride;
                    sums[Place(first + from + t, n)] = RowMath.Softmax(row, _shape.Scale, seen + t);
                    Hide(row, seen + t, run.BeforeLength + from + count);
                }
                Mix(_scores, v, run, first, from, count, Queries(y, first + from, n));
            }
        }
    }

    /// <param name="dy">(N, H, D).</param>
    /// <param name="dq">(N, H, D); the head's part of it is written.</param>
    /// <param name="dk">(N, Hkv, D); added to.</param>
    /// <param name="dv">(N, Hkv, D); added to.</param>
    public void Backward(float* q, float* k, float* v, float* dy, float[] sums, float* dq, float* dk, float* dv)
    {
        foreach (var (run, first, from, fresh) in Blocks())
        {
            if (fresh)
            {
                Transpose(k, run, first, _keys);
                Transpose(v, run, first, _values);
            }
            var (count, seen) = (Math.Min(Block, run.Length - from), run.BeforeLength + from + 1);
            for (var n = 0; n < _shape.Group; n++)
            {
                var (asked, pulled) = (Queries(q, first + from, n), Queries(dy, first + from, n));
                Score(asked, _keys, _scores, count, run, from);
                Score(pulled, _values, _pulls, count, run, from);
                for (var t = 0; t < count; t++)
                {
                    float* row = _scores + (nint)t * _stride, pull = _pulls + (nint)t * _stride;
                    RowMath.SoftmaxGradient(row, pull, _shape.Scale, sums[Place(first + from + t, n)], seen + t);
                    Hide(row, seen + t, run.BeforeLength + from + count);
                    Hide(pull, seen + t, run.BeforeLength + from + count);
                }
                Mix(_pulls, k, run, first, from, count, Queries(dq, first + from, n));
                Gather(_pulls, asked, run, first, from, count, dk);
                Gather(_scores, pulled, run, first, from, count, dv);
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_keys);

    /// <summary>Blocks of queries: their run, the first token of their segment, the first of them in it, and whether the segment is a new one.</summary>
    private IEnumerable<(AttentionRun Run, int First, int From, bool Fresh)> Blocks()
    {
        foreach (var run in _runs)
        {
            for (var s = 0; s < run.Segments; s++)
            {
                for (var from = 0; from < run.Length; from += Block)
                {
                    yield return (run, run.First + s * run.Stride, from, from == 0);
                }
            }
        }
    }

    private Strided Queries(float* x, int token, int n) => new(x + (nint)Place(token, n) * _shape.Width, _shape.Heads * _shape.Width);

    private Strided Keys(float* x, int token) => new(x + ((nint)token * _shape.KvHeads + _head) * _shape.Width, _shape.KvHeads * _shape.Width);

    private int Place(int token, int n) => token * _shape.Heads + _head * _shape.Group + n;

    /// <summary>All keys that a segment sees, (D, stride). Those before are the same for the next segment of the run.</summary>
    private void Transpose(float* x, AttentionRun run, int first, float* to)
    {
        if (first == run.First)
        {
            Copy(Keys(x, run.Before), run.BeforeLength, to);
        }
        Copy(Keys(x, first), run.Length, to + run.BeforeLength);
        var all = run.BeforeLength + run.Length;
        for (var d = 0; d < _shape.Width; d++) { new Span<float>(to + (nint)d * _stride + all, _stride - all).Clear(); }

        void Copy(Strided from, int count, float* at)
        {
            MatrixProducts.Transpose(from, count, _shape.Width, at, _stride);
        }
    }

    /// <summary>Products of a block's rows with the keys that its last query sees.</summary>
    private void Score(Strided rows, float* keys, float* scores, int count, AttentionRun run, int from)
    {
        var width = (run.BeforeLength + from + count + Whole - 1) / Whole * Whole;
        MatrixProducts.MultiplySmall(rows, new(keys, _stride), scores, _stride, count, _shape.Width, width, add: false);
    }

    private static void Hide(float* row, int seen, int width) => new Span<float>(row + seen, width - seen).Clear();

    /// <summary>Writes sums of tokens by a block's shares.</summary>
    private void Mix(float* shares, float* x, AttentionRun run, int first, int from, int count, Strided to)
    {
        if (run.BeforeLength > 0)
        {
            MatrixProducts.MultiplySmall(new(shares, _stride), Keys(x, run.Before), to.At, to.Row, count, run.BeforeLength, _shape.Width, add: false);
        }
        MatrixProducts.MultiplySmall(new(shares + run.BeforeLength, _stride), Keys(x, first), to.At, to.Row, count, from + count, _shape.Width, add: run.BeforeLength > 0);
    }

    /// <summary>Adds to each token the sum of a block's rows by their shares in it.</summary>
    private void Gather(float* shares, Strided rows, AttentionRun run, int first, int from, int count, float* to)
    {
        if (run.BeforeLength > 0)
        {
            var before = Keys(to, run.Before);
            MatrixProducts.MultiplySmall(new Strided(shares, _stride).Transposed, rows, before.At, before.Row, run.BeforeLength, count, _shape.Width, add: true);
        }
        var own = Keys(to, first);
        MatrixProducts.MultiplySmall(new Strided(shares + run.BeforeLength, _stride).Transposed, rows, own.At, own.Row, from + count, count, _shape.Width, add: true);
    }
}
