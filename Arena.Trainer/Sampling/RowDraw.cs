using System.Buffers;
using Arena.Trainer.Models;

namespace Arena.Trainer.Sampling;

/// <summary>One answer as it grows: draws its next token from the model's logits and knows when it has ended.</summary>
internal sealed class RowDraw(SampleRequest request, ModelConfig config)
{
    private readonly List<SampledToken> _tokens = [];
    private readonly Dictionary<int, int>? _counts = request.Options.PresencePenalty != 0 || request.Options.FrequencyPenalty != 0 ? [] : null;

    public SampleRequest Request => request;

    /// <summary>It ended by itself (end token, stop text, whole action), not by its limit.</summary>
    public bool Ended { get; private set; }

    /// <summary>Tokens drawn, the end token included.</summary>
    public int Drawn { get; private set; }

    public int LastId => _tokens[^1].Id;

    public SampleResult Result => new(_tokens, Ended);

    /// <summary>Draws the next token; false when the answer is done.</summary>
    /// <param name="logits">(V), unchanged.</param>
    public bool Next(ReadOnlySpan<float> logits)
    {
        if (_tokens.Count >= request.MaxTokens)
        {
            return false;
        }
        var allowed = request.Guide?.Allowed();
        if (allowed is { Count: 0 })
        {
            Ended = true;
            return false;
        }
        var id = Pick(logits, allowed);
        Drawn++;
        if (IsEnd(id))
        {
            Ended = true;
            return false;
        }
        var token = Report(logits, id, allowed);
        _tokens.Add(token);
        if (_counts is not null)
        {
            _counts[id] = _counts.GetValueOrDefault(id) + 1;
        }
        request.Guide?.Advance(id);
        Ended = (request.OnToken?.Invoke(token) ?? false) || request.Guide is { IsComplete: true };
        return !Ended && _tokens.Count < request.MaxTokens;
    }

    private bool IsEnd(int id) => request.EndIds?.Contains(id) ?? id == config.EosId;

    private int Pick(ReadOnlySpan<float> logits, IReadOnlyList<int>? allowed)
    {
        var options = request.Options;
        if (allowed is null && !options.ChangesLogits)
        {
            return TokenPicker.Pick(logits, options, request.Chance, config.BosId ?? -1);
        }
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var own = rented.AsSpan(0, logits.Length);
        try
        {
            logits.CopyTo(own);
            foreach (var (id, bias) in options.Bias ?? new Dictionary<int, double>())
            {
                own[id] += (float)bias;
            }
            foreach (var (id, count) in _counts ?? [])
            {
                own[id] -= (float)(options.PresencePenalty + count * options.FrequencyPenalty);
            }
            if (allowed is null)
            {
                return TokenPicker.Pick(own, options, request.Chance, config.BosId ?? -1);
            }
            // Over the allowed ones alone: all other tokens are as if they weren't there.
            Span<float> few = allowed.Count <= 256 ? stackalloc float[allowed.Count] : new float[allowed.Count];
            for (var i = 0; i < few.Length; i++)
            {
                few[i] = own[allowed[i]];
            }
            return allowed[TokenPicker.Pick(few, options, request.Chance)];
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>Log-probabilities of the model itself: untempered, without penalties and bias; under a guide among the allowed tokens.</summary>
    private SampledToken Report(ReadOnlySpan<float> logits, int id, IReadOnlyList<int>? allowed)
    {
        if (allowed is null)
        {
            return new(id, TokenPicker.LogProbability(logits, id), request.TopLogProbabilities > 0 ? TokenPicker.Top(logits, request.TopLogProbabilities) : []);
        }
        var few = new float[allowed.Count];
        var at = 0;
        for (var i = 0; i < few.Length; i++)
        {
            few[i] = logits[allowed[i]];
            at = allowed[i] == id ? i : at;
        }
        var top = request.TopLogProbabilities > 0 ? TokenPicker.Top(few, request.TopLogProbabilities) : [];
        return new(id, TokenPicker.LogProbability(few, at), [.. top.Select(t => (allowed[t.Token], t.LogProbability))]) { FreeLogProbability = TokenPicker.LogProbability(logits, id) };
    }
}
