using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Play;

/// <summary>
/// One match as a pure machine: it says who must act (<see cref="Pending"/>), takes their answers, keeps the transcript
/// and its hash chain. The site's runner, the local runner and the verifier all drive this. Same setup and same answers,
/// same bytes. Not thread-safe.
/// </summary>
public sealed class MatchPlay
{
    /// <summary>UTF-16 units of an answer that are kept and read; the rest is cut off before anything else happens.</summary>
    public const int LongestAnswer = 16_384;

    /// <summary>UTF-16 units of a fault's detail that are kept.</summary>
    public const int LongestDetail = 1_000;

    private const long FullScore = 1_000_000;

    private readonly MatchSetup _setup;
    private readonly ISpaceRules _rules;
    private readonly TranscriptWriter _transcript;
    private readonly Game[] _games;
    private readonly List<Slot> _slots = [];
    private readonly Stack<Slot> _spare = [];

    // Made once: rules read it during Apply and keep nothing of it.
    private readonly SeatActions _actions;
    private PendingTurn[] _pending = [];
    private int _current;
    private int _nextTurn;

    /// <exception cref="ArgumentException">A seed that is not 32 bytes, or a number of players that the space doesn't seat.</exception>
    /// <exception cref="FormatException">Material that is no canonical JSON object, or not what the space plays with.</exception>
    public MatchPlay(MatchSetup setup)
    {
        var card = setup.Rules.Card;
        var players = setup.Players.Count;
        if (setup.Seed.Length != 32)
        {
            throw new ArgumentException("The seed is 32 bytes.", nameof(setup));
        }
        if (players < card.MinSeats || players > card.MaxSeats)
        {
            throw new ArgumentException($"{card.Slug} seats {card.MinSeats} to {card.MaxSeats}, not {players}.", nameof(setup));
        }
        var material = setup.Material is null ? null : MaterialOf(setup.Material);
        _setup = setup;
        _rules = setup.Rules;
        _transcript = new TranscriptWriter(setup);
        _actions = new SeatActions(players);
        _games = new Game[GamesFor(card, players)];
        for (var g = 0; g < _games.Length; g++)
        {
            // Mirrored games share one deal; others have their own. Seats move on by one player each game.
            var deal = card.Mirrored ? 0 : g;
            var seats = new int[players];
            for (var s = 0; s < players; s++)
            {
                seats[s] = (s + g) % players;
            }
            _games[g] = new Game(deal, seats, _rules.Start(new Draws(setup.Seed, $"deal/{deal}"), players, g, material));
        }
        Ask();
    }

    /// <summary>Whether every game has ended.</summary>
    public bool Over => _current == _games.Length;

    /// <summary>Number of games in the match.</summary>
    public int GameCount => _games.Length;

    /// <summary>The game being played; the last one when the match is over.</summary>
    public int CurrentGame => Math.Min(_current, _games.Length - 1);

    /// <summary>Turns that wait for an answer, by number; several where seats act at once, none when the match is over.</summary>
    public IReadOnlyList<PendingTurn> Pending => _pending;

    /// <summary>How many games a match of <paramref name="players"/> has: one where all answer the same prompt, otherwise one for each player, seats rotated.</summary>
    public static int GamesFor(SpaceCard card, int players) => card.SamePrompt && !card.Mirrored ? 1 : players;

    /// <summary>The commitment to publish before play: SHA-256("arena-seed-v1" || seed), lower-case hex.</summary>
    public static string Commitment(ReadOnlySpan<byte> seed) => Convert.ToHexStringLower(TranscriptWriter.CommitmentOf(seed));

    /// <summary>The draws a house agent gets for a turn, so that its moves can be reproduced.</summary>
    public Draws HouseDraws(PendingTurn turn) => new(_setup.Seed, $"house/{turn.Game}/{turn.Ply}/{turn.Seat}");

    /// <summary>The answer of a house agent to a pending turn.</summary>
    public AgentReply HouseReply(PendingTurn turn, IHouseAgent agent) =>
        AgentReply.Said(agent.Act(_rules, _games[turn.Game].State, turn.Seat, HouseDraws(turn)));

    /// <summary>The position of a game: its opening before it starts, its last when it is over.</summary>
    public IGameState StateOf(int game) => _games[game].State;

