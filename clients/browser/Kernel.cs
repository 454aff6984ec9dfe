using System.Runtime.InteropServices.JavaScript;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules;
using Arena.Rules.Transcripts;

namespace Arena.Browser;

/// <summary>The rules kernel for JavaScript: the same code as on the site, in the visitor's own browser or in node.</summary>
public static partial class Kernel
{
    /// <summary>Slugs of all spaces, as a JSON list.</summary>
    [JSExport]
    internal static string Spaces() => new JsonArray([.. SpaceRegistry.All.Select(s => JsonValue.Create(s.Card.Slug))]).ToJsonString();

    /// <summary>
    /// Plays a transcript again: {"ok":bool,"checks":[{"step","ok","expected","found","meaning"}],"hash","scores"}. The last two only where the match could be
    /// played to its end: keccak-256 of its transcript in lower-case hex, and each player's micro-points, null where judges decide.
    /// </summary>
    /// <param name="space">The space's slug.</param>
    /// <param name="transcript">Canonical JSON, as downloaded.</param>
    /// <param name="commitment">The commitment published before play, lower-case hex, or an empty text.</param>
    [JSExport]
    internal static string Verify(string space, string transcript, string commitment)
    {
        if (SpaceRegistry.Find(space) is not { } rules)
        {
            return new JsonObject { ["ok"] = false, ["checks"] = new JsonArray(Check(new ReplayCheck("space", false, "a space of this release", space))) }.ToJsonString();
        }
        var report = TranscriptReplay.Run(Encoding.UTF8.GetBytes(transcript), rules, commitment.Length == 0 ? null : commitment);
        var answer = new JsonObject { ["ok"] = report.Ok, ["checks"] = new JsonArray([.. report.Checks.Select(Check)]) };
        if (report.Match is { } match)
        {
            answer["hash"] = Convert.ToHexStringLower(match.Hash);
            answer["scores"] = match.Scores is { } scores ? new JsonArray([.. scores.Select(s => JsonValue.Create(s))]) : null;
        }
        return answer.ToJsonString();
    }

    private static JsonObject Check(ReplayCheck check) =>
        new() { ["step"] = check.Step, ["ok"] = check.Ok, ["expected"] = check.Expected, ["found"] = check.Found, ["meaning"] = check.Meaning };
}
