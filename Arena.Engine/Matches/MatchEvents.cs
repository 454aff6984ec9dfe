using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Engine.Matches;

/// <summary>
/// Turns the course of a match into events. The runner and the replay of a stored transcript drive the same code, so a live match and its
/// replay are one shape. Turns of seats that act at once appear together, in their order, when the last of them is in.
/// </summary>
public sealed class MatchEvents(MatchPlay play, string space)
{
    private const int LongestSaid = 2_000;

    private readonly int[] _shown = new int[play.GameCount];
    private int _opened = -1;
    private long _last;

    public MatchEvent Started(IReadOnlyList<MatchPlayer> players) => Next("started", new JsonObject
    {
        ["space"] = space,
        ["players"] = new JsonArray([.. players.Select(p => p.ToJson())]),
    });

    /// <summary>What has happened since the last call: turns, and games that opened.</summary>
    /// <param name="milliseconds">How long the agent of a turn took, where that is known.</param>
    public IEnumerable<MatchEvent> Happened(Func<int, long?> milliseconds)
    {
        for (var game = Math.Max(_opened, 0); game <= play.CurrentGame; game++)
        {
            var record = play.GameOf(game);
            if (_opened < game)
            {
                // A game opens before its first turn is played, so its view is that of the opening.
                _opened = game;
                yield return Next("game", new JsonObject
                {
                    ["game"] = game,
                    ["deal"] = record.Deal,
                    ["seats"] = new JsonArray([.. record.Seats.Select(s => JsonValue.Create(s))]),
                    ["view"] = play.ViewOf(game),
                });
            }
            for (; _shown[game] < record.Turns.Count; _shown[game]++)
            {
                var turn = record.Turns[_shown[game]];
                yield return Next("turn", Turn(turn, play.ViewOf(game), milliseconds(turn.Turn), _shown[game] == record.Turns.Count - 1 ? record.Scores : null));
            }
        }
    }

    public MatchEvent Judging() => Next("judging", []);

    /// <summary>A match with its result; also closes the list after the judges have decided.</summary>
    public MatchEvent Closed(IReadOnlyList<long> scores, IReadOnlyList<JsonObject> ratings, string? verdict = null) => Next("closed", new JsonObject
    {
        ["scores"] = new JsonArray([.. scores.Select(s => JsonValue.Create(s))]),
        ["ratings"] = new JsonArray([.. ratings]),
        ["verdict"] = verdict,
    });

    public MatchEvent Void(string reason) => Next("void", new JsonObject { ["reason"] = reason });

    /// <summary>One player's rating change in a "closed" event. Ratings in milli-Elo, expected in micro-points.</summary>
    public static JsonObject RatingOf(int player, long before, long after, int k, long? expected) => new()
    {
        ["player"] = player,
        ["before"] = before,
        ["after"] = after,
        ["k"] = k,
        ["expected"] = expected,
    };

    private static JsonObject Turn(TurnRecord turn, JsonObject view, long? ms, IReadOnlyList<long>? scores) => new()
    {
        ["turn"] = turn.Turn,
        ["game"] = turn.Game,
        ["ply"] = turn.Ply,
        ["seat"] = turn.Seat,
        ["player"] = turn.Player,
        // Every forgiven answer and the last one are in Said; a fault other than an illegal answer came with no text.
        ["try"] = turn.Said.Count - 1 + (turn.Fault is null or FaultKind.Illegal ? 0 : 1),
        ["did"] = turn.Did,
        ["said"] = turn.Said.Count == 0 ? null : turn.Said[^1] is { Length: > LongestSaid } text ? text[..LongestSaid] : turn.Said[^1],
        ["fault"] = turn.Fault?.ToString(),
        ["detail"] = turn.Detail,
        ["view"] = view,
        ["ms"] = ms,
        ["ended"] = scores is null ? null : new JsonArray([.. scores.Select(s => JsonValue.Create(s))]),
    };

    private MatchEvent Next(string type, JsonObject data) => new(++_last, type, data);
}
