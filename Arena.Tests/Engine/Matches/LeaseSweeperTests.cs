using Arena.Engine.Matches;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Arena.Tests.Engine.Matches;

public sealed class LeaseSweeperTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task AMatchWhoseLeaseRanOutIsFoundAndPlayedFromTheStartUnderAHigherFence()
    {
        var sweeper = engine.Get<IEnumerable<IHostedService>>().OfType<LeaseSweeper>().Single();
        var lease = await engine.WrittenAsync("tic-tac-toe", MatchKind.Rated, 0, await engine.HouseAsync("tic-tac-toe", "random"), await engine.HouseAsync("tic-tac-toe", "greedy"));
        Assert.DoesNotContain(lease.Plan.Id, await sweeper.ExpiredAsync(default));

        engine.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Contains(lease.Plan.Id, await sweeper.ExpiredAsync(default));

        // What the grain does that the sweeper wakes: nothing of the match is kept in this process.
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        await using var db = await engine.DbAsync();
        var match = await db.Matches.AsNoTracking().SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal((MatchStatus.Closed, 2L), (match.Status, match.Fence));
        Assert.Empty(await sweeper.ExpiredAsync(default));
        // Waking it once more does nothing.
        await engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        Assert.Equal(2, (await db.Matches.AsNoTracking().SingleAsync(m => m.Id == lease.Plan.Id)).Fence);
    }
}
