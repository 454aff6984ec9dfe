namespace Arena.Chain.Abi;

/// <summary>Reads the human-readable form of signatures: "name(type name,(type,type) name)".</summary>
internal static class AbiText
{
    /// <summary>A parameter: its type, whether it is indexed, its name or "".</summary>
    public readonly record struct Named(string Type, bool Indexed, string Name);

    /// <summary>The parts between commas outside parentheses.</summary>
    public static IEnumerable<string> Split(string list)
    {
        if (list.Trim().Length == 0)
        {
            yield break;
        }
        int depth = 0, start = 0;
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0)
            {
                throw new FormatException($"Unbalanced parentheses in '{list}'.");
            }
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }
        if (depth != 0)
        {
            throw new FormatException($"Unbalanced parentheses in '{list}'.");
        }
        yield return list[start..];
    }

    public static Named Parameter(string text)
    {
        var trimmed = text.Trim();
        var end = trimmed.LastIndexOf(')') is var close and >= 0 ? trimmed.IndexOf(' ', close) : trimmed.IndexOf(' ');
        if (end < 0)
        {
            return new(trimmed, false, "");
        }
        var words = trimmed[end..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var indexed = words is ["indexed", ..];
        return new(trimmed[..end], indexed, words.Skip(indexed ? 1 : 0).FirstOrDefault("") ?? "");
    }

    /// <summary>"name(...)" into its name and what stands between the parentheses.</summary>
    public static (string Name, IReadOnlyList<Named> Parameters) Signature(string text)
    {
        var open = text.IndexOf('(');
        if (open < 1 || !text.EndsWith(')'))
        {
            throw new FormatException($"'{text}' is not a signature.");
        }
        return (text[..open], [.. Split(text[(open + 1)..^1]).Select(Parameter)]);
    }
}
