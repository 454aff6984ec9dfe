using System.Globalization;
using System.Text.Json;

namespace Arena.Judges;

/// <summary>A judge's structured answer.</summary>
/// <param name="Preferred">0 = the entry shown first, 1 = the second, null = a tie.</param>
/// <param name="First">Scores of the entry shown first, by rubric key, 1 to 10.</param>
public sealed record JudgeAnswer(int? Preferred, IReadOnlyDictionary<string, int> First, IReadOnlyDictionary<string, int> Second, string Reason)
{
    private const int LongestReason = 2_000;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 };

    /// <summary>
    /// Reads a reply. Near-misses are repaired: a fenced block, text around the object, trailing commas, comments,
    /// numbers as strings ("8", "8/10"), words for the place in any case. What would change the meaning is refused.
    /// Never throws, whatever the text.
    /// </summary>
    /// <returns>The answer, or null and a reason that can be said to the judge.</returns>
    public static (JudgeAnswer? Answer, string? Problem) Read(string reply, Rubric rubric) => Read(reply, root => Validate(root, rubric));

    /// <summary>The first object, from the last, that is valid.</summary>
    internal static (T? Answer, string? Problem) Read<T>(string reply, Func<JsonElement, (T?, string?)> validate)
        where T : class
    {
        string? problem = "It holds no JSON object.";
        foreach (var candidate in Objects(reply))
        {
            try
            {
                using var document = JsonDocument.Parse(candidate, Lenient);
                var (answer, why) = validate(document.RootElement);
                if (answer is not null)
                {
                    return (answer, null);
                }
                problem = why;
            }
            catch (JsonException)
            {
                problem = "Its JSON is broken.";
            }
        }
        return (null, problem);
    }

    private static (JudgeAnswer?, string?) Validate(JsonElement root, Rubric rubric)
    {
        if (!root.TryGetProperty("preferred", out var preferred))
        {
            return (null, "\"preferred\" is missing.");
        }
        if (Place(preferred) is not { } place)
        {
            return (null, "\"preferred\" must be \"first\", \"second\" or \"tie\".");
        }
        var (first, why) = Scores(root, "first", rubric);
        if (first is null)
        {
            return (null, why);
        }
        (var second, why) = Scores(root, "second", rubric);
        if (second is null)
        {
            return (null, why);
        }
        return Sentence(root) is { } reason ? (new(place < 0 ? null : place, first, second, reason), null) : (null, NoReason);
    }

    internal const string NoReason = "\"reason\" must be a sentence.";

    internal static string? Sentence(JsonElement root)
    {
        if (!root.TryGetProperty("reason", out var said) || said.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(said.GetString()))
        {
            return null;
        }
        var reason = said.GetString()!.Trim();
        return reason.Length <= LongestReason ? reason : reason[..LongestReason];
    }

    internal static (IReadOnlyDictionary<string, int>?, string?) Scores(JsonElement root, string name, Rubric rubric)
    {
        if (!root.TryGetProperty(name, out var scores) || scores.ValueKind != JsonValueKind.Object)
        {
            return (null, $"\"{name}\" must be an object of scores.");
        }
        var read = new Dictionary<string, int>();
        foreach (var line in rubric.Lines)
        {
            if (!scores.TryGetProperty(line.Key, out var value) || Score(value) is not { } score)
            {
                return (null, $"\"{name}\" lacks a whole score from 1 to 10 for \"{line.Key}\".");
            }
            read[line.Key] = score;
        }
        return (read, null);
    }

    private static int? Score(JsonElement value)
    {
        var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => value.GetString()!.Trim(), _ => "" };
        text = text.EndsWith("/10", StringComparison.Ordinal) ? text[..^3].TrimEnd() : text;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= 10 && decimal.Truncate(number) == number ? (int)number : null;
    }

    private static int? Place(JsonElement value) => value.ValueKind != JsonValueKind.String ? null : value.GetString()!.Trim().Trim('"', '.', '[', ']').ToUpperInvariant() switch
    {
        "FIRST" or "THE FIRST" or "1" or "A" => 0,
        "SECOND" or "THE SECOND" or "2" or "B" => 1,
        "TIE" or "DRAW" or "EQUAL" or "NEITHER" or "BOTH" => -1,
        _ => null,
    };

    /// <summary>Every outermost balanced {...} of the text, the last first: models think aloud before they answer.</summary>
    private static IEnumerable<string> Objects(string text)
    {
        var found = new List<string>();
        var (depth, start, quoted) = (0, 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            }
            else if (c == '"' && depth > 0)
            {
                quoted = true;
            }
            else if (c == '{' && depth++ == 0)
            {
                start = i;
            }
            else if (c == '}' && depth > 0 && --depth == 0)
            {
                found.Add(text[start..(i + 1)]);
            }
        }
        found.Reverse();
        return found.Take(8);
    }
}
