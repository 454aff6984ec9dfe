using System.Globalization;
using System.Text.RegularExpressions;

namespace Arena.Judges;

/// <summary>Verdicts in double brackets, as MT-Bench and its successors ask for them. Pure; never throws.</summary>
public static partial class BracketVerdict
{
    /// <summary>[[A]], [[B]] or [[C]], anywhere in the text and as often as the judge likes to say the same.</summary>
    /// <returns>0 = A, 1 = B, -1 = a tie; or null and why: none was given, or several that contradict each other.</returns>
    public static (int? Place, string? Problem) Pair(string text)
    {
        var said = Letter().Matches(text).Select(m => char.ToUpperInvariant(m.Groups[1].Value[0])).Distinct().ToList();
        return said switch
        {
            ['A'] => (0, null),
            ['B'] => (1, null),
            ['C'] => (-1, null),
            [] => (null, "It holds none of [[A]], [[B]] and [[C]]."),
            _ => (null, "It holds more than one verdict."),
        };
    }

    /// <summary>[[rating]], the first in double brackets; without one, the last in single brackets.</summary>
    /// <returns>The rating, or null and why: none, or outside the scale.</returns>
    public static (double? Rating, string? Problem) Rating(string text, double lowest = 1, double highest = 10)
    {
        var found = Double().Match(text) is { Success: true } twice ? twice : Single().Matches(text).LastOrDefault();
        return found is null || !double.TryParse(found.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rating) ? (null, "It holds no [[rating]].")
            : rating < lowest || rating > highest ? (null, string.Create(CultureInfo.InvariantCulture, $"{rating} is not between {lowest} and {highest}."))
            : (rating, null);
    }

    [GeneratedRegex(@"\[\[\s*([ABCabc])\s*\]\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Letter();

    [GeneratedRegex(@"\[\[\s*(\d+(?:\.\d+)?)\s*(?:/\s*10\s*)?\]\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Double();

    [GeneratedRegex(@"\[\s*(\d+(?:\.\d+)?)\s*(?:/\s*10\s*)?\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Single();
}
