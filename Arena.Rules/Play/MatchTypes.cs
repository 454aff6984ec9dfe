using System.Runtime.CompilerServices;
using Arena.Rules.Hashing;

namespace Arena.Rules.Play;

/// <summary>What went wrong on a turn; data, not an exception.</summary>
public enum FaultKind
{
    TimedOut,
    Illegal,
    Crashed,
    Disconnected,
    OverBudget,
}

/// <summary>What came back from an agent: text, or a fault with its detail for the owner.</summary>
public readonly record struct AgentReply(string? Text, FaultKind? Fault, string? Detail)
{
    public static AgentReply Said(string text) => new(text, null, null);

    public static AgentReply Failed(FaultKind fault, string detail) => new(null, fault, detail);
}

/// <summary>One player of a match: an immutable agent version.</summary>
/// <param name="Version">The version's id.</param>
/// <param name="Hash">Its content hash, lower-case hex.</param>
public sealed record Player(Guid Version, string Hash)
{
    /// <summary>Its answers are drawn from the legal actions alone, wherever an observation lists them or states their grammar.</summary>
    public bool LegalOnly { get; init; }
}

/// <summary>Everything that decides a match besides what the agents say.</summary>
/// <param name="Match">The match's id.</param>
/// <param name="Rules">The space's rules.</param>
/// <param name="Seed">32 bytes, committed before play and revealed after.</param>
/// <param name="Kind">"rated", "casual", "gate" or "probe".</param>
/// <param name="Players">In the order in which they were entered; seats rotate over games.</param>
public sealed record MatchSetup(Guid Match, ISpaceRules Rules, byte[] Seed, string Kind, IReadOnlyList<Player> Players)
{
    /// <summary>What an operator gave the match to play with, a canonical JSON object; null where the rules need nothing. It stands in the transcript and in the hash chain's header.</summary>
    public string? Material { get; init; }
}

/// <summary>A turn that waits for an agent.</summary>
/// <param name="Turn">Running number in the match, from 0; simultaneous seats have consecutive numbers.</param>
/// <param name="Game">Game index in the match.</param>
/// <param name="Ply">Step within the game; simultaneous seats share it.</param>
/// <param name="Seat">Seat in the game.</param>
/// <param name="Player">Index into <see cref="MatchSetup.Players"/>.</param>
/// <param name="Try">0 for the first try, then one more for each forgiven illegal answer.</param>
/// <param name="Observation">What the agent sees.</param>
/// <param name="Complaint">Why the last try was refused, or null.</param>
public sealed record PendingTurn(int Turn, int Game, int Ply, int Seat, int Player, int Try, Observation Observation, string? Complaint);

/// <summary>A finished turn as it stands in the transcript: exactly what the agent saw, every text that it gave, what was done.</summary>
public sealed record TurnRecord
{
    private readonly Observation? _seen;
    private readonly ChainValue _chain;
    private string? _saw, _hash;

    public TurnRecord(int turn, int game, int ply, int seat, int player, string saw, IReadOnlyList<string> said, string? did, FaultKind? fault, string? detail, string hash)
    {
        (Turn, Game, Ply, Seat, Player, Said, Did, Fault, Detail) = (turn, game, ply, seat, player, said, did, fault, detail);
        (_saw, _hash) = (saw, hash);
    }

    /// <param name="chain">32 bytes; empty where the chain hasn't come to this turn yet.</param>
    internal TurnRecord(PendingTurn asked, IReadOnlyList<string> said, string? did, FaultKind? fault, string? detail, ReadOnlySpan<byte> chain)
    {
        (Turn, Game, Ply, Seat, Player, Said, Did, Fault, Detail) = (asked.Turn, asked.Game, asked.Ply, asked.Seat, asked.Player, said, did, fault, detail);
        _seen = asked.Observation;
        if (chain.IsEmpty)
        {
            _hash = "";
        }
        else
        {
            chain.CopyTo(_chain);
        }
    }

    public int Turn { get; }

    public int Game { get; }

    public int Ply { get; }

    public int Seat { get; }

    public int Player { get; }

    /// <summary>The observation's text.</summary>
    public string Saw => _saw ??= _seen!.Text;

    /// <summary>The texts of all tries, in order; a try that gave a fault has none.</summary>
    public IReadOnlyList<string> Said { get; }

    /// <summary>The canonical action, or null when the turn ended in a fault.</summary>
    public string? Did { get; }

    /// <summary>The fault that ended the turn, or null.</summary>
    public FaultKind? Fault { get; }

    /// <summary>The fault's detail, or null.</summary>
    public string? Detail { get; }

    /// <summary>SHA-256 chain value after this turn, lower-case hex.</summary>
    public string Hash => _hash ??= Convert.ToHexStringLower(_chain);

    [InlineArray(32)]
    private struct ChainValue
    {
        private byte _first;
    }
}

/// <summary>A game of the match.</summary>
/// <param name="Deal">Number of the draws stream; mirrored games share it.</param>
/// <param name="Seats">Player index per seat.</param>
/// <param name="Turns">In order.</param>
/// <param name="Scores">Micro-points per seat; null while it runs or when judges decide.</param>
public sealed record GameRecord(int Deal, IReadOnlyList<int> Seats, IReadOnlyList<TurnRecord> Turns, IReadOnlyList<long>? Scores);

/// <summary>A played match.</summary>
/// <param name="Transcript">Canonical bytes (RFC 8785).</param>
/// <param name="ChainHead">Last SHA-256 chain value, lower-case hex.</param>
/// <param name="Scores">Micro-points per player, averaged over games (rounded down); null when judges must decide.</param>
/// <param name="Games">All games.</param>
public sealed record PlayedMatch(byte[] Transcript, string ChainHead, IReadOnlyList<long>? Scores, IReadOnlyList<GameRecord> Games)
{
    private byte[]? _hash;

    /// <summary>keccak-256 of the transcript, 32 bytes; computed when first asked for, since it costs as much as playing a short match.</summary>
    public byte[] Hash => _hash ??= Keccak256.Hash(Transcript);
}
