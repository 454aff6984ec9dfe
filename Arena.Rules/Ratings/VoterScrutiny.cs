namespace Arena.Rules.Ratings;

/// <summary>A person's vote between two contestants.</summary>
/// <param name="Chance">That an honest voter prefers <paramref name="First"/>, from everything but this person's votes, 0 to 1.</param>
/// <param name="Score">1 = preferred the first, 0 = the second, 0.5 = a tie.</param>
/// <param name="Doubt">Standard error of <paramref name="Chance"/>; the voter has the benefit of it.</param>
public readonly record struct CastVote(Guid First, Guid Second, double Chance, double Score, double Doubt = 0);

/// <summary>What a voter's record shows.</summary>
/// <param name="Votes">Votes with a preference.</param>
/// <param name="Favourite">The contestant that it pushes most, up or down, or null.</param>
/// <param name="Backed">Of the votes in which that one took part, those for it.</param>
/// <param name="Shown">Votes in which it took part.</param>
/// <param name="Evidence">The mean of three e-values: how many times likelier the votes are from somebody who backs one contestant whatever it wrote, who votes it down whatever it wrote, or who votes against the crowd.</param>
/// <param name="Down">Whether <paramref name="Favourite"/> is pushed down.</param>
public sealed record VoterRecord(int Votes, Guid? Favourite, int Backed, int Shown, double Evidence, bool Down = false)
{
    /// <summary>An honest voter is flagged with at most this chance, however long one looks (Ville's inequality).</summary>
    public const double Alpha = 0.01;

    public bool Rigs => Evidence >= 1 / Alpha;
}

/// <summary>
/// Tells voters who push a contestant from voters who read. Votes are blind, so an honest voter prefers what others prefer, about as often; somebody who recognises a
/// contestant's texts backs it, or votes it down, nearly always. The e-value of a contestant multiplies, vote by vote, what such a voter would do by what the
/// crowd would; over contestants it is averaged. Another one compares with a voter who turns the crowd round. All together: their mean.
/// </summary>
public static class VoterScrutiny
{
    // A rigging voter pushes its contestant this often: it hides a little.
    private static readonly double[] Push = [0.8, 0.97];

    /// <param name="votes">One person's, oldest first.</param>
    public static VoterRecord Of(IReadOnlyList<CastVote> votes)
    {
        var told = votes.Where(v => v.Score != 0.5).ToList();
        var names = told.SelectMany(v => (Guid[])[v.First, v.Second]).Distinct().Order().ToList();
        if (names.Count == 0)
        {
            return new(0, null, 0, 0, 0);
        }
        double best = 0;
        var (sums, pushed, isDown) = (new double[2], names[0], false);
        foreach (var name in names)
        {
            foreach (var down in (bool[])[false, true])
            {
                var pushes = Pushes(told, name, down);
                sums[down ? 1 : 0] += pushes;
                if (pushes > best)
                {
                    (best, pushed, isDown) = (pushes, name, down);
                }
            }
        }
        double against = 1;
        foreach (var vote in told)
        {
            var chance = Bounded((vote.Score > 0.5 ? vote.Chance : 1 - vote.Chance) + vote.Doubt);
            against *= 0.5 * (1 - chance) / chance + 0.5;
        }
        var own = told.Where(v => v.First == pushed || v.Second == pushed).ToList();
        return new(told.Count, pushed, own.Count(v => v.Score > 0.5 == (v.First == pushed)), own.Count, (sums.Sum() / names.Count + against) / 3, isDown);
    }

    /// <summary>
    /// What is left of a vote's weight, 0 to 1: one over how many times likelier the same person's other votes are from somebody who pushes its winner up or its loser
    /// down whatever they wrote, where that is more than once. Honest voters keep nearly all of it: such an e-value ever exceeds x with chance 1/x at most.
    /// </summary>
    /// <param name="others">The person's other votes.</param>
    /// <param name="winner">The contestant that the vote prefers.</param>
    public static double Left(IReadOnlyList<CastVote> others, Guid winner, Guid loser) =>
        1 / Math.Max(1, Math.Max(Pushes(others, winner, down: false), Pushes(others, loser, down: true)));

    /// <summary>How many times likelier the votes are from somebody who pushes a contestant up, or down, than from somebody who reads; ties say nothing.</summary>
    private static double Pushes(IReadOnlyList<CastVote> votes, Guid name, bool down)
    {
        double mean = 0;
        foreach (var push in Push)
        {
            double ratio = 1;
            foreach (var vote in votes.Where(v => v.Score != 0.5 && (v.First == name || v.Second == name)))
            {
                var isFirst = vote.First == name;
                // Whether the vote did what is being looked for, and how likely an honest one does: of what was cast, at least as likely as it may have been.
                var (did, likely) = (vote.Score > 0.5 == isFirst != down, isFirst != down ? vote.Chance : 1 - vote.Chance);
                var chance = Bounded(likely + (did ? vote.Doubt : -vote.Doubt));
                // One who pushes against the crowd's own view; where the crowd does the same there is nothing to see.
                var pushed = Math.Max(push, chance);
                ratio *= did ? pushed / chance : (1 - pushed) / (1 - chance);
            }
            mean += ratio / Push.Length;
        }
        return mean;
    }

    /// <summary>No crowd is that sure.</summary>
    private static double Bounded(double chance) => Math.Clamp(chance, 0.05, 0.95);
}
