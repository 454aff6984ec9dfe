using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>Log-probabilities of the counted tokens of a batch of sequences.</summary>
/// <param name="PerToken">(N), in the order of rows and positions.</param>
/// <param name="Row">(N) int64: the row of each.</param>
/// <param name="Tokens">(B): counted tokens of each row.</param>
public sealed record ScoredTokens(Tensor PerToken, Tensor Row, Tensor Tokens)
{
    /// <summary>(B): sums per row.</summary>
    public Tensor PerSequence() => zeros_like(Tokens).index_add(0, Row, PerToken, 1);
}

/// <summary>Runs sequences through a decoder; the head only runs where a token counts.</summary>
public static class SequenceScorer
{
    public static ScoredTokens Score(Decoder decoder, DecoderWeights weights, IReadOnlyList<MarkedSequence> batch)
    {
        var width = batch.Max(s => s.Tokens.Length) - 1;
        var ids = new long[batch.Count * width];
        Array.Fill(ids, decoder.Config.PadId);
        List<long> positions = [], targets = [], rows = [];
        var counts = new double[batch.Count];
        for (var row = 0; row < batch.Count; row++)
        {
            var (tokens, counted) = batch[row];
            for (var t = 0; t + 1 < tokens.Length; t++)
            {
                ids[row * width + t] = tokens[t];
                if (counted[t + 1])
                {
                    positions.Add(row * width + t);
                    targets.Add(tokens[t + 1]);
                    rows.Add(row);
                    counts[row]++;
                }
            }
        }
        var hidden = decoder.Hidden(weights, tensor(ids, [batch.Count, width])); // (B, T, C)
        var chosen = hidden.view(-1, decoder.Config.HiddenSize).index_select(0, tensor(positions.ToArray())); // (N, C)
        var logits = Decoder.Logits(weights, chosen); // (N, V)
        var target = tensor(targets.ToArray()).unsqueeze(1);
        var perToken = logits.gather(1, target).squeeze(1) - logits.logsumexp(1);
        return new(perToken, tensor(rows.ToArray()), tensor(counts).to_type(perToken.dtype));
    }
}
