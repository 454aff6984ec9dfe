namespace Arena.Trainer.Training;

/// <summary>Sequences that go through the decoder in one row because they begin alike.</summary>
/// <param name="Shared">Tokens that all begin with.</param>
/// <param name="Sequences">Places in the batch: chosen answers are 0 to P - 1, rejected ones P to 2P - 1.</param>
internal sealed record SharedRow(int Shared, IReadOnlyList<int> Sequences)
{
    // Attention looks at every pair of tokens in a row before the mask hides most: longer rows would lose more there than they save.
    private const int LongestRow = 512;

    /// <summary>A row for each pair; pairs that share the same beginning share a row up to a length.</summary>
    public static List<SharedRow> Divide(IReadOnlyList<PreferencePair> pairs)
    {
        var rows = new List<SharedRow>();
        var open = new Dictionary<string, (int Row, int Length)>(StringComparer.Ordinal);
        for (var n = 0; n < pairs.Count; n++)
        {
            var (a, b) = (pairs[n].Chosen.Tokens, pairs[n].Rejected.Tokens);
            // The last token is only predicted, never read.
            var shared = Math.Min(a.AsSpan().CommonPrefixLength(b), Math.Min(a.Length, b.Length) - 1);
            var rest = a.Length - 1 + b.Length - 1 - 2 * shared;
            var beginning = string.Join(',', a[..shared]);
            if (shared > 0 && open.TryGetValue(beginning, out var found) && found.Length + rest <= LongestRow)
            {
                rows[found.Row] = rows[found.Row] with { Sequences = [.. rows[found.Row].Sequences, n, pairs.Count + n] };
                open[beginning] = (found.Row, found.Length + rest);
                continue;
            }
            open[beginning] = (rows.Count, shared + rest);
            rows.Add(new(shared, [n, pairs.Count + n]));
        }
        return rows;
    }
}
