namespace Arena.Engine.Preferences;

/// <summary>What a data set takes from the stored pairs.</summary>
/// <param name="MinMargin">Least difference of value, 0 to 1.</param>
/// <param name="MostSimilar">Judged and imported texts at least this similar to one that was kept are dropped, 0 to 1. Positions of games read alike but
/// differ in one cell that matters, so only equal ones are dropped there.</param>
/// <param name="MostPerAgent">Pairs whose chosen answer is of one agent.</param>
/// <param name="MostPerJudge">Pairs that one judge decided; house rules and continuations are no judges.</param>
/// <param name="LongerShare">Among judged and imported pairs, the largest share whose chosen answer is the longer one.</param>
/// <param name="TestShare">Share of prompts kept apart for evaluation, 0 to 0.5.</param>
public sealed record SelectionOptions(
    double MinMargin = 0.25,
    double MostSimilar = 0.85,
    int MostPerAgent = 2_000,
    int MostPerJudge = 5_000,
    double LongerShare = 0.6,
    double TestShare = 0.05)
{
    /// <summary>Which value is out of its range, or null.</summary>
    public string? Problem =>
        !(MinMargin is >= 0 and <= 1) ? "The least margin lies between 0 and 1."
        : !(MostSimilar is > 0 and <= 1) ? "The largest similarity is above 0 and at most 1."
        : MostPerAgent < 1 || MostPerJudge < 1 ? "Caps are at least 1."
        : !(LongerShare is > 0 and <= 1) ? "The share of longer answers is above 0 and at most 1."
        : !(TestShare is >= 0 and <= 0.5) ? "The test split takes 0 to 0.5 of the prompts."
        : null;
}

/// <summary>A pair with what the filters ask.</summary>
/// <param name="Agent">Whose answer was chosen.</param>
/// <param name="Judges">Who decided; empty for rules and continuations.</param>
public sealed record PairCandidate(PairLine Line, Guid Agent, IReadOnlyList<string> Judges)
{
    public bool IsJudged => Line.Source is "judged" or "imported";
}

/// <summary>How many pairs a filter dropped, and why, in words for the data card.</summary>
public sealed record DroppedPairs(string Filter, int Count, string Why);

/// <summary>What was kept, in two splits that share no prompt.</summary>
public sealed record SelectedPairs(IReadOnlyList<PairLine> Train, IReadOnlyList<PairLine> Test, IReadOnlyList<DroppedPairs> Dropped, int Considered);

/// <summary>Chooses the pairs of a data set. Pure: the same candidates give the same set, in whatever order they come.</summary>
public static class PairSelection
{
    // As evaluations of language models check for leaks: eight words in a row.
    private const int LeakWords = 8;

