using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record ParagraphsExactly(int Count) : Constraint
{
    public override string Kind => "paragraphs-exactly";

    public override string Ask => $"Write exactly {Many(Count, "paragraph")}, separated by an empty line.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Paragraphs.Count == Count;
}

public sealed record LinesExactly(int Count) : Constraint
{
    public override string Kind => "lines-exactly";

    public override string Ask => $"Write exactly {Many(Count, "line")}; empty lines don't count.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Lines.Count == Count;
}

public sealed record BulletsExactly(int Count) : Constraint
{
    public override string Kind => "bullets-exactly";

    public override string Ask => $"Include exactly {Many(Count, "bullet point")}: lines that begin with a hyphen or an asterisk and a blank.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Lines.Count(l => l.Length > 2 && l[0] is '-' or '*' && char.IsWhiteSpace(l[1])) == Count;
}

public sealed record NumberedList(int Count) : Constraint
{
    public override string Kind => "numbered-list";

    public override string Ask => $"Include a numbered list of exactly {Count} lines that begin with 1. to {Count}. in this order.";

    public override string Fixed => string.Join('\n', Enumerable.Range(1, Count).Select(i => $"{i}."));

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => Numbers(text).SequenceEqual(Enumerable.Range(1, Count));

    private static IEnumerable<int> Numbers(WrittenText text)
    {
        foreach (var line in text.Lines)
        {
            var dot = line.IndexOf('.', StringComparison.Ordinal);
            if (dot is >= 1 and <= 3 && line.AsSpan(0, dot).IndexOfAnyExceptInRange('0', '9') < 0 && dot + 1 < line.Length && char.IsWhiteSpace(line[dot + 1]))
            {
                yield return int.Parse(line.AsSpan(0, dot), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}

public sealed record Sections(string Marker, int Count) : Constraint
{
    public override string Kind => "sections";

    public override string Ask => $"Divide the text into {Count} sections, each with text, under the headings {Marker} 1 to {Marker} {Count} at the start of a line.";

    public override string Fixed => string.Join('\n', Enumerable.Range(1, Count).Select(i => $"{Marker} {i}"));

    public override JsonObject Facts => new() { ["marker"] = Marker, ["count"] = Count };

    public override bool Holds(WrittenText text)
    {
        var (section, words) = (0, 1);
        foreach (var line in text.Lines)
        {
            if (WrittenText.HasAt(line, 0, Marker + " ") && line.Length > Marker.Length + 1 && char.IsAsciiDigit(line[Marker.Length + 1]))
            {
                var heading = $"{Marker} {section + 1}";
                if (words == 0 || !WrittenText.HasAt(line, 0, heading) || (line.Length > heading.Length && char.IsLetterOrDigit(line[heading.Length])))
                {
                    return false;
                }
                section++;
                words = WrittenText.CountWords(line.AsSpan(heading.Length));
            }
            else
            {
                words += WrittenText.CountWords(line);
            }
        }
        return section == Count && words > 0;
    }
}

public sealed record TwoResponses : Constraint
{
    public const string Separator = "******";

    public override string Kind => "two-responses";

    public override string Ask => $"Give two different texts, separated by one line of six asterisks: {Separator}";

    public override bool Holds(WrittenText text)
    {
        var lines = text.Lines.ToList();
        var at = lines.IndexOf(Separator);
        return at > 0 && at == lines.LastIndexOf(Separator) && at < lines.Count - 1
            && WrittenText.CountWords(string.Join('\n', lines[..at])) > 0 && WrittenText.CountWords(string.Join('\n', lines[(at + 1)..])) > 0
            && !lines[..at].SequenceEqual(lines[(at + 1)..]);
    }
}

public sealed record Acrostic(string Word) : Constraint
{
    public override string Kind => "acrostic";

    public override string Ask => $"Write exactly {Word.Length} lines whose first letters, read downwards, spell {Word.ToUpperInvariant()}.";

    public override string Fixed => Word;

    public override JsonObject Facts => new() { ["word"] = Word };

    public override bool Holds(WrittenText text) =>
        text.Lines.Count == Word.Length && text.Lines.Select((line, i) => line.FirstOrDefault(char.IsLetter) is var letter && WrittenText.Fold(letter) == Word[i]).All(same => same);

    public override bool Allows(WrittenText othersNeed) => true;
}

public sealed record AlternatingLines(int Count) : Constraint
{
    public override string Kind => "alternating-lines";

    public override string Ask => $"Write at least {Count} lines: the first in small letters only, the second in capital letters only, and so on in turn.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) =>
        text.Lines.Count >= Count && text.Lines.Select((line, i) => line.Any(char.IsLetter) && !line.Any(i % 2 == 0 ? char.IsUpper : char.IsLower)).All(right => right);
}

public sealed record JsonFormat(IReadOnlyList<string> Keys) : Constraint
{
    public override string Kind => "json-object";

    public override string Ask => $"The whole answer is one JSON object with exactly these keys: {string.Join(", ", Keys)}.";

    public override string Fixed => string.Join(' ', Keys);

    public override JsonObject Facts => new() { ["keys"] = new JsonArray([.. Keys.Select(k => JsonValue.Create(k))]) };

    public override bool Holds(WrittenText text) => JsonKeys.Of(text.Text) is { } keys && keys.Order(StringComparer.Ordinal).SequenceEqual(Keys.Order(StringComparer.Ordinal));
}
