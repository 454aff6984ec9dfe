using Arena.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Arena.Engine.Agents;

/// <summary>Creates the house: its owner, and for every built-in of every space one agent with one version. Runs at each start and changes nothing that is there.</summary>
public sealed class HouseSeeder(IDbContextFactory<ArenaDb> factory, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var ct = cancellationToken;
        await using var db = await factory.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        if (!await db.Users.AnyAsync(u => u.Id == Owner.HouseId, ct))
        {
            // Without a password nobody can sign in as the house.
            db.Users.Add(new Owner { Id = Owner.HouseId, UserName = "house", NormalizedUserName = "HOUSE", SecurityStamp = "house", CreatedAt = now });
        }
        var known = (await db.Agents.Where(a => a.OwnerId == Owner.HouseId)
            .Join(db.AgentVersions, a => a.CurrentVersionId, v => v.Id, (a, v) => v.Config).ToListAsync(ct)).ToHashSet();
        foreach (var space in SpaceRegistry.All)
        {
            foreach (var house in space.House)
            {
                var config = new HouseConfig(space.Card.Slug, house.Slug);
                if (known.Contains(config.ToJson()))
                {
                    continue;
                }
                var agent = new Agent(AgentId.New(time), Owner.HouseId, $"{space.Card.Name} · {house.Name}", AgentKind.House, house.About, now);
                var version = new AgentVersion(VersionId.New(time), agent.Id, 1, config.ToJson(), config.Hash(), null, VersionStatus.Ready, now);
                agent.Use(version.Id);
                db.Agents.Add(agent);
                db.AgentVersions.Add(version);
            }
        }
        await db.SaveChangesAsync(ct);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
