using Microsoft.Data.Sqlite;

namespace Arena.Engine.Store;

/// <summary>
/// One open write transaction over the node's writing connection, with prepared commands. Parameters are named $0, $1, ...
/// in the order of the values. Values are stored as EF Core stores them: ids as upper-case text, moments as unix milliseconds.
/// </summary>
public sealed class WriteSession(SqliteConnection connection)
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    internal SqliteTransaction? Transaction { get; set; }

    /// <summary>Runs a statement.</summary>
    /// <returns>Rows changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    /// <summary>Reads every row.</summary>
    public List<T> Read<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using var reader = Command(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    /// <summary>Reads the first row, or the default where there is none.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using var reader = Command(sql, values).ExecuteReader();
        return reader.Read() ? map(reader) : default;
    }

    /// <summary>A moment as it is stored.</summary>
    public static long Moment(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    private SqliteCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = Names.At(i) });
            }
            _commands.Add(sql, command);
        }
        command.Transaction = Transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
        return command;
    }

    private static class Names
    {
        private static readonly string[] Known = [.. Enumerable.Range(0, 64).Select(i => $"${i}")];

        public static string At(int index) => Known[index];
    }
}
