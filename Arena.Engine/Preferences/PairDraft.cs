using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;

namespace Arena.Engine.Preferences;

/// <summary>A pair before it is stored: what was compared and how it came out.</summary>
/// <param name="Notation">"text", "compact" or "messages".</param>
/// <param name="Turn">Turn of the match whose position was answered.</param>
/// <param name="Margin">Difference of value between the completions, 0 to 1.</param>
/// <param name="OnPolicyOf">The version whose policy sampled both, or null.</param>
public sealed record PairDraft(
    string Notation,
    string Prompt,
    string Chosen,
    string Rejected,
    PairSource Source,
    int Turn,
    VersionId ChosenVersion,
    VersionId RejectedVersion,
    double Margin,
    VersionId? OnPolicyOf = null)
{
    public const string TextNotation = "text";
    public const string CompactNotation = "compact";

    /// <summary>The prompt is a conversation: a JSON list of messages, written by <see cref="Conversation"/>. Imported pairs only.</summary>
    public const string MessagesNotation = "messages";

    // Readable text rather than \u escapes; it is encoded where it is shown.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A conversation as one text: [{"role": ..., "content": ...}, ...].</summary>
    public static string Conversation(IEnumerable<(string Role, string Content)> messages) =>
        new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]).ToJsonString(Json);

    /// <summary>SHA-256 of space, prompt, chosen and rejected, each length-prefixed, lower-case hex: the same comparison is stored once.</summary>
    public string Hash(string space)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var part in (string[])[space, Prompt, Chosen, Rejected])
            {
                var utf8 = Encoding.UTF8.GetBytes(part);
                writer.Write(utf8.Length);
                writer.Write(utf8);
            }
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    public PreferencePair ToPair(string space, MatchId match, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Hash = Hash(space),
        Space = space,
        Notation = Notation,
        Prompt = Prompt,
        Chosen = Chosen,
        Rejected = Rejected,
        Source = Source,
        MatchId = match,
        Turn = Turn,
        ChosenVersion = ChosenVersion,
        RejectedVersion = RejectedVersion,
        Margin = Margin,
        OnPolicyOf = OnPolicyOf,
        CreatedAt = now,
    };
}
