using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Preferences;

/// <summary>A frozen set: its bytes never change again, and its hash names it.</summary>
/// <param name="Jsonl">One pair a line.</param>
/// <param name="Sha256">Of the bytes, lower-case hex.</param>
public sealed record FrozenPairs(byte[] Jsonl, string Sha256, int Count);

/// <summary>One line of the export: TRL's standard preference form, with provenance in further columns (TRL passes them through).</summary>
/// <param name="Judges">Ids of those who compared the answers, separated by blanks; empty where rules or continuations decided.</param>
/// <param name="License">What the owners of both answers allow, one of <see cref="PairLicence.Known"/>.</param>
public sealed record PairLine(
    [property: JsonPropertyName("prompt")] string Prompt,
    [property: JsonPropertyName("chosen")] string Chosen,
    [property: JsonPropertyName("rejected")] string Rejected,
    [property: JsonPropertyName("margin")] double Margin,
    [property: JsonPropertyName("space")] string Space,
    [property: JsonPropertyName("notation")] string Notation,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("match")] Guid Match,
    [property: JsonPropertyName("turn")] int Turn,
    [property: JsonPropertyName("chosenVersion")] Guid ChosenVersion,
    [property: JsonPropertyName("rejectedVersion")] Guid RejectedVersion,
    [property: JsonPropertyName("onPolicyOf")] Guid? OnPolicyOf,
    [property: JsonPropertyName("judges")] string Judges,
    [property: JsonPropertyName("license")] string License,
    [property: JsonPropertyName("hash")] string Hash,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt)
{
    // Readable text rather than \u escapes; the file is never put into a page.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static PairLine Of(PreferencePair p, PairOrigin origin) => new(
        p.Prompt, p.Chosen, p.Rejected, Math.Round(p.Margin, 6), p.Space, p.Notation, SourceWord(p.Source), p.MatchId.Value, p.Turn,
        p.ChosenVersion.Value, p.RejectedVersion.Value, p.OnPolicyOf?.Value, string.Join(' ', origin.Judges), origin.Licence, p.Hash, p.CreatedAt);

    /// <summary>UTF-8 with the line's end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];

    /// <summary>The same with prompt and answers as lists of messages: TRL's conversational form.</summary>
    public byte[] ToMessages()
    {
        var line = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        (line["prompt"], line["chosen"], line["rejected"]) = (Notation == PairDraft.MessagesNotation ? JsonNode.Parse(Prompt) : Said("user", Prompt), Said("assistant", Chosen), Said("assistant", Rejected));
        return [.. Encoding.UTF8.GetBytes(line.ToJsonString(Json)), (byte)'\n'];

        static JsonArray Said(string role, string content) => [new JsonObject { ["role"] = role, ["content"] = content }];
    }

    public static string SourceWord(PairSource source) => source switch { PairSource.SamePrompt => "same-prompt", PairSource.Fork => "fork", PairSource.Imported => "imported", _ => "judged" };

    public static PairSource? SourceOf(string? word) => word switch { "same-prompt" => PairSource.SamePrompt, "fork" => PairSource.Fork, "judged" => PairSource.Judged, "imported" => PairSource.Imported, _ => null };
}

/// <summary>Reads pairs out in bulk.</summary>
public sealed class PairExport(ArenaDb db)
{
    private const int Together = 500;

    /// <summary>Lines, newest first, read as they are sent.</summary>
    public async IAsyncEnumerable<byte[]> LinesAsync(PairFilter filter, Guid? reader, int most, [EnumeratorCancellation] CancellationToken ct = default)
    {
        PairCursor? cursor = null;
        for (var left = most; left > 0; left -= Together)
        {
            var page = await db.Visible(filter, reader).Page(cursor, Math.Min(left, Together)).ToListAsync(ct);
            foreach (var (line, _) in await PairOrigin.LinesAsync(db, page, ct))
            {
                yield return line.ToUtf8();
            }
            if (page.Count < Together)
            {
                yield break;
            }
            cursor = PairCursor.Of(page[^1]);
        }
    }

    /// <summary>A data set of the newest pairs that fit and that the reader may see, filtered by <see cref="PairSelection"/>.</summary>
    /// <param name="most">Pairs considered.</param>
    public async Task<(SelectedPairs Pairs, byte[] Zip)> DataSetAsync(PairFilter filter, Guid? reader, SelectionOptions options, int most, DateTimeOffset now, CancellationToken ct)
    {
        var pairs = await PairOrigin.LinesAsync(db, await db.Visible(filter, reader).Page(null, most).ToListAsync(ct), ct);
        var chosen = PairSelection.Choose(pairs.Select(p => new PairCandidate(p.Line, p.Origin.Agent, p.Origin.Judges)), await MeasuredOnAsync(ct), options);
        var name = filter.Space is { } space ? $"Arena preference pairs: {space}" : "Arena preference pairs";
        return (chosen, await PairDataSet.ZipAsync(chosen, options, new(name, now, 0, 0), ct));
    }

    /// <summary>The tasks on which judges are measured here, reward models among them: gold cases and probes.</summary>
    private async Task<List<string>> MeasuredOnAsync(CancellationToken ct) =>
        [.. await db.GoldCases.Where(c => c.Enabled).Select(c => c.Task).ToListAsync(ct), .. await db.Probes.Select(p => p.Task).ToListAsync(ct)];

    /// <summary>
    /// The newest pairs of a space in one notation that an owner may use, oldest first: what a run trains on. Pairs in full text are written as
    /// messages, so that the trainer puts them through the model's chat template.
    /// </summary>
    public async Task<FrozenPairs> FreezeAsync(Guid owner, string space, PolicyNotation notation, int most, CancellationToken ct)
    {
        var pairs = await db.Visible(new(Space: space), owner).Readable(notation).Page(null, most).ToListAsync(ct);
        using var bytes = new MemoryStream();
        foreach (var (line, _) in Enumerable.Reverse(await PairOrigin.LinesAsync(db, pairs, ct)))
        {
            bytes.Write(notation == PolicyNotation.Text ? line.ToMessages() : line.ToUtf8());
        }
        var jsonl = bytes.ToArray();
        return new(jsonl, Convert.ToHexStringLower(SHA256.HashData(jsonl)), pairs.Count);
    }
}
