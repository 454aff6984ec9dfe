using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Store;

/// <summary>The first thing to start: the data folder and the migrations.</summary>
public sealed class StoreStart(IDbContextFactory<ArenaDb> factory, IOptions<ArenaOptions> options) : IHostedService
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
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
