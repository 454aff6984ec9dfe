using System.IO.Compression;
using System.Text;
using Arena.Rules.Ratings;

namespace Arena.Judges;

/// <summary>A file of verdicts that can't be used.</summary>
public sealed class VerdictFileException(string message) : Exception(message);

/// <summary>One judge's verdicts on one item with a known truth.</summary>
/// <param name="Original">Winner when the answers stood in their original order: 1, 2, or null where the verdict could not be read.</param>
/// <param name="Swapped">Winner when they were swapped, in the original numbering.</param>
public sealed record FiledVerdict(string Subset, string Item, int Gold, string Evaluator, string Strategy, string Trial, int? Original, int? Swapped)
{
    /// <summary>A judge is a model with its prompt: another prompt is another judge.</summary>
    public string Judge => $"{Evaluator}/{Strategy}";

    public string Id => $"{Subset}/{Item}";
}

/// <summary>
/// Verdicts with gold labels as comma-separated text, gzip or plain, with the columns subset, item, gold, evaluator, strategy, trial,
/// winner_original_order, winner_swapped_order in any order (others are ignored).
/// </summary>
public static class VerdictFile
{
    private static readonly string[] Columns = ["subset", "item", "gold", "evaluator", "strategy", "trial", "winner_original_order", "winner_swapped_order"];

    /// <exception cref="VerdictFileException">Names the line and what is wrong with it.</exception>
    public static IReadOnlyList<FiledVerdict> Read(Stream file)
    {
        using var buffered = new BufferedStream(file);
        var magic = (buffered.ReadByte(), buffered.ReadByte());
        buffered.Seek(0, SeekOrigin.Begin);
        using Stream plain = magic == (0x1f, 0x8b) ? new GZipStream(buffered, CompressionMode.Decompress) : buffered;
        using var reader = new StreamReader(plain, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return Rows(reader);
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            throw new VerdictFileException($"The file can't be read as UTF-8 text, plain or gzip: {e.Message}");
        }
    }

    private static List<FiledVerdict> Rows(StreamReader reader)
    {
        if (Fields(reader, 1) is not { } header)
        {
            throw new VerdictFileException("The file is empty.");
        }
        var places = Columns.Select(c => header.IndexOf(c)).ToArray();
        if (Columns.Where((_, i) => places[i] < 0).ToList() is { Count: > 0 } missing)
        {
            throw new VerdictFileException($"Line 1: no column {string.Join(", ", missing.Select(m => $"\"{m}\""))}; the header names {string.Join(", ", header.Select(h => $"\"{h}\""))}.");
        }
        var rows = new List<FiledVerdict>();
        var golds = new Dictionary<string, (int Gold, int Line)>();
        var seen = new Dictionary<(string, string, string), int>();
        for (var line = 2; Fields(reader, line) is { } fields; line++)
        {
            if (fields is [""])
            {
                continue;
            }
            if (fields.Count != header.Count)
            {
                throw new VerdictFileException($"Line {line}: {fields.Count} fields, the header has {header.Count}.");
            }
            string At(int column) => fields[places[column]].Trim();
            var row = new FiledVerdict(
                Some(0), Some(1), Side(2) ?? throw new VerdictFileException($"Line {line}: gold is empty."), Some(3), Some(4), At(5), Side(6), Side(7));
            if (!golds.TryAdd(row.Id, (row.Gold, line)) && golds[row.Id].Gold != row.Gold)
            {
                throw new VerdictFileException($"Line {line}: item {row.Id} has gold {row.Gold}, line {golds[row.Id].Line} gave it {golds[row.Id].Gold}.");
            }
            if (!seen.TryAdd((row.Id, row.Judge, row.Trial), line))
            {
                throw new VerdictFileException($"Line {line}: {row.Judge} judged item {row.Id} in trial \"{row.Trial}\" before, on line {seen[(row.Id, row.Judge, row.Trial)]}.");
            }
            rows.Add(row);

            string Some(int column) => At(column) is { Length: > 0 } text ? text : throw new VerdictFileException($"Line {line}: {Columns[column]} is empty.");
            int? Side(int column) => At(column) switch
            {
                "1" => 1,
                "2" => 2,
                "" => null,
                var other => throw new VerdictFileException($"Line {line}: {Columns[column]} is \"{other}\"; it must be 1, 2{(column == 2 ? "" : " or empty")}."),
            };
        }
        return rows.Count > 0 ? rows : throw new VerdictFileException("The file has a header and no rows.");
    }

    /// <summary>The fields of a line, or null at the end. A field may be quoted; a quoted one holds no line break.</summary>
    private static List<string>? Fields(StreamReader reader, int line)
    {
        if (reader.ReadLine() is not { } text)
        {
            return null;
        }
        var fields = new List<string>();
        for (var at = 0; ; at++)
        {
            var field = new StringBuilder();
            if (at < text.Length && text[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= text.Length)
                    {
                        throw new VerdictFileException($"Line {line}: a quoted field is not closed.");
                    }
                    if (text[at] == '"' && (at + 1 >= text.Length || text[++at] != '"'))
                    {
                        break;
                    }
                    field.Append(text[at]);
                }
                at += at == text.Length - 1 && text[at] == '"' ? 1 : 0;
            }
            for (; at < text.Length && text[at] != ','; at++)
            {
                field.Append(text[at]);
            }
            fields.Add(field.ToString());
            if (at >= text.Length)
            {
                return fields;
            }
        }
    }
}

/// <summary>Filed verdicts as a panel meets them.</summary>
/// <param name="Judges">Names; the columns of the items' votes.</param>
/// <param name="Spaces">Subsets; the items' spaces.</param>
/// <param name="Gold">By id, so that nothing depends on the order of the file's lines.</param>
/// <param name="ByOrder">(item) per judge what it said in each order: 1 = answer 1, -1 = answer 2, 0 = nothing usable.</param>
public sealed record FiledPanel(IReadOnlyList<string> Judges, IReadOnlyList<string> Spaces, IReadOnlyList<GoldItem> Gold, IReadOnlyList<(double Original, double Swapped)[]> ByOrder)
{
    /// <param name="verdicts">Several trials of a judge on an item count by their mean.</param>
    public static FiledPanel Of(IEnumerable<FiledVerdict> verdicts)
    {
        var rows = verdicts.ToList();
        string[] judges = [.. rows.Select(r => r.Judge).Distinct().Order(StringComparer.Ordinal)];
        string[] spaces = [.. rows.Select(r => r.Subset).Distinct().Order(StringComparer.Ordinal)];
        var (gold, orders) = (new List<GoldItem>(), new List<(double, double)[]>());
        foreach (var item in rows.GroupBy(r => r.Id).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var said = new (double Original, double Swapped)[judges.Length];
            foreach (var judge in item.GroupBy(r => r.Judge))
            {
                said[Array.IndexOf(judges, judge.Key)] = (judge.Average(r => Vote(r.Original)), judge.Average(r => Vote(r.Swapped)));
            }
            orders.Add(said);
            var first = item.First();
            gold.Add(new(new(item.Key, Array.IndexOf(spaces, first.Subset), [.. said.Select(s => (s.Original + s.Swapped) / 2)]), first.Gold == 1 ? 1 : 0));
        }
        return new(judges, spaces, gold, orders);

        static double Vote(int? winner) => winner switch { 1 => 1, 2 => -1, _ => 0 };
    }
}
