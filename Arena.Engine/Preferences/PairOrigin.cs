using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Preferences;

/// <summary>What a pair's own row does not hold of its provenance.</summary>
/// <param name="Agent">Whose answer was chosen.</param>
/// <param name="Judges">The ids of those who compared the answers; empty where rules or continuations decided.</param>
/// <param name="Licence">One of <see cref="PairLicence.Known"/>: what the owners of both answers allow.</param>
public sealed record PairOrigin(Guid Agent, IReadOnlyList<string> Judges, string Licence)
{
    // SQLite takes a few thousand parameters in a statement.
    private const int AtOnce = 500;

    /// <summary>The lines of pairs, in their order.</summary>
    public static async Task<IReadOnlyList<(PairLine Line, PairOrigin Origin)>> LinesAsync(ArenaDb db, IReadOnlyList<PreferencePair> pairs, CancellationToken ct)
    {
        var owners = await OwnersAsync(db, pairs, ct);
        var judges = await JudgesAsync(db, pairs, ct);
        return [.. pairs.Select(p =>
        {
            var (chosen, rejected) = (owners.GetValueOrDefault(p.ChosenVersion), owners.GetValueOrDefault(p.RejectedVersion));
            // The site can't know under what terms an owner got a file.
            var licence = p.Source == PairSource.Imported || chosen is null || rejected is null ? PairLicence.None : PairLicence.Both(chosen.Licence, rejected.Licence);
            var origin = new PairOrigin(chosen?.Agent.Value ?? Guid.Empty, judges.GetValueOrDefault(p.MatchId) is { } some && p.Source == PairSource.Judged ? some : [], licence);
            return (PairLine.Of(p, origin), origin);
        })];
    }

    private static async Task<Dictionary<VersionId, Author>> OwnersAsync(ArenaDb db, IReadOnlyList<PreferencePair> pairs, CancellationToken ct)
    {
        var owners = new Dictionary<VersionId, Author>();
        foreach (var some in pairs.Select(p => p.ChosenVersion).Concat(pairs.Select(p => p.RejectedVersion)).Distinct().Chunk(AtOnce))
        {
            var known = await db.AgentVersions.Where(v => some.Contains(v.Id)).Join(db.Agents, v => v.AgentId, a => a.Id, (v, a) => new { v.Id, Agent = a.Id, a.Kind, a.PairLicence }).ToListAsync(ct);
            known.ForEach(k => owners[k.Id] = new(k.Agent, k.Kind == AgentKind.House ? PairLicence.House : k.PairLicence));
        }
        return owners;
    }

    private static async Task<Dictionary<MatchId, IReadOnlyList<string>>> JudgesAsync(ArenaDb db, IReadOnlyList<PreferencePair> pairs, CancellationToken ct)
    {
        var judges = new Dictionary<MatchId, IReadOnlyList<string>>();
        foreach (var some in pairs.Where(p => p.Source == PairSource.Judged).Select(p => p.MatchId).Distinct().Chunk(AtOnce))
        {
            var known = await db.Judgments.Where(j => some.Contains(j.MatchId)).Select(j => new { j.MatchId, j.JudgeId }).Distinct().ToListAsync(ct);
            foreach (var match in known.GroupBy(j => j.MatchId))
            {
                judges[match.Key] = [.. match.Select(j => j.JudgeId.ToString()).Order(StringComparer.Ordinal)];
            }
        }
        return judges;
    }

    private sealed record Author(AgentId Agent, string Licence);
}
