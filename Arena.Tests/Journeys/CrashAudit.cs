using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Arena.Tests.Journeys;

/// <summary>Reads the database file that a stopped site left behind.</summary>
internal sealed class CrashAudit : IAsyncDisposable
{
    private readonly SqliteConnection _connection;

    private CrashAudit(SqliteConnection connection) => _connection = connection;

    public static CrashAudit Open(string data)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(data, "arena.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return new(connection);
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
