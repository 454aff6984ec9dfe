using System.Text.Json;

namespace Arena.Engine.Preferences;

/// <summary>A pair as a file from elsewhere gives it.</summary>
/// <param name="Line">Where it stood, from 1.</param>
/// <param name="Prompt">A text, or, with <paramref name="IsConversation"/>, what was said before the answer as <see cref="PairDraft.MessagesNotation"/> has it.</param>
/// <param name="Margin">The file's own "margin", or 1.</param>
/// <param name="IsConversation">More was said before the answer than one question.</param>
public sealed record ImportedPair(int Line, string Prompt, string Chosen, string Rejected, double Margin, bool IsConversation);

/// <summary>What is wrong with a line.</summary>
public sealed record LineProblem(int Line, string Problem);

/// <summary>
/// Reads TRL's preference forms line by line: texts, or lists of messages that end with one answer of the assistant's each, whatever was said before; without
/// "prompt" it is what both answers begin with. Single answers with a label (unpaired preference, as for KTO) become pairs where a prompt has both good and bad ones: each answer
/// of the more frequent label once, against those of the other in turn. Pure; a wrong line is reported and does not hide the others.
/// </summary>
public static class TrlImport
{
    public const int MostLines = 20_000;
    public const int MostChars = 32_000;

    public static (IReadOnlyList<ImportedPair> Pairs, IReadOnlyList<LineProblem> Problems) Read(string jsonl)
    {
        var (pairs, problems) = (new List<ImportedPair>(), new List<LineProblem>());
        var labelled = new List<Labelled>();
        var number = 0;
        foreach (var line in jsonl.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }
            if (pairs.Count + labelled.Count + problems.Count >= MostLines)
            {
                problems.Add(new(number, $"A file may have {MostLines} lines; the rest was not read."));
                break;
            }
            try
            {
                using var json = JsonDocument.Parse(line);
                if (IsLabelled(json.RootElement))
                {
                    labelled.Add(Single(json.RootElement, number));
                }
                else
                {
                    pairs.Add(Pair(json.RootElement, number));
                }
            }
            catch (JsonException e)
            {
                problems.Add(new(number, $"Not JSON: {e.Message}"));
            }
            catch (FormatException e)
            {
                problems.Add(new(number, e.Message));
            }
        }
        foreach (var prompt in labelled.GroupBy(l => (l.Prompt, l.IsConversation)))
        {
            var (good, bad) = (prompt.Where(l => l.Good).ToList(), prompt.Where(l => !l.Good).ToList());
            if (good.Count == 0 || bad.Count == 0)
            {
                problems.AddRange(prompt.Select(l => new LineProblem(l.Line, $"Its prompt has no {(l.Good ? "bad" : "good")} answer to be compared with. Single answers alone (KTO, SFT) are trained on with arena-trainer train.")));
                continue;
            }
            for (var i = 0; i < Math.Max(good.Count, bad.Count); i++)
            {
                var (better, worse) = (good[i % good.Count], bad[i % bad.Count]);
                var line = good.Count > bad.Count ? better.Line : worse.Line;
                if (better.Answer == worse.Answer)
                {
                    problems.Add(new(line, "Its answer stands in the file as good and as bad."));
                }
                else
                {
                    pairs.Add(new(line, prompt.Key.Prompt, better.Answer, worse.Answer, 1, prompt.Key.IsConversation));
                }
            }
        }
        return ([.. pairs.OrderBy(p => p.Line)], [.. problems.OrderBy(p => p.Line)]);
    }

    private static bool IsLabelled(JsonElement record) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty("completion", out _) && record.TryGetProperty("label", out _);

    private static Labelled Single(JsonElement record, int number)
    {
        var (completion, label) = (Need(record, "completion"), Need(record, "label"));
        if (label.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw new FormatException("\"label\" is true or false.");
        }
        var asked = Prompt(Need(record, "prompt"));
        var answer = completion.ValueKind == JsonValueKind.Array ? Answer(Messages(completion, "completion"), "completion") : Text(completion, "completion");
        var (question, isConversation) = Question(asked);
        Check(("prompt", question), ("completion", answer));
        return new(number, question, isConversation, answer, label.GetBoolean());
    }

    private static (string Text, bool IsConversation) Question(List<(string Role, string Content)> asked) => asked is [("user", var only)] ? (only, false) : (PairDraft.Conversation(asked), true);

    private static void Check(params ReadOnlySpan<(string Name, string Text)> texts)
    {
        foreach (var (name, text) in texts)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                throw new FormatException($"\"{name}\" is empty.");
            }
            if (text.Length > MostChars)
            {
                throw new FormatException($"\"{name}\" has {text.Length} characters; at most {MostChars} are allowed.");
            }
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                throw new FormatException($"\"{name}\" holds a character of code 0.");
            }
        }
    }

    private static ImportedPair Pair(JsonElement record, int number)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("Not an object.");
        }
        if (record.TryGetProperty("completion", out _) || record.TryGetProperty("messages", out _) || record.TryGetProperty("text", out _))
        {
            throw new FormatException("A single answer without a label is no preference; such files (SFT) are trained on with arena-trainer train.");
        }
        var (chosen, rejected) = (Need(record, "chosen"), Need(record, "rejected"));
        var (asked, better, worse) = chosen.ValueKind == JsonValueKind.Array || rejected.ValueKind == JsonValueKind.Array
            ? FromMessages(record, chosen, rejected)
            : FromTexts(record, Text(chosen, "chosen"), Text(rejected, "rejected"));
        var (question, isConversation) = Question(asked);
        Check(("prompt", question), ("chosen", better), ("rejected", worse));
        if (better == worse)
        {
            throw new FormatException("Both answers are the same.");
        }
        var margin = record.TryGetProperty("margin", out var given) && given.ValueKind == JsonValueKind.Number ? given.GetDouble() : 1;
        return margin is >= 0 and <= 1 ? new(number, question, better, worse, margin, isConversation) : throw new FormatException("\"margin\" lies between 0 and 1.");
    }

    private static (List<(string Role, string Content)>, string, string) FromTexts(JsonElement record, string chosen, string rejected)
    {
        if (record.TryGetProperty("prompt", out var prompt))
        {
            return (Prompt(prompt), chosen, rejected);
        }
        var shared = 0;
        while (shared < chosen.Length && shared < rejected.Length && chosen[shared] == rejected[shared])
        {
            shared++;
        }
        // As TRL extracts it: the space before the difference belongs to the answers.
        shared -= shared > 0 && (chosen[shared - 1] == ' ' || char.IsHighSurrogate(chosen[shared - 1])) ? 1 : 0;
        return ([("user", chosen[..shared])], chosen[shared..], rejected[shared..]);
    }

    private static (List<(string Role, string Content)>, string, string) FromMessages(JsonElement record, JsonElement chosen, JsonElement rejected)
    {
        var (better, worse) = (Messages(chosen, "chosen"), Messages(rejected, "rejected"));
        List<(string Role, string Content)> asked = [];
        if (record.TryGetProperty("prompt", out var prompt))
        {
            asked = Prompt(prompt);
        }
        else
        {
            while (better.Count > 1 && worse.Count > 1 && better[0] == worse[0])
            {
                asked.Add(better[0]);
                better.RemoveAt(0);
                worse.RemoveAt(0);
            }
        }
        return (Asked(asked), Answer(better, "chosen"), Answer(worse, "rejected"));
    }

    private static List<(string Role, string Content)> Prompt(JsonElement prompt) => Asked(prompt.ValueKind == JsonValueKind.Array ? Messages(prompt, "prompt") : [("user", Text(prompt, "prompt"))]);

    /// <summary>What can be answered: it ends with a question, and nobody but the three known roles speaks, a system message only first.</summary>
    private static List<(string Role, string Content)> Asked(List<(string Role, string Content)> messages)
    {
        if (messages is not [.., ("user", _)])
        {
            throw new FormatException("What is answered does not end with a message of the user.");
        }
        foreach (var (i, (role, content)) in messages.Index())
        {
            if (role is not ("user" or "assistant") && (role != "system" || i > 0))
            {
                throw new FormatException($"A message before the answer is of \"{(role.Length > 40 ? role[..40] : role)}\"; user, assistant and, as the first, system are kept here.");
            }
            if (string.IsNullOrWhiteSpace(content))
            {
                throw new FormatException("A message before the answer is empty.");
            }
        }
        return messages;
    }

    private static string Answer(List<(string Role, string Content)> messages, string field) =>
        messages is [("assistant", var text)] ? text : throw new FormatException($"Behind what both have in common \"{field}\" is one message of the assistant's, not {messages.Count}{(messages.Count == 1 ? $" of the {messages[0].Role}" : "")}: only the last answer may differ.");

    private static List<(string Role, string Content)> Messages(JsonElement list, string field) => list.ValueKind != JsonValueKind.Array
        ? throw new FormatException($"\"{field}\" is no list of messages, the other answer is.")
        : [.. list.EnumerateArray().Select(m => m.ValueKind == JsonValueKind.Object ? (Text(Need(m, "role"), "role"), Text(Need(m, "content"), "content")) : throw new FormatException($"\"{field}\" holds something that is no message."))];

    private static JsonElement Need(JsonElement record, string field) => record.TryGetProperty(field, out var value) ? value : throw new FormatException($"There is no \"{field}\".");

    private static string Text(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"\"{field}\" is neither a text nor a list of messages.");
        }
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException($"\"{field}\" holds half a character.");
        }
    }

    /// <summary>One answer that was found good or bad by itself.</summary>
    private sealed record Labelled(int Line, string Prompt, bool IsConversation, string Answer, bool Good);
}
