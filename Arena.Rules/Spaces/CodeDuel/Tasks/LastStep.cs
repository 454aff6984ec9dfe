using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>What half of the tasks ask to do with every result: so that code known by heart from an equal-looking task is wrong.</summary>
/// <param name="Words">Follows the prompt.</param>
/// <param name="Script">An expression of `result`.</param>
internal sealed record LastStep(string Words, string Script, Func<JsonNode?, JsonNode?> Apply)
{
    /// <param name="like">A result: number, text, array or object, as all results of the task.</param>
    public static LastStep Draw(TaskDraws d, JsonNode? like)
    {
        var (times, plus, front, word) = (d.Int(2, 5), d.Int(1, 20), d.Yes(), d.Word(3, 3));
        var (words, script, apply) = like switch
        {
            JsonArray => ($"put its length plus {plus} {(front ? "in front as the first" : "at the end as the last")} element",
                front ? $"[result.length + {plus}, ...result]" : $"[...result, result.length + {plus}]",
                (Func<JsonNode?, JsonNode?>)(r => With(r!.AsArray(), front, plus))),
            JsonObject => ($"give it one more entry, \"{word}\", with the number of its other entries plus {plus}",
                $"{{ ...result, {word}: Object.keys(result).length + {plus} }}",
                r => With(r!.AsObject(), word, plus)),
            JsonValue value when value.TryGetValue<string>(out _) => ($"put \"{word}\" {(front ? "in front of" : "behind")} it",
                front ? $"\"{word}\" + result" : $"result + \"{word}\"",
                r => JsonValue.Create(front ? word + r!.GetValue<string>() : r!.GetValue<string>() + word)),
            _ => ($"multiply it by {times} and {(front ? "add" : "subtract")} {plus}",
                $"result * {times} {(front ? "+" : "-")} {plus}",
                r => JsonValue.Create(r!.GetValue<long>() * times + (front ? plus : -plus))),
        };
        return new($" Finally, before returning any result, those of special cases included, {words}.", script, apply);
    }

    /// <summary>The body with the step after it.</summary>
    public string After(string body) => $"const result = (() => {{\n  {body.Replace("\n", "\n  ")}\n}})();\nreturn {Script};";

    private static JsonArray With(JsonArray result, bool front, int plus)
    {
        result.Insert(front ? 0 : result.Count, JsonValue.Create((long)result.Count + plus));
        return result;
    }

    private static JsonObject With(JsonObject result, string word, int plus)
    {
        result[word] = (long)result.Count + plus;
        return result;
    }
}
