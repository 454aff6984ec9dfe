using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Verdicts;

/// <summary>People's votes as they count: those of a person against whom a flag stands weigh nothing.</summary>
public static class PersonVotes
{
    /// <param name="since">Votes later than this.</param>
    public static async Task<IReadOnlyList<PersonSaid>> SaidAsync(ArenaDb db, MatchId match, DateTimeOffset since, CancellationToken ct)
    {
        var votes = await db.PersonVotes.AsNoTracking().Where(v => v.MatchId == match && v.At > since).OrderBy(v => v.At).ToListAsync(ct);
        var voters = votes.Select(v => v.OwnerId).ToList();
        var flagged = (await db.Flags.Where(f => f.Kind == Flag.RiggedVotes && f.State != Flag.Dismissed && voters.Contains(f.OwnerA)).Select(f => f.OwnerA).ToListAsync(ct)).ToHashSet();
        return [.. votes.Select(v => new PersonSaid(v.Preferred, flagged.Contains(v.OwnerId) ? 0 : Panel.PersonWeight))];
    }
}

/// <summary>A vote with what is needed to judge the voter.</summary>
/// <param name="First">Agent of player 0.</param>
/// <param name="Second">Agent of player 1.</param>
/// <param name="Preferred">Player index, or null for a tie.</param>
/// <param name="Expected">What the ladder expects of player 0, 0 to 1.</param>
public sealed record SeenVote(MatchId Match, Guid Voter, Guid First, Guid Second, int? Preferred, double Expected, DateTimeOffset At);

/// <summary>Which voters back a contestant whatever it wrote: pure.</summary>
public static class PersonScrutiny
{
    /// <summary>Votes that the ladder's expectation counts as beside the votes of the others on a match.</summary>
    private const double Prior = 4;

    /// <returns>Every voter's record.</returns>
    public static IReadOnlyDictionary<Guid, VoterRecord> Of(IReadOnlyList<SeenVote> votes)
    {
        var byMatch = votes.ToLookup(v => v.Match);
        return votes.GroupBy(v => v.Voter).ToDictionary(g => g.Key, g => VoterScrutiny.Of([.. g.OrderBy(v => v.At).ThenBy(v => v.Match.Value).Select(v =>
        {
            var (chance, doubt) = Crowd(v, byMatch[v.Match]);
            return new CastVote(v.First, v.Second, chance, Score(v), doubt);
        })]));
    }

    /// <summary>That an honest voter prefers player 0: the ladder's word and the other voters'.</summary>
    private static (double Chance, double Doubt) Crowd(SeenVote vote, IEnumerable<SeenVote> all)
    {
        var others = all.Where(o => o.Voter != vote.Voter).ToList();
        var chance = (Prior * vote.Expected + others.Sum(Score)) / (Prior + others.Count);
        return (chance, Math.Sqrt(chance * (1 - chance) / (Prior + others.Count + 1)));
    }

    private static double Score(SeenVote vote) => vote.Preferred switch { 0 => 1, 1 => 0, _ => 0.5 };
}
