using System.Text.Json;
using Arena.Rules.Ratings;

namespace Arena.Engine.Training;

/// <summary>What the gate says.</summary>
public enum GateDecision
{
    Running,
    Promote,
    Reject,
}

/// <summary>The gate's numbers, as shown and as stored.</summary>
/// <param name="Pairs">Mirrored pairs counted.</param>
/// <param name="Cells">Pairs by the candidate's points in two games: 0, 1/2, 1, 3/2, 2.</param>
/// <param name="Wins">Pairs in which the candidate got more than half of the points.</param>
/// <param name="Llr">Log-likelihood ratio of "better" against "no better".</param>
/// <param name="Elo">Estimated difference; null where it is infinite.</param>
/// <param name="Decision">Of the whole gate: the parent's test, then the pool's.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Pool">The comparison against the pool; null before the parent is beaten, and where a run has no pool.</param>
public sealed record GateStanding(
    long Pairs, IReadOnlyList<long> Cells, long Wins, long Draws, long Losses,
    double Llr, double Lower, double Upper, double Score, double? Elo, double? EloLow, double? EloHigh,
    double Elo0, double Elo1, int MostPairs, GateDecision Decision, string Why, PoolStanding? Pool = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static GateStanding FromJson(string json) => JsonSerializer.Deserialize<GateStanding>(json, Json) ?? throw new JsonException("An empty standing.");
}

/// <summary>
/// The rule by which a candidate replaces its parent: a sequential test on mirrored pairs. Pairs count in the order in
/// which they were scheduled, so quick games can't be counted before slow ones.
/// </summary>
public static class GateRule
{
    /// <summary>The rule in words, for the pages.</summary>
    public static string InWords(GateSettings s) => FormattableString.Invariant(
        $"The candidate plays its parent in mirrored pairs of games. A sequential test (SPRT on pair scores) compares \"no better\" ({s.Elo0:+0;-0;0} Elo) with \"better\" ({s.Elo1:+0;-0;0} Elo), both error rates {s.Error:P0}: it is promoted when the log-likelihood ratio reaches {Math.Log((1 - s.Error) / s.Error):0.00} and rejected at {Math.Log(s.Error / (1 - s.Error)):0.00}. After {s.MostPairs} pairs without a decision it is promoted only if the lower end of the 95 % interval of its Elo difference is above 0.");

    /// <summary>Both parts: the parent first, then, if it is beaten, the pool. Only a candidate that passes both is promoted.</summary>
    /// <param name="scores">Against the parent: the candidate's mean score of each pair in micro-points, in the order of scheduling.</param>
    /// <param name="draws">Against the pool, in the order of scheduling.</param>
    /// <param name="titles">The pool's members; none = the parent's test alone decides.</param>
    public static GateStanding Decide(IReadOnlyList<long> scores, IReadOnlyList<PoolDraw> draws, IReadOnlyList<string> titles, TrainingSettings settings)
    {
        var parent = Decide(scores, settings.Gate);
        if (parent.Decision != GateDecision.Promote || titles.Count == 0)
        {
            return parent;
        }
        var pool = PoolRule.Decide(draws, titles, settings.Pool);
        var why = pool.Decision switch
        {
            GateDecision.Promote => $"{parent.Why} {pool.Why}",
            GateDecision.Reject => $"Rejected: it beat its parent in {parent.Pairs} pairs, but {Lowered(pool.Why)}",
            _ => $"It beat its parent in {parent.Pairs} pairs. {pool.Why}",
        };
        return parent with { Decision = pool.Decision, Why = why, Pool = pool };
    }

    /// <summary>Against the parent alone.</summary>
    /// <param name="scores">The candidate's mean score of each pair in micro-points, in the order of scheduling.</param>
    public static GateStanding Decide(IReadOnlyList<long> scores, GateSettings settings)
    {
        var sprt = new Sprt(settings.Elo0, settings.Elo1, settings.Error, settings.Error);
        var cells = new long[5];
        var standing = sprt.Test(cells);
        // Pair by pair: the test ends with the pair that crosses a bound, whatever was played meanwhile.
        for (var i = 0; i < Math.Min(scores.Count, settings.MostPairs) && standing.State == SprtState.Running; i++)
        {
            cells[Sprt.PairCell(scores[i])]++;
            standing = sprt.Test(cells);
        }
        var pairs = cells.Sum();
        var elo = Sprt.Estimate(cells);
        var (decision, why) = standing.State switch
        {
            SprtState.AcceptsUpper => (GateDecision.Promote, FormattableString.Invariant($"Promoted: the test found it better after {pairs} pairs.")),
            SprtState.AcceptsLower => (GateDecision.Reject, FormattableString.Invariant($"Rejected: the test found it no better after {pairs} pairs.")),
            _ when pairs >= settings.MostPairs && elo.Low > 0 => (GateDecision.Promote, FormattableString.Invariant($"Promoted after {pairs} pairs: the lower end of its estimate, {elo.Low:+0.0;-0.0} Elo, is above 0.")),
            _ when pairs >= settings.MostPairs => (GateDecision.Reject, FormattableString.Invariant($"Rejected after {pairs} pairs: the lower end of its estimate, {elo.Low:+0.0;-0.0} Elo, is not above 0.")),
            _ => (GateDecision.Running, FormattableString.Invariant($"{pairs} of at most {settings.MostPairs} pairs played.")),
        };
        return new(pairs, cells, cells[3] + cells[4], cells[2], cells[0] + cells[1], standing.Llr, standing.Lower, standing.Upper, elo.Score,
            Finite(elo.Elo), Finite(elo.Low), Finite(elo.High), settings.Elo0, settings.Elo1, settings.MostPairs, decision, why);
    }

    private static string Lowered(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
