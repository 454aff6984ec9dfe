using System.Text.Json.Nodes;
using Arena.Rules.Hashing;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Results;

/// <summary>One player's rating change by a match, linked to the match that set the rating before.</summary>
/// <param name="Version">The agent version.</param>
/// <param name="Before">Milli-Elo before the match.</param>
/// <param name="After">Milli-Elo after.</param>
/// <param name="Games">Rated matches played before.</param>
/// <param name="K">K factor, Elo points.</param>
/// <param name="Previous">The rated match before this one, or null for the first.</param>
public sealed record RatingStep(Guid Version, long Before, long After, int Games, int K, Guid? Previous);

/// <summary>
/// What is committed on chain of one closed match. Its canonical bytes are public; the Merkle leaf is
/// keccak256(keccak256(bytes)), hashed twice so that a leaf can't be passed off as an inner node.
/// </summary>
/// <param name="Match">The match.</param>
/// <param name="Space">The space's slug.</param>
/// <param name="Kind">"rated", "casual", "gate" or "probe".</param>
/// <param name="Transcript">keccak-256 of the transcript, lower-case hex.</param>
/// <param name="Scores">Micro-points per player.</param>
/// <param name="Verdict">keccak-256 of the judges' canonical verdict, lower-case hex; null where the rules scored.</param>
/// <param name="Ratings">One step for each player of a rated match, otherwise empty.</param>
/// <param name="Closed">Unix milliseconds.</param>
public sealed record ResultRecord(
    Guid Match,
    string Space,
    string Kind,
    string Transcript,
    IReadOnlyList<long> Scores,
    string? Verdict,
    IReadOnlyList<RatingStep> Ratings,
    long Closed)
{
    private const string Format = "result/1";

    /// <summary>The canonical bytes (RFC 8785).</summary>
    public byte[] ToBytes() => CanonicalJson.Write(new JsonObject
    {
        ["arena"] = Format,
        ["match"] = Match.ToString("D"),
        ["space"] = Space,
        ["kind"] = Kind,
        ["transcript"] = Transcript,
        ["scores"] = new JsonArray([.. Scores.Select(s => JsonValue.Create(s))]),
        ["verdict"] = Verdict,
        ["ratings"] = new JsonArray([.. Ratings.Select(r => new JsonObject
        {
            ["version"] = r.Version.ToString("D"),
            ["before"] = r.Before,
            ["after"] = r.After,
            ["games"] = r.Games,
            ["k"] = r.K,
            ["previous"] = r.Previous?.ToString("D"),
        })]),
        ["closed"] = Closed,
    });

    /// <summary>The Merkle leaf of this record, 32 bytes.</summary>
    public byte[] Leaf() => LeafOf(ToBytes());

    /// <summary>The Merkle leaf of a record's canonical bytes, 32 bytes.</summary>
    public static byte[] LeafOf(ReadOnlySpan<byte> bytes) => Keccak256.Hash(Keccak256.Hash(bytes));

    /// <summary>Reads canonical bytes; null and a reason where they are not a result record.</summary>
    public static (ResultRecord? Record, string? Problem) Read(ReadOnlySpan<byte> bytes)
    {
        var (value, problem) = CanonicalJson.Read(bytes);
        if (value is not JsonObject root)
        {
            return (null, problem ?? "not an object");
        }
        try
        {
            var record = new ResultRecord(
                Guid.ParseExact(root["match"]!.GetValue<string>(), "D"),
                root["space"]!.GetValue<string>(),
                root["kind"]!.GetValue<string>(),
                root["transcript"]!.GetValue<string>(),
                [.. root["scores"]!.AsArray().Select(s => s!.GetValue<long>())],
                root["verdict"]?.GetValue<string>(),
                [.. root["ratings"]!.AsArray().Select(r => new RatingStep(
                    Guid.ParseExact(r!["version"]!.GetValue<string>(), "D"), r["before"]!.GetValue<long>(), r["after"]!.GetValue<long>(),
                    r["games"]!.GetValue<int>(), r["k"]!.GetValue<int>(),
                    r["previous"] is { } previous ? Guid.ParseExact(previous.GetValue<string>(), "D") : null))],
                root["closed"]!.GetValue<long>());
            return record.ToBytes().AsSpan().SequenceEqual(bytes) ? (record, null) : (null, $"not {Format}");
        }
        catch (Exception e) when (e is NullReferenceException or FormatException or InvalidOperationException)
        {
            return (null, $"not {Format}: {e.Message}");
        }
    }
}
