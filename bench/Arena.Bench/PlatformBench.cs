using System.Diagnostics;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Arena.Bench;

/// <summary>
/// Finished Connect Four matches (two mirrored games, random against greedy) a second through the whole platform: scheduling, grain, runner,
/// closing transaction into a SQLite file. The ceiling is ADO.NET alone writing the same rows with the same blobs, 50 matches in
/// a transaction, into a file of the same schema. Both take turns in one run, since other work on the machine hits both.
/// </summary>
internal static class PlatformBench
{
    private const string Space = "connect-four";
    private const int InFlight = 128;
    private const int PerTransaction = 50;

    public static async Task<int> RunAsync(bool full)
    {
        var folder = Directory.CreateTempSubdirectory("arena-bench-").FullName;
        using var host = await StartAsync(Path.Combine(folder, "platform"));
        var versions = await VersionsAsync(host);
        var (rounds, seconds) = full ? (9, 4.0) : (5, 1.5);
        await PlayAsync(host, versions, 3.0);

        await using var raw = await RawWriter.OpenAsync(host, Path.Combine(folder, "raw"));
        raw.Write(0.5);
        var rates = new List<double>();
        var byCpu = new List<double>();
        var ceilings = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var (clock, cpu) = await PlayAsync(host, versions, seconds);
            rates.Add(clock);
            byCpu.Add(cpu);
            ceilings.Add(raw.Write(seconds / 2));
        }
        await host.StopAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);

        rates.Sort();
        byCpu.Sort();
        ceilings.Sort();
        Rounds.Print([new BenchLine("platform", "connect-four/recorded", rates[rounds / 2], rates[0], rates[^1], byCpu[rounds / 2], "matches/s", ceilings[rounds / 2], rounds)]);
        return 0;
    }

    private static async Task<IHost> StartAsync(string folder)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Arena:DataFolder"] = folder,
            ["Arena:HouseShow:Enabled"] = "false",
            // Pairs are drawn from closed matches at leisure, by another worker.
            ["Pairs:Enabled"] = "false",
        });
        builder.AddArenaEngine();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<IReadOnlyList<VersionId>> VersionsAsync(IHost host)
    {
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        var configs = new[] { new HouseConfig(Space, "random").ToJson(), new HouseConfig(Space, "greedy").ToJson() };
        return await db.AgentVersions.Where(v => configs.Contains(v.Config)).Select(v => v.Id).ToListAsync();
    }

    /// <summary>Closed matches a second by the clock and by this process's processor time, with a steady number in flight.</summary>
    private static async Task<(double Clock, double Cpu)> PlayAsync(IHost host, IReadOnlyList<VersionId> versions, double seconds)
    {
        var scheduler = host.Services.GetRequiredService<MatchScheduler>();
        using var room = new SemaphoreSlim(InFlight);
        using var stop = new CancellationTokenSource();
        var closed = 0;
        var listening = Task.Run(async () =>
        {
            await foreach (var notice in host.Services.GetRequiredService<MatchFeed>().SubscribeAll(stop.Token))
            {
                if (notice.Type == "closed")
                {
                    closed++;
                    room.Release();
                }
            }
        });
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var schedulers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                await room.WaitAsync();
                await scheduler.ScheduleAsync(Space, MatchKind.Rated, "free", versions, 0);
            }
        }));
        await Task.WhenAll(schedulers);
        // What is still in flight counts, and so does the time that it takes.
        for (var i = 0; i < InFlight; i++)
        {
            await room.WaitAsync();
        }
        var rate = (closed / watch.Elapsed.TotalSeconds, closed / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        await stop.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return rate;
    }

    /// <summary>The rows that the platform has left, written again with fresh ids by nothing but ADO.NET.</summary>
    private sealed class RawWriter : IAsyncDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly List<Table> _perMatch;
        private readonly Table _ratings;

        private RawWriter(SqliteConnection connection, List<Table> perMatch, Table ratings)
        {
            _connection = connection;
            _perMatch = perMatch;
            _ratings = ratings;
        }

        public static async Task<RawWriter> OpenAsync(IHost host, string folder)
        {
            var source = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ArenaOptions>>().Value;
            var target = new ArenaOptions { DataFolder = folder };
            Directory.CreateDirectory(folder);
            await using (var db = new ArenaDb(new DbContextOptionsBuilder<ArenaDb>().UseSqlite(SqliteStore.ConnectionString(target), o => o.MigrationsAssembly("Arena.Migrations.Sqlite")).Options))
            {
                await db.Database.MigrateAsync();
            }
            var connection = new SqliteConnection(SqliteStore.ConnectionString(target));
            connection.Open();
            using (var pragma = connection.CreateCommand())
            {
                // As the platform's own writer: full synchronisation, write-ahead log. Foreign keys are off, for rows of other tables are not copied.
                pragma.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-16000;";
                pragma.ExecuteNonQuery();
            }
            using var reader = new SqliteConnection(SqliteStore.ConnectionString(source));
            reader.Open();
            Table Read(string table, string key, bool insertOnly = true) => Table.Read(reader, connection, table, key, insertOnly);
            return new RawWriter(
                connection,
                [Read("Matches", "Id"), Read("MatchSeats", "MatchId"), Read("MatchTranscripts", "MatchId"), Read("MatchFollowUps", "MatchId")],
                Read("Ratings", "VersionId", insertOnly: false));
        }

        public double Write(double seconds)
        {
            var watch = Stopwatch.StartNew();
            var matches = 0;
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                using var transaction = _connection.BeginTransaction();
                for (var i = 0; i < PerTransaction; i++, matches++)
                {
                    var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
                    foreach (var table in _perMatch)
                    {
                        table.Write(transaction, matches, id);
                    }
                    _ratings.Write(transaction, 0, null);
                }
                transaction.Commit();
            }
            return matches / watch.Elapsed.TotalSeconds;
        }

        public ValueTask DisposeAsync() => _connection.DisposeAsync();

        /// <summary>One table's rows by match, and the statement that writes them.</summary>
        private sealed class Table
        {
            private const int Samples = 200;

            private readonly List<List<object[]>> _rows;
            private readonly SqliteCommand _insert;
            private readonly int _key;

            private Table(List<List<object[]>> rows, SqliteCommand insert, int key)
            {
                _rows = rows;
                _insert = insert;
                _key = key;
            }

            public static Table Read(SqliteConnection source, SqliteConnection target, string table, string key, bool insertOnly)
            {
                using var select = source.CreateCommand();
                select.CommandText = insertOnly
                    ? $"SELECT * FROM {table} WHERE {key} IN (SELECT Id FROM Matches WHERE Status = 'Closed' ORDER BY Id LIMIT {Samples}) ORDER BY {key}"
                    : $"SELECT * FROM {table}";
                using var reader = select.ExecuteReader();
                var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
                var at = columns.IndexOf(key);
                var all = new List<object[]>();
                while (reader.Read())
                {
                    var row = new object[reader.FieldCount];
                    reader.GetValues(row);
                    all.Add(row);
                }
                var insert = target.CreateCommand();
                insert.CommandText = $"INSERT {(insertOnly ? "" : "OR REPLACE ")}INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"${i}"))})";
                for (var i = 0; i < columns.Count; i++)
                {
                    insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
                }
                return new Table(insertOnly ? [.. all.GroupBy(r => r[at]).Select(g => g.ToList())] : [all], insert, at);
            }

            public void Write(SqliteTransaction transaction, int sample, Guid? id)
            {
                _insert.Transaction = transaction;
                foreach (var row in _rows[sample % _rows.Count])
                {
                    for (var i = 0; i < row.Length; i++)
                    {
                        _insert.Parameters[i].Value = i == _key && id is { } fresh ? fresh : row[i];
                    }
                    _insert.ExecuteNonQuery();
                }
            }
        }
    }
}
