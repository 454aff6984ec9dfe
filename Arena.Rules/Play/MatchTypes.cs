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
public sealed record Player(Guid Version, string Hash);

/// <summary>Everything that decides a match besides what the agents say.</summary>
/// <param name="Match">The match's id.</param>
/// <param name="Rules">The space's rules.</param>
/// <param name="Seed">32 bytes, committed before play and revealed after.</param>
/// <param name="Kind">"rated", "casual", "gate" or "probe".</param>
/// <param name="Players">In the order in which they were entered; seats rotate over games.</param>
public sealed record MatchSetup(Guid Match, ISpaceRules Rules, byte[] Seed, string Kind, IReadOnlyList<Player> Players);

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
/// <param name="Saw">The observation's text.</param>
/// <param name="Said">The texts of all tries, in order; a try that gave a fault has none.</param>
/// <param name="Did">The canonical action, or null when the turn ended in a fault.</param>
/// <param name="Fault">The fault that ended the turn, or null.</param>
/// <param name="Detail">The fault's detail, or null.</param>
/// <param name="Hash">SHA-256 chain value after this turn, lower-case hex.</param>
public sealed record TurnRecord(int Turn, int Game, int Ply, int Seat, int Player, string Saw, IReadOnlyList<string> Said, string? Did, FaultKind? Fault, string? Detail, string Hash);

/// <summary>A game of the match.</summary>
/// <param name="Deal">Number of the draws stream; mirrored games share it.</param>
/// <param name="Seats">Player index per seat.</param>
/// <param name="Turns">In order.</param>
/// <param name="Scores">Micro-points per seat; null while it runs or when judges decide.</param>
public sealed record GameRecord(int Deal, IReadOnlyList<int> Seats, IReadOnlyList<TurnRecord> Turns, IReadOnlyList<long>? Scores);

/// <summary>A played match.</summary>
/// <param name="Transcript">Canonical bytes (RFC 8785).</param>
/// <param name="Hash">keccak-256 of them, 32 bytes.</param>
/// <param name="ChainHead">Last SHA-256 chain value, lower-case hex.</param>
/// <param name="Scores">Micro-points per player, averaged over games (rounded down); null when judges must decide.</param>
/// <param name="Games">All games.</param>
public sealed record PlayedMatch(byte[] Transcript, byte[] Hash, string ChainHead, IReadOnlyList<long>? Scores, IReadOnlyList<GameRecord> Games);
