using System.Numerics;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Vault;
using Arena.Engine.Ledger;
using Arena.Engine.Settlement;
using Arena.Rules.Merkle;
using Arena.Rules.Results;
using Arena.Tests.Chain.DevChain;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Settlement;

/// <summary>Settlement over a real chain: exactly one proposal an epoch through crashes, a killed node, a rollback and fee bumps.</summary>
public sealed class SettlementOnAnvilTests
{
    private const string Propose = "epoch/1/propose";

    [Fact]
    public async Task EveryMatchOfAFinalEpochIsProvenByTheRootOnTheChain()
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.PlayAsync(7);
        await stage.SettleAsync(1);

        var held = await stage.Vault.EpochAsync(1, null, default);
        Assert.Equal(VaultEpochStatus.Finalized, held.Status);
        Assert.Equal(BigInteger.Zero, held.PayoutTotalWei);
        await using var db = await stage.Engine.DbAsync();
        var matches = await db.Matches.Select(m => m.Id).ToListAsync();
        Assert.Equal(7, matches.Count);
        foreach (var match in matches)
        {
            var proof = await db.ProofAsync(match, default);
            Assert.True(MerkleTree.Verify(held.ResultRoot, ResultRecord.LeafOf(proof!.Record), proof.Proof.Select(EpochBook.Bytes)));
        }
        var epoch = await stage.EpochAsync(1);
        Assert.Equal((await stage.ProposalsAsync()).Single().TransactionHash, epoch!.ProposeTx);
        Assert.NotNull(epoch.FinalizeTx);

        // The next epoch holds only what came after.
        await stage.PlayAsync(2);
        stage.Engine.Time.Advance(TimeSpan.FromMinutes(2));
        await stage.SettleAsync(2);
        Assert.Equal(2, (await stage.EpochAsync(2))!.Matches);
        Assert.Equal(2, (await stage.ProposalsAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACrashAroundSendingStillProposesOnceHoweverOftenItIsReplayed(bool before)
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.PlayAsync(1);
        await stage.StepAsync();
        Assert.Equal(OutboxState.Signed, (await stage.OutboxAsync(Propose)).State);
        (stage.Rail.BeforeSend, stage.Rail.AfterSend) = (before, !before);
        await Assert.ThrowsAsync<RpcUnreachableException>(stage.StepAsync);
        Assert.Equal(OutboxState.Signed, (await stage.OutboxAsync(Propose)).State);

        for (var replay = 0; replay < 3; replay++)
        {
            await stage.StepsAsync(3);
            // As if the row had been read from a copy made before sending.
            await stage.RunAsync("UPDATE OutboxRows SET State = 'Signed', SentAt = NULL, MinedHash = NULL, Block = NULL, BlockHash = NULL WHERE Key = 'epoch/1/propose'");
        }
        await stage.SettleAsync(1);
        var row = await stage.OutboxAsync(Propose);
        Assert.Equal(OutboxState.Final, row.State);
        Assert.Single(row.Versions);
        Assert.Equal(row.MinedHash, Assert.Single(await stage.ProposalsAsync()).TransactionHash);
    }

    [Fact]
    public async Task ADatabaseThatForgotItsSignaturesDoesNotProposeTwice()
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.PlayAsync(1);
        await stage.StepsAsync(3);
        await stage.RunAsync("DELETE FROM OutboxVersions");
        await stage.RunAsync("UPDATE OutboxRows SET State = 'Pending', Nonce = NULL, SentAt = NULL, MinedHash = NULL, Block = NULL, BlockHash = NULL");
        await stage.StepsAsync(3);
        Assert.Equal(OutboxState.Dropped, (await stage.OutboxAsync(Propose)).State);
        Assert.Single(await stage.ProposalsAsync());
        Assert.Equal(EpochStatus.Proposed, (await stage.EpochAsync(1))!.Status);
    }

