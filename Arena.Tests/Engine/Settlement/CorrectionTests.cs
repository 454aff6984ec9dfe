using Arena.Engine.Ledger;
using Arena.Engine.Settlement;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Web.Admin;
using Arena.Web.Site;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Settlement;

/// <summary>After an upheld dispute: what fell is made again, and nobody is paid twice or not at all. On a vault in memory that keeps the contract's rules.</summary>
public sealed class CorrectionTests : IAsyncLifetime
{
    private const string Ada = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private const string Bob = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
    private const long Gwei = 1_000_000;
    private readonly EngineFixture _engine = new();
    private PaperVault _vault = null!;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        _vault = new PaperVault(_engine.Time);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task ACorrectedEpochPaysEverybodyOnceAndLaterWithdrawalsComeWithTheNext()
    {
        var (ada, bob) = (await OwnerAsync(Ada), await OwnerAsync(Bob));
        await PlayAsync();
        await WithdrawAsync(ada, 400);
        await BookAsync("mistake", Payouts.PayableTo(Bob), 50);
        await FallAsync(1);

        // The fault is still in the books; a withdrawal that came since makes no difference to that.
        await WithdrawAsync(bob, 70);
        Assert.Equal("same-again", (await StandingAsync()).Obstacle?.Code);
        var before = await _engine.DumpAsync();
        Assert.Equal("same-again", Assert.IsType<ResumeDecision.Refused>(await ResumeAsync()).Code);
        Assert.Equal(before, await _engine.DumpAsync());

        await BookAsync("mistake taken back", Payouts.PayableTo(Bob), -50);
        Assert.Equal([$"payout to {Bob}: 50 gwei in total become 0"], (await StandingAsync()).Rebuilt!.Changes);
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await SettleAsync(1);
        Assert.Equal([(Ada, 400L)], await PaidAsync(1));
        Assert.Equal(2, _vault[1]!.Attempt);

        _engine.Time.Advance(TimeSpan.FromMinutes(2));
        await SettleAsync(2);
        Assert.Equal([(Bob, 70L), (Ada, 400L)], await PaidAsync(2));
        Assert.Equal(400L + 70, (long)(_vault.Proposed[^1].TotalWei / EpochBook.WeiPerGwei));
    }

    [Fact]
    public async Task ALeafThatIsNotItsRecordsIsPutRight()
    {
        await PlayAsync();
        await RunAsync("UPDATE Matches SET Leaf = zeroblob(32)");
        await FallAsync(1);
        Assert.Contains("its record's", Assert.Single((await StandingAsync()).Rebuilt!.Changes));
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await SettleAsync(1);
        await using var db = await _engine.DbAsync();
        var proof = await db.ProofAsync(await db.Matches.Select(m => m.Id).SingleAsync(TestContext.Current.CancellationToken), default);
        Assert.Equal(_vault[1]!.ResultRoot, proof!.Leaf);
    }

    [Fact]
    public async Task AForeignProposalStopsSettlementAndAfterItsFallTheSitesOwnRootsAreProposed()
    {
        _vault.Propose(new(1, "0x" + new string('a', 64), EpochBook.Nothing, 0, ""));
        Assert.Contains("this site built none", await StoppedAsync());
        Assert.Contains("did not make", (await StandingAsync()).Obstacle?.Reason);
        Assert.Equal(1, (await AdminAsync(["status"])).Code);
        await PlayAsync();
        // This pass builds, and sends nothing.
        await StepAsync();
        Assert.Contains("other roots", await StoppedAsync());
        Assert.Equal("not-rejected", Assert.IsType<ResumeDecision.Refused>(await OrderedAsync(1, "", "")).Code);
        _vault.Dispute(1);
        await StoppedAsync();
        Assert.Equal("dispute-open", Assert.IsType<ResumeDecision.Refused>(await OrderedAsync(1, "", "")).Code);
        _vault.Resolve(1, upheld: true);
        Assert.Contains("this site did not make", await StoppedAsync());

        Assert.Empty((await StandingAsync()).Rebuilt!.Changes);
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await SettleAsync(1);
        await using var db = await _engine.DbAsync();
        Assert.Equal(_vault[1]!.ResultRoot, (await db.EpochAsync(1, default))!.ResultRoot);
    }

