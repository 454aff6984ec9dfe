namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>
/// The order of localeCompare for ASCII, as the root collation (CLDR) has it: first without regard to case, then lower case before upper. Other texts are refused:
/// their order changes with the version of the tables.
/// </summary>
internal static class LocaleOrder
{
    private const string Signs = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";

    /// <returns>-1, 0 or 1.</returns>
    public static int Compare(Machine m, string a, string b)
    {
        var (x, y) = (Weights(m, a), Weights(m, b));
        for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
        {
            if (x[i].Primary != y[i].Primary)
            {
                return Math.Sign(x[i].Primary - y[i].Primary);
            }
        }
        if (x.Count != y.Count)
        {
            return Math.Sign(x.Count - y.Count);
        }
        for (var i = 0; i < x.Count; i++)
        {
            if (x[i].Upper != y[i].Upper)
            {
                return x[i].Upper ? 1 : -1;
            }
        }
        return 0;
    }

    private static List<(int Primary, bool Upper)> Weights(Machine m, string text)
    {
        m.Step(1 + text.Length);
        var weights = new List<(int, bool)>(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiLetter(c))
            {
                weights.Add((Signs.Length + (c | 0x20), char.IsAsciiLetterUpper(c)));
            }
            else if (Signs.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at)
            {
                weights.Add((at, false));
            }
            else if (c >= 0x80)
            {
                throw m.RangeError("localeCompare of the subset takes ASCII");
            }
        }
        return weights;
    }
}
