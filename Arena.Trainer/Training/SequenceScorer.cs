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
    // Answers behind a shared prompt need a mask and copies of its keys, which plain rows don't: sharing pays from about this share of positions on.
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
        var prompts = SharedPrompt.Of(pairs);
        // Padding counts on both sides: a long prompt with short answers beside a short one with long answers is better off in rows.
        var apart = stacked.Length * (double)(stacked.Max(s => s.Tokens.Length) - 1);
        var rest = prompts.Max(p => p.Sequences.Max(s => stacked[s].Tokens.Length - 1 - p.Length));
        var shared = prompts.Count * prompts.Max(p => p.Length) + stacked.Length * rest;
        return shared > (1 - WorthSharing) * apart ? Score(decoder, weights, stacked, describe) : Branched(decoder, weights, prompts, stacked, describe);
    }

    /// <summary>What answers begin with alike goes through the decoder once, then each answer's rest behind it.</summary>
    internal static ScoredTokens Branched(Decoder decoder, DecoderWeights weights, IReadOnlyList<SharedPrompt> prompts, IReadOnlyList<MarkedSequence> stacked, bool describe = false)
    {
        // Of each sequence: its prompt, and its place among the answers, which stand in the order of prompts.
        var of = new (int Prompt, int Answer)[stacked.Count];
        var answers = new List<(int Prompt, int Length)>(stacked.Count);
        for (var p = 0; p < prompts.Count; p++)
        {
            foreach (var s in prompts[p].Sequences)
            {
                of[s] = (p, answers.Count);
                answers.Add((p, stacked[s].Tokens.Length - 1 - prompts[p].Length));
            }
        }
        var branches = new Branches([.. prompts.Select(p => p.Length)], answers);
        var ids = new long[branches.Tokens];
        Array.Fill(ids, decoder.Config.PadId);
        for (var s = 0; s < stacked.Count; s++)
        {
            var (prompt, answer) = of[s];
            Copy(stacked[s].Tokens, 0, prompts[prompt].Length, ids, branches.PlaceInPrompt(prompt, 0));
            Copy(stacked[s].Tokens, prompts[prompt].Length, answers[answer].Length, ids, branches.PlaceInAnswer(answer, 0));
        }
        var hidden = decoder.Hidden(weights, tensor(ids, [1, ids.Length]), branches);
        return Gather(decoder, weights, stacked, hidden, Place, branches.Filled, describe);

        long Place(int s, int t)
        {
            var (prompt, answer) = of[s];
            var shared = prompts[prompt].Length;
            return t < shared ? branches.PlaceInPrompt(prompt, t) : branches.PlaceInAnswer(answer, t - shared);
        }
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