    [Fact]
    public async Task AChainThatForgetsTheCorrectedProposalGetsItAgainAndNeverTheOneThatFell()
    {
        await PlayAsync();
        await BookAsync("mistake", Payouts.PayableTo(Bob), 50);
        await FallAsync(1);
        await BookAsync("mistake taken back", Payouts.PayableTo(Bob), -50);
        var fallen = _vault.Checkpoint();
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await StepsAsync(5);
        Assert.Equal(2, _vault[1]!.Attempt);
        _vault.GoBackTo(fallen);
        await SettleAsync(1);
        Assert.Equal(3, _vault.Proposed.Count);
        Assert.Equal(_vault.Proposed[1], _vault.Proposed[2]);
        Assert.NotEqual(_vault.Proposed[0], _vault.Proposed[2]);
    }

    [Fact]
    public async Task AChainThatForgetsEverythingGetsTheCorrectedEpochOnlyUnderTheNonceThatItWaitsFor()
    {
        var start = _vault.Checkpoint();
        await CorrectedAsync();
        _vault.GoBackTo(start);
        await SettleAsync(1);
        Assert.Equal([0, 1, 1], Kinds());
        Assert.Equal(1, _vault[1]!.Attempt);
    }

    [Fact]
    public async Task AChainThatForgetsTheRulingStopsSettlementUntilItIsMadeAgain()
    {
        await PlayAsync();
        await BookAsync("mistake", Payouts.PayableTo(Bob), 50);
        await StepsAsync(3);
        _vault.Dispute(1);
        var disputed = _vault.Checkpoint();
        await StepAsync();
        _vault.Resolve(1, upheld: true);
        await StoppedAsync();
        await BookAsync("mistake taken back", Payouts.PayableTo(Bob), -50);
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await StepsAsync(5);
        Assert.Equal(2, _vault[1]!.Attempt);

        _vault.GoBackTo(disputed);
        Assert.Contains("lost a ruling", await StoppedAsync());
        Assert.Equal("dispute-open", (await StandingAsync()).Obstacle?.Code);
        _vault.Resolve(1, upheld: true);
        await SettleAsync(1);
        Assert.Equal([0, 1, 1], Kinds());
    }

    [Fact]
    public async Task WhatFallsAgainIsCorrectedAgainAndNothingThatFellComesBack()
    {
        await CorrectedAsync();
        _vault.Dispute(1);
        _vault.Resolve(1, upheld: true);
        Assert.Contains("A dispute brought down the proposal", await StoppedAsync());
        // The mistake again would be the first proposal again.
        await BookAsync("mistake again", Payouts.PayableTo(Bob), 50);
        Assert.Equal("same-again", (await StandingAsync()).Obstacle?.Code);
        await BookAsync("and a little more", Payouts.PayableTo(Bob), 1);
        var decided = await Task.WhenAll(ResumeAsync(), ResumeAsync());
        Assert.Equal("resumed-already", Assert.Single(decided.OfType<ResumeDecision.Refused>()).Code);
        Assert.Equal(new ResumeDecision.GoOn(2), Assert.Single(decided.OfType<ResumeDecision.GoOn>()));
        await SettleAsync(1);
        Assert.Equal([0, 1, 2], Kinds());
        Assert.Equal([(Bob, 51L)], await PaidAsync(1));
        await using var db = await _engine.DbAsync();
        Assert.Equal([1, 2], (await db.CorrectionsAsync(1, default)).Select(c => c.Number));
    }

    [Fact]
    public async Task AProposalThatWasLeftToOthersGoesOutAgainWhenTheChainForgetsIt()
    {
        await PlayAsync();
        var start = _vault.Checkpoint();
        await StepsAsync(3);
        // A database that forgot its signatures sees the vault hold what it wanted, and leaves it.
        await RunAsync("DELETE FROM OutboxVersions");
        await RunAsync("UPDATE OutboxRows SET State = 'Pending', Nonce = NULL, SentAt = NULL, MinedHash = NULL, Block = NULL, BlockHash = NULL");
        await StepAsync();
        Assert.Contains("Dropped", await OutboxAsync());
        _vault.GoBackTo(start);
        await SettleAsync(1);
        Assert.Equal([0, 0], Kinds());
    }

