using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Ledger;
using Arena.Engine.Matches;
using Arena.Engine.Settlement;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Store;

public sealed class WriteKeysTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    [Fact]
    public async Task OfManyEntriesAtOnceUnderOneKeyOneEntersAndTheOthersAreToldWhatItWasAnswered()
    {
        var agent = await engine.AgentAsync(AgentKind.Script, new ScriptConfig("function act(o) { return o.legal[0]; }"));
        var owner = agent.Agent.OwnerId;
        await FundAsync(owner);
        var once = new Once<EntryResult>(new(owner, "race", "asked"), result => result is Entered done ? new("asked", 201, done.Entry.Id.ToString()) : null);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var scope = engine.Scope();
            return await scope.ServiceProvider.GetRequiredService<EntryDesk>().EnterAsync(owner, agent.Agent.Id, "connect-four", "stake-100k", 2, default, once);
        }));
        var entered = Assert.Single(results.OfType<Entered>());
        Assert.Equal(7, results.OfType<EnteredBefore>().Count(r => r.Answer.Body == entered.Entry.Id.ToString() && r.Answer.Status == 201));
        Assert.Equal(800_000, await engine.Get<LedgerDesk>().BalanceAsync(owner));
    }

    [Fact]
    public async Task AnotherProcessOverTheSameDatabaseWithdrawsNothingUnderAKeyThatWithdrewBefore()
    {
        var owner = await PayeeAsync();
        Assert.IsType<WithdrawalResult.Queued>(await engine.Get<Payouts>().WithdrawAsync(owner, 300_000, default, Once(owner, "restart", 300_000)));
        await using var writer = new GroupWriter(engine.Get<IOptions<ArenaOptions>>(), new StoreHealth(), engine.Time, NullLogger<GroupWriter>.Instance);
        await writer.StartAsync(TestContext.Current.CancellationToken);
        var restarted = new Payouts(engine.Get<IDbContextFactory<ArenaDb>>(), writer, engine.Time);
        var again = Assert.IsType<WithdrawalResult.QueuedBefore>(await restarted.WithdrawAsync(owner, 300_000, default, Once(owner, "restart", 300_000)));
        Assert.Equal("300000", again.Answer.Request);
        Assert.Equal(700_000, await engine.Get<LedgerDesk>().BalanceAsync(owner));
        Assert.IsType<WithdrawalResult.Queued>(await restarted.WithdrawAsync(owner, 300_000, default, Once(owner, "another", 300_000)));
        Assert.Equal(400_000, await engine.Get<LedgerDesk>().BalanceAsync(owner));
    }

    [Fact]
    public async Task ARefusedWriteKeepsNoKeyAndOneThatFailsKeepsNeitherDeedNorKey()
    {
        var owner = await PayeeAsync();
        Assert.IsType<WithdrawalResult.Refused>(await engine.Get<Payouts>().WithdrawAsync(owner, 2_000_000, default, Once(owner, "tried", 2_000_000)));
        var failing = new Once<WithdrawalResult>(new(owner, "tried", "1"), _ => throw new IOException("The process ends here."));
        await Assert.ThrowsAsync<IOException>(() => engine.Get<Payouts>().WithdrawAsync(owner, 1, default, failing));
        Assert.Equal(1_000_000, await engine.Get<LedgerDesk>().BalanceAsync(owner));
        Assert.IsType<WithdrawalResult.Queued>(await engine.Get<Payouts>().WithdrawAsync(owner, 1_000_000, default, Once(owner, "tried", 1_000_000)));
    }

    [Fact]
    public async Task KeysAreKeptForTwoDaysAndThenGoWithTheNextOne()
    {
        var owner = await PayeeAsync();
        var payouts = engine.Get<Payouts>();
        await payouts.WithdrawAsync(owner, 1, default, Once(owner, "old", 1));
        engine.Time.Advance(TimeSpan.FromHours(47));
        await payouts.WithdrawAsync(owner, 1, default, Once(owner, "young", 1));
        Assert.IsType<WithdrawalResult.QueuedBefore>(await payouts.WithdrawAsync(owner, 1, default, Once(owner, "old", 1)));
        engine.Time.Advance(TimeSpan.FromHours(2));
        await payouts.WithdrawAsync(owner, 1, default, Once(owner, "new", 1));
        await using var db = await engine.DbAsync();
        Assert.Equal(["new", "young"], await db.DoneWrites.Where(w => w.OwnerId == owner).Select(w => w.Key).OrderBy(k => k).ToListAsync(TestContext.Current.CancellationToken));
    }

    private static Once<WithdrawalResult> Once(Guid owner, string key, long gwei) =>
        new(new(owner, key, $"{gwei}"), result => result is WithdrawalResult.Queued q ? new($"{gwei}", 200, q.Address) : null);

    private async Task<Guid> PayeeAsync()
    {
        var owner = await engine.OwnerAsync();
        await using var db = await engine.DbAsync();
        await db.Users.Where(u => u.Id == owner).ExecuteUpdateAsync(u => u.SetProperty(o => o.PayoutAddress, Address));
        await FundAsync(owner);
        return owner;
    }

    private Task FundAsync(Guid owner) => engine.Get<LedgerDesk>().TransferAsync(new($"deposit/{owner}", "test", [new(LedgerBook.Chain, -1_000_000), new(LedgerBook.AccountOf(owner), 1_000_000)]));
}
