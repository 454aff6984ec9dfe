using System.Text;
using Arena.Engine;
using Arena.Engine.Settlement;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Settlement;

internal static class SettlementEndpoints
{
    private const int LargestPage = 100;

    public static void Map(RouteGroupBuilder api)
    {
        var epochs = api.MapGroup("/epochs").WithTags("Settlement");
        epochs.MapGet("", List);
        epochs.MapGet("/{n:long}", Read);
        epochs.MapGet("/{n:long}/claims/{address}", Claim);
        api.MapGroup("/matches").WithTags("Settlement").MapGet("/{id}/proof", Proof);
    }

    /// <summary>Epochs, newest first.</summary>
    /// <param name="before">The last page's "next".</param>
    /// <param name="limit">1 to 100.</param>
    private static async Task<Ok<EpochPageAnswer>> List(IDbContextFactory<ArenaDb> databases, CancellationToken ct, long? before = null, int limit = 30)
    {
        limit = Math.Clamp(limit, 1, LargestPage);
        await using var db = await databases.CreateDbContextAsync(ct);
        var epochs = await db.EpochsAsync(before, limit + 1, ct);
        return TypedResults.Ok(new EpochPageAnswer([.. epochs.Take(limit).Select(Answer)], epochs.Count > limit ? epochs[limit - 1].Number : null));
    }

