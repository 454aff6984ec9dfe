namespace Arena.Rules.Ratings;

/// <summary>A player as Elo sees it before a match.</summary>
/// <param name="Rating">Milli-Elo.</param>
/// <param name="Games">Rated matches played before.</param>
/// <param name="Anchor">House agents: they move slowly, so that the list keeps its zero.</param>
public sealed record EloPlayer(long Rating, int Games, bool Anchor = false);

/// <summary>One opponent's share in a rating change.</summary>
/// <param name="Opponent">Index of the opponent in the match.</param>
/// <param name="OpponentRating">Milli-Elo before the match.</param>
/// <param name="Expected">Expected score, micro-points.</param>
/// <param name="Score">Score against this opponent, micro-points.</param>
/// <param name="Change">Milli-Elo.</param>
public sealed record EloShare(int Opponent, long OpponentRating, long Expected, long Score, long Change);

/// <summary>A rating change with all that explains it, for a page to print.</summary>
/// <param name="Before">Milli-Elo.</param>
/// <param name="After">Milli-Elo: before plus the sum of the shares' changes.</param>
/// <param name="K">K factor, Elo points.</param>
/// <param name="Provisional">Whether K is that of a newcomer.</param>
/// <param name="Shares">One for each opponent.</param>
public sealed record EloExplanation(long Before, long After, int K, bool Provisional, IReadOnlyList<EloShare> Shares)
{
    public long Change => After - Before;
}

/// <summary>
/// Elo in integers, so that every machine gets the same numbers: ratings in milli-Elo, scores in micro-points.
/// Logistic curve, base 10, scale 400. A match of n players is n(n-1)/2 pairings at weight 1/(n-1), all from the ratings before it.
/// </summary>
/// <remarks>
/// Rounding: the weaker side's expected score is floor(1e6 / (1 + 10^(gap/400)) + 1/2) in double precision, the stronger's is
/// 1e6 minus that; a share is K * (score - expected) / (1000 * (n-1)) milli-Elo, rounded to nearest, halves away from zero.
/// So the changes of a pairing with equal K are exactly opposite.
/// </remarks>
public static class Elo
{
    /// <summary>Milli-Elo of a newcomer.</summary>
    public const long Start = 1_500_000;

    /// <summary>Rated matches after which a player is no longer provisional.</summary>
    public const int ProvisionalGames = 30;

    public const int ProvisionalK = 40;
    public const int EstablishedK = 20;
    public const int AnchorK = 10;

    private const long Full = 1_000_000;

    /// <summary>The K factor of a player, Elo points.</summary>
    public static int K(EloPlayer player) =>
        player.Anchor ? AnchorK : player.Games < ProvisionalGames ? ProvisionalK : EstablishedK;

    /// <summary>Expected score against an opponent, micro-points. Arguments in milli-Elo.</summary>
    public static long Expected(long rating, long opponent)
    {
        var gap = Math.Abs(rating - opponent) / 1000.0;
        var weaker = (long)Math.Floor(1e6 / (1 + Math.Pow(10, gap / 400)) + 0.5);
        return rating <= opponent ? weaker : Full - weaker;
    }

    /// <summary>
    /// The score of a pairing, micro-points, from two players' match scores (micro-points). Two players share what the games gave
    /// them, so 1:0 is a win, equal is a draw, and two mirrored games won once each are a draw; among more players the higher score wins.
    /// </summary>
    public static long PairScore(long own, long other, int players) =>
        players == 2 ? Math.Clamp((Full + own - other) / 2, 0, Full) : own > other ? Full : own < other ? 0 : Full / 2;

    /// <summary>The changes of all players of one match. <paramref name="scores"/> in micro-points, as on the match.</summary>
    public static IReadOnlyList<EloExplanation> Rate(IReadOnlyList<EloPlayer> players, IReadOnlyList<long> scores)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(players.Count, 2, nameof(players));
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Count, players.Count, nameof(scores));
        var changes = new EloExplanation[players.Count];
        for (var i = 0; i < players.Count; i++)
        {
            var k = K(players[i]);
            var shares = new List<EloShare>(players.Count - 1);
            for (var j = 0; j < players.Count; j++)
            {
                if (j == i)
                {
                    continue;
                }
                var expected = Expected(players[i].Rating, players[j].Rating);
                // The lower index's share is the base of both, so that halves of odd score sums stay opposite.
                var score = i < j ? PairScore(scores[i], scores[j], players.Count) : Full - PairScore(scores[j], scores[i], players.Count);
                shares.Add(new EloShare(j, players[j].Rating, expected, score, Divide(k * (score - expected), 1000L * (players.Count - 1))));
            }
            var before = players[i].Rating;
            changes[i] = new EloExplanation(before, before + shares.Sum(s => s.Change), k, k == ProvisionalK, shares);
        }
        return changes;
    }

    /// <summary>Division rounded to nearest, halves away from zero.</summary>
    private static long Divide(long value, long by) => Math.Sign(value) * ((2 * Math.Abs(value) + by) / (2 * by));
}
