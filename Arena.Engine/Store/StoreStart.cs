using Arena.Engine.Agents;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Store;

/// <summary>The first thing to start: the data folder, the migrations, then the house's agents.</summary>
public sealed class StoreStart(IDbContextFactory<ArenaDb> factory, IOptions<ArenaOptions> options, HouseSeeder house) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetFullPath(options.Value.DataFolder));
        await using (var db = await factory.CreateDbContextAsync(cancellationToken))
        {
            await db.Database.MigrateAsync(cancellationToken);
        }
        using (var connection = SqliteStore.Open(options.Value))
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL";
            if (command.ExecuteScalar() is not "wal")
            {
                throw new SqliteException("The database can't use a write-ahead log in this folder.", 14);
            }
        }
        await house.SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