    [Fact]
    public async Task ANodeThatIsDownLosesNothingAndOneThatLostItsLastSecondsGetsTheSameBytesAgain()
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.CheckpointAsync();
        await stage.PlayAsync(2);
        await stage.StepsAsync(4);
        var before = await stage.OutboxAsync(Propose);
        Assert.True(before.State is OutboxState.Mined or OutboxState.Final, before.State.ToString());
        await stage.KillNodeAsync();
        await Assert.ThrowsAsync<RpcUnreachableException>(() => stage.Engine.Get<SettlementWorker>().StepAsync(stage.Rail, default));

        // Played while the chain was down.
        await stage.PlayAsync(1);
        await stage.StartNodeAsync();
        Assert.Empty(await stage.ProposalsAsync());
        await stage.SettleAsync(1);
        var after = await stage.OutboxAsync(Propose);
        Assert.Equal(before.Versions.Select(v => v.Hash), after.Versions.Select(v => v.Hash));
        Assert.Equal(before.MinedHash, Assert.Single(await stage.ProposalsAsync()).TransactionHash);
        stage.Engine.Time.Advance(TimeSpan.FromMinutes(2));
        await stage.SettleAsync(2);
        Assert.Equal(1, (await stage.EpochAsync(2))!.Matches);
    }

    [Fact]
    public async Task ARollbackOfFinalEpochsIsRepairedInOrder()
    {
        await using var stage = await ChainStage.OpenAsync();
        var start = await stage.Chain.Eth.BlockNumberAsync(default);
        await stage.PlayAsync(1);
        await stage.SettleAsync(1);
        await stage.PlayAsync(1);
        stage.Engine.Time.Advance(TimeSpan.FromMinutes(2));
        await stage.SettleAsync(2);
        var roots = (await stage.ProposalsAsync()).Select(p => Convert.ToHexString(p.ResultRoot)).ToList();

        await stage.Chain.Node.RollbackAsync((int)(await stage.Chain.Eth.BlockNumberAsync(default) - start), default);
        Assert.Empty(await stage.ProposalsAsync());
        await stage.StepAsync();
        Assert.NotEqual(EpochStatus.Finalized, (await stage.EpochAsync(2))!.Status);
        await stage.SettleAsync(1);
        await stage.SettleAsync(2);
        Assert.Equal(roots, (await stage.ProposalsAsync()).Select(p => Convert.ToHexString(p.ResultRoot)));
        Assert.Equal(2, await stage.Vault.LastFinalizedAsync(null, default));
    }

    [Fact]
    public async Task UnminedBytesAreBumpedUnderTheSameNonceAndOneOfThemIsMined()
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.Chain.Node.SetAutomineAsync(false, default);
        await stage.PlayAsync(1);
        await stage.Engine.Get<SettlementWorker>().StepAsync(stage.Rail, default);
        for (var bump = 0; bump < 3; bump++)
        {
            await stage.Engine.Get<SettlementWorker>().StepAsync(stage.Rail, default);
            stage.Engine.Time.Advance(OutboxRules.BumpAfter);
            await stage.Engine.Get<SettlementWorker>().StepAsync(stage.Rail, default);
        }
        await stage.Engine.Get<SettlementWorker>().StepAsync(stage.Rail, default);
        var row = await stage.OutboxAsync(Propose);
        Assert.Equal([0, 1, 2, 3], row.Versions.Select(v => v.Bump).Order());
        Assert.Single(row.Versions.Select(v => Arena.Chain.Transactions.Transaction1559.Decode(v.Raw).Transaction.Nonce).Distinct());
        Assert.Equal(4, row.Versions.Select(v => Arena.Chain.Transactions.Transaction1559.Decode(v.Raw).Transaction.MaxFeePerGas).Distinct().Count());

        await stage.Chain.Node.SetAutomineAsync(true, default);
        await stage.Chain.Node.MineAsync(1, default);
        await stage.SettleAsync(1);
        var proposal = Assert.Single(await stage.ProposalsAsync());
        Assert.Equal(row.Versions.MaxBy(v => v.Bump)!.Hash, proposal.TransactionHash);
    }

    [Fact]
    public async Task ADepositIsCreditedOnceAndAWithdrawalIsClaimedFromTheVault()
    {
        await using var stage = await ChainStage.OpenAsync();
        var payer = await stage.Chain.RichKeyAsync();
        var payee = EthECKey.GenerateKey().GetPublicAddress();
        var owner = await stage.Engine.OwnerAsync();
        await stage.Chain.SendAsync(payer, stage.Vault.Address, ArenaVault.DepositFor(EthAddress.Parse(OwnerReference.Of(owner))), 3 * Anvil.Ether);
        await stage.StepsAsync(3);
        await stage.RunAsync("DELETE FROM ChainCursors WHERE Name LIKE 'deposits/%'");
        await stage.StepsAsync(2);
        var ledger = stage.Engine.Get<LedgerDesk>();
        Assert.Equal(3_000_000_000, await ledger.BalanceAsync(owner));

        var payouts = stage.Engine.Get<Payouts>();
        Assert.Equal("no-payout-address", Assert.IsType<WithdrawalResult.Refused>(await payouts.WithdrawAsync(owner, 1, default)).Code);
        await using (var db = await stage.Engine.DbAsync())
        {
            await db.Users.Where(u => u.Id == owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, payee.Value));
        }
        Assert.Equal("balance-short", Assert.IsType<WithdrawalResult.Refused>(await payouts.WithdrawAsync(owner, 3_000_000_001, default)).Code);
        Assert.IsType<WithdrawalResult.Queued>(await payouts.WithdrawAsync(owner, 1_250_000_000, default));

        // No match was played: the withdrawal alone makes the epoch.
        await stage.SettleAsync(1);
        await using var read = await stage.Engine.DbAsync();
        var claim = EpochBook.ClaimOf(DevKeys.ChainId, stage.Vault.Address.Value, await read.PayoutsAsync(1, default), payee.Value);
        var data = ArenaVault.Claim(payee, claim!.CumulativeWei, claim.Proof.Select(s => new VaultProofStep(EpochBook.Bytes(s.Hash), s.SumWei, s.SiblingIsLeft)));
        await stage.Chain.SendAsync(payer, stage.Vault.Address, data);
        Assert.Equal(1_250_000_000 * new BigInteger(1_000_000_000), await stage.Chain.Eth.GetBalanceAsync(payee, default));
        Assert.Equal("NothingToClaim", await stage.Chain.RefusalAsync(payer, stage.Vault.Address, data));
        Assert.Equal(1_750_000_000, await ledger.BalanceAsync(owner));
    }

    [Fact]
    public async Task ADepositInSecondsThatTheNodeLostIsTakenBackAndCountsOnceWhenItIsSentAgain()
    {
        await using var stage = await ChainStage.OpenAsync();
        var owner = await stage.Engine.OwnerAsync();
        var ledger = stage.Engine.Get<LedgerDesk>();
        await stage.CheckpointAsync();
        await DepositAsync();
        Assert.Equal(3_000_000_000, await ledger.BalanceAsync(owner));

        await stage.KillNodeAsync();
        await stage.StartNodeAsync();
        await stage.StepAsync();
        Assert.Equal(0, await ledger.BalanceAsync(owner));
        await DepositAsync();
        Assert.Equal(3_000_000_000, await ledger.BalanceAsync(owner));

        async Task DepositAsync()
        {
            var payer = await stage.Chain.RichKeyAsync();
            await stage.Chain.SendAsync(payer, stage.Vault.Address, ArenaVault.DepositFor(EthAddress.Parse(OwnerReference.Of(owner))), 3 * Anvil.Ether);
            await stage.StepsAsync(3);
        }
    }

    [Fact]
    public async Task AnEpochThatFellToADisputeIsCorrectedByTheOperatorProposedAgainAndClaimedOnce()
    {
        await using var stage = await ChainStage.OpenAsync();
        var payer = await stage.Chain.RichKeyAsync();
        var payee = EthECKey.GenerateKey().GetPublicAddress();
        var owner = await stage.Engine.OwnerAsync();
        await stage.Chain.SendAsync(payer, stage.Vault.Address, ArenaVault.DepositFor(EthAddress.Parse(OwnerReference.Of(owner))), 3 * Anvil.Ether);
        await using (var db = await stage.Engine.DbAsync())
        {
            await db.Users.Where(u => u.Id == owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, payee.Value));
        }
        await stage.StepsAsync(2);
        Assert.IsType<WithdrawalResult.Queued>(await stage.Engine.Get<Payouts>().WithdrawAsync(owner, 1_000_000_000, default));
        // A fault in the books: the payee gets a gwei that nobody meant to give.
        var ledger = stage.Engine.Get<LedgerDesk>();
        await ledger.TransferAsync(new("mistake", "mistake", [new(LedgerBook.Protocol, -1), new(Payouts.PayableTo(payee.Value), 1)]));
        await stage.StepsAsync(4);
        await stage.Chain.SendAsync(payer, stage.Vault.Address, ArenaVault.Dispute(1, "a gwei too much"), Anvil.Ether);
        await stage.StepAsync();
        var desk = stage.Engine.Get<CorrectionDesk>();
        Assert.Equal("dispute-open", (await desk.StandingAsync(default)).Obstacle?.Code);
        await stage.Chain.SendAsync(stage.Arbiter, stage.Vault.Address, ArenaVault.Resolve(1, 0, true));
        await stage.StepAsync();
        Assert.Equal("same-again", (await desk.StandingAsync(default)).Obstacle?.Code);

        await ledger.TransferAsync(new("mistake taken back", "mistake", [new(Payouts.PayableTo(payee.Value), -1), new(LedgerBook.Protocol, 1)]));
        var rebuilt = (await desk.StandingAsync(default)).Rebuilt!;
        Assert.IsType<ResumeDecision.GoOn>(await desk.ResumeAsync(new(1, rebuilt.ResultRoot, rebuilt.PayoutRoot, "Grace", "taken back"), default));
        await stage.SettleAsync(1);
        Assert.Equal([1L, 2L], (await stage.ProposalsAsync()).Select(p => p.Attempt));
        Assert.Equal(VaultEpochStatus.Finalized, (await stage.Vault.EpochAsync(1, null, default)).Status);
        await stage.Chain.SendAsync(payer, stage.Vault.Address, ArenaVault.ReturnBond(1, 0));

        await using var read = await stage.Engine.DbAsync();
        var claim = EpochBook.ClaimOf(DevKeys.ChainId, stage.Vault.Address.Value, await read.PayoutsAsync(1, default), payee.Value);
        var data = ArenaVault.Claim(payee, claim!.CumulativeWei, claim.Proof.Select(s => new VaultProofStep(EpochBook.Bytes(s.Hash), s.SumWei, s.SiblingIsLeft)));
        await stage.Chain.SendAsync(payer, stage.Vault.Address, data);
        Assert.Equal(Anvil.Ether, await stage.Chain.Eth.GetBalanceAsync(payee, default));
        Assert.Equal("NothingToClaim", await stage.Chain.RefusalAsync(payer, stage.Vault.Address, data));
    }

    [Fact]
    public async Task AnotherVaultInTheSettingsStopsSettlementInsteadOfSettlingTwice()
    {
        await using var stage = await ChainStage.OpenAsync();
        await stage.StepAsync();
        await stage.RunAsync("UPDATE ChainCursors SET BlockHash = '1/0x0000000000000000000000000000000000000001' WHERE Name = 'vault'");
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(stage.StepAsync);
        Assert.Contains("belong to vault", stopped.Message);
    }
}