    /// <param name="evaluation">Prompts that models are measured on; none of them, and no judged or imported prompt with a run of eight words that only one of them has, may be trained on.</param>
    public static SelectedPairs Choose(IEnumerable<PairCandidate> candidates, IReadOnlyCollection<string> evaluation, SelectionOptions options)
    {
        // Best first, so that caps and duplicates leave the clearest pairs; the hash settles ties.
        var left = candidates.OrderByDescending(c => c.Line.Margin).ThenBy(c => c.Line.Hash, StringComparer.Ordinal).ToList();
        var considered = left.Count;
        var dropped = new List<DroppedPairs>();

        Keep("margin", $"the answers' values differ by less than {options.MinMargin}", c => c.Line.Margin >= options.MinMargin);
        Keep("equal answers", "both answers read the same", c => !Plain(c.Line.Chosen).Equals(Plain(c.Line.Rejected), StringComparison.Ordinal));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Keep("duplicate", "the same comparison is kept already", c => seen.Add($"{Plain(c.Line.Prompt)}\n{Plain(c.Line.Chosen)}\n{Plain(c.Line.Rejected)}"));
        var verdicts = left.GroupBy(c => (Plain(c.Line.Prompt), Plain(c.Line.Chosen), Plain(c.Line.Rejected))).ToDictionary(g => g.Key, g => g.Max(c => c.Line.Margin));
        Keep("contradiction", "the opposite comparison is kept, with at least the same margin", c =>
            !verdicts.TryGetValue((Plain(c.Line.Prompt), Plain(c.Line.Rejected), Plain(c.Line.Chosen)), out var opposite) || opposite < c.Line.Margin);
        var near = new MinHash();
        Keep("near duplicate", $"a judged or imported pair is at least {options.MostSimilar} similar to one that is kept (MinHash, runs of five words)", c =>
            !c.IsJudged || near.TryKeep($"{c.Line.Prompt}\n{c.Line.Chosen}\n{c.Line.Rejected}", options.MostSimilar));
        var prompts = evaluation.Select(Plain).ToHashSet(StringComparer.Ordinal);
        var runs = OwnRuns(evaluation);
        Keep("contamination", $"the prompt is one that models are measured on, or shares a run of {LeakWords} words with one and with no other of them", c =>
            !prompts.Contains(Plain(c.Line.Prompt)) && !(c.IsJudged && MinHash.Words(c.Line.Prompt).Count >= LeakWords && MinHash.Runs(c.Line.Prompt, LeakWords).Overlaps(runs)));
        var ofAgent = new Dictionary<Guid, int>();
        Keep("agent cap", $"its agent has {options.MostPerAgent} pairs already", c => Count(ofAgent, c.Agent) <= options.MostPerAgent);
        var ofJudge = new Dictionary<string, int>(StringComparer.Ordinal);
        Keep("judge cap", $"a judge of it has decided {options.MostPerJudge} pairs already", c => c.Judges.Select(j => Count(ofJudge, j)).ToList().All(n => n <= options.MostPerJudge));
        var tooLong = Lengthy(left, options.LongerShare);
        Keep("length balance", $"more than {options.LongerShare:P0} of the judged and imported pairs would prefer the longer answer; those with the largest difference go", c => !tooLong.Contains(c.Line.Hash));

        // By the prompt's own hash: a prompt is in one split, now and in every later set.
        var test = left.Where(c => Share(c.Line.Prompt) < options.TestShare).ToList();
        var kept = test.Select(c => c.Line.Hash).ToHashSet(StringComparer.Ordinal);
        return new([.. left.Where(c => !kept.Contains(c.Line.Hash)).Select(c => c.Line)], [.. test.Select(c => c.Line)], dropped, considered);

        void Keep(string filter, string why, Func<PairCandidate, bool> holds)
        {
            var before = left.Count;
            left = [.. left.Where(holds)];
            dropped.Add(new(filter, before - left.Count, why));
        }
    }

    /// <summary>Runs of words that one evaluation prompt has and no other: what several say is the form of a space's tasks, which honest prompts have too.</summary>
    private static HashSet<ulong> OwnRuns(IEnumerable<string> evaluation) =>
        [.. evaluation.Where(e => MinHash.Words(e).Count >= LeakWords).DistinctBy(Plain).SelectMany(e => MinHash.Runs(e, LeakWords)).GroupBy(run => run).Where(g => g.Count() == 1).Select(g => g.Key)];

    /// <summary>The judged pairs to drop so that the longer answer is not simply the chosen one.</summary>
    private static HashSet<string> Lengthy(List<PairCandidate> pairs, double most)
    {
        var judged = pairs.Where(c => c.IsJudged).ToList();
        var longer = judged.Where(c => c.Line.Chosen.Length > c.Line.Rejected.Length).OrderByDescending(c => c.Line.Chosen.Length - c.Line.Rejected.Length).ThenBy(c => c.Line.Hash, StringComparer.Ordinal).ToList();
        var rest = judged.Count - longer.Count;
        // k longer ones beside the rest: k / (k + rest) <= most. Where all are longer there is nothing to balance with, and nothing goes.
        var allowed = most >= 1 || rest == 0 ? longer.Count : (int)Math.Floor(most * rest / (1 - most) + 1e-9);
        return [.. longer.Take(Math.Max(0, longer.Count - allowed)).Select(c => c.Line.Hash)];
    }

    private static int Count<T>(Dictionary<T, int> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static double Share(string prompt) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Plain(prompt)))) / 4294967296.0;
}
