using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Training;

/// <summary>
/// Turns one record of TRL's forms into token ids with a mark on what counts. Texts are a prompt and an answer; lists of messages go
/// through the model's chat template, and only what the assistant says counts.
/// </summary>
/// <param name="chat">The model's way with text; null for the compact notation alone.</param>
internal sealed class TrlLine(Tokenizer tokenizer, ModelConfig config, ChatFormat? chat)
{
    /// <summary>{"prompt", "chosen", "rejected"}, or without "prompt": then it is what both begin with.</summary>
    /// <exception cref="InvalidOperationException">A field is absent or of another kind; also <see cref="KeyNotFoundException"/>, <see cref="TrainerException"/>.</exception>
    public PreferencePair Pair(JsonElement record)
    {
        var (chosen, rejected) = (record.GetProperty("chosen"), record.GetProperty("rejected"));
        if (chosen.ValueKind != rejected.ValueKind)
        {
            throw new InvalidOperationException("\"chosen\" and \"rejected\" are of different kinds");
        }
        if (chosen.ValueKind == JsonValueKind.Array)
        {
            var (good, bad) = (Messages(chosen), Messages(rejected));
            var prompt = record.TryGetProperty("prompt", out var given) && given.ValueKind != JsonValueKind.Null ? Prompt(given) : SharedMessages(good, bad);
            var begun = record.TryGetProperty("prompt", out _) ? 0 : prompt.Count;
            return new(Conversation(prompt, good[begun..], record), Conversation(prompt, bad[begun..], record));
        }
        var (better, worse) = (Text(chosen, "chosen"), Text(rejected, "rejected"));
        if (!record.TryGetProperty("prompt", out var field))
        {
            var shared = SharedText(better, worse);
            return new(Answer(better[..shared], better[shared..]), Answer(worse[..shared], worse[shared..]));
        }
        return field.ValueKind == JsonValueKind.Array
            ? new(Conversation(Messages(field), [Said(better)], record), Conversation(Messages(field), [Said(worse)], record))
            : new(Answer(Text(field, "prompt"), better), Answer(Text(field, "prompt"), worse));
    }

    /// <summary>{"prompt", "completion"}, {"messages"} or {"text"}: one answer, for KTO and SFT.</summary>
    /// <exception cref="InvalidOperationException">None of these.</exception>
    public MarkedSequence Single(JsonElement record)
    {
        if (record.TryGetProperty("messages", out var messages))
        {
            return Conversation([], Messages(messages), record);
        }
        if (record.TryGetProperty("text", out var text))
        {
            var ids = Plain(Text(text, "text"));
            ids.Add(config.EosId);
            return new([.. ids], [.. ids.Select((_, i) => i > 0)]);
        }
        var (prompt, completion) = (record.GetProperty("prompt"), record.GetProperty("completion"));
        return prompt.ValueKind == JsonValueKind.Array || completion.ValueKind == JsonValueKind.Array
            ? Conversation(Prompt(prompt), completion.ValueKind == JsonValueKind.Array ? Messages(completion) : [Said(Text(completion, "completion"))], record)
            : Answer(Text(prompt, "prompt"), Text(completion, "completion"));
    }

    /// <summary>Prompt and answer; all of the answer counts. An answer of several tokens also learns to end.</summary>
    public MarkedSequence Answer(string prompt, string answer)
    {
        var before = Plain(prompt);
        var after = tokenizer.Encode(answer, EncodeOptions.Untrusted);
        if (after.Count > 1)
        {
            after.Add(config.EosId);
        }
        return new([.. before, .. after], [.. before.Select(_ => false), .. after.Select(_ => true)]);
    }

    private List<int> Plain(string text) => chat is not null ? chat.EncodeText(text, ControlTokens.PlainText) : [.. config.Beginning, .. tokenizer.Encode(text, EncodeOptions.Untrusted)];

    /// <summary>Only the assistant's turns behind the prompt count.</summary>
    private MarkedSequence Conversation(List<JsonObject> prompt, List<JsonObject> completion, JsonElement record)
    {
        if (chat is null or { HasTemplate: false })
        {
            throw new TrainerException("holds messages, but the model has no chat template; give texts instead.");
        }
        if (completion.Count == 0)
        {
            throw new InvalidOperationException("the answer holds no message");
        }
        var options = ChatOptions.Whole with { Tools = Tools(record) };
        var whole = chat.EncodeConversation([.. prompt, .. completion], options);
        var counted = whole.Assistant.ToArray();
        if (prompt.Count > 0)
        {
            var asked = chat.Encode(prompt, options with { AddGenerationPrompt = true });
            var shared = 0;
            while (shared < asked.Count && shared < counted.Length && asked[shared] == whole.Ids[shared])
            {
                counted[shared++] = false;
            }
        }
        if (counted.Length > 0)
        {
            // Nothing stands before the first token that could predict it.
            counted[0] = false;
        }
        return new([.. whole.Ids], counted);
    }

    private static JsonArray? Tools(JsonElement record) =>
        !record.TryGetProperty("tools", out var tools) || tools.ValueKind == JsonValueKind.Null ? null
        : tools.ValueKind == JsonValueKind.String ? JsonNode.Parse(tools.GetString()!) as JsonArray
        : JsonArray.Create(tools);

    private static List<JsonObject> Prompt(JsonElement prompt) => prompt.ValueKind == JsonValueKind.Array ? Messages(prompt) : [new JsonObject { ["role"] = "user", ["content"] = Text(prompt, "prompt") }];

    private static JsonObject Said(string text) => new() { ["role"] = "assistant", ["content"] = text };

    private static List<JsonObject> Messages(JsonElement list) => [.. list.EnumerateArray().Select(m => m.ValueKind == JsonValueKind.Object ? JsonObject.Create(m)! : throw new InvalidOperationException("a message is no object"))];

    private static string Text(JsonElement value, string field) => value.GetString() ?? throw new InvalidOperationException($"\"{field}\" is null");

    private static List<JsonObject> SharedMessages(List<JsonObject> a, List<JsonObject> b)
    {
        var shared = 0;
        while (shared < a.Count - 1 && shared < b.Count - 1 && JsonNode.DeepEquals(a[shared], b[shared]))
        {
            shared++;
        }
        return a[..shared];
    }

    /// <summary>As TRL extracts a prompt: up to the first difference, the space before it left to the answers.</summary>
    private static int SharedText(string a, string b)
    {
        var shared = 0;
        while (shared < a.Length && shared < b.Length && a[shared] == b[shared])
        {
            shared++;
        }
        if (shared > 0 && (a[shared - 1] == ' ' || char.IsHighSurrogate(a[shared - 1])))
        {
            shared--;
        }
        return shared;
    }
}
