using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Arena.Engine.Store;

/// <summary>How this project opens SQLite: write-ahead log, five seconds of patience, full synchronisation.</summary>
public static class SqliteStore
{
    /// <summary>Full: a commit is on disk when it returns, also through a power cut. The group writer pays for it once a batch.</summary>
    private const string Pragmas = "PRAGMA busy_timeout=5000; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;";

    public static string ConnectionString(ArenaOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = options.DatabaseFile,
        Cache = SqliteCacheMode.Private,
        DefaultTimeout = 10,
        Pooling = true,
    }.ToString();

    internal static SqliteConnection Open(ArenaOptions options)
    {
        var connection = new SqliteConnection(ConnectionString(options));
        connection.Open();
        Prepare(connection);
        using var command = connection.CreateCommand();
        // 4,096 is SQLite's own page size; the limit is the connection's, and this is the one that writes most. It moves the log into
        // the file every 16 MB rather than every 4: half the pages are then overwritten in the log and written once.
        command.CommandText = $"PRAGMA wal_autocheckpoint=4000; PRAGMA max_page_count={(options.LargestDatabase > 0 ? options.LargestDatabase / 4_096 : 4_294_967_294)}";
        command.ExecuteNonQuery();
        return connection;
    }

    internal static void Prepare(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    /// <summary>The same settings for EF Core's connections.</summary>
    internal sealed class OnOpen : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Prepare(connection);
            return Task.CompletedTask;
        }
    }
}

/// <summary>Which failures are the store's (and pass) rather than the work's.</summary>
internal static class StoreTroubles
{
    private const string Kept = " Nothing is lost: results wait in memory and are written as soon as it works again.";

    /// <summary>A text for people, or null when the work itself is at fault.</summary>
    public static string? TextOf(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => "The database is locked by another program." + Kept,
        7 => "The database ran out of memory." + Kept,
        8 => "The database can't be written: the file or its folder is read-only." + Kept,
        10 => "The disk of the database reports an error." + Kept,
        13 => "The disk of the database is full: free some space." + Kept,
        14 => "The database file can't be opened." + Kept,
        _ => null,
    };
}
