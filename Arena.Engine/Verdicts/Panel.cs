using System.Text.Json.Nodes;

namespace Arena.Engine.Verdicts;

/// <summary>One judge's view of a case in one order.</summary>
/// <param name="First">Player index shown first.</param>
/// <param name="Preferred">Player index, or null for a tie.</param>
public sealed record PanelVote(Guid Judge, int First, int? Preferred);

/// <summary>How one judge counted.</summary>
/// <param name="Stance">"prefers", "ties", "abstains" (its two orders disagree) or "failed" (no judgment in time).</param>
/// <param name="Player">The player it prefers, for "prefers".</param>
/// <param name="Why">One sentence for people.</param>
public sealed record PanelSeat(Guid Judge, string Name, string Stance, int? Player, string Why);

/// <summary>The panel's decision on a two-player case.</summary>
/// <param name="Scores">Micro-points per player.</param>
/// <param name="Winner">Player index, or null for a draw.</param>
/// <param name="Margin">Lead of the winner's votes over the loser's as a share of the judges that were heard; 0 for a draw.</param>
public sealed record PanelDecision(IReadOnlyList<long> Scores, int? Winner, double Margin, IReadOnlyList<PanelSeat> Seats, string Rule)
{
    /// <summary>For the verdict's row and the page.</summary>
    public JsonObject ToJson() => new()
    {
        ["rule"] = Rule,
        ["winner"] = Winner,
        ["margin"] = Margin,
        ["judges"] = new JsonArray([.. Seats.Select(s => (JsonNode)new JsonObject
        {
            ["judge"] = s.Judge.ToString(), ["name"] = s.Name, ["stance"] = s.Stance, ["player"] = s.Player, ["why"] = s.Why,
        })]),
    };
}

/// <summary>
/// Combines judgments. Every judge sees both seat orders, because judges favour a position: a judge whose two orders
/// disagree abstains (MT-Bench's rule, reference/judging_rating.md section 3). More than half of the judges that did not
/// abstain decide; otherwise it is a draw.
/// </summary>
public static class Panel
{
    public const string Rule = "Each judge sees both orders; one that contradicts itself abstains. A player wins with more than half of the remaining judges; otherwise the match is drawn.";

    /// <param name="judges">Everybody who was asked, with their names.</param>
    /// <param name="votes">At most one per judge and order.</param>
    /// <param name="failures">Why a judge without both votes failed, by judge.</param>
    public static PanelDecision Decide(IReadOnlyList<(Guid Id, string Name)> judges, IReadOnlyList<PanelVote> votes, IReadOnlyDictionary<Guid, string> failures)
    {
        var seats = judges.Select(j => Seat(j.Id, j.Name, [.. votes.Where(v => v.Judge == j.Id)], failures.GetValueOrDefault(j.Id))).ToList();
        int For(int player) => seats.Count(s => s.Stance == "prefers" && s.Player == player);
        var (a, b) = (For(0), For(1));
        var counted = a + b + seats.Count(s => s.Stance == "ties");
        int? winner = 2 * a > counted ? 0 : 2 * b > counted ? 1 : null;
        var heard = seats.Count(s => s.Stance != "failed");
        var margin = winner is null ? 0 : (double)Math.Abs(a - b) / heard;
        long[] scores = winner switch { 0 => [1_000_000, 0], 1 => [0, 1_000_000], _ => [500_000, 500_000] };
        return new(scores, winner, margin, seats, Rule);
    }

    private static PanelSeat Seat(Guid id, string name, IReadOnlyList<PanelVote> votes, string? failure)
    {
        var shown0 = votes.FirstOrDefault(v => v.First == 0);
        var shown1 = votes.FirstOrDefault(v => v.First == 1);
        if (shown0 is null || shown1 is null)
        {
            return new(id, name, "failed", null, failure ?? "No judgment in both orders.");
        }
        if (shown0.Preferred != shown1.Preferred)
        {
            return new(id, name, "abstains", null, $"Inconsistent: {Word(shown0.Preferred)} when player 1 was shown first, {Word(shown1.Preferred)} when player 2 was.");
        }
        return shown0.Preferred is { } player
            ? new(id, name, "prefers", player, $"Prefers player {player + 1} in both orders.")
            : new(id, name, "ties", null, "Calls a tie in both orders.");
    }

    private static string Word(int? player) => player is { } p ? $"player {p + 1}" : "a tie";
}
