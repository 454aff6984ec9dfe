using Arena.Engine;
using Arena.Engine.Ledger;
using Arena.Engine.Spaces;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Ledger;

public sealed class LedgerBookTests
{
    private static readonly MatchId Match = new(new Guid("00000000-0000-7000-8000-0000000000aa"));

    [Property]
    public void EveryPayoutSumsToZeroAndEmptiesTheEscrow(byte[] raw, PositiveInt fee, byte cut)
    {
        var scores = raw.Length < 2 ? [0, 1] : raw.Take(4).Select(b => (long)(b % 3)).ToArray();
        var tier = new FeeTier("t", "T", fee.Get, cut * 20);
        var owners = scores.Select((_, i) => Owner(i)).ToList();
        var homes = owners.ConvertAll(o => new StakeHome(LedgerBook.AccountOf(o)));
        var stake = LedgerBook.Stake(Match, tier, homes);
        foreach (var end in new[] { LedgerBook.Close(Match, tier, [.. scores.Select((s, i) => new StakedSeat(owners[i], s))]), LedgerBook.Void(Match, tier, homes) })
        {
            Assert.Equal(0, end.Legs.Sum(l => l.Gwei));
            Assert.Equal(0, stake.Legs.Concat(end.Legs).Where(l => l.Account == LedgerBook.EscrowOf(Match)).Sum(l => l.Gwei));
            Assert.All(end.Legs.Where(l => l.Account != LedgerBook.EscrowOf(Match)), l => Assert.True(l.Gwei > 0));
        }
    }

    [Fact]
    public void AWinnerGetsThePotLessThePublishedCutAndADrawReturnsTheStakes()
    {
        var won = LedgerBook.Close(Match, FeeTier.Stake100k, [new(Owner(0), 1_000_000), new(Owner(1), 0)]);
        Assert.Equal(190_000, won.Legs.Single(l => l.Account == LedgerBook.AccountOf(Owner(0))).Gwei);
        Assert.Equal(10_000, won.Legs.Single(l => l.Account == LedgerBook.Protocol).Gwei);
        var drawn = LedgerBook.Close(Match, FeeTier.Stake100k, [new(Owner(0), 500_000), new(Owner(1), 500_000)]);
        Assert.Equal([100_000, 100_000], drawn.Legs.Where(l => l.Account.StartsWith("owner/", StringComparison.Ordinal)).Select(l => l.Gwei));
        Assert.DoesNotContain(drawn.Legs, l => l.Account == LedgerBook.Protocol);
    }

    private static Guid Owner(int i) => new(i + 1, 0, 7, [1, 2, 3, 4, 5, 6, 7, 8]);
}

public sealed class LedgerDeskTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task ATransferCountsOnceAndNobodyOverdraws()
    {
        var desk = engine.Get<LedgerDesk>();
        var owner = await engine.OwnerAsync();
        var account = LedgerBook.AccountOf(owner);
        var deposit = new LedgerTransfer($"deposit/{owner}", "test", [new(LedgerBook.Chain, -500), new(account, 500)]);

        Assert.Equal(TransferOutcome.Done, await desk.TransferAsync(deposit));
        Assert.Equal(TransferOutcome.AlreadyDone, await desk.TransferAsync(deposit));
        Assert.Equal(500, await desk.BalanceAsync(owner));
        Assert.Equal(TransferOutcome.Short, await desk.TransferAsync(new LedgerTransfer($"out/{owner}", "test", [new(account, -501), new(LedgerBook.Chain, 501)])));
        Assert.Equal(500, await desk.BalanceAsync(owner));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.TransferAsync(new LedgerTransfer("crooked", "test", [new(account, 1)])));
        await using var db = await engine.DbAsync();
        Assert.Equal(0, await db.LedgerRows.SumAsync(r => r.AmountGwei));
    }
}
