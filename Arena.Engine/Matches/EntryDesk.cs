using Arena.Engine.Agents;
using Arena.Engine.Ledger;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matches;

/// <summary>What became of a wish to enter.</summary>
public abstract record EntryResult;

public sealed record Entered(Entry Entry) : EntryResult;

/// <summary>The same key entered before; nothing was done now.</summary>
public sealed record EnteredBefore(KeptAnswer Answer) : EntryResult;

/// <param name="Code">"space-unknown", "space-closed", "tier-unknown", "agent-not-found", "agent-not-ready", "already-entered", "matches-invalid", "balance-short" or "entry-not-found".</param>
public sealed record EntryRefused(string Code, string Reason) : EntryResult;

/// <summary>Where owners enter agents in spaces and take them out again.</summary>
public sealed class EntryDesk(ArenaDb db, SpaceCatalog catalog, GroupWriter writer, IOptions<ArenaOptions> options, TimeProvider time)
{
    /// <summary>Puts an agent's current version in a space's queue for a number of matches, and sets their stakes aside.</summary>
    /// <param name="once">Makes a repeat give the first answer; kept in the entry's own transaction.</param>
    public async Task<EntryResult> EnterAsync(Guid owner, AgentId agentId, string space, string tier, int matches, CancellationToken ct = default, Once<EntryResult>? once = null)
    {
        if (catalog.Find(space) is not { } offer)
        {
            return new EntryRefused("space-unknown", "There is no such space.");
        }
        if (offer.ClosedBecause is { } closed)
        {
            return new EntryRefused("space-closed", closed);
        }
        if (offer.Tier(tier) is not { } fee)
        {
            return new EntryRefused("tier-unknown", $"{offer.Card.Name} offers: {string.Join(", ", offer.Tiers.Select(t => t.Name))}.");
        }
        var most = options.Value.Matchmaking.MatchesPerEntry;
        if (matches < 1 || matches > most)
        {
            return new EntryRefused("matches-invalid", $"An entry is for 1 to {most} matches.");
        }
        var agent = await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == agentId && a.OwnerId == owner, ct);
        if (agent is null)
        {
            return new EntryRefused("agent-not-found", "You have no such agent.");
        }
        if (agent.CurrentVersionId is not { } version)
        {
            return new EntryRefused("agent-not-ready", $"{agent.Name} has no version that can play yet.");
        }
        var entry = new Entry(Guid.CreateVersion7(time.GetUtcNow()), space, tier, agentId, version, owner, matches, time.GetUtcNow());
        return await writer.WriteAsync(
            session => WriteKeys.Act(session, once, entry.EnteredAt, kept => new EnteredBefore(kept), () => Enter(session, entry, fee, agent.Name, offer.Card.Name)), ct);
    }

    /// <summary>Takes an entry out of the queue. A match that runs is played to its end; unused stakes come back.</summary>
    /// <returns>Null when it is done, otherwise why not.</returns>
    public Task<EntryRefused?> LeaveAsync(Guid owner, Guid entry, CancellationToken ct = default) => writer.WriteAsync(
        session =>
        {
            if (session.Run(
                "UPDATE Entries SET Status = 'Left', WaitingBecause = NULL WHERE Id = $0 AND OwnerId = $1 AND Status IN ('Waiting', 'Playing')", entry, owner) == 0)
            {
                return new EntryRefused("entry-not-found", "You have no such entry that still asks for matches.");
            }
            EntryRows.Return(session, entry, owner, time.GetUtcNow());
            return null;
        },
        ct);

    private EntryResult Enter(WriteSession session, Entry entry, FeeTier fee, string agent, string space)
    {
        if (session.First("SELECT 1 FROM Entries WHERE AgentId = $0 AND Space = $1 AND Status IN ('Waiting', 'Playing') LIMIT 1", _ => true, entry.AgentId.Value, entry.Space))
        {
            return new EntryRefused("already-entered", $"{agent} stands in the queue of {space} already.");
        }
        if (fee.FeeGwei > 0 && LedgerDesk.Book(session, LedgerBook.Enter(entry.Id, fee, entry.OwnerId, entry.MatchesLeft), entry.EnteredAt) == TransferOutcome.Short)
        {
            return new EntryRefused("balance-short", $"{entry.MatchesLeft} matches at {fee.Name} need {fee.FeeGwei * entry.MatchesLeft:N0} gwei; your balance is lower. Deposit first, or enter for fewer matches.");
        }
        session.Run(
            """
            INSERT INTO Entries (Id, Space, Tier, AgentId, VersionId, OwnerId, MatchesLeft, Status, EnteredAt, WaitingSince, Voids)
            VALUES ($0, $1, $2, $3, $4, $5, $6, 'Waiting', $7, $7, 0)
            """,
            entry.Id, entry.Space, entry.Tier, entry.AgentId.Value, entry.VersionId.Value, entry.OwnerId, entry.MatchesLeft, WriteSession.Moment(entry.EnteredAt));
        return new Entered(entry);
    }
}
