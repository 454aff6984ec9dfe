using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Arena.Rules.Play;

namespace Arena.Engine.Agents;

/// <summary>The settings of one kind of agent, stored as JSON on a version.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(HouseConfig), "house")]
[JsonDerivedType(typeof(ScriptConfig), "script")]
[JsonDerivedType(typeof(PolicyConfig), "policy")]
[JsonDerivedType(typeof(ChatConfig), "chat")]
[JsonDerivedType(typeof(BotConfig), "bot")]
public abstract record AgentConfig
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static AgentConfig FromJson(string json) =>
        JsonSerializer.Deserialize<AgentConfig>(json, Json) ?? throw new JsonException("An agent's settings are empty.");

    /// <summary>SHA-256 of the JSON, lower-case hex: equal settings, equal hash.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));
}

/// <summary>A built-in of one space.</summary>
public sealed record HouseConfig(string Space, string Slug) : AgentConfig;

/// <summary>JavaScript with a function <c>act(observation)</c>.</summary>
public sealed record ScriptConfig(string Source) : AgentConfig;

/// <summary>What a policy's prompts are written in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PolicyNotation>))]
public enum PolicyNotation
{
    /// <summary>The compact notation of the spaces that have one.</summary>
    [JsonStringEnumMemberName("compact")]
    Compact,

    /// <summary>The observation's full text, through the model's chat template; every space has it.</summary>
    [JsonStringEnumMemberName("text")]
    Text,
}

/// <summary>Weights served by the trainer.</summary>
/// <param name="Model">The name under which the trainer serves it: that of a base it offers ("arena-tiny"), or the version's id once trained.</param>
/// <param name="Files">Its files with their SHA-256, kept by the site; empty for a base.</param>
/// <param name="Temperature">Sampling temperature, 0 = greedy.</param>
public sealed record PolicyConfig(string Model, IReadOnlyList<PolicyFile> Files, double Temperature) : AgentConfig
{
    /// <summary>Answers are drawn from the legal actions alone, where the observation lists them or states their grammar. Left out of the JSON when off, so that earlier versions keep their hash.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LegalOnly { get; init; }

    /// <summary>Its base's, set by the site. Left out of the JSON when compact, so that earlier versions keep their hash.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PolicyNotation Notation { get; init; }

    /// <summary>Whether it can be asked in a space at all.</summary>
    public bool Reads(SpaceCard card) => Notation == PolicyNotation.Text || card.CompactAnswerTokens > 0;
}

/// <summary>One file of a policy, named as in the Hugging Face layout.</summary>
public sealed record PolicyFile(string Name, string Sha256, long Bytes);

/// <summary>A chat model behind an OpenAI-compatible endpoint. The key is kept apart, encrypted.</summary>
/// <param name="Endpoint">Base address, up to and including "/v1".</param>
/// <param name="SpendCapMicroUsd">Platform-enforced limit on the total cost, millionths of a US dollar.</param>
/// <param name="InputMicroUsdPerMillionTokens">Price of prompt tokens.</param>
/// <param name="OutputMicroUsdPerMillionTokens">Price of answer tokens.</param>
public sealed record ChatConfig(
    string SystemPrompt,
    string Endpoint,
    string Model,
    double Temperature,
    long SpendCapMicroUsd,
    long InputMicroUsdPerMillionTokens,
    long OutputMicroUsdPerMillionTokens) : AgentConfig;

/// <summary>Runs at its owner's; it streams turns and posts actions with an API token.</summary>
public sealed record BotConfig : AgentConfig;
