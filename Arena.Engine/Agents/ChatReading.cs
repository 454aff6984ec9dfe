using System.Net;
using System.Text;
using System.Text.Json;

namespace Arena.Engine.Agents;

/// <summary>Reads the bytes that came back as a chat completion, or says why they are none. Pure; never throws.</summary>
public static class ChatReading
{
    private const int ExcerptChars = 200;

    public static ChatOutcome Of(HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan took, string askedModel) =>
        Json(status, body, (root, text) => Completion(root, text, took, askedModel));

    /// <summary>The same for <see cref="ScoreQuestion"/>.</summary>
    /// <param name="answers">Scores that there have to be.</param>
    public static ChatOutcome Scores(HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan took, int answers) =>
        Json(status, body, (root, text) => Scored(root, text, took, answers));

    private static ChatOutcome Json(HttpStatusCode status, ReadOnlySpan<byte> body, Func<JsonElement, string, ChatOutcome> read)
    {
        var text = Encoding.UTF8.GetString(body);
        if ((int)status is < 200 or > 299)
        {
            return Refused(status, text);
        }
        if (string.IsNullOrWhiteSpace(text))
        {
            return new ChatTrouble(ChatTroubleKind.CutShort, "The endpoint answered with an empty body.");
        }
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return Unparsed(text);
        }
        using (document)
        {
            return read(document.RootElement, text);
        }
    }

    /// <summary>Foreign text for people: one line, no control characters, at most 200 characters.</summary>
    public static string Excerpt(string text)
    {
        var line = string.Concat(text.Take(ExcerptChars * 4).Select(c => char.IsControl(c) ? ' ' : c));
        line = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= ExcerptChars ? line : line[..ExcerptChars] + "…";
    }

    private static ChatTrouble Unparsed(string text)
    {
        var start = text.TrimStart();
        if (start.StartsWith('<'))
        {
            return new(ChatTroubleKind.NotJson, $"The endpoint answered with a web page instead of JSON: \"{Excerpt(start)}\". Check that the address ends where the API begins (usually /v1).");
        }
        return start[0] is '{' or '['
            ? new(ChatTroubleKind.CutShort, $"The endpoint sent half an answer: its JSON ends early or is broken: \"{Excerpt(start)}\".")
            : new(ChatTroubleKind.NotJson, $"The endpoint answered with text instead of JSON: \"{Excerpt(start)}\".");
    }

    private static ChatTrouble Refused(HttpStatusCode status, string text)
    {
        var said = ErrorMessage(text) is { } message ? $": \"{Excerpt(message)}\"" : string.IsNullOrWhiteSpace(text) ? "" : $": \"{Excerpt(text)}\"";
        return (int)status switch
        {
            401 or 403 => new(ChatTroubleKind.Denied, $"The endpoint refused the key (HTTP {(int)status}){said}."),
            404 => new(ChatTroubleKind.NotFound, $"The endpoint knows no such address or model (HTTP 404){said}."),
            429 => new(ChatTroubleKind.TooMany, $"The endpoint asks for fewer calls (HTTP 429){said}."),
            >= 500 => new(ChatTroubleKind.ServerError, $"The endpoint failed (HTTP {(int)status}){said}."),
            >= 300 and < 400 => new(ChatTroubleKind.Refused, $"The endpoint redirects elsewhere (HTTP {(int)status}); give its final address."),
            var code => new(ChatTroubleKind.Refused, $"The endpoint refused the question (HTTP {code}){said}."),
        };
    }

    /// <summary>The message of OpenAI's error form, {"error":{"message":"..."}} or {"error":"..."}.</summary>
    private static string? ErrorMessage(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("error", out var error))
            {
                return null;
            }
            return error.ValueKind switch
            {
                JsonValueKind.String => error.GetString(),
                JsonValueKind.Object when error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String => message.GetString(),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ChatOutcome Completion(JsonElement root, string text, TimeSpan took, string askedModel)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0
            || choices[0] is not { ValueKind: JsonValueKind.Object } choice
            || !choice.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object
            || !message.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String)
        {
            var said = ErrorMessage(text) ?? text;
            return new ChatTrouble(ChatTroubleKind.WrongShape, $"The endpoint answered with JSON that is no chat completion (choices[0].message.content is missing): \"{Excerpt(said)}\".");
        }
        var usage = root.TryGetProperty("usage", out var u) && u.ValueKind == JsonValueKind.Object ? u : default;
        var model = root.TryGetProperty("model", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : askedModel;
        return new ChatAnswer(content.GetString()!, Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"), model.Length <= 200 ? model : model[..200], took);
    }

    private static ChatOutcome Scored(JsonElement root, string text, TimeSpan took, int answers)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("scores", out var scores) || scores.ValueKind != JsonValueKind.Array || scores.GetArrayLength() != answers
            || scores.EnumerateArray().Any(s => s.ValueKind != JsonValueKind.Number || !double.IsFinite(s.GetDouble()))
            || !root.TryGetProperty("weights", out var weights) || weights.ValueKind != JsonValueKind.String
            || weights.GetString() is not { Length: 64 } hash || !hash.All(char.IsAsciiHexDigitLower))
        {
            return new ChatTrouble(ChatTroubleKind.WrongShape, $"The endpoint answered with JSON that is no list of scores ({answers} numbers and the SHA-256 of the weights are needed): \"{Excerpt(ErrorMessage(text) ?? text)}\".");
        }
        return new ScoreAnswer([.. scores.EnumerateArray().Select(s => s.GetDouble())], hash, took);
    }

    private static int? Count(JsonElement usage, string name) =>
        usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(name, out var n) && n.ValueKind == JsonValueKind.Number && n.TryGetInt32(out var count) && count >= 0 ? count : null;
}
