using Arena.Engine;
using Arena.Engine.Store;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Store;

public sealed class GroupWriterTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task APieceThatFailsTakesNothingElseWithIt()
    {
        var writer = engine.Get<GroupWriter>();
        // One after the other into the queue without waiting, so that they share a batch.
        var before = writer.WriteAsync(s => Add(s, "group/before"));
        var broken = writer.WriteAsync<int>(s =>
        {
            Add(s, "group/broken");
            throw new InvalidOperationException("broken");
        });
        var after = writer.WriteAsync(s => Add(s, "group/after"));

        Assert.Equal(1, await before);
        Assert.Equal(1, await after);
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken)).Message);
        Assert.Equal(["group/after", "group/before"], await TransfersAsync("group/"));
    }

    [Fact]
    public async Task APieceWhoseLaterStatementFailsLeavesNoEarlierOne()
    {
        var writer = engine.Get<GroupWriter>();
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => writer.WriteAsync(s => Add(s, "half/1") + s.Run("INSERT INTO NoSuchTable VALUES (1)")));
        Assert.Empty(await TransfersAsync("half/"));
    }

    [Fact]
    public async Task WhileTheDatabaseIsFullWorkWaitsAndSaysSoAndIsWrittenAfterwards()
    {
        var options = engine.Get<IOptions<ArenaOptions>>().Value;
        var health = engine.Get<StoreHealth>();
        var writer = engine.Get<GroupWriter>();
        // For the connections that the writer opens from now on, and for the one that it has: not a page more than there are.
        options.LargestDatabase = 4_096;
        await writer.WriteAsync(s => s.Run("PRAGMA max_page_count=1"));
        var big = new string('x', 200_000);
        var waiting = Enumerable.Range(0, 70).Select(i => writer.WriteAsync(s => s.Run(
            "INSERT INTO LedgerRows (Transfer, Account, AmountGwei, Reason, At) VALUES ($0, 'full', 0, $1, 0)", $"full/{i}", big))).ToList();
        while (health.Healthy)
        {
            await Task.Yield();
        }

        Assert.Contains("full", health.Trouble!.Text, StringComparison.Ordinal);
        Assert.Contains("Nothing is lost", health.Trouble.Text, StringComparison.Ordinal);
        Assert.Equal(engine.Time.GetUtcNow(), health.Trouble.Since);
        Assert.DoesNotContain(waiting, w => w.IsCompleted);

        options.LargestDatabase = 0;
        await engine.RunAsync(Task.WhenAll(waiting), TimeSpan.FromSeconds(1));
        Assert.True(health.Healthy);
        Assert.Equal(70, (await TransfersAsync("full/")).Count);
    }

    private static int Add(WriteSession session, string transfer) =>
        session.Run("INSERT INTO LedgerRows (Transfer, Account, AmountGwei, Reason, At) VALUES ($0, 'test', 0, 'test', 0)", transfer);

    private async Task<IReadOnlyList<string>> TransfersAsync(string start)
    {
        await using var db = await engine.DbAsync();
        return [.. db.LedgerRows.Where(r => r.Transfer.StartsWith(start)).Select(r => r.Transfer).OrderBy(t => t)];
    }
}
