namespace Arena.Trainer.Training;

/// <summary>A step's metrics, summed over the parts of its batch: means are over all items or tokens of the step, whatever the parts.</summary>
internal sealed class StepNumbers
{
    private readonly Dictionary<string, (double Sum, double Weight)> _sums = new(StringComparer.Ordinal);

    /// <param name="weight">Items or tokens behind the sum; a mean of nothing is NaN, which a line of metrics leaves out.</param>
    public void Add(string name, double sum, double weight)
    {
        var (s, w) = _sums.GetValueOrDefault(name);
        _sums[name] = (s + sum, w + weight);
    }

    /// <summary>A number whose parts add up to the whole.</summary>
    public void AddPart(string name, double part)
    {
        var sum = _sums.GetValueOrDefault(name).Sum;
        _sums[name] = (sum + part, 1);
    }

    /// <summary>TRL's numbers of whole distributions, for the rows of one kind.</summary>
    /// <param name="kind">"chosen" or "rejected" for logits/KIND; null = entropy and accuracy only.</param>
    /// <param name="rows">Of the scored batch.</param>
    /// <param name="accuracy">Whether these rows' likeliest tokens count for mean_token_accuracy: TRL counts chosen answers only.</param>
    public void AddHead(ScoredTokens scored, string? kind, Func<int, bool> rows, bool accuracy)
    {
        var head = scored.Head!;
        var (logits, entropy, hits, tokens, at) = (0.0, 0.0, 0, 0, 0);
        for (var row = 0; row < scored.Counts.Count; row++)
        {
            var end = at + scored.Counts[row];
            for (; at < end; at++)
            {
                if (rows(row))
                {
                    logits += head.MeanLogit[at];
                    entropy += head.Entropy[at];
                    hits += head.Hit[at] ? 1 : 0;
                    tokens++;
                }
            }
        }
        if (kind is not null)
        {
            Add("logits/" + kind, logits, tokens);
        }
        Add("entropy", entropy, tokens);
        if (accuracy)
        {
            Add("mean_token_accuracy", hits, tokens);
        }
    }

    public Dictionary<string, double> Means() => _sums.ToDictionary(s => s.Key, s => s.Value.Weight == 0 ? double.NaN : s.Value.Sum / s.Value.Weight);
}
