using Arena.Engine;
using Arena.Engine.Matchmaking;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;

namespace Arena.Bench;

/// <summary>
/// A population paired by the site itself: <see cref="Matchmaker.Decide"/> with its default settings looks at who waits once a second, reads the live
/// Elo, the meetings of the last hour and the last published <see cref="SpaceLadder"/>, as in production. Everybody waits again when a match ends. No house agents: the
/// other methods have none either.
/// </summary>
/// <param name="shortest">Shortest match, seconds.</param>
/// <param name="longest">Longest match, seconds; lengths are uniform between both.</param>
/// <param name="fitEvery">Least time between two fits of the ladder, seconds.</param>
/// <param name="byElo">Not the site's matchmaker, but pairs of near Elo within the site's window: the same queue as most ladders would pair it.</param>
internal sealed class SiteLeague(int players, Numbers numbers, int shortest, int longest, int fitEvery, bool byElo = false)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly MatchmakingOptions Options = new();

    private readonly EloPlayer[] _elo = [.. Enumerable.Range(0, players).Select(_ => new EloPlayer(Elo.Start, 0))];
    private readonly DateTimeOffset?[] _waitingSince = [.. Enumerable.Range(0, players).Select(_ => (DateTimeOffset?)Start)];
    private readonly PriorityQueue<(int A, int B), (DateTimeOffset End, int Order)> _running = new();
    private readonly Queue<(DateTimeOffset At, int A, int B)> _meetings = new();
    private readonly RecentMeetings _met = new();
    private readonly LadderBook _book = new();
    private SpaceLadder _ladder = SpaceLadder.Empty;
    private DateTimeOffset _now = Start;
    private bool _stale;
    private int _started;

    /// <summary>Goes on until a match ends.</summary>
    /// <returns>Its two players.</returns>
    public (int A, int B) Next()
    {
        while (true)
        {
            if (_running.TryPeek(out var over, out var end) && end.End <= _now)
            {
                _running.Dequeue();
                _waitingSince[over.A] = _waitingSince[over.B] = end.End;
                return over;
            }
            Tick();
            _now += Options.Every;
        }
    }

    /// <summary>Counts the match that <see cref="Next"/> gave.</summary>
    /// <param name="score">Of <paramref name="a"/>: 0 or 1.</param>
    public void Played(int a, int b, int score)
    {
        long[] scores = [1_000_000L * score, 1_000_000L * (1 - score)];
        _book.Add([Id(a), Id(b)], scores);
        var rated = Elo.Rate([_elo[a], _elo[b]], scores);
        (_elo[a], _elo[b]) = (new(rated[0].After, _elo[a].Games + 1), new(rated[1].After, _elo[b].Games + 1));
        _stale = true;
    }

    private void Tick()
    {
        if (byElo)
        {
            PairByElo();
            return;
        }
        if (_stale && _now - _ladder.At >= TimeSpan.FromSeconds(fitEvery))
        {
            (_ladder, _stale) = (SpaceLadder.Of(_book.Copy(), new HashSet<Guid>(), _now), false);
        }
        var waiting = new List<WaitingEntry>(players);
        for (var p = 0; p < players; p++)
        {
            if (_waitingSince[p] is { } since)
            {
                waiting.Add(new(Id(p), new(Id(p)), new(Id(p)), Id(players + p), "free", _elo[p].Rating, since));
            }
        }
        if (waiting.Count < 2)
        {
            return;
        }
        while (_meetings.TryPeek(out var old) && old.At < _now - TimeSpan.FromHours(1))
        {
            _meetings.Dequeue();
            _met.Add(new(Id(old.A)), new(Id(old.B)), -1);
        }
        foreach (var pairing in Matchmaker.Decide(waiting, [], 2, 2, _met, _ladder, _now, Options).Pairings)
        {
            var (a, b) = (Number(pairing.Players[0]), Number(pairing.Players[1]));
            _meetings.Enqueue((_now, a, b));
            _met.Add(new(Id(a)), new(Id(b)));
            Begin(a, b);
        }
    }

    private void PairByElo()
    {
        var order = Enumerable.Range(0, players).Where(p => _waitingSince[p] is not null).ToArray();
        numbers.Shuffle<int>(order);
        double Reach(int p) => Options.Window + Options.WidenPerSecond * (_now - _waitingSince[p]!.Value).TotalSeconds;
        foreach (var (a, b) in NearestPairing.Of(order, p => _elo[p].Rating / 1_000.0, Reach, numbers))
        {
            Begin(a, b);
        }
    }

    private void Begin(int a, int b)
    {
        (_waitingSince[a], _waitingSince[b]) = (null, null);
        _running.Enqueue((a, b), (_now + TimeSpan.FromSeconds(shortest + (longest - shortest) * numbers.Uniform()), _started++));
    }

    /// <summary>Ids in an order that says nothing of the true ranks: ties are broken by id.</summary>
    private static Guid Id(int player) => new(unchecked(player * (int)0x9E3779B1), 0, 7, [0, 0, 0, 0, (byte)(player >> 24), (byte)(player >> 16), (byte)(player >> 8), (byte)player]);

    private static int Number(PairedPlayer player)
    {
        var bytes = player.VersionId.Value.ToByteArray();
        return bytes[12] << 24 | bytes[13] << 16 | bytes[14] << 8 | bytes[15];
    }
}
