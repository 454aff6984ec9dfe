using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Preferences;

/// <summary>What an import did.</summary>
/// <param name="Known">Pairs that were stored before.</param>
public sealed record ImportOutcome(int Added, int Known, IReadOnlyList<LineProblem> Problems, string? Refused = null);

/// <summary>Stores an owner's pairs from elsewhere, under an agent of theirs. All good lines in one transaction.</summary>
public sealed class PairImport(ArenaDb db, TimeProvider time)
{
    public async Task<ImportOutcome> SaveAsync(Guid owner, AgentId agent, string space, string jsonl, CancellationToken ct)
    {
        var mine = await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agent && a.OwnerId == owner, ct);
        if (mine?.CurrentVersionId is not { } version)
        {
            return new(0, 0, [], "Choose one of your own agents.");
        }
        var (pairs, problems) = TrlImport.Read(jsonl);
        var now = time.GetUtcNow();
        var batch = new MatchId(Guid.CreateVersion7(now));
        // A hash of its own: an imported pair never stands in the way of one that a match makes.
        var stored = pairs.Select(p => new PairDraft(p.IsConversation ? PairDraft.MessagesNotation : Notation(space, p.Prompt), p.Prompt, p.Chosen, p.Rejected, PairSource.Imported, p.Line, version, version, p.Margin)
            .ToPair(space, batch, now)).DistinctBy(p => p.Hash).ToList();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in stored.Select(p => p.Hash).Chunk(500))
        {
            known.UnionWith(await db.PreferencePairs.Where(p => some.Contains(p.Hash)).Select(p => p.Hash).ToListAsync(ct));
        }
        var fresh = stored.Where(p => !known.Contains(p.Hash)).ToList();
        db.PreferencePairs.AddRange(fresh);
        await db.SaveChangesAsync(ct);
        return new(fresh.Count, pairs.Count - fresh.Count, problems);
    }

    private static string Notation(string space, string prompt) => prompt.StartsWith($"{space}:", StringComparison.Ordinal) ? PairDraft.CompactNotation : PairDraft.TextNotation;
}
