using Arena.Engine.Agents;
using Arena.Engine.Ledger;
using Arena.Engine.Matches;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Engine.Matches;

public sealed class EntryDeskTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Space = "tic-tac-toe";
    private static readonly FeeTier Tier = FeeTier.Stake100k;

    [Fact]
    public async Task StakesAreSetAsideAtEntryAndThePotGoesToTheWinnerLessTheCut()
    {
        var (winner, first) = await StakedAsync("function act(o) { return o.legal[0]; }", 3);
        var (loser, second) = await StakedAsync("function act(o) { throw new Error('lost'); }", 1);
        Assert.Equal(1_000_000 - 300_000, await BalanceAsync(winner));
        Assert.Equal(1_000_000 - 100_000, await BalanceAsync(loser));

        var lease = await PairAsync(first, second);
        Assert.Equal(200_000, await BalanceAsync(LedgerBook.EscrowOf(lease.Plan.Id)));
        engine.Get<MatchHost>().Keep(lease.Plan);
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);

        Assert.Equal(0, await BalanceAsync(LedgerBook.EscrowOf(lease.Plan.Id)));
        Assert.Equal(1_000_000 - 300_000 + 190_000, await BalanceAsync(winner));
        Assert.Equal(1_000_000 - 100_000, await BalanceAsync(loser));
        await using var db = await engine.DbAsync();
        Assert.Equal(EntryStatus.Waiting, (await db.Entries.SingleAsync(e => e.Id == first.Id)).Status);
        Assert.Equal(EntryStatus.Done, (await db.Entries.SingleAsync(e => e.Id == second.Id)).Status);

        // Leaving pays back what two more matches would have cost; the ledger as a whole never gains or loses.
        Assert.Null(await LeaveAsync(winner, first.Id));
        Assert.Equal(1_000_000 + 90_000, await BalanceAsync(winner));
        Assert.Equal("entry-not-found", (await LeaveAsync(winner, first.Id))!.Code);
        Assert.Equal(0, await db.LedgerRows.SumAsync(r => r.AmountGwei));
    }

    [Fact]
    public async Task AVoidMatchGivesStakesAndMatchesBackAndTheEntryWaitsLongerEachTimeUntilItIsStopped()
    {
        var (owner, first) = await StakedAsync("function act(o) { return o.legal[0]; }", 2);
        var (other, second) = await StakedAsync("function act(o) { return o.legal[0]; }", 2);
        var holds = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            var lease = await PairAsync(first, second);
            Assert.True(await engine.Get<MatchCloser>().VoidAsync(lease.Plan.Id, lease.Fence, "the trainer was down"));
            await using var db = await engine.DbAsync();
            var entry = await db.Entries.SingleAsync(e => e.Id == first.Id);
            if (i < 5)
            {
                Assert.Equal((EntryStatus.Waiting, 2), (entry.Status, entry.MatchesLeft));
                Assert.Contains("the trainer was down", entry.WaitingBecause, StringComparison.Ordinal);
                Assert.Equal(800_000, await BalanceAsync(owner));
                holds.Add(entry.HoldUntil!.Value - engine.Time.GetUtcNow());
            }
            else
            {
                Assert.Equal(EntryStatus.Stopped, entry.Status);
                Assert.Contains("6 matches in a row could not be played", entry.StoppedBecause, StringComparison.Ordinal);
            }
        }
        Assert.Equal([15, 30, 60, 120, 240], holds.Select(h => h.TotalSeconds));
        Assert.Equal(1_000_000, await BalanceAsync(owner));
        Assert.Equal(1_000_000, await BalanceAsync(other));
    }

    [Fact]
    public async Task WhatCannotBeEnteredIsRefusedWithItsReason()
    {
        var bot = await engine.AgentAsync(AgentKind.Bot, new BotConfig());
        async Task<string> CodeAsync(string space, string tier, int matches, Guid? owner = null) =>
            Assert.IsType<EntryRefused>(await EnterAsync(owner ?? bot.Agent.OwnerId, bot.Agent.Id, space, tier, matches)).Code;

        Assert.Equal("space-unknown", await CodeAsync("no-such-space", "free", 1));
        Assert.Equal("space-closed", await CodeAsync("pitch", "free", 1));
        Assert.Equal("tier-unknown", await CodeAsync(Space, "gold", 1));
        Assert.Equal("matches-invalid", await CodeAsync(Space, "free", 0));
        Assert.Equal("agent-not-found", await CodeAsync(Space, "free", 1, await engine.OwnerAsync()));
        Assert.Equal("balance-short", await CodeAsync(Space, "stake-100k", 1));
    }

    private async Task<(Guid Owner, Entry Entry)> StakedAsync(string script, int matches)
    {
        var agent = await engine.AgentAsync(AgentKind.Script, new ScriptConfig(script));
        var owner = agent.Agent.OwnerId;
        await engine.Get<LedgerDesk>().TransferAsync(new LedgerTransfer($"deposit/{owner}", "test", [new(LedgerBook.Chain, -1_000_000), new(LedgerBook.AccountOf(owner), 1_000_000)]));
        return (owner, Assert.IsType<Entered>(await EnterAsync(owner, agent.Agent.Id, Space, Tier.Slug, matches)).Entry);
    }

    private async Task<MatchLease> PairAsync(Entry first, Entry second)
    {
        var plan = await engine.Get<MatchScheduler>().PlanAsync(Space, MatchKind.Rated, Tier.Slug, [(first.VersionId, first.Id), (second.VersionId, second.Id)], 0, null, default);
        await engine.Get<GroupWriter>().WriteAsync(session =>
        {
            Assert.True(EntryRows.IsWaiting(session, first.Id) && EntryRows.IsWaiting(session, second.Id));
            engine.Get<MatchScheduler>().Insert(session, plan);
            EntryRows.Pair(session, first.Id, plan.Id);
            EntryRows.Pair(session, second.Id, plan.Id);
            return true;
        });
        return new MatchLease(plan, 1);
    }

    private async Task<EntryResult> EnterAsync(Guid owner, AgentId agent, string space, string tier, int matches)
    {
        using var scope = engine.Scope();
        return await scope.ServiceProvider.GetRequiredService<EntryDesk>().EnterAsync(owner, agent, space, tier, matches);
    }

    private async Task<EntryRefused?> LeaveAsync(Guid owner, Guid entry)
    {
        using var scope = engine.Scope();
        return await scope.ServiceProvider.GetRequiredService<EntryDesk>().LeaveAsync(owner, entry);
    }

    private Task<long> BalanceAsync(Guid owner) => engine.Get<LedgerDesk>().BalanceAsync(owner);

    private Task<long> BalanceAsync(string account) => engine.Get<LedgerDesk>().BalanceAsync(account);
}
