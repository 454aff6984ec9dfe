using Arena.Trainer.Chance;

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
        Span<double> shares = logits.Length <= 1024 ? stackalloc double[logits.Length] : new double[logits.Length];
        var highest = double.NegativeInfinity;
        for (var i = 0; i < logits.Length; i++)
        {
            if (i != banned) { highest = Math.Max(highest, logits[i]); }
        }
        for (var i = 0; i < logits.Length; i++)
        {
            shares[i] = i == banned ? 0 : Math.Exp((logits[i] - highest) / options.Temperature);
        }
        if (options.TopK > 0 || options.TopP < 1)
        {
            Truncate(shares, options);
        }
        var total = 0.0;
        foreach (var share in shares) { total += share; }
        var target = draw * total;
        var last = 0;
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] <= 0) { continue; }
            last = i;
            target -= shares[i];
            if (target < 0) { return i; }
        }
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
        var highest = double.NegativeInfinity;
        foreach (var logit in logits) { highest = Math.Max(highest, logit); }
        var sum = 0.0;
        foreach (var logit in logits) { sum += Math.Exp(logit - highest); }
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

    private static void Truncate(Span<double> shares, SamplingOptions options)
    {
        var values = shares.ToArray();
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(order, (a, b) => values[b] != values[a] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
        var total = values.Sum();
        var kept = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            var drop = (options.TopK > 0 && i >= options.TopK) || kept >= options.TopP * total;
            kept += values[order[i]];
            if (drop) { shares[order[i]] = 0; }
        }
    }
}
