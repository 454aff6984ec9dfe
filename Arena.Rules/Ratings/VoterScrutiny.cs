namespace Arena.Rules.Ratings;

/// <summary>A person's vote between two contestants.</summary>
/// <param name="Chance">That an honest voter prefers <paramref name="First"/>, from everything but this person's votes, 0 to 1.</param>
/// <param name="Score">1 = preferred the first, 0 = the second, 0.5 = a tie.</param>
/// <param name="Doubt">Standard error of <paramref name="Chance"/>; the voter has the benefit of it.</param>
public readonly record struct CastVote(Guid First, Guid Second, double Chance, double Score, double Doubt = 0);

/// <summary>What a voter's record shows.</summary>
/// <param name="Votes">Votes with a preference.</param>
/// <param name="Favourite">The contestant that it backs most, or null.</param>
/// <param name="Backed">Of the votes in which that one took part, those for it.</param>
/// <param name="Shown">Votes in which it took part.</param>
/// <param name="Evidence">The larger of two e-values: how many times likelier the votes are from somebody who backs that one whatever it wrote, or who votes against the crowd.</param>
public sealed record VoterRecord(int Votes, Guid? Favourite, int Backed, int Shown, double Evidence)
{
    /// <summary>An honest voter is flagged with at most this chance, however long one looks (Ville's inequality).</summary>
    public const double Alpha = 0.01;

    public bool Rigs => Evidence >= 1 / Alpha;
}

/// <summary>
/// Tells voters who push a contestant from voters who read. Votes are blind, so an honest voter prefers what others prefer, about as often; somebody who recognises a
/// contestant's texts backs it nearly always. The e-value of a contestant multiplies, vote by vote, what such a voter would do by what the
/// crowd would; over contestants it is averaged. A second one compares with a voter who turns the crowd round. Both together: their mean.
/// </summary>
public static class VoterScrutiny
{
    // A rigging voter backs its contestant this often: it hides a little.
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
        double sum = 0, best = 0;
        var (favourite, backed, shown) = ((Guid?)null, 0, 0);
        foreach (var name in names)
        {
            double mean = 0;
            var (own, seen) = (0, 0);
            foreach (var push in Push)
            {
                double ratio = 1;
                (own, seen) = (0, 0);
                foreach (var vote in told.Where(v => v.First == name || v.Second == name))
                {
                    var isFirst = vote.First == name;
                    var wins = vote.Score > 0.5 == isFirst;
                    // Of what was cast, at least as likely as it may have been.
                    var chance = Bounded((isFirst ? vote.Chance : 1 - vote.Chance) + (wins ? vote.Doubt : -vote.Doubt));
                    // One who backs a favourite against the crowd's own view; where the crowd backs it as well there is nothing to see.
                    var pushed = Math.Max(push, chance);
                    ratio *= wins ? pushed / chance : (1 - pushed) / (1 - chance);
                    (own, seen) = (own + (wins ? 1 : 0), seen + 1);
                }
                mean += ratio / Push.Length;
            }
            sum += mean;
            if (mean > best)
            {
                (best, favourite, backed, shown) = (mean, name, own, seen);
            }
        }
        double against = 1;
        foreach (var vote in told)
        {
            var chance = Bounded((vote.Score > 0.5 ? vote.Chance : 1 - vote.Chance) + vote.Doubt);
            against *= 0.5 * (1 - chance) / chance + 0.5;
        }
        return new(told.Count, favourite, backed, shown, (sum / names.Count + against) / 2);
    }

    /// <summary>No crowd is that sure.</summary>
    private static double Bounded(double chance) => Math.Clamp(chance, 0.05, 0.95);
}
