using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Engine.Matches;

/// <summary>One line of a bot's stream.</summary>
/// <param name="Id">Rises; also across restarts of the site.</param>
/// <param name="Type">"turn" (an action is wanted), "gone" (it no longer is) or "closed" (a match of the bot's has ended or waits for its judges).</param>
public sealed record BotEvent(long Id, string Type, JsonObject Data);

/// <summary>What became of a bot's action.</summary>
public enum BotAnswerState
{
    /// <summary>On disk; it will be played.</summary>
    Accepted,

    /// <summary>This very action was accepted before.</summary>
    Repeated,

    /// <summary>The turn ended without it: its clock ran out, or another action came first.</summary>
    Late,

    /// <summary>This agent has no such turn.</summary>
    Unknown,
}

/// <summary>
/// Where bots find their turns and leave their actions. Every connection first gets all turns that wait, so a bot that lost its connection,
/// or its memory, goes on where it was. An action is on disk before it is acknowledged.
/// </summary>
public sealed class BotBoard(ReplyLog log, TimeProvider time)
{
    private readonly ConcurrentDictionary<AgentId, Desk> _desks = [];

    /// <summary>Whether a stream of this bot is open.</summary>
    public bool IsConnected(AgentId agent) => _desks.TryGetValue(agent, out var desk) && desk.Streams > 0;

    /// <summary>The turns that wait for this bot.</summary>
    public IReadOnlyList<BotEvent> Pending(AgentId agent) => _desks.TryGetValue(agent, out var desk) ? desk.PendingTurns() : [];

    /// <summary>The bot's events: first every turn that waits and what it missed after <paramref name="afterId"/> (0: nothing), then new ones as they come.</summary>
    public async IAsyncEnumerable<BotEvent> StreamAsync(AgentId agent, long afterId, [EnumeratorCancellation] CancellationToken ct)
    {
        var desk = DeskOf(agent);
        desk.Connect(+1);
        try
        {
            foreach (var e in desk.Missed(ref afterId))
            {
                yield return e;
            }
            while (!ct.IsCancellationRequested)
            {
                var (events, more) = desk.After(afterId);
                foreach (var e in events)
                {
                    afterId = e.Id;
                    yield return e;
                }
                if (events.Count == 0)
                {
                    await more.WaitAsync(ct);
                }
            }
        }
        finally
        {
            desk.Connect(-1);
        }
    }

    /// <summary>Takes an action for a turn; when this returns <see cref="BotAnswerState.Accepted"/>, it is on disk.</summary>
    /// <param name="turnId">From the "turn" event.</param>
    public async Task<BotAnswerState> AnswerAsync(AgentId agent, string turnId, string action, CancellationToken ct = default)
    {
        if (!TurnName.TryParse(turnId, out var name) || !_desks.TryGetValue(agent, out var desk))
        {
            return BotAnswerState.Unknown;
        }
        var text = action.Length <= MatchPlay.LongestAnswer ? action : action[..MatchPlay.LongestAnswer];
        if (desk.Find(turnId) is not { } offer)
        {
            // Answered or timed out lately? Then the bot may learn which.
            return desk.Answered(turnId) is { } known ? known == text ? BotAnswerState.Repeated : BotAnswerState.Late : BotAnswerState.Unknown;
        }
        var counts = await log.RecordAsync(name.Match, name.Turn, name.Try, AgentReply.Said(text), ct);
        offer.TrySetResult(counts);
        return counts.Text == text ? BotAnswerState.Accepted : BotAnswerState.Late;
    }

    /// <summary>Tells a bot something about one of its matches. Agents that never had a turn here or a stream open are no bots, or not listening.</summary>
    internal void Tell(AgentId agent, string type, Func<JsonObject> data)
    {
        if (_desks.TryGetValue(agent, out var desk))
        {
            desk.Add(type, data(), time.GetUtcNow());
        }
    }

