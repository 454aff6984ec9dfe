using System.Globalization;
using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record NoCommas : Constraint
{
    public override string Kind => "no-commas";

    public override string Ask => "Use no commas.";

    public override bool Holds(WrittenText text) => text.Words > 0 && !text.Text.AsSpan().ContainsAny(",\u060c\u3001\uff0c");

    public override bool Allows(WrittenText othersNeed) => !othersNeed.Text.Contains(',');
}

public sealed record Title : Constraint
{
    public override string Kind => "title";

    public override string Ask => "Give a title in double angle brackets within one line, such as <<a quiet day>>.";

    public override bool Holds(WrittenText text) => text.Lines.Any(line =>
    {
        var open = line.IndexOf("<<", StringComparison.Ordinal);
        var close = line.LastIndexOf(">>", StringComparison.Ordinal);
        return open >= 0 && close > open && WrittenText.CountWords(line.AsSpan(open + 2, Math.Max(0, close - open - 2))) > 0;
    });
}

public sealed record Highlights(int Count) : Constraint
{
    public override string Kind => "highlights";

    public override string Ask => $"Highlight at least {Count} parts with asterisks, such as *this part*.";

    public override JsonObject Facts => new() { ["count"] = Count };

    /// <summary>In each line, runs of asterisks are paired from the left; a pair with a word between its ends is a highlight.</summary>
    public override bool Holds(WrittenText text) => text.Lines.Sum(InLine) >= Count;

    private static int InLine(string line)
    {
        var found = 0;
        var open = -1;
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] != '*')
            {
                continue;
            }
            var run = at;
            while (at + 1 < line.Length && line[at + 1] == '*')
            {
                at++;
            }
            if (open >= 0)
            {
                found += WrittenText.CountWords(line.AsSpan(open, run - open)) > 0 ? 1 : 0;
                open = -1;
            }
            else if (run > 0 || at + 1 >= line.Length || !char.IsWhiteSpace(line[at + 1]))
            {
                // A single asterisk with a blank behind it at the start is a bullet.
                open = at + 1;
            }
        }
        return found;
    }
}

public sealed record Placeholders(int Count) : Constraint
{
    public override string Kind => "placeholders";

    public override string Ask => $"Use at least {Count} placeholders in square brackets, such as [name].";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text)
    {
        var found = 0;
        var open = -1;
        for (var at = 0; at < text.Text.Length; at++)
        {
            var c = text.Text[at];
            if (c == '[')
            {
                open = at;
            }
            else if (c == '\n')
            {
                open = -1;
            }
            else if (c == ']' && open >= 0)
            {
                found += WrittenText.CountWords(text.Text.AsSpan(open + 1, at - open - 1)) > 0 ? 1 : 0;
                open = -1;
            }
        }
        return found >= Count;
    }
}

public sealed record NumbersAscending(int Count) : Constraint
{
    public override string Kind => "numbers-ascending";

    public override string Ask => $"Use at least {Count} whole numbers in digits, each larger than the one before it.";

    public override JsonObject Facts => new() { ["count"] = Count };

    /// <summary>Numbers are runs of the digits 0 to 9; one of more than 18 digits breaks the order.</summary>
    public override bool Holds(WrittenText text)
    {
        var (count, last) = (0, -1L);
        for (int start = 0, at = 0; at <= text.Text.Length; at++)
        {
            if (at < text.Text.Length && char.IsAsciiDigit(text.Text[at]))
            {
                continue;
            }
            if (at > start)
            {
                var number = at - start > 18 ? -1 : long.Parse(text.Text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture);
                if (number <= last)
                {
                    return false;
                }
                (count, last) = (count + 1, number);
            }
            start = at + 1;
        }
        return count >= Count;
    }

    public override bool Allows(WrittenText othersNeed) => !othersNeed.Text.Any(char.IsDigit);
}

public sealed record NoDigits : Constraint
{
    public override string Kind => "no-digits";

    public override string Ask => "Use no digits.";

    public override bool Holds(WrittenText text) => text.Words > 0 && !text.Text.Any(char.IsDigit);

    public override bool Allows(WrittenText othersNeed) => !othersNeed.Text.Any(char.IsDigit);
}
