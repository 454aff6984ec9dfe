using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Store;

/// <summary>
/// The node's one writer: it takes work from a queue and commits up to 64 pieces in one transaction, because SQLite
/// writes much faster in batches and parallel writers only wait for each other. A piece's result is given out after its commit.
/// While the store is full or locked the work is kept and tried again; nothing is dropped. Work may run more than once
/// before it commits, so it must not touch anything but its session.
/// </summary>
public sealed partial class GroupWriter(IOptions<ArenaOptions> options, StoreHealth health, TimeProvider time, ILogger<GroupWriter> log) : IHostedService, IAsyncDisposable
{
    private const int BatchSize = 64;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Channel<Piece> _queue = Channel.CreateBounded<Piece>(new BoundedChannelOptions(8_192) { SingleReader = true });
    private readonly CancellationTokenSource _abandon = new();
    private SqliteConnection? _connection;
    private WriteSession? _session;
    private Task? _loop;
    private int _disposed;

    /// <summary>Writes that wait for their commit.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Runs <paramref name="work"/> in a write transaction and returns its result once it is committed.</summary>
    /// <param name="work">Runs on the writer's thread; an exception rolls back this piece alone and is rethrown here.</param>
    /// <param name="ct">Gives up waiting for a place in the queue; work that has a place is done in any case.</param>
    public async Task<T> WriteAsync<T>(Func<WriteSession, T> work, CancellationToken ct = default)
    {
        var piece = new Piece<T>(work);
        await _queue.Writer.WriteAsync(piece, ct);
        return await piece.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop ??= Task.Run(() => RunAsync(_abandon.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more work and commits what waits, for as long as the host lets it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (_loop is { } loop)
        {
            using var registration = cancellationToken.Register(_abandon.Cancel);
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }
        await StopAsync(new CancellationToken(canceled: true));
        Disconnect();
        _abandon.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var batch = new List<Piece>(BatchSize);
        var reader = _queue.Reader;
        while (await reader.WaitToReadAsync(ct))
        {
            while (batch.Count < BatchSize && reader.TryRead(out var piece))
            {
                batch.Add(piece);
            }
            await CommitAsync(batch, ct);
            batch.Clear();
        }
    }

    /// <summary>Commits the batch; where one piece fails, each piece alone, so that it takes nothing else with it.</summary>
    private async Task CommitAsync(List<Piece> batch, CancellationToken ct)
    {
        try
        {
            await PersistAsync(batch, ct);
        }
        catch (Exception) when (batch.Count > 1 && !ct.IsCancellationRequested)
        {
            foreach (var piece in batch)
            {
                await CommitAsync([piece], ct);
            }
            return;
        }
        catch (Exception e)
        {
            batch[0].Fail(e);
            return;
        }
        foreach (var piece in batch)
        {
            piece.Publish();
        }
    }

    /// <summary>One transaction, repeated with growing pauses for as long as the store is the trouble.</summary>
    private async Task PersistAsync(List<Piece> batch, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Transact(batch);
                if (!health.Healthy)
                {
                    health.Worked();
                    Log.Recovered(log);
                }
                return;
            }
            catch (SqliteException e) when (StoreTroubles.TextOf(e) is { } text)
            {
                health.Failed(text, time.GetUtcNow(), _queue.Reader.Count + batch.Count);
                Log.StoreTrouble(log, text, attempt, e);
                Disconnect();
                var pause = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(attempt, 8)));
                await Task.Delay(pause < LongestPause ? pause : LongestPause, time, ct);
            }
        }
    }

    private void Transact(List<Piece> batch)
    {
        if (_connection is null)
        {
            _connection = SqliteStore.Open(options.Value);
            _session = new WriteSession(_connection);
        }
        using var transaction = _connection.BeginTransaction();
        _session!.Transaction = transaction;
        try
        {
            foreach (var piece in batch)
            {
                piece.Do(_session);
            }
            transaction.Commit();
        }
        catch (Exception)
        {
            // A failed commit or statement may have left the connection in a state we can't know.
            _session.Transaction = null;
            throw;
        }
    }

    private void Disconnect()
    {
        _session = null;
        _connection?.Dispose();
        _connection = null;
    }

    private abstract class Piece
    {
        public abstract void Do(WriteSession session);

        public abstract void Publish();

        public abstract void Fail(Exception e);
    }

    private sealed class Piece<T>(Func<WriteSession, T> work) : Piece
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Done => _done.Task;

        public override void Do(WriteSession session) => _result = work(session);

        public override void Publish() => _done.SetResult(_result!);

        public override void Fail(Exception e) => _done.SetException(e);
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "{Text} (attempt {Attempt})")]
        public static partial void StoreTrouble(ILogger logger, string text, int attempt, Exception e);

        [LoggerMessage(1002, LogLevel.Information, "The database takes writes again.")]
        public static partial void Recovered(ILogger logger);
    }
}
