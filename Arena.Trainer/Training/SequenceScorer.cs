using Arena.Trainer.Models;
using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>Log-probabilities of the counted tokens of a batch of sequences.</summary>
/// <param name="PerToken">(N), in the order of rows and positions.</param>
/// <param name="Row">(N) int64: the row of each.</param>
/// <param name="Tokens">(B): counted tokens of each row.</param>
public sealed record ScoredTokens(Tensor PerToken, Tensor Row, Tensor Tokens)
{
    /// <summary>What the head said of each counted token; null where it wasn't asked for.</summary>
    public HeadNumbers? Head { get; init; }

    /// <summary>Counted tokens by row; <see cref="Head"/> is in the same order.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Positions that went through the decoder, padding included.</summary>
    public required long Positions { get; init; }

    /// <summary>Those of them that held a token.</summary>
    public required long Filled { get; init; }

    /// <summary>(B): sums per row.</summary>
    public Tensor PerSequence() => zeros_like(Tokens).AddRows(Row, PerToken);
}

/// <summary>Runs sequences through a decoder; the head only runs where a token counts.</summary>
public static class SequenceScorer
{
    // Rows that hold several answers need a mask of their own, which plain rows don't: sharing pays from about this share of positions on.
    private const double WorthSharing = 0.15;

    /// <summary>Each sequence in a row of its own, padded on the right.</summary>
    /// <param name="describe">Also fill <see cref="ScoredTokens.Head"/>.</param>
    public static ScoredTokens Score(Decoder decoder, DecoderWeights weights, IReadOnlyList<MarkedSequence> batch, bool describe = false)
    {
        var width = batch.Max(s => s.Tokens.Length) - 1;
        var ids = new long[batch.Count * width];
        Array.Fill(ids, decoder.Config.PadId);
        for (var row = 0; row < batch.Count; row++)
        {
            Copy(batch[row].Tokens, 0, batch[row].Tokens.Length - 1, ids, row * width);
        }
        var hidden = decoder.Hidden(weights, tensor(ids, [batch.Count, width])); // (B, T, C)
        return Gather(decoder, weights, batch, hidden, (row, t) => row * width + t, batch.Sum(s => s.Tokens.Length - 1L), describe);
    }

    /// <summary>Chosen answers first, then rejected ones, as TRL stacks them. What answers begin with alike goes through the decoder once.</summary>
    public static ScoredTokens Score(Decoder decoder, DecoderWeights weights, IReadOnlyList<PreferencePair> pairs, bool describe = false)
    {
        MarkedSequence[] stacked = [.. pairs.Select(p => p.Chosen), .. pairs.Select(p => p.Rejected)];
        var rows = SharedRow.Divide(pairs);
        var saved = rows.Sum(r => (r.Sequences.Count - 1) * r.Shared) / (double)stacked.Sum(s => s.Tokens.Length - 1);
        return saved < WorthSharing ? Score(decoder, weights, stacked, describe) : Packed(decoder, weights, rows, stacked, describe);
    }

    /// <summary>
    /// Rows of [what all begin with | rest of the first | rest of the second | …]. The rests take the same positions and do not see each other, so
    /// every number is what rows of their own would give, and the beginning gets the sum of all their gradients.
    /// </summary>
    internal static ScoredTokens Packed(Decoder decoder, DecoderWeights weights, IReadOnlyList<SharedRow> rows, IReadOnlyList<MarkedSequence> stacked, bool describe = false)
    {
        var width = rows.Max(r => r.Shared + r.Sequences.Sum(s => stacked[s].Tokens.Length - 1 - r.Shared));
        var (ids, positions, mask) = (new long[rows.Count * width], new long[rows.Count * width], new bool[rows.Count * width * width]);
        Array.Fill(ids, decoder.Config.PadId);
        // For each sequence: where its row begins, how much it shares, and where its rest begins.
        var places = new (int Row, int Shared, int Own)[stacked.Count];
        var filled = 0L;
        for (var n = 0; n < rows.Count; n++)
        {
            var (at, shared) = (n * width, rows[n].Shared);
            Copy(stacked[rows[n].Sequences[0]].Tokens, 0, shared, ids, at);
            Lay(0, shared, 0);
            var end = shared;
            foreach (var s in rows[n].Sequences)
            {
                var rest = stacked[s].Tokens.Length - 1 - shared;
                places[s] = (at, shared, at + end);
                Copy(stacked[s].Tokens, shared, rest, ids, at + end);
                Lay(end, rest, shared);
                end += rest;
            }
            filled += end;
            for (var t = end; t < width; t++)
            {
                // Past the end every token sees itself: a softmax over nothing would be NaN.
                mask[(at + t) * width + t] = true;
            }

            void Lay(int from, int count, int position)
            {
                for (var t = from; t < from + count; t++)
                {
                    positions[at + t] = position + t - from;
                    mask.AsSpan((at + t) * width, Math.Min(t, shared)).Fill(true);
                    mask.AsSpan((at + t) * width + from, t - from + 1).Fill(true);
                }
            }
        }
        var hidden = decoder.Hidden(weights, tensor(ids, [rows.Count, width]), tensor(positions, [rows.Count, width]), tensor(mask, [rows.Count, 1, width, width]));
        return Gather(decoder, weights, stacked, hidden, (s, t) => t < places[s].Shared ? places[s].Row + t : places[s].Own + t - places[s].Shared, filled, describe);
    }

    /// <param name="place">Row and position to the place among all hidden states.</param>
    private static ScoredTokens Gather(Decoder decoder, DecoderWeights weights, IReadOnlyList<MarkedSequence> batch, Tensor hidden, Func<int, int, long> place, long filled, bool describe)
    {
        List<long> places = [], targets = [], rows = [];
        var counts = new double[batch.Count];
        for (var row = 0; row < batch.Count; row++)
        {
            var (tokens, counted) = batch[row];
            for (var t = 0; t + 1 < tokens.Length; t++)
            {
                if (counted[t + 1])
                {
                    places.Add(place(row, t));
                    targets.Add(tokens[t + 1]);
                    rows.Add(row);
                    counts[row]++;
                }
            }
        }
        var chosen = hidden.reshape(-1, decoder.Config.HiddenSize).index_select(0, tensor(places.ToArray())); // (N, C)
        var head = describe ? new HeadNumbers(targets.Count) : null;
        var perToken = TokenLogProbs.Of(chosen, weights.Head, [.. targets], head);
        return new(perToken, tensor(rows.ToArray()), tensor(counts).to_type(perToken.dtype))
        {
            Head = head,
            Counts = [.. counts.Select(c => (int)c)],
            Positions = hidden.shape[0] * hidden.shape[1],
            Filled = filled,
        };
    }

    private static void Copy(int[] tokens, int from, int count, long[] ids, int at)
    {
        for (var t = 0; t < count; t++)
        {
            ids[at + t] = tokens[from + t];
        }
    }
}
