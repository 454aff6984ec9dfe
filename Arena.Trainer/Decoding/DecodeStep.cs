using System.Buffers;
using System.Runtime.CompilerServices;
using Arena.Trainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Decoding;

/// <summary>
/// A forward pass that only continues sequences: no gradients, 32-bit numbers, keys and values in a <see cref="KvCache"/>, logits of the last
/// position only. It computes what <see cref="Decoder.Hidden(DecoderWeights, Tensor, KvCache?)"/> and <see cref="Decoder.Logits"/> compute (to rounding), without a tensor per
/// operation: for a small model those cost more than the numbers in them.
/// </summary>
internal sealed unsafe class DecodeStep
{
    // Positions that go through all layers together: enough to use each weight many times while it is in the cache, few enough for the rest to stay there too.
    private const int ChunkPositions = 128;

    // Below this many multiplications waking a second thread takes longer than it saves.
    private const double WorthAThread = 4e6;

    private static readonly ConditionalWeakTable<DecoderWeights, DecodeStep> Bound = [];

    private readonly ModelConfig _config;
    private readonly DecoderWeights _weights;
    private readonly Layer[] _layers;
    private readonly float* _embedding;
    private readonly float* _norm;
    private readonly float* _head;
    private readonly float* _cos;
    private readonly float* _sin;
    private readonly double _products;
    private readonly int _positions;

    private DecodeStep(Decoder decoder, DecoderWeights weights)
    {
        (_config, _weights, _positions) = (decoder.Config, weights, decoder.Positions);
        _embedding = RawData.Of(weights.Embedding);
        _norm = RawData.Of(weights.Norm);
        _head = RawData.Of(weights.Head);
        _cos = RawData.Of(decoder.Cos);
        _sin = RawData.Of(decoder.Sin);
        _layers = [.. weights.Layers.Select(l => new Layer(RawData.Of(l.InputNorm), RawData.Of(l.PostNorm), DataOrNull(l.QNorm), DataOrNull(l.KNorm), new(l.Q), new(l.K), new(l.V), new(l.O), new(l.Gate), new(l.Up), new(l.Down)))];
        _products = weights.Layers.Sum(l => new[] { l.Q, l.K, l.V, l.O, l.Gate, l.Up, l.Down }.Sum(w => (double)w.Weight.NumberOfElements)) + weights.Head.NumberOfElements;
    }

    /// <summary>Whether this machine and these weights can be decoded by hand; else the tensor path has to do it.</summary>
    public static bool Fits(Decoder decoder, DecoderWeights weights) =>
        RowProducts.IsSupported && weights.Embedding.dtype == ScalarType.Float32 && weights.Embedding.device_type == DeviceType.CPU && decoder.Cos.dtype == ScalarType.Float32;

    /// <summary>The step for these weights, made once for as long as they are bound. The numbers are read where they lie, so changed weights are seen.</summary>
    public static DecodeStep For(Decoder decoder, DecoderWeights weights)
    {
        var step = Bound.GetValue(weights, w => new DecodeStep(decoder, w));
        ObjectDisposedException.ThrowIf(weights.Embedding.IsInvalid, weights);
        return step;
    }