    /// <summary>Puts a turn on the board and waits for the action until the turn's deadline.</summary>
    internal async Task<AgentReply> OfferAsync(AgentTurn turn, CancellationToken ct)
    {
        var desk = DeskOf(turn.AgentId);
        var name = new TurnName(turn.MatchId, turn.Pending.Turn, turn.Pending.Try).ToString();
        // The clock runs before anybody can see the turn.
        var left = turn.Deadline - time.GetUtcNow();
        using var clock = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, ct);
        var offer = desk.Offer(name, Describe(name, turn), time.GetUtcNow());
        string? ended = null;
        try
        {
            var reply = await offer.Task.WaitAsync(either.Token);
            ended = reply.Text;
            return reply;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return desk.WasConnected(name)
                ? AgentReply.Failed(FaultKind.TimedOut, $"No action within {turn.Card.TurnClock.TotalSeconds:0.#} s.")
                : AgentReply.Failed(FaultKind.Disconnected, $"The bot had no stream open during the {turn.Card.TurnClock.TotalSeconds:0.#} s of its turn.");
        }
        finally
        {
            desk.Withdraw(name, ended, time.GetUtcNow());
        }
    }

    private static JsonObject Describe(string name, AgentTurn turn)
    {
        var pending = turn.Pending;
        var seen = pending.Observation;
        return new JsonObject
        {
            ["id"] = name,
            ["match"] = turn.MatchId.Value,
            ["space"] = turn.Card.Slug,
            ["turn"] = pending.Turn,
            ["game"] = pending.Game,
            ["ply"] = pending.Ply,
            ["seat"] = pending.Seat,
            ["player"] = pending.Player,
            ["try"] = pending.Try,
            ["complaint"] = pending.Complaint,
            ["deadline"] = turn.Deadline,
            ["actionHelp"] = turn.Card.ActionHelp,
            ["observation"] = new JsonObject
            {
                ["text"] = seen.Text,
                ["json"] = seen.Json.DeepClone(),
                ["legal"] = seen.Legal is null ? null : new JsonArray([.. seen.Legal.Select(a => JsonValue.Create(a))]),
                ["compact"] = seen.Compact,
            },
        };
    }

    private Desk DeskOf(AgentId agent) => _desks.GetOrAdd(agent, _ => new Desk());

    /// <summary>A turn's name on the board: match, turn and try.</summary>
    private readonly record struct TurnName(MatchId Match, int Turn, int Try)
    {
        public static bool TryParse(string text, out TurnName name)
        {
            name = default;
            var parts = text.Split('-');
            if (parts.Length != 3 || !Guid.TryParseExact(parts[0], "N", out var match)
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var turn)
                || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
            {
                return false;
            }
            name = new TurnName(new MatchId(match), turn, attempt);
            return true;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Match.Value:N}-{Turn}-{Try}");
    }

    /// <summary>One bot's turns and its last events.</summary>
    private sealed class Desk
    {
        private const int Kept = 200;

        private readonly Lock _lock = new();
        private readonly List<BotEvent> _events = [];
        private readonly Dictionary<string, Waiting> _waiting = [];
        private readonly Queue<(string Turn, string? Text)> _answered = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _last;

        public int Streams { get; private set; }

        public void Connect(int change)
        {
            lock (_lock)
            {
                Streams += change;
                foreach (var turn in _waiting.Values)
                {
                    turn.Connected |= change > 0;
                }
            }
        }

        public TaskCompletionSource<AgentReply> Offer(string name, JsonObject data, DateTimeOffset now)
        {
            lock (_lock)
            {
                var waiting = new Waiting(Append("turn", data, now)) { Connected = Streams > 0 };
                _waiting[name] = waiting;
                return waiting.Answer;
            }
        }

        /// <param name="text">The action that counted, or null when the turn ended without one.</param>
        public void Withdraw(string name, string? text, DateTimeOffset now)
        {
            lock (_lock)
            {
                _waiting.Remove(name);
                _answered.Enqueue((name, text));
                if (_answered.Count > Kept)
                {
                    _answered.Dequeue();
                }
                if (text is null)
                {
                    Append("gone", new JsonObject { ["id"] = name }, now);
                }
            }
        }

        public bool WasConnected(string name)
        {
            lock (_lock)
            {
                return _waiting.TryGetValue(name, out var waiting) && waiting.Connected;
            }
        }

        public TaskCompletionSource<AgentReply>? Find(string name)
        {
            lock (_lock)
            {
                return _waiting.TryGetValue(name, out var waiting) ? waiting.Answer : null;
            }
        }

        public string? Answered(string name)
        {
            lock (_lock)
            {
                return _answered.FirstOrDefault(a => a.Turn == name) is { Turn: not null } known ? known.Text ?? "" : null;
            }
        }

        public void Add(string type, JsonObject data, DateTimeOffset now)
        {
            lock (_lock)
            {
                Append(type, data, now);
            }
        }

        public IReadOnlyList<BotEvent> PendingTurns()
        {
            lock (_lock)
            {
                return [.. _waiting.Values.Select(w => w.Event).OrderBy(e => e.Id)];
            }
        }

        /// <summary>What a new connection gets first; moves the mark behind it.</summary>
        public IReadOnlyList<BotEvent> Missed(ref long afterId)
        {
            lock (_lock)
            {
                var mark = afterId;
                var first = _events.Where(e => mark > 0 && e.Id > mark && e.Type != "turn").Concat(_waiting.Values.Select(w => w.Event)).OrderBy(e => e.Id).ToList();
                afterId = _last;
                return first;
            }
        }

        public (IReadOnlyList<BotEvent> Events, Task More) After(long afterId)
        {
            lock (_lock)
            {
                return ([.. _events.Where(e => e.Id > afterId)], _more.Task);
            }
        }

        private BotEvent Append(string type, JsonObject data, DateTimeOffset now)
        {
            // Counting from the clock keeps ids rising when the site was restarted and has forgotten the last one.
            _last = Math.Max(_last + 1, now.ToUnixTimeMilliseconds() * 1_000);
            var e = new BotEvent(_last, type, data);
            _events.Add(e);
            if (_events.Count > Kept)
            {
                _events.RemoveRange(0, _events.Count - Kept);
            }
            var woken = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
            woken.SetResult();
            return e;
        }

        private sealed class Waiting(BotEvent e)
        {
            public BotEvent Event { get; } = e;

            public TaskCompletionSource<AgentReply> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public bool Connected { get; set; }
        }
    }
}

/// <summary>Agents that run at their owner's.</summary>
internal sealed class BotClientSource(BotBoard board) : IAgentClientSource
{
    public AgentKind Kind => AgentKind.Bot;

    public IAgentClient Open(AgentVersion version) => new BotClient(board);

    private sealed class BotClient(BotBoard board) : IAgentClient
    {
        public async ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct) => await board.OfferAsync(turn, ct);
    }
}
