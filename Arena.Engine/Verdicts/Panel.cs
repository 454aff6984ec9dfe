using System.Text.Json.Nodes;
using Arena.Rules.Ratings;

namespace Arena.Engine.Verdicts;

/// <summary>One judge's view of a case in one order.</summary>
/// <param name="First">Player index shown first.</param>
/// <param name="Preferred">Player index, or null for a tie.</param>
public sealed record PanelVote(Guid Judge, int First, int? Preferred);

/// <summary>How one judge counted.</summary>
/// <param name="Stance">"prefers", "ties", "abstains" (its two orders disagree), "failed" (no judgment in time), "unasked" (the others sufficed) or "excluded".</param>
/// <param name="Player">The player it prefers, for "prefers".</param>
/// <param name="Weight">Log-odds that its vote adds, from its measured reliability in this space; below 0 it is wrong more often than right.</param>
/// <param name="Why">One sentence for people.</param>
public sealed record PanelSeat(Guid Judge, string Name, string Stance, int? Player, double Weight, string Why);

/// <summary>A judge of the panel.</summary>
/// <param name="Excluded">Why it may not judge this case, or null.</param>
public sealed record PanelJudge(Guid Id, string Name, string? Excluded = null);

/// <summary>How sure a panel must be.</summary>
/// <param name="Decide">Least posterior of a winner.</param>
/// <param name="Stop">Posterior at which no further judge is asked.</param>
/// <param name="Share">
/// Least share of the weight heard that stands behind a winner. Above 5/8, nobody who holds 40 % of the weight can turn a verdict round: for that their
/// side needs (Share - 0.4) / 0.6 of the other weight, and the true winner Share of it, which together is more than all of it.
/// </param>
public sealed record PanelRules(double Decide = 0.75, double Stop = 0.95, double Share = 2.0 / 3);

/// <summary>The panel's decision on a two-player case.</summary>
/// <param name="Scores">Micro-points per player.</param>
/// <param name="Winner">Player index, or null for a draw.</param>
/// <param name="Chance">Posterior that player 0's entry is better, 0 to 1.</param>
/// <param name="People">Votes of people for player 0 less those for player 1, and how many voted.</param>
public sealed record PanelDecision(IReadOnlyList<long> Scores, int? Winner, double Chance, IReadOnlyList<PanelSeat> Seats, (int Lead, int Voters) People)
{
    /// <summary>How sure, 0 (a coin) to 1.</summary>
    public double Margin => Winner is null ? 0 : Math.Abs(2 * Chance - 1);

    /// <summary>For the verdict's row and the page.</summary>
    public JsonObject ToJson() => new()
    {
        ["rule"] = Panel.Rule,
        ["winner"] = Winner,
        ["chance"] = Math.Round(Chance, 6),
        ["margin"] = Math.Round(Margin, 6),
        ["people"] = People.Voters,
        ["peopleLead"] = People.Lead,
        ["judges"] = new JsonArray([.. Seats.Select(s => (JsonNode)new JsonObject
        {
            ["judge"] = s.Judge.ToString(), ["name"] = s.Name, ["stance"] = s.Stance, ["player"] = s.Player, ["weight"] = Math.Round(s.Weight, 4), ["why"] = s.Why,
        })]),
    };
}

/// <summary>A person's blind vote.</summary>
/// <param name="Preferred">Player index, or null for a tie.</param>
/// <param name="Weight">Log-odds; 0 for somebody whose votes are flagged.</param>
public sealed record PersonSaid(int? Preferred, double Weight = Panel.PersonWeight);

/// <summary>How far each judge is believed in one space.</summary>
/// <param name="Judges">The model's judges, in its order.</param>
/// <param name="Space">The space's index in the model.</param>
public sealed record PanelBelief(PanelModel Model, IReadOnlyList<Guid> Judges, int Space)
{
    /// <summary>Where nothing was measured: every judge is a newcomer.</summary>
    public static PanelBelief Unmeasured(IReadOnlyList<Guid> judges) => new(PanelModel.Fit(judges.Count, 1, []), judges, 0);

    public double Weight(Guid judge)
    {
        for (var i = 0; i < Judges.Count; i++)
        {
            if (Judges[i] == judge)
            {
                return Model.Weight(i, Space);
            }
        }
        return 0;
    }
}

/// <summary>
/// Combines judgments. Every judge sees both seat orders, because judges favour a position: one whose two orders disagree abstains. What the others
/// say counts by their reliability on gold items (<see cref="PanelModel"/>), never by agreeing with each other: consensus without gold amplifies shared
/// errors (reference/judging_rating.md section 3).
/// </summary>
public static class Panel
{
    public const string Rule = "Each judge sees both orders; one that contradicts itself abstains. The others count by how reliable they were on items with a known answer in this space. A player wins with a posterior of at least 0.75 and two thirds of the weight that spoke for somebody; else more judges are asked, then people, and then the match is drawn.";

    /// <summary>Log-odds of one person's blind vote: right seven times of ten.</summary>
    public const double PersonWeight = 0.85;

