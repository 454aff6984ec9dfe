using Arena.Chain.Keys;
using Arena.Engine.Ledger;
using Arena.Engine.Settlement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Settlement;

/// <summary>What becomes of credited money when the chain forgets.</summary>
public sealed class DepositWatcherTests : IAsyncLifetime
{
    private const long Eth = 1_000_000_000;

    private readonly EngineFixture _engine = new();
    private readonly ForgetfulChain _chain = new();
    private Guid _owner;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        _owner = await _engine.OwnerAsync();
        _engine.Get<IOptions<SettlementOptions>>().Value.BlocksPerCall = 1;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Money_that_left_the_chain_and_is_sent_again_counts_once()
    {
        _chain.Mine(Deposit(2));
        _chain.Mine();
        await ReadAsync();
        var kept = _chain.Height;
        _chain.Mine(Deposit(3));
        _chain.Mine();
        await ReadAsync();
        Assert.Equal(5 * Eth, await BalanceAsync());

        _chain.Forget(kept);
        _chain.Mine();
        await ReadAsync();
        Assert.Equal(2 * Eth, await BalanceAsync());
        _chain.Mine(Deposit(3));
        await ReadAsync();
        await ReadAsync();

        Assert.Equal(5 * Eth, await BalanceAsync());
        Assert.Equal(0, await TotalAsync());
    }

    [Fact]
    public async Task What_was_spent_meanwhile_is_missing_until_a_deposit_fills_it()
    {
        _chain.Mine();
        await ReadAsync();
        _chain.Mine(Deposit(3));
        await ReadAsync();
        await SpendAsync(2 * Eth);
        await PayAsync(EthECKey.GenerateKey().GetPublicAddress().Value);

        _chain.Forget(1);
        _chain.Mine();
        await ReadAsync();
        Assert.Equal((0, -2 * Eth), (await BalanceAsync(), await MissingAsync()));

        _chain.Mine(Deposit(1));
        await ReadAsync();
        Assert.Equal((0, -Eth), (await BalanceAsync(), await MissingAsync()));
        // Won since: it can be played with, not taken out.
        await _engine.Get<LedgerDesk>().TransferAsync(new("won", "test", [new(LedgerBook.Protocol, -5), new(LedgerBook.AccountOf(_owner), 5)]));
        Assert.Equal("deposit-missing", Assert.IsType<WithdrawalResult.Refused>(await _engine.Get<Payouts>().WithdrawAsync(_owner, 5, default)).Code);

        _chain.Mine(Deposit(3));
        await ReadAsync();
        Assert.Equal((2 * Eth + 5, 0), (await BalanceAsync(), await MissingAsync()));
        Assert.IsType<WithdrawalResult.Queued>(await _engine.Get<Payouts>().WithdrawAsync(_owner, 5, default));
        Assert.Equal(0, await TotalAsync());
    }

