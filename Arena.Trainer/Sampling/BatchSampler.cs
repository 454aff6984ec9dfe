using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Trainer.Sampling;

/// <summary>One text to continue.</summary>
/// <param name="Prompt">Token ids with the beginning token; not empty.</param>
/// <param name="MaxTokens">Most new tokens.</param>
/// <param name="Options">How tokens are drawn.</param>
/// <param name="Chance">This row's own draws, so that its neighbours in the batch don't matter.</param>
/// <param name="TopLogProbabilities">How many alternatives to report per token.</param>
public sealed record SampleRequest(
    IReadOnlyList<int> Prompt,
    int MaxTokens,
    SamplingOptions Options,
    SeededChance Chance,
    int TopLogProbabilities = 0)
{
    /// <summary>Called with each token as it is drawn, on the sampling thread; true ends the row (stop texts). Null = nobody listens.</summary>
    public Func<SampledToken, bool>? OnToken { get; init; }

    /// <summary>Holds the answer to a list of texts or to a grammar, or null for a free answer. It belongs to this row.</summary>
    public AnswerGuide? Guide { get; init; }

    /// <summary>Tokens that end an answer; null = the configuration's end token.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }
}

/// <param name="Id">The token.</param>
/// <param name="LogProbability">Untempered; under a guide, among the tokens that it allows.</param>
/// <param name="Alternatives">The likeliest tokens, best first; empty unless asked for.</param>
public readonly record struct SampledToken(int Id, double LogProbability, IReadOnlyList<(int Token, double LogProbability)> Alternatives)
{
    /// <summary>Under a guide, the log-probability among all tokens; else null.</summary>
    public double? FreeLogProbability { get; init; }
}

/// <param name="Tokens">Without the end token.</param>
/// <param name="Ended">It ended by itself (end token or stop), not by its limit.</param>
public sealed record SampleResult(IReadOnlyList<SampledToken> Tokens, bool Ended);

/// <summary>Continues many prompts in lock step with a KV cache; rows that have ended leave the batch.</summary>
public static class BatchSampler
{
    public static SampleResult[] Run(Decoder decoder, DecoderWeights weights, IReadOnlyList<SampleRequest> requests)
    {
        using var _ = no_grad();
        using var outer = NewDisposeScope();
        var config = decoder.Config;
        // Requests that follow each other with the same prompt share its reading.
        var (prompts, source) = Prompts(requests);
        var width = prompts.Max(p => p.Count);
        var longest = requests.Max(r => r.MaxTokens);
        var draws = requests.Select(r => new RowDraw(r, config)).ToArray();
        var rows = Enumerable.Range(0, requests.Count).ToList();
        var ids = new long[prompts.Count * width];
        Array.Fill(ids, config.PadId);
        for (var p = 0; p < prompts.Count; p++)
        {
            for (var t = 0; t < prompts[p].Count; t++)
            {
                ids[(p + 1) * width - prompts[p].Count + t] = prompts[p][t];
            }
        }
        var cache = new KvCache(config, prompts.Count, Math.Min(config.MaxPositions, width + longest), [.. prompts.Select(p => width - p.Count)], weights.Embedding.dtype);
        try
        {
            while (rows.Count > 0)
            {
                var logits = Step(decoder, weights, cache, ids, cache.Rows);
                var next = new List<long>();
                var kept = new List<int>();
                for (var i = 0; i < rows.Count; i++)
                {
                    var row = rows[i];
                    if (draws[row].Next(logits.AsSpan(source[i] * config.VocabSize, config.VocabSize)) && cache.Length < cache.Capacity)
                    {
                        next.Add(draws[row].LastId);
                        kept.Add(i);
                    }
                }
                if (kept.Count > 0 && (kept.Count < rows.Count || cache.Rows < rows.Count))
                {
                    var others = cache.Select([.. kept.Select(i => source[i])]);
                    cache.Dispose();
                    cache = others;
                }
                rows = [.. kept.Select(i => rows[i])];
                source = [.. Enumerable.Range(0, rows.Count)];
                ids = [.. next];
            }
        }
        finally
        {
            cache.Dispose();
        }
        return [.. draws.Select(d => d.Result)];
    }

    /// <summary>The prompts that differ from the one before, and which of them each request continues.</summary>
    private static (List<IReadOnlyList<int>> Prompts, List<int> Source) Prompts(IReadOnlyList<SampleRequest> requests)
    {
        var (prompts, source) = (new List<IReadOnlyList<int>>(), new List<int>(requests.Count));
        foreach (var request in requests)
        {
            if (prompts.Count == 0 || !request.Prompt.SequenceEqual(prompts[^1]))
            {
                prompts.Add(request.Prompt);
            }
            source.Add(prompts.Count - 1);
        }
        return (prompts, source);
    }

    /// <summary>Feeds (B, T) ids; gives the last position's logits, (B, V) row-major, good until the next step with this cache.</summary>
    internal static float[] Step(Decoder decoder, DecoderWeights weights, KvCache cache, long[] ids, int rows)
    {
        if (DecodeStep.Fits(decoder, weights))
        {
            var logits = cache.LogitsRoom(decoder.Config.VocabSize);
            DecodeStep.For(decoder, weights).Run(cache, ids, logits, get_num_threads());
            return logits;
        }
        using var scope = NewDisposeScope();
        var hidden = decoder.Hidden(weights, tensor(ids, [rows, ids.Length / rows]), cache);
        var last = hidden.select(1, hidden.shape[1] - 1);
        return Decoder.Logits(weights, last).to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
