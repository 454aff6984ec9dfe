using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Play;

/// <summary>
/// The rules of one space: pure, immutable, deterministic. A sceptic runs exactly this code to check a match.
/// States are opaque to callers and never change once made.
/// </summary>
public interface ISpaceRules
{
    /// <summary>What people and programs are told about the space.</summary>
    SpaceCard Card { get; }

    /// <summary>The opening position of one game. <paramref name="seats"/> is within the card's bounds; draws come only from <paramref name="draws"/>.</summary>
    IGameState Start(Draws draws, int seats);

    /// <summary>The opening position of game <paramref name="game"/> (from 0) of a match. Mirrored games get the same draws; card games play the second's hands in another order.</summary>
    IGameState Start(Draws draws, int seats, int game) => Start(draws, seats);

    /// <summary>As above, with what an operator gave this match to play with, e.g. recorded prices; it stands in the transcript. Most spaces take nothing.</summary>
    /// <exception cref="FormatException">The material is not what the space plays with.</exception>
    IGameState Start(Draws draws, int seats, int game, JsonObject? material) =>
        material is null ? Start(draws, seats, game) : throw new FormatException($"{Card.Slug} takes no material.");

    /// <summary>The seats that must act now, ascending; several where they act at once; empty when the game is over.</summary>
    IReadOnlyList<int> ToAct(IGameState state);

    /// <summary>All that <paramref name="seat"/> may know, as it is told to the agent.</summary>
    Observation Observe(IGameState state, int seat);

    /// <summary>
    /// Reads one seat's answer. Strict about meaning, lenient about form (case, white space, a trailing period, one
    /// fenced block). Never throws, whatever the text; bounded time for any length.
    /// </summary>
    ActionReading Read(IGameState state, int seat, string text);

    /// <summary>The next state. <paramref name="actions"/> holds, for every seat of <see cref="ToAct"/>, a canonical action that <see cref="Read"/> returned for this state; in same-prompt spaces a seat that faulted is absent.</summary>
    IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions);

    /// <summary>Scores per seat in micro-points (1,000,000 = a full win, 0 = a loss, draws share), or null while the game runs or when judges must decide.</summary>
    IReadOnlyList<long>? Outcome(IGameState state);

    /// <summary>What judges are shown of a played match; asked of judged spaces, and of those that make <see cref="Probes"/>.</summary>
    JudgedTexts Present(MatchSetup setup, PlayedMatch match) => JudgedTexts.Of(match);

    /// <summary>How answers compare by the rules, where judges can be tried on them; null elsewhere.</summary>
    ProbeTerms? Probes => null;

    /// <summary>What a spectator sees, as JSON for the site's viewer (its fields are the space's own; see the space's folder).</summary>
    JsonObject View(IGameState state);

    /// <summary>The graded built-in agents of this space, weakest first; their slugs are unique within the space.</summary>
    IReadOnlyList<IHouseAgent> House { get; }
}

/// <summary>A position of one game. Each space has its own record; callers only pass it back.</summary>
public interface IGameState;

/// <summary>A built-in agent: a pure function of the state its seat may know and of its draws.</summary>
public interface IHouseAgent
{
    /// <summary>Unique in its space, e.g. "alpha-beta-4".</summary>
    string Slug { get; }

    /// <summary>For people, e.g. "Alpha-beta, depth 4".</summary>
    string Name { get; }

    /// <summary>One line on how it plays.</summary>
    string About { get; }

    /// <summary>The action text. Must look only at what <paramref name="seat"/> may know.</summary>
    string Act(ISpaceRules rules, IGameState state, int seat, Draws draws);
}

/// <summary>How a game of the space gets its scores.</summary>
public enum JudgingMode
{
    /// <summary>The rules decide (<see cref="ISpaceRules.Outcome"/>).</summary>
    Rules,

    /// <summary>AI judges decide, in both seat orders.</summary>
    Judges,
}