    [Fact]
    public async Task AProposalThatWentThroughOnlyTheSecondTimeIsKnownAndGoesOutAgainWhenTheChainForgetsIt()
    {
        await PlayAsync();
        await StepAsync();
        _vault.RevertNext = true;
        await StepAsync();
        Assert.Null(_vault[1]);
        var start = _vault.Checkpoint();
        _engine.Time.Advance(OutboxRules.Resend);
        await StepsAsync(4);
        await using (var db = await _engine.DbAsync())
        {
            Assert.NotNull((await db.EpochAsync(1, default))!.ProposeTx);
        }
        _vault.GoBackTo(start);
        await SettleAsync(1);
        Assert.Equal([0, 0], Kinds());
    }

    [Fact]
    public async Task ARecordThatIsNotTheMatchsOwnIsNotTakenForIt()
    {
        await PlayAsync();
        await PlayAsync();
        await FallAsync(1);
        await RunAsync("UPDATE MatchTranscripts SET Record = (SELECT MIN(Record) FROM MatchTranscripts)");
        var standing = await StandingAsync();
        Assert.Equal("papers-missing", standing.Obstacle?.Code);
        Assert.Single(standing.Rebuilt!.WithoutRecord);
        await RunAsync("UPDATE MatchTranscripts SET Record = x'7b'");
        Assert.Equal(2, (await StandingAsync()).Rebuilt!.WithoutRecord.Count);
    }

    [Fact]
    public async Task AWithdrawalThatAnEpochOnItsWayPromisesIsNotTakenBack()
    {
        var desk = _engine.Get<CorrectionDesk>();
        await WithdrawAsync(await OwnerAsync(Ada), 400);
        await StepsAsync(3);
        Assert.Equal("payout-falls", (await desk.AdjustAsync(Ada, -1, "why", default))?.Code);
        _vault.Dispute(1);
        await StepAsync();
        Assert.Equal("payout-falls", (await desk.AdjustAsync(Ada, -1, "why", default))?.Code);
        _vault.Resolve(1, upheld: true);
        await StoppedAsync();
        Assert.Null(await desk.AdjustAsync(Ada, -1, "why", default));
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        Assert.Equal("payout-falls", (await desk.AdjustAsync(Ada, -1, "why", default))?.Code);
        await SettleAsync(1);
        Assert.Equal([(Ada, 399L)], await PaidAsync(1));
        Assert.Equal("payout-falls", (await desk.AdjustAsync(Ada, -1, "why", default))?.Code);
    }

    [Fact]
    public async Task TheStatusPageSaysInPlainWordsThatSettlementStoppedAndWhy()
    {
        var parts = new Parts(_engine.Time);
        var watch = new PartsWatch(
            parts, _engine.Get<StoreHealth>(), _engine.Get<GroupWriter>(), _engine.Get<SpaceCatalog>(), [_vault], _engine.Get<SettlementWorker>(), _engine.Time);
        await PlayAsync();
        await StepAsync();
        watch.Report();
        Assert.Equal(PartState.On, parts.Find("settlement")?.State);
        await FallAsync(1);
        watch.Report();
        var settlement = parts.Find("settlement")!;
        Assert.Equal((PartState.Down, true), (settlement.State, settlement.Banner));
        Assert.Contains("stopped at epoch 1. A dispute brought down", settlement.Words);
        Assert.Contains("./arena-admin settlement status", settlement.Words);
        // The chain itself is well.
        Assert.Equal(PartState.On, parts.Find("chain")?.State);
    }

