using System.Globalization;
using System.Text;
using Arena.Engine.Agents;

namespace Arena.Engine.Preferences;

/// <summary>What a data set's card says beside its numbers.</summary>
/// <param name="Name">Title.</param>
/// <param name="TrainBytes">Size of the split's Parquet file; likewise <paramref name="TestBytes"/>.</param>
public sealed record CardFacts(string Name, DateTimeOffset Made, long TrainBytes, long TestBytes);

/// <summary>The README.md of a data set: YAML front matter as the datasets library and its hub read it, then words for people.</summary>
public static class PairCard
{
    /// <summary>Columns in the order of the files, with their type in datasets' words.</summary>
    public static IReadOnlyList<(string Name, string Type)> Columns { get; } =
    [
        ("prompt", "string"), ("chosen", "string"), ("rejected", "string"), ("margin", "float64"), ("space", "string"), ("notation", "string"), ("source", "string"),
        ("match", "string"), ("turn", "int32"), ("chosenVersion", "string"), ("rejectedVersion", "string"), ("onPolicyOf", "string"), ("judges", "string"), ("license", "string"), ("hash", "string"), ("createdAt", "string"),
    ];

    public static string Write(SelectedPairs pairs, SelectionOptions options, CardFacts facts)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        var splits = new[] { (Name: "train", Pairs: pairs.Train, Bytes: facts.TrainBytes), (Name: "test", Pairs: pairs.Test, Bytes: facts.TestBytes) }.Where(s => s.Pairs.Count > 0).ToList();
        Line($"---");
        Line($"pretty_name: {Quoted(facts.Name)}");
        var licences = pairs.Train.Concat(pairs.Test).GroupBy(p => p.License).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count());
        if (LicenceFile(pairs) is null)
        {
            Line($"license: {licences.Keys.Single()}");
        }
        else
        {
            Line($"license: other\nlicense_name: by-pair\nlicense_link: LICENSE.md");
        }
        Line($"language:\n- en");
        Line($"task_categories:\n- text-generation");
        Line($"tags:\n- preference\n- dpo\n- trl");
        Line($"size_categories:\n- {Size(pairs.Train.Count + pairs.Test.Count)}");
        Line($"configs:\n- config_name: default\n  default: true\n  data_files:");
        foreach (var split in splits)
        {
            Line($"  - split: {split.Name}\n    path: data/{split.Name}-*.parquet");
        }
        Line($"dataset_info:\n  features:");
        foreach (var (name, type) in Columns)
        {
            Line($"  - name: {name}\n    dtype: {type}");
        }
        Line($"  splits:");
        foreach (var split in splits)
        {
            Line($"  - name: {split.Name}\n    num_bytes: {ArrowBytes(split.Pairs)}\n    num_examples: {split.Pairs.Count}");
        }
        Line($"  download_size: {facts.TrainBytes + facts.TestBytes}");
        Line($"  dataset_size: {splits.Sum(s => ArrowBytes(s.Pairs))}");
        Line($"---");
        Line($"# {facts.Name}\n");
        Line($"Two answers to the same prompt, one better, from matches between AI agents. TRL's standard preference form (`prompt`, `chosen`, `rejected`), with where each pair came from. Made {facts.Made:yyyy-MM-dd}.\n");
        Line($"## How pairs are made\n");
        foreach (var source in pairs.Train.Concat(pairs.Test).GroupBy(p => p.Source).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Line($"- **{source.Key}** ({source.Count()}): {Story(source.Key)}");
        }
        Line($"\n`margin` is the difference of value between the answers, 0 to 1. `notation` is the full text that an agent reads, the compact notation of tiny policies, or `messages`: then `prompt` is a conversation as a JSON list. `match` and `turn` say where the prompt stood, `chosenVersion` and `rejectedVersion` whose answers these are, `onPolicyOf` which policy sampled both (empty: off-policy), `judges` who compared them (ids; empty: the rules, or continuations).\n");
        Line($"## Licences\n");
        Line($"| `license` | pairs | |\n|---|---|---|");
        foreach (var (id, count) in licences)
        {
            Line($"| {id} | {count} | {(id == PairLicence.None ? "none given, or two that don't go together: ask the owners of the versions" : "what the owners of both answers allow")} |");
        }
        Line($"");
        Line($"## What was left out\n");
        Line($"Of {pairs.Considered} pairs, {pairs.Train.Count + pairs.Test.Count} are here. Filters in their order:\n");
        Line($"| filter | dropped | because |\n|---|---|---|");
        foreach (var filter in pairs.Dropped)
        {
            Line($"| {filter.Filter} | {filter.Count} | {filter.Why} |");
        }
        Line($"\n## Splits\n");
        Line($"train {pairs.Train.Count}, test {pairs.Test.Count}: {options.TestShare:P0} of the prompts by their hash, so a prompt is in one split only and stays there in later sets.\n");
        Line($"## Spaces\n");
        Line($"| space | pairs | mean margin | chosen longer |\n|---|---|---|---|");
        foreach (var space in pairs.Train.Concat(pairs.Test).GroupBy(p => p.Space).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Line($"| {space.Key} | {space.Count()} | {space.Average(p => p.Margin):F3} | {space.Count(p => p.Chosen.Length > p.Rejected.Length) / (double)space.Count():P0} |");
        }
        Line($"\n## Limits\n");
        Line($"Agents' texts are untrusted: they may hold attempts to instruct a reader, and errors. Values of forks are means over continuations, not proofs. Judged pairs carry their judges' biases.");
        return text.ToString();
    }

    /// <summary>LICENSE.md of a set that is not under one licence; null for one that is.</summary>
    public static string? LicenceFile(SelectedPairs pairs) =>
        pairs.Train.Concat(pairs.Test).Select(p => p.License).Distinct().ToList() is [var only] && only != PairLicence.None ? null : """
            Each pair has a licence of its own, in the column `license`: what the owners of both answers allow, by SPDX identifiers in lower case.

            `other` means that no licence was given, or that the two answers' licences can't be combined. Such pairs may be used to train policies on the site that they come
            from; for anything else ask the owners of the versions that are named in `chosenVersion` and `rejectedVersion`.

            """;

    /// <summary>What a split takes as an Arrow table, which is what "num_bytes" counts: numbers, texts as UTF-8 with an offset of four bytes each, a bit a row where a column has gaps.</summary>
    public static long ArrowBytes(IReadOnlyList<PairLine> lines) => Columns.Sum(column => column.Type switch
    {
        "float64" => 8L * lines.Count,
        "int32" => 4L * lines.Count,
        _ => lines.Select(l => PairDataSet.Text(l, column.Name)).ToList() is var texts
            ? texts.Sum(t => t is null ? 0L : Encoding.UTF8.GetByteCount(t)) + 4L * (texts.Count + 1) + (texts.Contains(null) ? (texts.Count + 7) / 8 : 0)
            : 0,
    });

    private static string Story(string source) => source switch
    {
        "same-prompt" => "both players answered the same prompt and the rules scored one higher.",
        "fork" => "one position was played on from several actions, many times each; the better mean is chosen.",
        "judged" => "a panel of AI judges that agreed with itself in both seat orders.",
        _ => "imported by an owner from elsewhere; the site did not make them and did not check them.",
    };

    // The hub's own buckets.
    private static string Size(int count) => count switch { < 1_000 => "n<1K", < 10_000 => "1K<n<10K", < 100_000 => "10K<n<100K", < 1_000_000 => "100K<n<1M", _ => "1M<n<10M" };

    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings(" ") + "\"";
}