/// <summary>What people and programs are told about a space.</summary>
/// <param name="Slug">Stable name in addresses and transcripts.</param>
/// <param name="Name">For people.</param>
/// <param name="Pitch">One line.</param>
/// <param name="RulesVersion">Raised by any change that could alter a match.</param>
/// <param name="RulesText">The rules as Markdown, for people and language models.</param>
/// <param name="MinSeats">Fewest seats.</param>
/// <param name="MaxSeats">Most seats.</param>
/// <param name="Judging">Who scores.</param>
/// <param name="Mirrored">Two-seat games played twice on the same draws with seats swapped.</param>
/// <param name="SamePrompt">Every seat answers the same prompt, so answers can be compared as preference pairs directly.</param>
/// <param name="ForgivenIllegal">Illegal tries a seat may make for one action before the fault counts.</param>
/// <param name="TurnClock">Time for one action of an agent.</param>
/// <param name="CompactAnswerTokens">Most tokens of a policy's answer in compact notation; 0 where the space has no compact notation.</param>
/// <param name="ActionHelp">The grammar of an action with an example, one line.</param>
public sealed record SpaceCard(
    string Slug,
    string Name,
    string Pitch,
    int RulesVersion,
    string RulesText,
    int MinSeats,
    int MaxSeats,
    JudgingMode Judging,
    bool Mirrored,
    bool SamePrompt,
    int ForgivenIllegal,
    TimeSpan TurnClock,
    int CompactAnswerTokens,
    string ActionHelp)
{
    /// <summary>Whether its matches end in an order of more than two players, so that versions are ranked by finishing order (<see cref="Ratings.SkillBook"/>).</summary>
    public bool RanksByPlace => MaxSeats > 2;
}

/// <summary>All that a seat may know, three ways: prose for a language model, JSON for a program, compact notation for a tiny policy.</summary>
public sealed record Observation
{
    private readonly Sight? _sight;
    private readonly Func<JsonObject>? _make;
    private string? _text, _compact;
    private JsonObject? _json;

    public Observation(string Text, JsonObject Json, IReadOnlyList<string>? Legal, string? Compact)
    {
        _text = Text;
        _json = Json;
        this.Legal = Legal;
        this.Compact = Compact;
    }

    /// <summary>With JSON that is made when first asked for: most turns of a fast match never need it.</summary>
    public Observation(string Text, Func<JsonObject> Json, IReadOnlyList<string>? Legal, string? Compact)
    {
        _text = Text;
        _make = Json;
        this.Legal = Legal;
        this.Compact = Compact;
    }

    /// <summary>With everything but the legal actions made when first asked for; the transcript's copy of the prose is written where it is recorded.</summary>
    internal Observation(Sight sight, IReadOnlyList<string>? legal)
    {
        _sight = sight;
        Legal = legal;
    }

    /// <summary>The full prompt.</summary>
    public string Text => _text ??= _sight!.Text();

    /// <summary>The same facts. Belongs to this observation: clone it before adding it to another document.</summary>
    public JsonObject Json => _json ??= _sight?.Json() ?? _make!();

    /// <summary>Every legal action in canonical form, or null where they can't be listed.</summary>
    public IReadOnlyList<string>? Legal { get; init; }

    /// <summary>
    /// The legal actions as a grammar where they can't be listed, e.g. <c>"call" | "raise " int(4, 200)</c> (notation: docs/trainer.md), or null. Hosted policies
    /// can be held to it; every text that it gives is one that <see cref="ISpaceRules.Read"/> accepts.
    /// </summary>
    public string? Grammar { get; init; }

    /// <summary>The compact notation, e.g. "tic-tac-toe:519", or null.</summary>
    public string? Compact
    {
        get => _compact ??= _sight?.Compact();
        init => _compact = value;
    }

    /// <summary>The text as a canonical JSON string.</summary>
    internal void WriteText(CanonicalWriter writer)
    {
        if (_sight is null)
        {
            writer.Text(_text);
            return;
        }
        writer.Raw("\""u8);
        _sight.WriteEscaped(writer);
        writer.Raw("\""u8);
    }
}

/// <summary>What a seat sees, for spaces that play fast: in a match among house agents nobody reads it, but its prose is recorded. Holds the position and makes the rest when asked.</summary>
internal abstract class Sight
{
    /// <summary>The prose as the inside of a canonical JSON string: printable ASCII, of escapes only \n.</summary>
    public abstract void WriteEscaped(CanonicalWriter writer);

    public abstract JsonObject Json();

    public abstract string? Compact();

    public string Text()
    {
        var writer = new CanonicalWriter();
        WriteEscaped(writer);
        return Encoding.ASCII.GetString(writer.Written).Replace("\\n", "\n");
    }
}

/// <summary>What an agent's text meant: a canonical action, or why not.</summary>
public readonly record struct ActionReading(string? Canonical, string? Illegal)
{
    public bool IsLegal => Canonical is not null;

    public static ActionReading Legal(string canonical) => new(canonical, null);

    /// <param name="reason">For the agent's owner: what was wrong and what would be right.</param>
    public static ActionReading Because(string reason) => new(null, reason);
}
