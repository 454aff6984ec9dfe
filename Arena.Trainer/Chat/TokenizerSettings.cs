using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Chat;

/// <summary>What lies beside the tokenizer: tokenizer_config.json, special_tokens_map.json, generation_config.json, chat_template.jinja.</summary>
/// <param name="SpecialTokens">"bos_token", "eos_token" and so on with their text; only those that are set.</param>
/// <param name="Templates">Chat templates by name; "default" is the usual one.</param>
/// <param name="EosIds">Ids that end an answer, as generation_config.json says; empty when it says nothing.</param>
/// <param name="AddBos">add_bos_token, or null.</param>
internal sealed record TokenizerSettings(
    IReadOnlyDictionary<string, string> SpecialTokens,
    IReadOnlyDictionary<string, string> Templates,
    IReadOnlyList<int> EosIds,
    bool? AddBos)
{
    private const long MostBytes = 32 << 20;

    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <exception cref="TrainerException">A file is there but broken.</exception>
    public static TokenizerSettings Load(string folder)
    {
        var config = Read(folder, "tokenizer_config.json");
        var map = Read(folder, "special_tokens_map.json");
        var special = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            // tokenizer_config.json wins, as in transformers.
            if ((Content(config[name]) ?? Content(map[name])) is { } text)
            {
                special[name] = text;
            }
        }
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        switch (config["chat_template"])
        {
            case JsonArray many:
                foreach (var entry in many)
                {
                    if (Text(entry?["name"]) is { } name && Text(entry?["template"]) is { } template)
                    {
                        templates[name] = template;
                    }
                }
                break;
            case { } one when Text(one) is { } template:
                templates["default"] = template;
                break;
        }
        if (Path.Combine(folder, "chat_template.jinja") is var path && File.Exists(path))
        {
            templates["default"] = Bytes(path) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";
        }
        var eos = Read(folder, "generation_config.json")["eos_token_id"] switch
        {
            JsonArray many => [.. many.Select(Id)],
            { } one => [Id(one)],
            null => new List<int>(),
        };
        return new(special, templates, eos, config["add_bos_token"]?.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null });

        int Id(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue<int>(out var id) && id >= 0
            ? id
            : throw new TrainerException($"{Path.Combine(folder, "generation_config.json")}: eos_token_id is neither an id nor a list of ids.");
    }

    /// <summary>A token is written as its text, or as an object with "content".</summary>
    private static string? Content(JsonNode? token) => token is JsonObject fields ? Text(fields["content"]) : Text(token);

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private static JsonObject Read(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            return [];
        }
        try
        {
            return JsonNode.Parse(Bytes(path)) as JsonObject ?? throw new TrainerException($"{path} holds no JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new TrainerException($"{path} is not JSON that can be read: {e.Message}", e);
        }
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MostBytes ? File.ReadAllBytes(path) : throw new TrainerException($"{path} is larger than {MostBytes >> 20} MiB.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path} can't be read: {e.Message}", e);
        }
    }
}