    /// <summary>What a spectator sees of a game.</summary>
    public JsonObject ViewOf(int game) => _rules.View(_games[game].State);

    /// <summary>A game as far as it has been played.</summary>
    public GameRecord GameOf(int game) => _games[game].Record();

    /// <summary>
    /// Takes an agent's answer to a pending turn. Returns the finished turn, or null where the answer was illegal and
    /// tries are left (the turn then stays pending with <see cref="PendingTurn.Try"/>+1 and a complaint). Where seats act at once,
    /// turns are chained in the order of their numbers once all have answered: until then <see cref="TurnRecord.Hash"/> is empty.
    /// </summary>
    /// <exception cref="ArgumentException">The turn is not pending: late, double or made up.</exception>
    public TurnRecord? Answer(int turn, AgentReply reply)
    {
        var slot = Waiting(turn) ?? throw new ArgumentException($"Turn {turn} is not pending.", nameof(turn));
        var finished = reply.Text is null
            ? Failed(slot, reply.Fault ?? FaultKind.Crashed, reply.Detail)
            : Read(slot, reply.Text);
        if (!finished)
        {
            RefreshPending();
            return null;
        }
        foreach (var other in _slots)
        {
            if (!other.Done)
            {
                RefreshPending();
                return slot.Record([]);
            }
        }
        var turns = _games[_current].Turns;
        EndPly();
        return turns[turns.Count - 1 - (turns[^1].Turn - turn)];
    }

    /// <summary>The finished match with its transcript.</summary>
    /// <exception cref="InvalidOperationException">The match is not over.</exception>
    public PlayedMatch Finish()
    {
        if (!Over)
        {
            throw new InvalidOperationException("The match is not over.");
        }
        var games = Array.ConvertAll(_games, g => g.Record());
        var transcript = _transcript.Finish(games);
        return new PlayedMatch(transcript, Convert.ToHexStringLower(_transcript.Head), PlayerScores(games), games);
    }

    private static JsonObject MaterialOf(string material)
    {
        var (value, problem) = CanonicalJson.Read(Encoding.UTF8.GetBytes(material));
        return value as JsonObject ?? throw new FormatException($"The material is not a canonical JSON object: {problem ?? "something else"}.");
    }

    private long[]? PlayerScores(GameRecord[] games)
    {
        var sums = new long[_setup.Players.Count];
        // In judged spaces only faults score games, and a fault decides the match: judges can't weigh half a match against it.
        var scored = Array.FindAll(games, g => g.Scores is not null);
        if (scored.Length == 0 || (scored.Length < games.Length && _rules.Card.Judging != JudgingMode.Judges))
        {
            return null;
        }
        foreach (var game in scored)
        {
            for (var s = 0; s < game.Seats.Count; s++)
            {
                sums[game.Seats[s]] += game.Scores![s];
            }
        }
        return Array.ConvertAll(sums, s => s / scored.Length);
    }

    /// <summary>Moves on to the next position where somebody must act, ending games on the way.</summary>
    private void Ask()
    {
        foreach (var slot in _slots)
        {
            _spare.Push(slot);
        }
        _slots.Clear();
        for (; _current < _games.Length; _current++)
        {
            var game = _games[_current];
            var seats = _rules.ToAct(game.State);
            if (!game.Ended && seats.Count > 0)
            {
                for (var i = 0; i < seats.Count; i++)
                {
                    var seat = seats[i];
                    var observation = _rules.Observe(game.State, seat);
                    var slot = _spare.TryPop(out var spare) ? spare : new Slot();
                    slot.Begin(new PendingTurn(_nextTurn++, _current, game.Ply, seat, game.Seats[seat], 0, observation, null));
                    _slots.Add(slot);
                }
                break;
            }
            if (!game.Ended)
            {
                game.End(_rules.Outcome(game.State));
            }
        }
        RefreshPending();
    }

    private void RefreshPending()
    {
        var count = 0;
        foreach (var slot in _slots)
        {
            count += slot.Done ? 0 : 1;
        }
        _pending = count == 0 ? [] : new PendingTurn[count];
        for (int i = 0, at = 0; at < count; i++)
        {
            if (!_slots[i].Done)
            {
                _pending[at++] = _slots[i].Ask;
            }
        }
    }

