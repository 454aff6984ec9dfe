using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Transcripts;

namespace Arena.Engine.Verdicts;

/// <summary>
/// The verdict as canonical bytes (RFC 8785): who judged, on which prompts and rubric, what each said and how it counted, what came of it
/// (the posterior and the weights, log-odds, in millionths).
/// Its SHA-256 stands in the match's result record, so a verdict can't be changed afterwards.
/// </summary>
public static class VerdictRecord
{
    public const string Format = "arena-verdict-v2";

    public static byte[] Bytes(MatchId match, string space, string rubricHash, PanelDecision decision, IEnumerable<Judgment> judgments) =>
        CanonicalJson.Write(new JsonObject
        {
            ["arena"] = Format,
            ["match"] = match.Value.ToString("D"),
            ["space"] = space,
            ["rubric"] = rubricHash,
            ["scores"] = new JsonArray([.. decision.Scores.Select(s => JsonValue.Create(s))]),
            ["chance"] = (long)Math.Round(decision.Chance * 1_000_000),
            ["people"] = new JsonObject { ["lead"] = decision.People.Lead, ["voters"] = decision.People.Voters },
            ["weights"] = new JsonObject(decision.Seats.Where(s => s.Stance is not ("excluded" or "unasked" or "failed"))
                .OrderBy(s => s.Judge.ToString("D"), StringComparer.Ordinal).Select(s => KeyValuePair.Create(s.Judge.ToString("D"), (JsonNode?)JsonValue.Create((long)Math.Round(s.Weight * 1_000_000))))),
            ["judgments"] = new JsonArray([.. judgments.OrderBy(j => j.JudgeId.ToString("D"), StringComparer.Ordinal).ThenBy(j => j.First).Select(j => (JsonNode)new JsonObject
            {
                ["judge"] = j.JudgeId.ToString("D"),
                ["model"] = CanonicalJson.Clean(j.Model),
                ["prompt"] = j.PromptHash,
                ["first"] = j.First,
                ["preferred"] = j.Preferred,
                ["scores"] = JsonNode.Parse(j.Scores),
                ["reply"] = Sha256(Encoding.UTF8.GetBytes(CanonicalJson.Clean(j.RawReply))),
            })]),
        });

    /// <summary>SHA-256, lower-case hex.</summary>
    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
