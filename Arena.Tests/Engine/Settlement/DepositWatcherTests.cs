using Arena.Engine.Ledger;
using Arena.Engine.Settlement;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Settlement;

/// <summary>Deposits over a chain in memory that forgets its last blocks.</summary>
public sealed class DepositWatcherTests : IAsyncLifetime
{
    private const long Gwei = 1_000_000;
    private readonly EngineFixture _engine = new();
    private readonly ForgetfulChain _chain = new();
    private Guid _owner;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        _owner = await _engine.OwnerAsync();
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task ADepositWhoseBlockIsLostIsTakenBackAndTheSameOneSentAgainCountsOnce()
    {
        _chain.Mine("a");
        _chain.Deposit("a", _owner, Gwei);
        await ReadAsync();
        _chain.Forget(1);
        await ReadAsync();
        Assert.Equal(0, await BalanceAsync());
        _chain.Mine("b");
        _chain.Deposit("b", _owner, Gwei);
        _chain.Mine("b");
        await ReadAsync();
        await ReadAsync();
        Assert.Equal(Gwei, await BalanceAsync());
        Assert.Equal(0, await OwedAsync());
    }

    [Fact]
    public async Task ATailThatWasReplacedBeforeAnybodyLookedIsNoticedByItsHash()
    {
        _chain.Deposit("a", _owner, Gwei);
        await ReadAsync();
        _chain.Forget(1);
        _chain.Deposit("b", _owner, Gwei);
        _chain.Mine("b");
        _chain.Mine("b");
        await ReadAsync();
        Assert.Equal(Gwei, await BalanceAsync());
    }

    [Fact]
    public async Task WhatWasSpentOfALostDepositIsOwedAndPaidByTheNextOneBeforeAnythingIsWithdrawn()
    {
        await using (var db = await _engine.DbAsync())
        {
            await db.Users.Where(u => u.Id == _owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"));
        }
        _chain.Deposit("a", _owner, Gwei);
        await ReadAsync();
        await MoveAsync("lost a match", -300_000);
        _chain.Forget(1);
        await ReadAsync();
        Assert.Equal((0L, -300_000L), (await BalanceAsync(), await OwedAsync()));

        await MoveAsync("won a match", 100_000);
        Assert.Equal("balance-short", Assert.IsType<WithdrawalResult.Refused>(await _engine.Get<Payouts>().WithdrawAsync(_owner, 100_000, default)).Code);
        Assert.Equal((0L, -200_000L), (await BalanceAsync(), await OwedAsync()));

        _chain.Deposit("b", _owner, Gwei);
        await ReadAsync();
        Assert.Equal((800_000L, 0L), (await BalanceAsync(), await OwedAsync()));
    }

    [Fact]
    public async Task ABlockThatLeavesAndComesBackAgainAndAgainCountsAsOftenAsItIsThere()
    {
        for (var round = 0; round < 3; round++)
        {
            _chain.Deposit("a", _owner, Gwei);
            await ReadAsync();
            Assert.Equal(Gwei, await BalanceAsync());
            _chain.Forget(1);
            _chain.Mine("b");
            await ReadAsync();
            Assert.Equal(0, await BalanceAsync());
            _chain.Forget(1);
        }
        await using var db = await _engine.DbAsync();
        Assert.All(await db.LedgerRows.GroupBy(r => r.Transfer).Select(g => g.Sum(r => r.AmountGwei)).ToListAsync(TestContext.Current.CancellationToken), sum => Assert.Equal(0, sum));
    }

    [Fact]
    public async Task ANodeWithConfirmationsThatLagsTakesNothingBack()
    {
        _chain.Deposit("a", _owner, Gwei);
        _chain.Confirmations = 1;
        _chain.Mine("a");
        await ReadAsync();
        Assert.Equal(Gwei, await BalanceAsync());
        _chain.Forget(2);
        Assert.Contains("lags", (await Assert.ThrowsAsync<InvalidOperationException>(ReadAsync)).Message);
        Assert.Equal(Gwei, await BalanceAsync());
    }

    [Fact]
    public async Task AChainThatMovesWhileItIsReadCreditsNothingOfTheBranchThatWentAway()
    {
        _chain.Deposit("a", _owner, Gwei);
        _chain.WhenRead = () =>
        {
            _chain.Forget(1);
            _chain.Mine("b");
        };
        await ReadAsync();
        await ReadAsync();
        Assert.Equal(0, await BalanceAsync());
    }

    private Task ReadAsync() => _engine.Get<DepositWatcher>().ReadAsync(_chain, _chain.State, default);

    private Task<long> BalanceAsync() => _engine.Get<LedgerDesk>().BalanceAsync(_owner);

    private Task<long> OwedAsync() => _engine.Get<LedgerDesk>().BalanceAsync(LedgerBook.OwedBy(LedgerBook.AccountOf(_owner)));

    private Task MoveAsync(string why, long gwei) =>
        _engine.Get<LedgerDesk>().TransferAsync(new(why, why, [new(LedgerBook.Protocol, -gwei), new(LedgerBook.AccountOf(_owner), gwei)]));

    /// <summary>Blocks are a hash of their branch and number, with at most one deposit each.</summary>
    private sealed class ForgetfulChain : ISettlementRail
    {
        private readonly List<(string Hash, VaultDeposit? Deposit)> _blocks = [("0xgenesis", null)];

        public int Confirmations { get; set; }

        /// <summary>Happens once, after the next deposits have been read.</summary>
        public Action? WhenRead { get; set; }

        public VaultState State => new("0x0000000000000000000000000000000000000009", 1, new(_blocks.Count - 1, _blocks[^1].Hash), DateTimeOffset.UnixEpoch, 0, 0, null, 0);

        public void Mine(string branch) => _blocks.Add(($"0x{branch}{_blocks.Count}", null));

        public void Deposit(string branch, Guid owner, long gwei)
        {
            var hash = $"0x{branch}{_blocks.Count}d";
            _blocks.Add((hash, new(OwnerReference.Of(owner), (UInt128)gwei * 1_000_000_000, _blocks.Count, hash, 0)));
        }

        public void Forget(int blocks) => _blocks.RemoveRange(_blocks.Count - blocks, blocks);

        public Task<string?> BlockHashAsync(long number, CancellationToken ct) => Task.FromResult(number < _blocks.Count ? _blocks[(int)number].Hash : null);

        public Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct)
        {
            IReadOnlyList<VaultDeposit> found = [.. _blocks.Skip((int)fromBlock).Take((int)(toBlock - fromBlock + 1)).Select(b => b.Deposit).OfType<VaultDeposit>()];
            var then = WhenRead;
            WhenRead = null;
            then?.Invoke();
            return Task.FromResult(found);
        }

        public Task<VaultState> ReadAsync(CancellationToken ct) => Task.FromResult(State);

        public Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct) => throw new NotSupportedException();

        public Task<VaultEpoch?> ConfirmedEpochAsync(long number, CancellationToken ct) => throw new NotSupportedException();

        public Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct) => throw new NotSupportedException();

        public Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct) => throw new NotSupportedException();

        public Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct) => throw new NotSupportedException();
    }
}