    private Slot? Waiting(int turn)
    {
        foreach (var slot in _slots)
        {
            if (slot.Ask.Turn == turn && !slot.Done)
            {
                return slot;
            }
        }
        return null;
    }

    private bool Read(Slot slot, string text)
    {
        var said = CanonicalJson.Clean(Cut(text, LongestAnswer));
        slot.Said = slot.Said.Length == 0 ? [said] : [.. slot.Said, said];
        var reading = _rules.Read(_games[slot.Ask.Game].State, slot.Ask.Seat, said);
        if (reading.Canonical is { } action)
        {
            return slot.End(action, null, null);
        }
        if (slot.Ask.Try >= _rules.Card.ForgivenIllegal)
        {
            return Failed(slot, FaultKind.Illegal, reading.Illegal);
        }
        slot.Ask = slot.Ask with { Try = slot.Ask.Try + 1, Complaint = reading.Illegal };
        return false;
    }

    private static bool Failed(Slot slot, FaultKind fault, string? detail) =>
        slot.End(null, fault, detail is null ? null : CanonicalJson.Clean(Cut(detail, LongestDetail)));

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];

    private void EndPly()
    {
        var game = _games[_current];
        HashSet<int>? faulted = null;
        _actions.Clear();
        foreach (var slot in _slots)
        {
            var ask = slot.Ask;
            _transcript.Add(ask, slot.Said, slot.Did, slot.Fault, slot.Detail);
            game.Turns.Add(slot.Record(_transcript.Head));
            if (slot.Did is { } action)
            {
                _actions[ask.Seat] = action;
            }
            else
            {
                (faulted ??= []).Add(ask.Seat);
            }
        }
        game.Ply++;
        if (faulted is null || _rules.Card.SamePrompt)
        {
            game.State = _rules.Apply(game.State, _actions);
        }
        if (faulted is not null)
        {
            game.End(ScoresAfterFault(game, faulted));
        }
        Ask();
    }

    /// <summary>
    /// A faulted seat scores 0. With two seats the other wins. With more, same-prompt seats are scored among themselves by
    /// the rules; elsewhere each of the others beats the faulted ones and draws with the rest, averaged over its opponents.
    /// </summary>
    private IReadOnlyList<long>? ScoresAfterFault(Game game, HashSet<int> faulted)
    {
        var seats = game.Seats.Length;
        var scores = new long[seats];
        var byRules = seats > 2 && _rules.Card.SamePrompt;
        var outcome = byRules ? _rules.Outcome(game.State) : null;
        if (byRules && outcome is null)
        {
            return null;
        }
        for (var s = 0; s < seats; s++)
        {
            if (!faulted.Contains(s))
            {
                scores[s] = outcome?[s] ?? FullScore * (2 * faulted.Count + (seats - faulted.Count - 1)) / (2 * (seats - 1));
            }
        }
        return scores;
    }

    /// <summary>A turn while it waits; used again for later turns.</summary>
    private sealed class Slot
    {
        public PendingTurn Ask { get; set; } = null!;

        public string[] Said { get; set; } = [];

        public bool Done { get; private set; }

        public string? Did { get; private set; }

        public FaultKind? Fault { get; private set; }

        public string? Detail { get; private set; }

        public void Begin(PendingTurn ask) => (Ask, Said, Done, Did, Fault, Detail) = (ask, [], false, null, null, null);

        /// <summary>Ends the turn; true, for the caller's chain.</summary>
        public bool End(string? did, FaultKind? fault, string? detail)
        {
            (Done, Did, Fault, Detail) = (true, did, fault, detail);
            return true;
        }

        public TurnRecord Record(ReadOnlySpan<byte> chain) => new(Ask, Said, Did, Fault, Detail, chain);
    }

    private sealed class Game(int deal, int[] seats, IGameState opening)
    {
        public int Deal { get; } = deal;

        public int[] Seats { get; } = seats;

        public IGameState State { get; set; } = opening;

        public int Ply { get; set; }

        public List<TurnRecord> Turns { get; } = new(32);

        public bool Ended { get; private set; }

        private IReadOnlyList<long>? Scores { get; set; }

        public void End(IReadOnlyList<long>? scores)
        {
            Ended = true;
            Scores = scores;
        }

        public GameRecord Record() => new(Deal, Seats, Turns.ToArray(), Scores);
    }
}
