using Arena.Engine;
using Arena.Web.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Site;

/// <summary>Brings the database up to date and makes the demo owner, before the first request is taken.</summary>
internal sealed class FirstStart(IDbContextFactory<ArenaDb> databases, DemoOwner demo) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            await db.Database.EnsureCreatedAsync(cancellationToken);
        }
        await demo.SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