    [Fact]
    public async Task ARulingCountsOnlyAsDeepAsTheConfirmations()
    {
        _vault.Confirmations = 2;
        await PlayAsync();
        await BookAsync("mistake", Payouts.PayableTo(Bob), 50);
        await FallAsync(1);
        await BookAsync("mistake taken back", Payouts.PayableTo(Bob), -50);
        Assert.Equal("not-deep", Assert.IsType<ResumeDecision.Refused>(await ResumeAsync()).Code);
        _vault.Mine();
        await StoppedAsync();
        Assert.Equal("not-deep", (await StandingAsync()).Obstacle?.Code);
        _vault.Mine();
        await StoppedAsync();
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
    }

    [Fact]
    public async Task TheOperatorIsToldWhyAndTypesEverythingBackAndTheRecordStays()
    {
        await PlayAsync();
        await StepAsync();
        var (code, said) = await AdminAsync(["status"]);
        Assert.Equal(0, code);
        Assert.Contains("Epoch 1 is built. Next: the running site proposes it.", said);
        await RunAsync("UPDATE Matches SET Leaf = zeroblob(32)");
        await FallAsync(1);

        (code, said) = await AdminAsync(["status"]);
        Assert.Equal(1, code);
        Assert.Contains("Settlement has STOPPED at epoch 1.", said);
        Assert.Contains("the arbiter agreed", said);
        // What was proposed came from the record, so made again it is the same.
        Assert.Contains("exactly the one that was rejected", said);
        (code, said) = await AdminAsync(["resume"]);
        Assert.Equal(1, code);
        Assert.StartsWith("Refused:", said);

        (code, said) = await AdminAsync(["adjust", Ada, "5"], "a payment was missing");
        Assert.Equal((1, true), (code, said.Contains("must have been deposited", StringComparison.Ordinal)));
        await BookAsync("fees", LedgerBook.Protocol, LedgerBook.Chain, 5);
        Assert.Equal(2, (await AdminAsync(["adjust", "0x12", "5"])).Code);
        Assert.Equal(0, (await AdminAsync(["adjust", Ada.ToLowerInvariant(), "5"], "a payment was missing")).Code);
        var rebuilt = (await StandingAsync()).Rebuilt!;
        (code, said) = await AdminAsync(["resume"], "1", rebuilt.ResultRoot, "0x00", "Grace", "a payment was missing");
        Assert.Equal((1, true), (code, said.Contains("not those of the corrected epoch", StringComparison.Ordinal)));
        (code, said) = await AdminAsync(["resume"], "1", rebuilt.ResultRoot, rebuilt.PayoutRoot, "Grace", "a payment was missing");
        Assert.Equal((0, true), (code, said.Contains("Epoch 1 is corrected", StringComparison.Ordinal)));
        Assert.Contains("by Grace: a payment was missing", (await AdminAsync(["status"])).Said);
        await Assert.ThrowsAsync<SqliteException>(() => RunAsync("UPDATE EpochCorrections SET Reason = 'none'"));
        await Assert.ThrowsAsync<SqliteException>(() => RunAsync("DELETE FROM EpochCorrections"));
        await SettleAsync(1);
        Assert.Equal([(Ada, 5L)], await PaidAsync(1));
        Assert.Equal(0, (await AdminAsync(["status"])).Code);
    }

    /// <summary>An epoch that paid by mistake has fallen, is corrected, and stands proposed again.</summary>
    private async Task CorrectedAsync()
    {
        await PlayAsync();
        await BookAsync("mistake", Payouts.PayableTo(Bob), 50);
        await FallAsync(1);
        await BookAsync("mistake taken back", Payouts.PayableTo(Bob), -50);
        Assert.IsType<ResumeDecision.GoOn>(await ResumeAsync());
        await StepsAsync(5);
        Assert.Equal(2, _vault[1]!.Attempt);
    }

    /// <summary>Everything that was ever proposed, in order: 0 is whatever came first, 1 the next that differed.</summary>
    private IEnumerable<int> Kinds()
    {
        var seen = _vault.Proposed.Distinct().ToList();
        return _vault.Proposed.Select(p => seen.IndexOf(p));
    }

