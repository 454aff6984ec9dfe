using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>A body that is no request; names the field as OpenAI does.</summary>
internal sealed class BadRequestException(string message, string? field, string? code = null) : Exception(message)
{
    public string? Field { get; } = field;

    public string? Code { get; } = code;
}

/// <summary>Reads the bodies of OpenAI's API. What would change the answer and is not supported is refused; what is for their bookkeeping is passed over.</summary>
internal static class RequestReader
{
    private const int MostChoices = 10_000;
    private const int MostPrompts = 256;

    private static readonly string[] Unsupported = ["tools", "tool_choice", "functions", "function_call", "audio", "suffix", "prediction", "web_search_options"];

    /// <exception cref="BadRequestException">A field is absent, of the wrong type, out of range or not supported.</exception>
    public static CompletionRequest Read(JsonNode? body, bool chat)
    {
        if (body is not JsonObject json)
        {
            throw new BadRequestException("The body must be a JSON object.", null);
        }
        var field = "";
        try
        {
            T? Get<T>(string name) where T : struct
            {
                field = name;
                return json[name] is { } node ? node.GetValue<T>() : null;
            }
            double Number(string name, double otherwise, double least, double most)
            {
                var value = Get<double>(name) ?? otherwise;
                return value >= least && value <= most ? value : throw Out(name, $"must be between {least} and {most}");
            }
            field = "model";
            var model = json["model"]?.GetValue<string>();
            if (string.IsNullOrEmpty(model))
            {
                throw new BadRequestException("You must provide a model parameter.", "model");
            }
            foreach (var name in Unsupported)
            {
                if (json[name] is { } node && node is not JsonArray { Count: 0 } && !(node is JsonValue value && value.TryGetValue<string>(out var text) && text is "none" or "auto" or ""))
                {
                    throw new BadRequestException($"{name} is not supported by this server.", name, "unsupported_parameter");
                }
            }
            // Chat says whether and how many alternatives; plain completions give the number alone.
            var top = Get<int>(chat ? "top_logprobs" : "logprobs");
            var logprobs = chat ? Get<bool>("logprobs") ?? false : top is not null;
            if (chat && top > 0 && !logprobs)
            {
                throw new BadRequestException("top_logprobs needs logprobs to be true.", "top_logprobs");
            }
            var topP = Number("top_p", 1, 0, 1);
            var request = new CompletionRequest(chat, model)
            {
                Messages = chat ? Messages(json["messages"], ref field) : [],
                Prompts = chat ? [] : Prompts(json["prompt"], ref field),
                MaxTokens = Get<int>("max_completion_tokens") ?? Get<int>("max_tokens"),
                Sampling = new SamplingOptions(Number("temperature", 1, 0, 2), (int)Number("top_k", 0, -1, int.MaxValue), topP > 0 ? topP : double.Epsilon)
                {
                    MinP = Number("min_p", 0, 0, 1),
                    PresencePenalty = Number("presence_penalty", 0, -2, 2),
                    FrequencyPenalty = Number("frequency_penalty", 0, -2, 2),
                    Bias = Bias(json["logit_bias"], ref field),
                },
                Seed = Get<long>("seed") is { } seed ? unchecked((ulong)seed) : null,
                Count = (int)Number("n", 1, 1, 128),
                Stream = Get<bool>("stream") ?? false,
                StreamUsage = StreamUsage(json, ref field),
                LogProbs = logprobs,
                TopLogProbs = top ?? 0,
                Stop = Stops(json["stop"], ref field),
                Echo = !chat && (Get<bool>("echo") ?? false),
                Choices = Choices(json, ref field),
                TemplateVariables = chat ? Variables(json["chat_template_kwargs"], ref field) : null,
                Grammar = Grammar(json, ref field),
            };
            if (request is { Choices: not null, Grammar: not null })
            {
                throw new BadRequestException("An answer is held to a list or to a grammar, not both.", "guided_grammar", "invalid_value");
            }
            var least = request.Echo ? 0 : 1;
            if (request.MaxTokens < least)
            {
                throw Out(json["max_completion_tokens"] is null ? "max_tokens" : "max_completion_tokens", $"must be at least {least}");
            }
            if (request.TopLogProbs is < 0 or > 20)
            {
                throw Out(chat ? "top_logprobs" : "logprobs", "must be between 0 and 20");
            }
            if (Get<int>("best_of") is { } best && best != request.Count)
            {
                throw new BadRequestException("best_of other than n is not supported by this server.", "best_of", "unsupported_parameter");
            }
            return request;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException or JsonException or OverflowException)
        {
            throw new BadRequestException($"Invalid type for '{field}'.", field, "invalid_type");
        }
    }

    private static JsonObject? Variables(JsonNode? node, ref string field)
    {
        field = "chat_template_kwargs";
        return node?.AsObject();
    }

    private static BadRequestException Out(string field, string how) => new($"{field} {how}.", field, "invalid_value");

