using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Arena.Engine.Matches;

/// <summary>
/// What happens in this process's matches, for those who watch. Keeps the events of matches that run at watching speed, and for a minute
/// after their end, so that a viewer can come late or reconnect. Quick matches have no events here: their transcript is there at once.
/// </summary>
public sealed class MatchFeed(TimeProvider time)
{
    private static readonly TimeSpan Afterglow = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<MatchId, Live> _live = [];
    private readonly ConcurrentDictionary<Channel<LobbyNotice>, bool> _lobby = [];

    /// <summary>Starts a match's list anew: a match that runs again after a crash shows its events from the start.</summary>
    public void Open(MatchId match)
    {
        Sweep();
        if (_live.TryRemove(match, out var old))
        {
            old.End(time.GetUtcNow());
        }
        _live[match] = new Live();
    }

    /// <summary>Adds an event; "closed" and "void" end the list.</summary>
    public void Publish(MatchId match, MatchEvent e)
    {
        if (_live.TryGetValue(match, out var live))
        {
            live.Add(e);
            if (e.Type is "closed" or "void")
            {
                live.End(time.GetUtcNow());
            }
        }
    }

    /// <summary>Ends a list without a last event: the match goes on elsewhere.</summary>
    public void Abandon(MatchId match)
    {
        if (_live.TryRemove(match, out var live))
        {
            live.End(time.GetUtcNow());
        }
    }

    /// <summary>The events so far, or null when this process keeps none for the match.</summary>
    public IReadOnlyList<MatchEvent>? Known(MatchId match) => _live.TryGetValue(match, out var live) ? live.Snapshot() : null;

    /// <summary>Whether the match runs here now.</summary>
    public bool IsLive(MatchId match) => _live.TryGetValue(match, out var live) && live.EndedAt is null;

    /// <summary>The matches that can be watched now, oldest first.</summary>
    public IReadOnlyList<MatchId> Watchable() => [.. _live.Where(l => l.Value.EndedAt is null).Select(l => l.Key).OrderBy(m => m.Value)];

    /// <summary>Events after <paramref name="afterId"/>, those of the past first; completes when the match ends or is not here.</summary>
    public IAsyncEnumerable<MatchEvent> Subscribe(MatchId match, long afterId, CancellationToken ct = default) =>
        _live.TryGetValue(match, out var live) ? live.FollowAsync(afterId, ct) : AsyncEnumerable.Empty<MatchEvent>();

    /// <summary>Matches that start and end from now on. A reader that falls 1,000 behind loses the oldest.</summary>
    public async IAsyncEnumerable<LobbyNotice> SubscribeAll([EnumeratorCancellation] CancellationToken ct = default)
    {
        var channel = Channel.CreateBounded<LobbyNotice>(new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _lobby[channel] = true;
        try
        {
            await foreach (var notice in channel.Reader.ReadAllAsync(ct))
            {
                yield return notice;
            }
        }
        finally
        {
            _lobby.TryRemove(channel, out _);
        }
    }

    public void Announce(LobbyNotice notice)
    {
        foreach (var channel in _lobby.Keys)
        {
            channel.Writer.TryWrite(notice);
        }
    }

    private void Sweep()
    {
        var before = time.GetUtcNow() - Afterglow;
        foreach (var (id, live) in _live)
        {
            if (live.EndedAt < before)
            {
                _live.TryRemove(id, out _);
            }
        }
    }

    private sealed class Live
    {
        private readonly Lock _lock = new();
        private readonly List<MatchEvent> _events = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DateTimeOffset? EndedAt { get; private set; }

        public void Add(MatchEvent e)
        {
            TaskCompletionSource woken;
            lock (_lock)
            {
                _events.Add(e);
                woken = _more;
                _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            woken.TrySetResult();
        }

        public void End(DateTimeOffset now)
        {
            lock (_lock)
            {
                EndedAt ??= now;
                _more.TrySetResult();
            }
        }

        public IReadOnlyList<MatchEvent> Snapshot()
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }

        public async IAsyncEnumerable<MatchEvent> FollowAsync(long afterId, [EnumeratorCancellation] CancellationToken ct)
        {
            // Ids are consecutive from 1, so an id is also a place in the list.
            for (var next = (int)Math.Max(0, afterId); ;)
            {
                MatchEvent? e;
                Task more;
                bool ended;
                lock (_lock)
                {
                    e = next < _events.Count ? _events[next] : null;
                    more = _more.Task;
                    ended = EndedAt is not null;
                }
                if (e is not null)
                {
                    next++;
                    yield return e;
                    continue;
                }
                if (ended)
                {
                    yield break;
                }
                await more.WaitAsync(ct);
            }
        }
    }
}
