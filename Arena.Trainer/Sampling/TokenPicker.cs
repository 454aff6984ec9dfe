using System.Buffers;
using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;

namespace Arena.Trainer.Sampling;

/// <summary>Draws a token from one row of logits.</summary>
public static class TokenPicker
{
    /// <param name="logits">(V).</param>
    /// <param name="chance">One draw is taken, also at temperature 0, so that the sequence of draws does not depend on options.</param>
    /// <param name="banned">A token that is never drawn (the beginning token), or -1.</param>
    public static int Pick(ReadOnlySpan<float> logits, SamplingOptions options, SeededChance chance, int banned = -1)
    {
        var draw = chance.NextDouble();
        if (options.Temperature <= 0)
        {
            return Likeliest(logits, banned);
        }
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var shares = rented.AsSpan(0, logits.Length);
        Shares(logits, options.Temperature, banned, shares);
        if (options.MinP > 0)
        {
            // The likeliest token's share is 1 before they are summed.
            foreach (ref var share in shares)
            {
                share = share < options.MinP ? 0 : share;
            }
        }
        if (options.TopK > 0 || options.TopP < 1)
        {
            Truncate(shares, options);
        }
        var picked = At(shares, draw);
        ArrayPool<float>.Shared.Return(rented);
        return picked;
    }

    /// <summary>exp((logit - highest) / temperature); 0 for the banned one.</summary>
    private static void Shares(ReadOnlySpan<float> logits, double temperature, int banned, Span<float> shares)
    {
        logits.CopyTo(shares);
        if (banned >= 0)
        {
            shares[banned] = float.NegativeInfinity;
        }
        RowMath.Exponentials(shares, (float)(1 / temperature));
    }

    /// <summary>The first place where the running sum passes the draw's share of the whole.</summary>
    private static int At(ReadOnlySpan<float> shares, double draw)
    {
        // Sums of blocks first: the walk then adds few numbers one by one.
        const int Block = 64;
        var total = 0.0;
        for (var start = 0; start < shares.Length; start += Block)
        {
            total += RowMath.Sum(shares.Slice(start, Math.Min(Block, shares.Length - start)));
        }
        var target = draw * total;
        var last = 0;
        for (var start = 0; start < shares.Length; start += Block)
        {
            var block = shares.Slice(start, Math.Min(Block, shares.Length - start));
            var sum = RowMath.Sum(block);
            if (target >= sum)
            {
                target -= sum;
                last = sum > 0 ? start + block.LastIndexOfAnyExcept(0f) : last;
                continue;
            }
            for (var i = 0; i < block.Length; i++)
            {
                if (block[i] <= 0) { continue; }
                last = start + i;
                target -= block[i];
                if (target < 0) { return last; }
            }
        }
        // Rounding left a crumb: the last token that can be drawn.
        return last;
    }

    /// <summary>Log-probability of a token under the untempered distribution.</summary>
    public static double LogProbability(ReadOnlySpan<float> logits, int token) => logits[token] - LogSumExp(logits);

    /// <summary>The likeliest tokens with their log-probabilities, best first.</summary>
    public static (int Token, double LogProbability)[] Top(ReadOnlySpan<float> logits, int count)
    {
        var order = Enumerable.Range(0, logits.Length).ToArray();
        var values = logits.ToArray();
        Array.Sort(order, (a, b) => values[b] != values[a] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
        var sum = LogSumExp(logits);
        return [.. order.Take(count).Select(t => (t, values[t] - sum))];
    }

    private static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var (highest, sum) = RowMath.ExponentialSum(logits);
        return highest + Math.Log(sum);
    }

    private static int Likeliest(ReadOnlySpan<float> logits, int banned)
    {
        var best = -1;
        for (var i = 0; i < logits.Length; i++)
        {
            if (i != banned && (best < 0 || logits[i] > logits[best])) { best = i; }
        }
        return best;
    }

    private static void Truncate(Span<float> shares, SamplingOptions options)
    {
        var values = shares.ToArray();
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(order, (a, b) => values[b] != values[a] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
        var total = values.Sum(v => (double)v);
        var kept = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            var drop = (options.TopK > 0 && i >= options.TopK) || kept >= options.TopP * total;
            kept += values[order[i]];
            if (drop) { shares[order[i]] = 0; }
        }
    }
}