    /// <summary>Feeds (rows, steps) ids, adds their keys and values to the cache and gives the last position's logits.</summary>
    /// <param name="logits">(rows, V), written.</param>
    /// <param name="threads">Most threads; the result does not depend on it.</param>
    public void Run(KvCache cache, long[] ids, float[] logits, int threads)
    {
        var steps = ids.Length / cache.Rows;
        if (cache.Longest + steps > _positions || cache.Length + steps > cache.Capacity)
        {
            throw new TrainerException($"A sequence of {cache.Longest + steps} tokens is longer than the model's {_positions} positions or the cache's {cache.Capacity}.");
        }
        if (ids.AsSpan().ContainsAnyExceptInRange(0, _config.VocabSize - 1))
        {
            throw new TrainerException($"A token id is outside the vocabulary of {_config.VocabSize}.");
        }
        threads = (int)Math.Clamp(Math.Min(threads, _products * ids.Length / WorthAThread), 1, cache.Rows);
        // Every thread gets the same number of chunks.
        var rowsPerChunk = Math.Max(1, ChunkPositions / steps);
        var chunks = ((cache.Rows + rowsPerChunk - 1) / rowsPerChunk + threads - 1) / threads * threads;
        rowsPerChunk = (cache.Rows + chunks - 1) / chunks;
        chunks = (cache.Rows + rowsPerChunk - 1) / rowsPerChunk;
        fixed (long* id = ids)
        fixed (float* output = logits)
        {
            var (ids0, output0) = ((nint)id, (nint)output);
            void Chunk(int n) => Continue(cache, n * rowsPerChunk, Math.Min(cache.Rows, (n + 1) * rowsPerChunk), steps, (long*)ids0, (float*)output0);
            if (threads == 1)
            {
                for (var n = 0; n < chunks; n++) { Chunk(n); }
            }
            else
            {
                Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = threads }, Chunk);
            }
        }
        cache.Advance(steps);
        GC.KeepAlive(_weights);
    }

    /// <summary>Takes rows [first, end) through all layers.</summary>
    private void Continue(KvCache cache, int first, int end, int steps, long* ids, float* logits)
    {
        var (width, heads, kvHeads, head) = (_config.HiddenSize, _config.Heads, _config.KvHeads, _config.HeadDim);
        var (rows, inner, rank) = (end - first, _config.IntermediateSize, _layers.Max(l => l.Rank));
        var positions = rows * steps;
        var length = cache.Length + steps;
        long[] sizes = [(long)positions * width, (long)positions * width, (long)positions * heads * head, (long)positions * kvHeads * head, (long)positions * kvHeads * head, (long)positions * inner, (long)positions * inner, (long)positions * rank, (long)heads / kvHeads * length];
        var rented = ArrayPool<float>.Shared.Rent((int)sizes.Sum(s => Aligned(s)) + 16);
        fixed (float* memory = rented)
        {
            var next = (float*)(((nint)memory + 63) & ~63);
            float* Take(int n) { var at = next; next += Aligned(sizes[n]); return at; }
            float* x = Take(0), y = Take(1), q = Take(2), k = Take(3), v = Take(4), gate = Take(5), up = Take(6), low = Take(7), scores = Take(8);
            for (var p = 0; p < positions; p++)
            {
                Unsafe.CopyBlockUnaligned(x + (nint)p * width, _embedding + (nint)ids[(nint)first * steps + p] * width, (uint)(width * sizeof(float)));
            }
            for (var n = 0; n < _layers.Length; n++)
            {
                ref readonly var layer = ref _layers[n];
                Norms(x, layer.InputNorm, positions, y);
                layer.Q.Apply(y, first, rows, steps, q, low);
                layer.K.Apply(y, first, rows, steps, k, low);
                layer.V.Apply(y, first, rows, steps, v, low);
                for (var p = 0; p < positions; p++)
                {
                    Place(cache, n, first + p / steps, p % steps, q + (nint)p * heads * head, k + (nint)p * kvHeads * head, v + (nint)p * kvHeads * head);
                }
                for (var p = 0; p < positions; p++)
                {
                    // The answer takes the place of the question: a head is read before it is written.
                    Attend(cache, n, first + p / steps, p % steps, q + (nint)p * heads * head, scores);
                }
                layer.O.Apply(q, first, rows, steps, x, low, add: true);
                Norms(x, layer.PostNorm, positions, y);
                layer.Gate.Apply(y, first, rows, steps, gate, low);
                layer.Up.Apply(y, first, rows, steps, up, low);
                for (var p = 0; p < positions; p++)
                {
                    RowMath.Gate(gate + (nint)p * inner, up + (nint)p * inner, inner, gate + (nint)p * inner);
                }
                layer.Down.Apply(gate, first, rows, steps, x, low, add: true);
            }
            for (var row = 0; row < rows; row++)
            {
                RowMath.Norm(x + ((nint)row * steps + steps - 1) * width, _norm, _config.RmsNormEps, width, y + (nint)row * width);
            }
            RowProducts.Multiply(y, rows, width, _head, _config.VocabSize, width, logits + (nint)first * _config.VocabSize, _config.VocabSize);
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private void Norms(float* x, float* weight, int rows, float* y)
    {
        for (var row = 0; row < rows; row++)
        {
            RowMath.Norm(x + (nint)row * _config.HiddenSize, weight, _config.RmsNormEps, _config.HiddenSize, y + (nint)row * _config.HiddenSize);
        }
    }

    /// <summary>Norms (where the model does) and turns queries and keys of one position to where it stands, and stores keys and values.</summary>
    private void Place(KvCache cache, int layer, int row, int step, float* q, float* k, float* v)
    {
        var head = _config.HeadDim;
        var at = cache.Length + step;
        var angle = (nint)Math.Max(0, at - (cache.Padding?[row] ?? 0)) * head;
        ref readonly var norms = ref _layers[layer];
        if (norms.QNorm is not null)
        {
            for (var h = 0; h < _config.Heads; h++) { RowMath.Norm(q + h * head, norms.QNorm, _config.RmsNormEps, head, q + h * head); }
            for (var h = 0; h < _config.KvHeads; h++) { RowMath.Norm(k + h * head, norms.KNorm, _config.RmsNormEps, head, k + h * head); }
        }
        for (var h = 0; h < _config.Heads; h++)
        {
            RowMath.Rotate(q + h * head, _cos + angle, _sin + angle, head, q + h * head);
        }
        for (var h = 0; h < _config.KvHeads; h++)
        {
            RowMath.Rotate(k + h * head, _cos + angle, _sin + angle, head, k + h * head);
            var slot = (((nint)row * _config.KvHeads + h) * cache.Capacity + at) * head;
            Unsafe.CopyBlockUnaligned(cache.KeyData(layer) + slot, k + h * head, (uint)(head * sizeof(float)));
            Unsafe.CopyBlockUnaligned(cache.ValueData(layer) + slot, v + h * head, (uint)(head * sizeof(float)));
        }
    }

    /// <summary>Attention of one position to itself and what came before, in place of its queries.</summary>
    private void Attend(KvCache cache, int layer, int row, int step, float* q, float* scores)
    {
        var head = _config.HeadDim;
        var group = _config.Heads / _config.KvHeads;
        var at = cache.Length + step;
        // An empty position on the left sees itself only; nobody reads it.
        var from = Math.Min(cache.Padding?[row] ?? 0, at);
        var count = at - from + 1;
        var scale = (float)(1 / Math.Sqrt(head));
        for (var h = 0; h < _config.KvHeads; h++)
        {
            var slot = (((nint)row * _config.KvHeads + h) * cache.Capacity + from) * head;
            var own = q + h * group * head;
            RowProducts.Multiply(own, group, head, cache.KeyData(layer) + slot, count, head, scores, count);
            for (var g = 0; g < group; g++)
            {
                var total = RowMath.Exponentials(scores + g * count, scale, count);
                RowMath.Mix(scores + g * count, total, cache.ValueData(layer) + slot, count, head, own + g * head);
            }
        }
    }

    /// <summary>Rounded up to whole cache lines.</summary>
    private static long Aligned(long count) => (count + 15) & ~15;

    private static float* DataOrNull(Tensor? tensor) => tensor is null ? null : RawData.Of(tensor);

    private readonly struct Layer(float* inputNorm, float* postNorm, float* qNorm, float* kNorm, Linear q, Linear k, Linear v, Linear o, Linear gate, Linear up, Linear down)
    {
        public readonly float* InputNorm = inputNorm;
        public readonly float* PostNorm = postNorm;
        public readonly float* QNorm = qNorm;
        public readonly float* KNorm = kNorm;
        public readonly Linear Q = q, K = k, V = v, O = o, Gate = gate, Up = up, Down = down;

        public int Rank => Math.Max(Math.Max(Math.Max(Q.Rank, K.Rank), Math.Max(V.Rank, O.Rank)), Math.Max(Math.Max(Gate.Rank, Up.Rank), Down.Rank));
    }

    /// <summary>A low-rank correction; rank 0 = none.</summary>
    private readonly struct LowRank(Tensor? a, Tensor? b, double scale)
    {
        public readonly float* A = DataOrNull(b is null ? null : a);
        public readonly float* B = DataOrNull(a is null ? null : b);
        public readonly float Scale = (float)scale;
        public readonly int Rank = a is null || b is null ? 0 : (int)a.shape[0];
    }

    /// <summary>A linear layer, perhaps with a bias and with a low-rank correction, of all rows or of single ones.</summary>
    private readonly struct Linear
    {
        private readonly float* _weight;
        private readonly float* _bias;
        private readonly LowRank _all;
        private readonly LowRank[]? _ofRow;
        private readonly int _out;
        private readonly int _in;

        public Linear(LinearWeight weight)
        {
            _weight = RawData.Of(weight.Weight);
            _bias = DataOrNull(weight.Bias);
            (_out, _in) = ((int)weight.Weight.shape[0], (int)weight.Weight.shape[1]);
            Rank = 0;
            if (weight.Rows is null)
            {
                _all = new(weight.A, weight.B, weight.Scale);
                Rank = _all.Rank;
                return;
            }
            // Rows past the last one that has a correction have none.
            var indices = weight.Rows.Select(r => (Correction: new LowRank(r.A, r.B, r.Scale), Rows: r.Index.data<long>().ToArray())).ToList();
            _ofRow = new LowRank[indices.Count == 0 ? 0 : indices.Max(i => i.Rows.Max()) + 1];
            foreach (var (correction, rows) in indices)
            {
                Rank = Math.Max(Rank, correction.Rank);
                foreach (var row in rows) { _ofRow[row] = correction; }
            }
        }

        /// <summary>The largest rank of a correction.</summary>
        public int Rank { get; }

        /// <param name="first">The batch's row where <paramref name="x"/> begins; it holds <paramref name="steps"/> positions of each of <paramref name="rows"/> rows.</param>
        /// <param name="low">Room for (rows x steps, rank).</param>
        public void Apply(float* x, int first, int rows, int steps, float* y, float* low, bool add = false)
        {
            var positions = rows * steps;
            RowProducts.Multiply(x, positions, _in, _weight, _out, _in, y, _out, add);
            if (_bias is not null)
            {
                for (var p = 0; p < positions; p++) { RowMath.Add(_bias, y + (nint)p * _out, _out); }
            }
            if (_ofRow is null)
            {
                Correct(_all, x, positions, y, low);
                return;
            }
            for (var (row, end) = (first, first + rows); row < end && row < _ofRow.Length;)
            {
                var from = row++;
                while (row < end && row < _ofRow.Length && _ofRow[row].A == _ofRow[from].A) { row++; }
                var skipped = (nint)(from - first) * steps;
                Correct(_ofRow[from], x + skipped * _in, (row - from) * steps, y + skipped * _out, low);
            }
        }

        private void Correct(in LowRank correction, float* x, int positions, float* y, float* low)
        {
            if (correction.Rank == 0)
            {
                return;
            }
            RowProducts.Multiply(x, positions, _in, correction.A, correction.Rank, _in, low, correction.Rank);
            for (var i = 0L; i < (long)positions * correction.Rank; i++) { low[i] *= correction.Scale; }
            RowProducts.Multiply(low, positions, correction.Rank, correction.B, _out, correction.Rank, y, _out, add: true);
        }
    }
}
