namespace Arena.Trainer.Training;

/// <summary>What several sequences begin with alike.</summary>
/// <param name="Length">Tokens.</param>
/// <param name="Sequences">Places in the batch: chosen answers are 0 to P - 1, rejected ones P to 2P - 1.</param>
internal sealed record SharedPrompt(int Length, IReadOnlyList<int> Sequences)
{
    /// <summary>The beginning of each pair's answers; pairs that begin alike share one.</summary>
    public static List<SharedPrompt> Of(IReadOnlyList<PreferencePair> pairs)
    {
        var prompts = new List<SharedPrompt>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var n = 0; n < pairs.Count; n++)
        {
            var (a, b) = (pairs[n].Chosen.Tokens, pairs[n].Rejected.Tokens);
            // The last token is only predicted, never read.
            var length = Math.Min(a.AsSpan().CommonPrefixLength(b), Math.Min(a.Length, b.Length) - 1);
            var beginning = string.Join(',', a[..length]);
            if (length > 0 && known.TryGetValue(beginning, out var p))
            {
                prompts[p] = prompts[p] with { Sequences = [.. prompts[p].Sequences, n, pairs.Count + n] };
                continue;
            }
            known[beginning] = prompts.Count;
            prompts.Add(new(length, [n, pairs.Count + n]));
        }
        return prompts;
    }
}
