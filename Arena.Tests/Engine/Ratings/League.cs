using Arena.Engine;
using Arena.Engine.Matchmaking;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Ratings;

/// <summary>A player of a simulated league.</summary>
/// <param name="Skill">Elo points around 0.</param>
internal sealed record LeaguePlayer(Guid Id, double Skill, Guid Owner, bool House = false);

/// <summary>
/// A space without its database: the real matchmaker pairs, live Elo and the book move as in the site, the ladder is refitted now and then. Only
/// the games themselves are made up, from true strengths, or by the attacker.
/// </summary>
internal sealed class League(IReadOnlyList<LeaguePlayer> players, ulong seed)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly MatchmakingOptions Options = new();

    private readonly TestNumbers _numbers = new(seed);
    private readonly Dictionary<Guid, (long Elo, int Games)> _live = players.ToDictionary(p => p.Id, _ => (Elo.Start, 0));
    private readonly Queue<(int Round, Guid A, Guid B)> _met = [];
    private SpaceLadder _ladder = SpaceLadder.Empty;
    private int _round;

    public LadderBook Book { get; } = new();

    public List<TimedResult> Games { get; } = [];

    public LadderTerms Terms { get; } = new(players.Where(p => p.House).Select(p => p.Id).ToHashSet(), players.ToDictionary(p => p.Id, p => p.Owner));

    public static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 1]);

    /// <summary>32 honest agents N(0, 200²) and three house agents.</summary>
    public static List<LeaguePlayer> Honest(ulong seed)
    {
        var numbers = new TestNumbers(seed * 7_919 + 13);
        return [.. Enumerable.Range(0, 35).Select(i => new LeaguePlayer(Id(i + 1), i < 32 ? 200 * numbers.Normal() : 200 * (i - 33), Id(1_000 + i), House: i >= 32))];
    }

    /// <summary>Plays until so many games were played; the attacker may decide a game.</summary>
    /// <param name="fix">Score of the first, or null for an honest game.</param>
    public void Play(int games, Func<LeaguePlayer, LeaguePlayer, double?>? fix = null)
    {
        var until = Games.Count + games;
        while (Games.Count < until)
        {
            Round(fix);
        }
    }

    /// <summary>A minute: everybody waits, the matchmaker pairs.</summary>
    public void Round(Func<LeaguePlayer, LeaguePlayer, double?>? fix = null)
    {
        var now = Start + TimeSpan.FromMinutes(_round);
        while (_met.TryPeek(out var old) && old.Round <= _round - 60)
        {
            _met.Dequeue();
        }
        var met = new RecentMeetings();
        foreach (var (_, a, b) in _met)
        {
            met.Add(new(a), new(b));
        }
        var tick = Matchmaker.Decide(
            [.. players.Where(p => !p.House).Select(p => new WaitingEntry(p.Id, new(p.Id), new(p.Id), p.Owner, "free", _live[p.Id].Elo, now - TimeSpan.FromSeconds(20 + 20 * _numbers.Uniform())))],
            [.. players.Where(p => p.House).Select(p => new HouseCandidate(new(p.Id), new(p.Id), _live[p.Id].Elo))], 2, 2, met, _ladder, now, Options);
        foreach (var pairing in tick.Pairings)
        {
            var (a, b) = (Player(pairing.Players[0].VersionId.Value), Player(pairing.Players[1].VersionId.Value));
            Game(a, b, fix?.Invoke(a, b));
        }
        if (++_round % 5 == 0)
        {
            _ladder = SpaceLadder.Of(Book.Copy(), Terms.Anchors, now);
        }
    }

    /// <summary>One game, honest where no score is given.</summary>
    public void Game(LeaguePlayer a, LeaguePlayer b, double? score = null)
    {
        var s = score ?? (_numbers.Uniform() < 1 / (1 + Math.Pow(10, (b.Skill - a.Skill) / 400)) ? 1 : 0);
        long[] scores = [(long)(1_000_000 * s), (long)(1_000_000 * (1 - s))];
        var changes = Elo.Rate([new(_live[a.Id].Elo, _live[a.Id].Games, a.House), new(_live[b.Id].Elo, _live[b.Id].Games, b.House)], scores);
        _live[a.Id] = (changes[0].After, _live[a.Id].Games + 1);
        _live[b.Id] = (changes[1].After, _live[b.Id].Games + 1);
        Book.Add([a.Id, b.Id], scores);
        Games.Add(new(a.Id, b.Id, s));
        _met.Enqueue((_round, a.Id, b.Id));
    }

    public LeaguePlayer Player(Guid id) => players.First(p => p.Id == id);

    /// <summary>The ladder as the site fits it: what was found is not counted.</summary>
    public Ladder Guarded()
    {
        var found = ThrownGames.Look(Book, Terms);
        return Ladder.Of(Book, Terms with { Uncounted = found.SelectMany(f => f.Pairs.Select(p => LadderTerms.Pair(f.Gainer, p.Loser))).ToHashSet() });
    }

    /// <summary>Rank among the honest agents, from 1.</summary>
    public static int Rank(Ladder ladder, Guid of, IEnumerable<LeaguePlayer> among) => 1 + among.Count(p => ladder.Places[p.Id].Milli > ladder.Places[of].Milli);
}
