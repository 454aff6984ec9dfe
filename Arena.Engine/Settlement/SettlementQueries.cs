using Arena.Engine.Matches;
using Arena.Rules.Merkle;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>A closed match's papers and its place under an epoch's root.</summary>
/// <param name="Record">Canonical result record.</param>
/// <param name="Leaf">keccak(keccak(record)), 0x hex.</param>
/// <param name="Proof">Siblings from the leaf upwards, 0x hex; empty while no epoch holds it.</param>
/// <param name="Epoch">Null while no epoch holds it.</param>
public sealed record MatchProof(byte[] Record, string Leaf, IReadOnlyList<string> Proof, SettlementEpoch? Epoch);

/// <param name="Leaf">32 bytes.</param>
public sealed record MatchLeaf(MatchId Match, byte[] Leaf);

/// <param name="Waiting">Closed matches that no epoch holds yet.</param>
/// <param name="Final">Matches in final epochs.</param>
public sealed record SettledCounts(int Waiting, int Final);

/// <summary>Reads of settlement that pages and endpoints share.</summary>
public static class SettlementQueries
{
    /// <summary>The proof of a closed match, or null where there is no such match or it is not closed.</summary>
    public static async Task<MatchProof?> ProofAsync(this ArenaDb db, MatchId id, CancellationToken ct)
    {
        var match = await db.Matches.AsNoTracking().Where(m => m.Id == id && m.Leaf != null).Select(m => new { m.Leaf, m.Epoch }).FirstOrDefaultAsync(ct);
        var record = await db.MatchTranscripts.AsNoTracking().Where(t => t.MatchId == id).Select(t => t.Record).FirstOrDefaultAsync(ct);
        if (match is null || record is null)
        {
            return null;
        }
        var leaf = EpochBook.Hex(match.Leaf!);
        if (match.Epoch is not { } number)
        {
            return new(record, leaf, [], null);
        }
        var epoch = await db.Set<SettlementEpoch>().AsNoTracking().SingleAsync(e => e.Number == number, ct);
        var leaves = await db.Matches.AsNoTracking().Where(m => m.Epoch == number).Select(m => m.Leaf!).ToListAsync(ct);
        return new(record, leaf, [.. new MerkleTree(leaves).Proof(match.Leaf!).Select(p => EpochBook.Hex(p))], epoch);
    }

    public static async Task<SettlementEpoch?> EpochAsync(this ArenaDb db, long number, CancellationToken ct) =>
        await db.Set<SettlementEpoch>().AsNoTracking().FirstOrDefaultAsync(e => e.Number == number, ct);

    /// <summary>The epoch's matches with their leaves (32 bytes), oldest first.</summary>
    public static async Task<IReadOnlyList<MatchLeaf>> LeavesAsync(this ArenaDb db, long number, CancellationToken ct) =>
        await db.Matches.AsNoTracking().Where(m => m.Epoch == number).OrderBy(m => m.ClosedAt).ThenBy(m => m.Id).Select(m => new MatchLeaf(m.Id, m.Leaf!)).ToListAsync(ct);

    /// <summary>What each address may claim in total by the epoch.</summary>
    public static async Task<IReadOnlyList<EpochPayout>> PayoutsAsync(this ArenaDb db, long number, CancellationToken ct) =>
        await db.Set<EpochPayout>().AsNoTracking().Where(p => p.Epoch == number).OrderBy(p => p.Address).ToListAsync(ct);

    /// <summary>An epoch's corrections, oldest first.</summary>
    public static async Task<IReadOnlyList<EpochCorrection>> CorrectionsAsync(this ArenaDb db, long number, CancellationToken ct) =>
        await db.EpochCorrections.AsNoTracking().Where(c => c.Epoch == number).OrderBy(c => c.Number).ToListAsync(ct);

    /// <summary>How many closed matches wait for an epoch, and how many are in final ones.</summary>
    public static async Task<SettledCounts> SettledCountsAsync(this ArenaDb db, CancellationToken ct)
    {
        var waiting = await db.Matches.CountAsync(m => m.Status == MatchStatus.Closed && m.Epoch == null, ct);
        var final = await db.Set<SettlementEpoch>().Where(e => e.Status == EpochStatus.Finalized).SumAsync(e => e.Matches, ct);
        return new(waiting, final);
    }

    /// <summary>Epochs below <paramref name="before"/>, newest first.</summary>
    public static async Task<IReadOnlyList<SettlementEpoch>> EpochsAsync(this ArenaDb db, long? before, int take, CancellationToken ct) =>
        await db.Set<SettlementEpoch>().AsNoTracking().Where(e => before == null || e.Number < before).OrderByDescending(e => e.Number).Take(take).ToListAsync(ct);
}