    private async Task StepsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await StepAsync();
        }
    }

    private async Task StepAsync()
    {
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        await _engine.Get<SettlementWorker>().StepAsync(_vault, default);
    }

    /// <summary>Steps until the epoch is proposed, and lets a dispute bring it down.</summary>
    private async Task FallAsync(long epoch)
    {
        for (var i = 0; i < 10 && _vault[epoch] is null; i++)
        {
            await StepAsync();
        }
        _vault.Dispute(epoch);
        await StepAsync();
        Assert.Equal("dispute-open", (await StandingAsync()).Obstacle?.Code);
        _vault.Resolve(epoch, upheld: true);
        Assert.Contains("A dispute brought down", await StoppedAsync());
    }

    /// <summary>A pass that looks and sends nothing.</summary>
    /// <returns>Why settlement has stopped.</returns>
    private async Task<string> StoppedAsync()
    {
        var before = await OutboxAsync();
        await StepAsync();
        Assert.Equal(before, await OutboxAsync());
        return Assert.IsType<VaultLook>(_engine.Get<SettlementWorker>().Health!.Halt).Halt!;
    }

    private async Task<string> OutboxAsync() => (await _engine.DumpAsync())["OutboxRows"];

    private async Task SettleAsync(long epoch)
    {
        for (var i = 0; i < 100 && _vault[epoch] is not { Finalized: true }; i++)
        {
            await StepAsync();
        }
        await StepAsync();
        await using var db = await _engine.DbAsync();
        Assert.Equal(EpochStatus.Finalized, (await db.EpochAsync(epoch, default))?.Status);
    }

    private Task<SettlementStanding> StandingAsync() => _engine.Get<CorrectionDesk>().StandingAsync(default);

    private async Task<ResumeDecision> ResumeAsync()
    {
        var standing = await StandingAsync();
        return await OrderedAsync(standing.Epoch!.Number, standing.Rebuilt!.ResultRoot, standing.Rebuilt.PayoutRoot);
    }

    private Task<ResumeDecision> OrderedAsync(long epoch, string resultRoot, string payoutRoot) =>
        _engine.Get<CorrectionDesk>().ResumeAsync(new(epoch, resultRoot, payoutRoot, "Grace", "put right"), default);

    /// <summary>The operator's tool as a second program on the same data folder.</summary>
    private async Task<(int Code, string Said)> AdminAsync(string[] command, params string[] typed)
    {
        using var input = new StringReader(string.Join('\n', typed));
        using var output = new StringWriter();
        var code = await AdminCommand.RunAsync(["settlement", .. command, "--data", _engine.Folder], input, output, _engine.Time);
        return (code, output.ToString());
    }

    private async Task PlayAsync() =>
        await _engine.PlayedAsync("tic-tac-toe", await _engine.HouseAsync("tic-tac-toe", "random"), await _engine.HouseAsync("tic-tac-toe", "greedy"));

    private async Task<Guid> OwnerAsync(string payout)
    {
        var owner = await _engine.OwnerAsync();
        await using var db = await _engine.DbAsync();
        await db.Users.Where(u => u.Id == owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, payout));
        await BookAsync($"gift to {owner}", LedgerBook.AccountOf(owner), Gwei);
        return owner;
    }

    private async Task WithdrawAsync(Guid owner, long gwei) => Assert.IsType<WithdrawalResult.Queued>(await _engine.Get<Payouts>().WithdrawAsync(owner, gwei, default));

    private Task BookAsync(string why, string account, long gwei) => BookAsync(why, account, LedgerBook.Protocol, gwei);

    private async Task BookAsync(string why, string to, string from, long gwei) =>
        Assert.Equal(TransferOutcome.Done, await _engine.Get<LedgerDesk>().TransferAsync(new(why, why, [new(from, -gwei), new(to, gwei)])));

    private async Task<IEnumerable<(string, long)>> PaidAsync(long epoch)
    {
        await using var db = await _engine.DbAsync();
        return (await db.PayoutsAsync(epoch, default)).Select(p => (p.Address, p.CumulativeGwei));
    }

    private Task RunAsync(string sql) => _engine.Get<GroupWriter>().WriteAsync(s => s.Run(sql));
}