    [Fact]
    public async Task A_block_that_comes_back_is_credited_again()
    {
        _chain.Mine();
        await ReadAsync();
        var branch = _chain.Mine(Deposit(3));
        await ReadAsync();
        for (var i = 0; i < 2; i++)
        {
            _chain.Forget(1);
            _chain.Mine();
            await ReadAsync();
            Assert.Equal(0, await BalanceAsync());
            _chain.Forget(1);
            _chain.Append(branch);
            await ReadAsync();
            Assert.Equal(3 * Eth, await BalanceAsync());
        }
        Assert.Equal(0, await TotalAsync());
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_reading_again_breaks_off()
    {
        _chain.Mine(Deposit(1));
        _chain.Mine(Deposit(2));
        await ReadAsync();
        _chain.Forget(0);
        _chain.Mine(Deposit(2));
        _chain.Mine(Deposit(1));
        _chain.BreakAfter = 2;
        await Assert.ThrowsAsync<IOException>(ReadAsync);
        await ReadAsync();

        Assert.Equal(3 * Eth, await BalanceAsync());
        Assert.Equal(0, await TotalAsync());
    }

    [Fact]
    public async Task Deposits_booked_before_they_were_noted_by_themselves_are_not_credited_again()
    {
        _chain.Mine(Deposit(1));
        await ReadAsync();
        await using (var db = await _engine.DbAsync())
        {
            await db.CreditedDeposits.ExecuteDeleteAsync();
            await db.ChainCursors.ExecuteDeleteAsync();
        }
        await ReadAsync();
        Assert.Equal(Eth, await BalanceAsync());

        _chain.Forget(0);
        _chain.Mine();
        await ReadAsync();
        Assert.Equal(0, await BalanceAsync());
    }

    private (string Account, long Gwei) Deposit(long eth) => (OwnerReference.Of(_owner), eth * Eth);

    private Task ReadAsync() => _engine.Get<DepositWatcher>().ReadAsync(_chain, _chain.State, default);

    private Task<long> BalanceAsync() => _engine.Get<LedgerDesk>().BalanceAsync(_owner);

    private Task<long> MissingAsync() => _engine.Get<LedgerDesk>().BalanceAsync(LedgerBook.MissingOf(LedgerBook.AccountOf(_owner)));

    private async Task SpendAsync(long gwei) =>
        Assert.Equal(TransferOutcome.Done, await _engine.Get<LedgerDesk>().TransferAsync(new("spent", "test", [new(LedgerBook.AccountOf(_owner), -gwei), new(LedgerBook.Protocol, gwei)])));

    private async Task PayAsync(string address)
    {
        await using var db = await _engine.DbAsync();
        await db.Users.Where(u => u.Id == _owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, address));
    }

    private async Task<long> TotalAsync()
    {
        await using var db = await _engine.DbAsync();
        return await db.LedgerRows.SumAsync(r => r.AmountGwei);
    }

    /// <summary>Blocks with deposits, of which the last can be forgotten and others mined in their place.</summary>
    private sealed class ForgetfulChain : ISettlementRail
    {
        private readonly List<Block> _blocks = [new("0xgenesis", [])];
        private int _mined;

        public int Height => _blocks.Count - 1;

        /// <summary>Calls for deposits that are answered before one fails.</summary>
        public int BreakAfter { get; set; } = int.MaxValue;

        public int Confirmations => 0;

        public VaultState State => new("0xvault", 1, new(Height, _blocks[^1].Hash), DateTimeOffset.UnixEpoch, 0, 0, null, 0);

        public Block Mine(params (string Account, long Gwei)[] deposits)
        {
            Append(new($"0xblock{++_mined}", deposits));
            return _blocks[^1];
        }

        public void Append(Block block) => _blocks.Add(block);

        public void Forget(int height) => _blocks.RemoveRange(height + 1, Height - height);

        public Task<string?> BlockHashAsync(long number, CancellationToken ct) => Task.FromResult(number <= Height ? _blocks[(int)number].Hash : null);

        public Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct)
        {
            if (BreakAfter-- == 0)
            {
                BreakAfter = int.MaxValue;
                throw new IOException("cut off");
            }
            return Task.FromResult<IReadOnlyList<VaultDeposit>>([.. Enumerable.Range((int)fromBlock, (int)(toBlock - fromBlock + 1))
                .SelectMany(n => _blocks[n].Deposits.Select((d, i) => new VaultDeposit(d.Account, EpochBook.Wei(d.Gwei), n, _blocks[n].Hash, i)))]);
        }

        public Task<VaultState> ReadAsync(CancellationToken ct) => Task.FromResult(State);

        public Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct) => throw new NotSupportedException();

        public Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct) => throw new NotSupportedException();

        public Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct) => throw new NotSupportedException();

        public Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct) => throw new NotSupportedException();

        public sealed record Block(string Hash, (string Account, long Gwei)[] Deposits);
    }
}
