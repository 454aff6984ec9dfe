using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Chat;

/// <summary>
/// How a model reads text: its tokenizer with its chat template, beginning and end tokens. Messages are untrusted: a control token
/// written in one stays plain text, so nobody ends his turn or opens another's.
/// </summary>
public sealed partial class ChatFormat
{
    private const int MostMessages = 10_000;

    private readonly TokenizerSettings _settings;
    private readonly ControlGuard _guard;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, ChatTemplate> _templates;
    private readonly string _source;

    private ChatFormat(string source, Tokenizer tokenizer, TokenizerSettings settings, TimeProvider time)
    {
        (_source, Tokenizer, _settings, _time) = (source, tokenizer, settings, time);
        var controls = tokenizer.ControlTexts.Concat(settings.SpecialTokens.Values.Where(t => tokenizer.Find(t) is not null)).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal);
        _guard = new ControlGuard([.. controls]);
        _templates = settings.Templates.ToDictionary(t => t.Key, t => ChatTemplate.Parse(t.Value, source));
        EosIds = settings.EosIds.Count > 0 ? settings.EosIds : EosToken is { } eos && tokenizer.Find(eos) is { } id ? [id] : [];
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>Whether the model has a chat template.</summary>
    public bool HasTemplate => _templates.Count > 0;

    public string? BosToken => _settings.SpecialTokens.GetValueOrDefault("bos_token");

    public string? EosToken => _settings.SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Ids that end an answer; empty when no file names one (config.json may).</summary>
    public IReadOnlyList<int> EosIds { get; }

    /// <summary>Reads what lies beside a tokenizer.</summary>
    /// <exception cref="TrainerException">A file is broken, or the template can't be read.</exception>
    public static ChatFormat Load(string folder, Tokenizer tokenizer, TimeProvider time) => new(folder, tokenizer, TokenizerSettings.Load(folder), time);

    /// <summary>A tokenizer with one template, for tests and for what has no folder.</summary>
    internal static ChatFormat Of(Tokenizer tokenizer, string template, IReadOnlyDictionary<string, string> specialTokens, TimeProvider time) =>
        new("the template", tokenizer, new(specialTokens, new Dictionary<string, string> { ["default"] = template }, [], null), time);

    /// <summary>A plain text as the model reads it from its beginning: with the beginning token where the model has one. Control tokens in it are recognised only if asked for.</summary>
    public List<int> EncodeText(string text, ControlTokens control)
    {
        var ids = Tokenizer.Encode(text, new(AddSpecial: true, control));
        // Models of a plain tokenizer.model say in their settings whether they want it.
        return _settings.AddBos == false && BosToken is { } bos && Tokenizer.Find(bos) is { } id && ids.Count > 0 && ids[0] == id && !text.StartsWith(bos, StringComparison.Ordinal) ? ids[1..] : ids;
    }

    /// <summary>A conversation as text, for people.</summary>
    /// <exception cref="TrainerException">There is no template, or it refuses or fails.</exception>
    public string Render(IReadOnlyList<JsonObject> messages, ChatOptions options) => ControlGuard.Remove(Write(messages, options).Guarded);

    /// <summary>A conversation as ids, ready for the model; the template itself writes beginning tokens.</summary>
    /// <exception cref="TrainerException">There is no template, or it refuses or fails.</exception>
    public List<int> Encode(IReadOnlyList<JsonObject> messages, ChatOptions options) => Tokenizer.EncodeGuarded(Write(messages, options).Guarded);

    /// <summary>
    /// A whole conversation with a mark on the assistant's tokens, end of turn included: by the template's own markers, or else by
    /// writing the conversation up to each of the assistant's messages.
    /// </summary>
    /// <exception cref="TrainerException">Without markers: the template writes an earlier part differently when more follows.</exception>
    public MaskedText EncodeConversation(IReadOnlyList<JsonObject> messages, ChatOptions options)
    {
        var whole = Write(messages, options with { AddGenerationPrompt = false });
        var spans = TemplateFor(options).MarksAssistant ? whole.Generated : AssistantSpans.Of(messages, whole.Guarded, (some, prompt) => Write(some, options with { AddGenerationPrompt = prompt }).Guarded, EndTexts(), _source);
        var ids = Tokenizer.EncodeGuarded(whole.Guarded);
        var mask = new bool[ids.Count];
        foreach (var (start, end) in spans)
        {
            // The token that holds the first character counts, as does the one that holds the last.
            var from = Shared(ids, Tokenizer.EncodeGuarded(whole.Guarded[..start]));
            var before = Tokenizer.EncodeGuarded(whole.Guarded[..end]);
            var to = Shared(ids, before);
            to += to < before.Count ? 1 : 0;
            Array.Fill(mask, true, Math.Min(from, mask.Length), Math.Max(0, Math.Min(to, mask.Length) - from));
        }
        return new(ids, mask);
    }

    private RenderedChat Write(IReadOnlyList<JsonObject> messages, ChatOptions options)
    {
        if (messages.Count is 0 or > MostMessages)
        {
            throw new TrainerException($"A conversation has 1 to {MostMessages} messages, not {messages.Count}.");
        }
        if (messages.FirstOrDefault(m => m["role"] is not JsonValue role || !role.TryGetValue<string>(out var name) || !RoleShape().IsMatch(name)) is { } odd)
        {
            throw new TrainerException($"A message's role is no short word: {(odd["role"]?.ToJsonString() is { } shown ? shown[..Math.Min(60, shown.Length)] : "absent")}.");
        }
        var guarded = new JsonObject
        {
            ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)Guard(m))]),
            ["tools"] = options.Tools is null ? null : Guard(options.Tools),
            ["documents"] = null,
        };
        foreach (var (name, value) in options.Extra ?? [])
        {
            guarded[name] ??= value is null ? null : Guard(value);
        }
        guarded["add_generation_prompt"] = options.AddGenerationPrompt;
        foreach (var (name, text) in _settings.SpecialTokens)
        {
            guarded[name] = text;
        }
        var output = TemplateFor(options).Render(guarded, s => s, _time);
        return new(output.Text, output.Generated);
    }

    private ChatTemplate TemplateFor(ChatOptions options) =>
        options.Tools is not null && _templates.TryGetValue("tool_use", out var tools) ? tools
        : _templates.TryGetValue("default", out var usual) ? usual
        : _templates.Values.FirstOrDefault() ?? throw new TrainerException($"{_source} has no chat template; give the text as a prompt instead.");

    private JsonNode Guard(JsonNode node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(f => KeyValuePair.Create(_guard.Guard(f.Key), f.Value is null ? null : Guard(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(i => i is null ? null : Guard(i))]),
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.String => _guard.Guard(node.GetValue<string>()),
        _ => node.DeepClone(),
    };

    private IReadOnlyList<string> EndTexts() => [.. EosIds.Select(Tokenizer.Text).Append(EosToken ?? "").Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];

    private static int Shared(List<int> whole, List<int> part)
    {
        var shared = 0;
        while (shared < whole.Count && shared < part.Count && whole[shared] == part[shared])
        {
            shared++;
        }
        return shared;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex RoleShape();
}
