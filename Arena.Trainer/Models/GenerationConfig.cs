using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Models;

/// <summary>generation_config.json: how a model's makers mean it to be sampled. Requests and runs may say otherwise.</summary>
/// <param name="EosIds">Tokens that end an answer; several for chat models.</param>
/// <param name="Sample">False = the most likely token.</param>
/// <param name="Temperature">Divides the logits.</param>
/// <param name="TopK">0 = all.</param>
/// <param name="TopP">1 = all.</param>
/// <param name="MaxNewTokens">Null = no limit of its own.</param>
public sealed record GenerationConfig(IReadOnlyList<int> EosIds, bool Sample = false, double Temperature = 1, int TopK = 0, double TopP = 1, int? MaxNewTokens = null)
{
    public const string File = "generation_config.json";

    /// <summary>Reads a folder's file; without one, the end token of config.json.</summary>
    /// <exception cref="TrainerException">The file is broken, or a number makes no sense.</exception>
    public static GenerationConfig Load(string folder, ModelConfig model)
    {
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
        {
            return new([model.EosId]);
        }
        try
        {
            var json = JsonNode.Parse(System.IO.File.ReadAllBytes(path)) as JsonObject ?? throw new TrainerException($"{path} holds no JSON object.");
            int[] ids = json["eos_token_id"] switch
            {
                JsonArray many => [.. many.Select(id => id!.GetValue<int>())],
                { } one => [one.GetValue<int>()],
                null => [model.EosId],
            };
            var config = new GenerationConfig(
                ids,
                json["do_sample"]?.GetValue<bool>() ?? false,
                json["temperature"]?.GetValue<double>() ?? 1,
                json["top_k"]?.GetValue<int>() ?? 0,
                json["top_p"]?.GetValue<double>() ?? 1,
                json["max_new_tokens"]?.GetValue<int>());
            var problem = config switch
            {
                _ when ids.Length == 0 || ids.Any(id => id < 0 || id >= model.VocabSize) => "eos_token_id is outside the vocabulary",
                { Temperature: not (>= 0 and <= 1000) } => "temperature must not be negative",
                { TopK: < 0 } => "top_k must not be negative",
                { TopP: not (> 0 and <= 1) } => "top_p must be above 0 and at most 1",
                { MaxNewTokens: < 1 } => "max_new_tokens must be positive",
                _ => null,
            };
            return problem is null ? config : throw new TrainerException($"{path}: {problem}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new TrainerException($"{path} is not what transformers writes: {e.Message}", e);
        }
    }

    /// <summary>The text of generation_config.json.</summary>
    public string ToJson(ModelConfig model)
    {
        var json = new JsonObject
        {
            ["bos_token_id"] = model.BosId,
            ["do_sample"] = Sample,
            ["eos_token_id"] = EosIds.Count == 1 ? EosIds[0] : new JsonArray([.. EosIds.Select(id => (JsonNode)id)]),
            ["pad_token_id"] = model.PadId,
        };
        if (model.BosId is null)
        {
            json.Remove("bos_token_id");
        }
        // transformers refuses to save sampling settings beside do_sample false.
        if (Sample)
        {
            json["temperature"] = Temperature;
            json["top_k"] = TopK;
            json["top_p"] = TopP;
        }
        if (MaxNewTokens is { } most)
        {
            json["max_new_tokens"] = most;
        }
        return json.ToJsonString(JsonStyle.Indented) + "\n";
    }
}