    private static List<ChatMessage> Messages(JsonNode? node, ref string field)
    {
        field = "messages";
        if (node is not JsonArray { Count: > 0 } array)
        {
            throw new BadRequestException("messages must hold at least one message.", field);
        }
        var messages = new List<ChatMessage>(array.Count);
        for (var i = 0; i < array.Count; i++)
        {
            field = $"messages[{i}]";
            var role = array[i]!["role"]?.GetValue<string>();
            if (role is not ("system" or "developer" or "user" or "assistant"))
            {
                throw new BadRequestException($"{field}.role is \"{role}\"; supported: system, developer, user, assistant.", field);
            }
            field = $"messages[{i}].content";
            messages.Add(new(role, array[i]!["content"] switch
            {
                JsonArray parts => string.Concat(parts.Select(Part)),
                null => throw new BadRequestException($"{field} must be a text.", "messages"),
                var text => text.GetValue<string>(),
            }));
        }
        return messages;

        static string Part(JsonNode? part) => part!["type"]?.GetValue<string>() == "text"
            ? part["text"]!.GetValue<string>()
            : throw new BadRequestException("Only content of type text is supported by this server.", "messages", "unsupported_parameter");
    }

    private static List<PlainPrompt> Prompts(JsonNode? node, ref string field)
    {
        field = "prompt";
        List<PlainPrompt> prompts = node switch
        {
            null => throw new BadRequestException("You must provide a prompt parameter.", field),
            JsonArray { Count: > 0 } ids when ids[0]!.GetValueKind() == JsonValueKind.Number => [Ids(ids)],
            JsonArray { Count: > 0 } many => [.. many.Select(p => p is JsonArray ids ? Ids(ids) : new PlainPrompt(p!.GetValue<string>(), null))],
            JsonArray => throw new BadRequestException("prompt must not be empty.", field),
            var one => [new(one.GetValue<string>(), null)],
        };
        return prompts.Count <= MostPrompts ? prompts : throw new BadRequestException($"prompt may hold at most {MostPrompts} texts.", field);

        static PlainPrompt Ids(JsonArray ids) => new(null, [.. ids.Select(i => i!.GetValue<int>())]);
    }

    private static Dictionary<int, double>? Bias(JsonNode? node, ref string field)
    {
        field = "logit_bias";
        if (node is null)
        {
            return null;
        }
        var bias = new Dictionary<int, double>();
        foreach (var (token, value) in node.AsObject())
        {
            var by = value!.GetValue<double>();
            bias[int.Parse(token, NumberStyles.None, CultureInfo.InvariantCulture)] = by is >= -100 and <= 100 ? by : throw Out(field, "values must be between -100 and 100");
        }
        return bias;
    }

    private static bool StreamUsage(JsonObject json, ref string field)
    {
        field = "stream_options";
        return json["stream_options"] is { } options && (options.AsObject()["include_usage"]?.GetValue<bool>() ?? false);
    }

    private static IReadOnlyList<string> Stops(JsonNode? node, ref string field)
    {
        field = "stop";
        IReadOnlyList<string> stops = node switch
        {
            null => [],
            JsonArray many => [.. many.Select(s => s!.GetValue<string>())],
            var one => [one.GetValue<string>()],
        };
        return stops.Count > 4 ? throw Out(field, "may hold at most 4 texts") : stops.Any(s => s.Length == 0) ? throw Out(field, "texts must not be empty") : stops;
    }

    /// <summary>"guided_grammar", in the notation of <see cref="AnswerGrammar"/>.</summary>
    private static AnswerGrammar? Grammar(JsonObject json, ref string field)
    {
        field = "guided_grammar";
        if (json["guided_grammar"] is not { } given)
        {
            return null;
        }
        var text = given.GetValue<string>();
        try
        {
            return AnswerGrammar.Parse(text);
        }
        catch (FormatException e)
        {
            throw new BadRequestException($"guided_grammar can't be read: {e.Message}.", field, "invalid_value");
        }
    }

    /// <summary>"guided_choice" (as vLLM names it), or a JSON schema that allows a list of values only.</summary>
    private static IReadOnlyList<string>? Choices(JsonObject json, ref string field)
    {
        field = "guided_choice";
        if (json["guided_choice"] is { } given)
        {
            return Check([.. given.AsArray().Select(c => c!.GetValue<string>())], field);
        }
        field = "response_format";
        switch (json["response_format"]?["type"]?.GetValue<string>())
        {
            case null or "text":
                return null;
            case "json_schema":
                var schema = json["response_format"]!["json_schema"]?["schema"]?.AsObject();
                var values = schema?["enum"]?.AsArray() ?? (schema?["const"] is { } only ? new JsonArray(only.DeepClone()) : null);
                if (values is null || values.Any(v => v is JsonObject or JsonArray))
                {
                    throw new BadRequestException("Of JSON schemas only \"enum\" and \"const\" of texts, numbers, true, false and null are supported by this server.", field, "unsupported_parameter");
                }
                return Check([.. values.Select(v => v?.ToJsonString(JsonStyle.Wire) ?? "null")], field);
            case var other:
                throw new BadRequestException($"response_format \"{other}\" is not supported by this server; supported: text, json_schema with enum or const.", field, "unsupported_parameter");
        }

        static List<string> Check(List<string> choices, string field) => choices.Count is 0 or > MostChoices || choices.Any(c => c.Length == 0)
            ? throw new BadRequestException($"{field} must hold between 1 and {MostChoices} texts, none empty.", field, "invalid_value")
            : choices;
    }
}