    /// <param name="judges">The whole panel.</param>
    /// <param name="votes">At most one per judge and order.</param>
    /// <param name="failures">Why a judge without both votes failed, by judge; one that is not named was not asked.</param>
    /// <param name="people">What people preferred and how much each weighs.</param>
    public static PanelDecision Decide(
        IReadOnlyList<PanelJudge> judges, IReadOnlyList<PanelVote> votes, IReadOnlyDictionary<Guid, string> failures, PanelBelief belief, PanelRules rules, IReadOnlyList<PersonSaid>? people = null)
    {
        var seats = judges.Select(j => Seat(j, [.. votes.Where(v => v.Judge == j.Id)], failures.GetValueOrDefault(j.Id), belief.Weight(j.Id))).ToList();
        var said = belief.Judges.Select(id => seats.FirstOrDefault(s => s.Judge == id) is { Stance: "prefers" or "ties" or "abstains" } ? Mean(votes, id) : 0).ToList();
        var chance = belief.Model.Chance(new("case", belief.Space, said));
        var lead = people?.Where(p => p.Weight > 0).Sum(p => p.Preferred switch { 0 => 1, 1 => -1, _ => 0 }) ?? 0;
        var lean = people?.Sum(p => p.Preferred switch { 0 => p.Weight, 1 => -p.Weight, _ => 0 }) ?? 0;
        if (lean != 0)
        {
            var odds = Math.Log(chance / (1 - chance)) + lean;
            chance = 1 / (1 + Math.Exp(-odds));
        }
        int? winner = chance >= rules.Decide ? 0 : 1 - chance >= rules.Decide ? 1 : null;
        if (winner is { } leader && Behind(leader, seats, votes, lean) < rules.Share - 1e-9)
        {
            winner = null;
        }
        long[] scores = winner switch { 0 => [1_000_000, 0], 1 => [0, 1_000_000], _ => [500_000, 500_000] };
        return new(scores, winner, chance, seats, (lead, people?.Count(p => p.Weight > 0) ?? 0));
    }

    /// <summary>
    /// Who is asked next: the most telling of those that may judge and were not asked, nobody once the panel is sure enough. The first
    /// wave is two judges, so that no verdict rests on one where there are more.
    /// </summary>
    public static IReadOnlyList<Guid> Next(IReadOnlyList<PanelJudge> judges, IReadOnlySet<Guid> asked, PanelDecision soFar, PanelBelief belief, PanelRules rules)
    {
        var left = judges.Where(j => j.Excluded is null && !asked.Contains(j.Id)).OrderByDescending(j => Math.Abs(belief.Weight(j.Id))).Select(j => j.Id).ToList();
        var heard = soFar.Seats.Count(s => s.Stance is "prefers" or "ties" or "abstains");
        return heard < 2 ? [.. left.Take(2 - heard)]
            : Math.Max(soFar.Chance, 1 - soFar.Chance) >= rules.Stop ? []
            : [.. left.Take(1)];
    }

    /// <summary>Share of the weight that spoke for somebody which speaks for <paramref name="leader"/>; a judge of negative weight speaks for the other side, people speak as one more judge.</summary>
    private static double Behind(int leader, IReadOnlyList<PanelSeat> seats, IReadOnlyList<PanelVote> votes, double lead)
    {
        double with = 0, all = 0;
        foreach (var seat in seats.Where(s => s.Stance == "prefers"))
        {
            var weight = Math.Abs(seat.Weight * Mean(votes, seat.Judge));
            all += weight;
            with += seat.Player == leader == seat.Weight >= 0 ? weight : 0;
        }
        var people = Math.Abs(lead);
        all += people;
        with += (lead > 0 ? 0 : 1) == leader ? people : 0;
        // Nobody measured said anything: the posterior is all there is.
        return all > 0 ? with / all : 1;
    }

    private static double Mean(IReadOnlyList<PanelVote> votes, Guid judge) =>
        votes.Where(v => v.Judge == judge).Sum(v => v.Preferred switch { 0 => 0.5, 1 => -0.5, _ => 0 });

    private static PanelSeat Seat(PanelJudge judge, IReadOnlyList<PanelVote> votes, string? failure, double weight)
    {
        var (id, name) = (judge.Id, judge.Name);
        if (judge.Excluded is { } why)
        {
            return new(id, name, "excluded", null, 0, why);
        }
        var shown0 = votes.FirstOrDefault(v => v.First == 0);
        var shown1 = votes.FirstOrDefault(v => v.First == 1);
        if (shown0 is null || shown1 is null)
        {
            return failure is null ? new(id, name, "unasked", null, weight, "Not asked: the others sufficed.") : new(id, name, "failed", null, weight, failure);
        }
        if (shown0.Preferred is { } a && shown1.Preferred is { } b && a != b)
        {
            return new(id, name, "abstains", null, weight, $"Inconsistent: {Word(shown0.Preferred)} when player 1 was shown first, {Word(shown1.Preferred)} when player 2 was.");
        }
        return (shown0.Preferred, shown1.Preferred) switch
        {
            (null, null) => new(id, name, "ties", null, weight, "Calls a tie in both orders."),
            ({ } player, { } _) => new(id, name, "prefers", player, weight, $"Prefers player {player + 1} in both orders."),
            var (one, two) => new(id, name, "prefers", one ?? two, weight, $"Prefers player {(one ?? two) + 1} in one order, calls a tie in the other: half a vote."),
        };
    }

    private static string Word(int? player) => player is { } p ? $"player {p + 1}" : "a tie";
}
