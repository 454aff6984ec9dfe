using Arena.Engine.Matches;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Verdicts;

/// <summary>A match that was played to its end, with all that is needed to look into it.</summary>
public sealed record StoredMatch(Match Match, MatchSetup Setup, PlayedMatch Played);

/// <summary>Reads stored matches back for judges and for pairs.</summary>
public sealed class PlayedMatches(IDbContextFactory<ArenaDb> factory, MatchReader reader)
{
    /// <returns>Null where there is no transcript, or where this site has other rules now than those it was played under.</returns>
    /// <exception cref="InvalidOperationException">The stored transcript does not replay.</exception>
    public async Task<StoredMatch?> FindAsync(MatchId id, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var match = await db.Matches.AsNoTracking().Include(m => m.Seats).FirstOrDefaultAsync(m => m.Id == id, ct);
        if (match is null || SpaceRegistry.Find(match.Space) is not { } rules || rules.Card.RulesVersion != match.RulesVersion
            || await reader.PlayedAsync(id, ct) is not { } transcript)
        {
            return null;
        }
        var versions = match.Seats.Select(s => s.VersionId).ToList();
        var hashes = await db.AgentVersions.AsNoTracking().Where(v => versions.Contains(v.Id)).ToDictionaryAsync(v => v.Id, v => v.Hash, ct);
        var players = match.Seats.OrderBy(s => s.Player).Select(s => new Player(s.VersionId.Value, hashes[s.VersionId])).ToList();
        var kind = match.Kind switch { MatchKind.Rated => "rated", MatchKind.Casual => "casual", _ => "gate" };
        var report = TranscriptReplay.Run(transcript, rules, match.Commitment);
        return report.Match is { } played
            ? new(match, new MatchSetup(id.Value, rules, match.Seed, kind, players) { Material = report.Material }, played)
            : throw new InvalidOperationException($"The transcript of match {id} does not replay: {report.Checks.LastOrDefault(c => !c.Ok)?.Step}.");
    }
}
