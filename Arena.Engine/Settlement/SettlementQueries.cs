using Arena.Rules.Merkle;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Settlement;

/// <summary>A closed match's papers and its place under an epoch's root.</summary>
/// <param name="Record">Canonical result record.</param>
/// <param name="Leaf">keccak(keccak(record)), 0x hex.</param>
/// <param name="Proof">Siblings from the leaf upwards, 0x hex; empty while no epoch holds it.</param>
/// <param name="Epoch">Null while no epoch holds it.</param>
public sealed record MatchProof(byte[] Record, string Leaf, IReadOnlyList<string> Proof, SettlementEpoch? Epoch);

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

    /// <summary>Epochs below <paramref name="before"/>, newest first.</summary>
    public static async Task<IReadOnlyList<SettlementEpoch>> EpochsAsync(this ArenaDb db, long? before, int take, CancellationToken ct) =>
        await db.Set<SettlementEpoch>().AsNoTracking().Where(e => before == null || e.Number < before).OrderByDescending(e => e.Number).Take(take).ToListAsync(ct);
}