    /// <summary>One epoch with all its leaves and payouts: enough to build both roots again.</summary>
    private static async Task<Results<Ok<WholeEpochAnswer>, ProblemHttpResult>> Read(long n, IDbContextFactory<ArenaDb> databases, ChainLink chain, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.EpochAsync(n, ct) is not { } epoch)
        {
            return Problems.NotFound("epoch");
        }
        var leaves = await db.LeavesAsync(n, ct);
        var payouts = await db.PayoutsAsync(n, ct);
        var corrections = await db.CorrectionsAsync(n, ct);
        return TypedResults.Ok(new WholeEpochAnswer(
            Answer(epoch), chain.Connection?.ChainId, chain.Connection?.Vault.Address.Value,
            [.. leaves.Select(l => new LeafAnswer(l.Match.Value, EpochBook.Hex(l.Leaf)))],
            [.. payouts.Select(p => new PayoutAnswer(p.Address, p.CumulativeGwei))],
            [.. corrections.Select(c => new CorrectionAnswer(c.Attempt, c.FellResultRoot, c.FellPayoutRoot, c.Changes.Split('\n', StringSplitOptions.RemoveEmptyEntries), c.By, c.Reason, c.At))]));
    }

    /// <summary>What an address may claim by an epoch, as the vault's <c>claim</c> takes it.</summary>
    private static async Task<Results<Ok<ClaimAnswer>, ProblemHttpResult>> Claim(long n, string address, IDbContextFactory<ArenaDb> databases, ChainLink chain, CancellationToken ct)
    {
        if (chain.Connection is not { } connection)
        {
            return Problems.Because("not-available", chain.Trouble);
        }
        await using var db = await databases.CreateDbContextAsync(ct);
        if (OwnerReference.Canonical(address) is not { } account
            || EpochBook.ClaimOf(connection.ChainId, connection.Vault.Address.Value, await db.PayoutsAsync(n, ct), account) is not { } claim)
        {
            return Problems.NotFound("payout of that epoch to an address");
        }
        return TypedResults.Ok(new ClaimAnswer(
            connection.ChainId, connection.Vault.Address.Value, claim.Account, claim.CumulativeWei.ToString(System.Globalization.CultureInfo.InvariantCulture),
            [.. claim.Proof.Select(s => new StepAnswer(s.Hash, s.SumWei.ToString(System.Globalization.CultureInfo.InvariantCulture), s.SiblingIsLeft))]));
    }

    /// <summary>A closed match's result record, its leaf, and the way to the root that the vault holds.</summary>
    private static async Task<Results<Ok<ProofAnswer>, ProblemHttpResult>> Proof(MatchId id, IDbContextFactory<ArenaDb> databases, ChainLink chain, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.ProofAsync(id, ct) is not { } proof)
        {
            return Problems.Because("not-closed", "A proof exists once the match is closed; there is none under this id (yet).");
        }
        return TypedResults.Ok(new ProofAnswer(
            id.Value, Encoding.UTF8.GetString(proof.Record), proof.Leaf, proof.Proof, proof.Epoch?.Number, proof.Epoch is { } e ? Word(e.Status) : null, proof.Epoch?.ResultRoot,
            proof.Epoch?.ProposeTx, proof.Epoch?.ProposeBlock, chain.Connection?.ChainId, chain.Connection?.Vault.Address.Value));
    }

    private static EpochAnswer Answer(SettlementEpoch e) => new(
        e.Number, Word(e.Status), e.Matches, e.ResultRoot, e.PayoutRoot, e.PayoutTotalGwei, e.BuiltAt, e.ProposeTx, e.ProposeBlock, e.ProposedAt, e.WindowEndsAt, e.FinalizeTx, e.FinalizedAt);

    private static string Word(EpochStatus status) => status.ToString().ToLowerInvariant();

    /// <param name="Next">Give it as "before" for the next page; null on the last.</param>
    public sealed record EpochPageAnswer(IReadOnlyList<EpochAnswer> Epochs, long? Next);

    /// <param name="Status">"built", "proposed" or "finalized".</param>
    /// <param name="ResultRoot">Merkle root of the matches' leaves; zero where it has none.</param>
    /// <param name="PayoutRoot">Root of the sum tree of cumulative payouts; zero while nobody was ever paid.</param>
    /// <param name="PayoutTotalGwei">Cumulative over all epochs.</param>
    public sealed record EpochAnswer(
        long Number, string Status, int Matches, string ResultRoot, string PayoutRoot, long PayoutTotalGwei, DateTimeOffset BuiltAt, string? ProposeTx, long? ProposeBlock,
        DateTimeOffset? ProposedAt, DateTimeOffset? WindowEndsAt, string? FinalizeTx, DateTimeOffset? FinalizedAt);

    /// <param name="Corrections">After upheld disputes, oldest first; empty for nearly every epoch.</param>
    public sealed record WholeEpochAnswer(
        EpochAnswer Epoch, long? ChainId, string? Vault, IReadOnlyList<LeafAnswer> Matches, IReadOnlyList<PayoutAnswer> Payouts, IReadOnlyList<CorrectionAnswer> Corrections);

    /// <param name="Attempt">Which proposal fell, as the vault counted it then.</param>
    /// <param name="FellResultRoot">The roots that fell, whoever had proposed them.</param>
    /// <param name="Changes">What differs from the epoch as it stood; empty where only somebody else's proposal fell.</param>
    public sealed record CorrectionAnswer(long Attempt, string FellResultRoot, string FellPayoutRoot, IReadOnlyList<string> Changes, string By, string Reason, DateTimeOffset At);

    public sealed record LeafAnswer(Guid Match, string Leaf);

    public sealed record PayoutAnswer(string Address, long CumulativeGwei);

    /// <param name="CumulativeWei">Decimal.</param>
    public sealed record ClaimAnswer(long ChainId, string Vault, string Account, string CumulativeWei, IReadOnlyList<StepAnswer> Proof);

    /// <param name="SumWei">Decimal.</param>
    /// <param name="Left">Whether the sibling stands on the left.</param>
    public sealed record StepAnswer(string Hash, string SumWei, bool Left);

    /// <param name="Record">The canonical result record, byte for byte.</param>
    /// <param name="Leaf">keccak(keccak(record)).</param>
    /// <param name="Proof">Siblings from the leaf upwards; empty while no epoch holds the match.</param>
    /// <param name="Epoch">Null while no epoch holds the match.</param>
    public sealed record ProofAnswer(
        Guid Match, string Record, string Leaf, IReadOnlyList<string> Proof, long? Epoch, string? Status, string? Root, string? Tx, long? Block, long? ChainId, string? Vault);
}
