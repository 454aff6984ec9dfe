using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Verdicts;

/// <summary>How far a person's votes are believed: by the known pairs answered, never by agreeing with other voters.</summary>
/// <param name="Known">Known pairs answered.</param>
/// <param name="Right">Of these, answered rightly; "neither" counts half.</param>
/// <param name="Needed">Known pairs before a vote weighs anything: <see cref="KnownFirst"/>, or as many as the site has.</param>
/// <param name="Flagged">Whether a flag of rigged votes stands.</param>
public sealed record PersonStanding(int Known, double Right, int Needed, bool Flagged)
{
    /// <summary>Known pairs that everybody answers first. It is what an account costs: one that votes once and leaves has moved nothing.</summary>
    public const int KnownFirst = 5;

    /// <summary>Known pairs after which a vote can weigh all that it may; before, in proportion.</summary>
    public const int KnownFull = 10;

    /// <summary>Log-odds of a vote before what the voter leans to is taken off: 0 to <see cref="Panel.PersonWeight"/>. Four right of five give half of it, eight of ten all, half right nothing.</summary>
    public double Weight =>
        Flagged || Known < Needed ? 0
        : Needed == 0 ? Panel.PersonWeight
        : Math.Clamp(Math.Log((Right + 1) / (Known - Right + 1)), 0, Panel.PersonWeight) * (Needed < KnownFirst ? 1 : Math.Min(1, Known / (double)KnownFull));

    /// <summary>The same in words for the voter.</summary>
    public string Why =>
        Flagged ? "A flag stands against your votes, so they weigh nothing until an administrator has looked."
        : Known < Needed ? $"Your votes count once you have answered {Needed} pairs of which it is known which text is better; they are among those shown here. So far {Known}. Votes that you give meanwhile count from then on, while their match is open."
        : Needed == 0 ? "Your votes count full."
        : Weight <= 0 ? $"Of {Known} known pairs you found {Right:0.#}: no more than guessing would, so your votes weigh nothing yet. Further known pairs come among the others."
        : Weight < Panel.PersonWeight ? $"Of {Known} known pairs you found {Right:0.#}, so your votes weigh {100 * Weight / Panel.PersonWeight:0} % of a full vote.{(Known < KnownFull ? $" From {KnownFull} known pairs on they can weigh all of it." : "")}"
        : $"Of {Known} known pairs you found {Right:0.#}, so your votes count full.";
}

/// <summary>People's votes as they count.</summary>
public static class PersonVotes
{
    /// <summary>What the page tells every voter.</summary>
    public const string Rule =
        "The first pairs that you are shown, and one in five later, are known ones: it was settled beforehand which text is better. How many of them you find decides what your votes weigh. A vote for an agent that your other votes have favoured beyond what others see in it weighs less, and so does one against an agent that they have voted down: one over how many times likelier they are from somebody who pushes that agent whatever it writes.";

    /// <summary>The votes on a match with their weights: by the known pairs that a voter found (<see cref="PersonStanding"/>), times what is left after the voter's leaning (<see cref="VoterScrutiny.Left"/>).</summary>
    /// <param name="since">Votes later than this.</param>
    public static async Task<IReadOnlyList<PersonSaid>> SaidAsync(ArenaDb db, Ladders ladders, MatchId match, DateTimeOffset since, CancellationToken ct)
    {
        var votes = await db.PersonVotes.AsNoTracking().Where(v => v.MatchId == match && v.At > since).OrderBy(v => v.At).ToListAsync(ct);
        var voters = votes.Select(v => v.OwnerId).ToList();
        if (voters.Count == 0)
        {
            return [];
        }
        var own = await db.PersonVotes.AsNoTracking().Where(v => voters.Contains(v.OwnerId)).ToListAsync(ct);
        var matches = own.Select(v => v.MatchId).Distinct().ToList();
        var around = await db.PersonVotes.AsNoTracking().Where(v => matches.Contains(v.MatchId)).ToListAsync(ct);
        var cast = PersonScrutiny.Cast(await SeenAsync(db, ladders, around, ct));
        var standings = await StandingsAsync(db, voters, ct);
        return [.. votes.Select(v =>
        {
            var mine = cast.GetValueOrDefault(v.OwnerId) ?? [];
            var left = v.Preferred is not { } preferred || !mine.Exists(c => c.Match == match) ? 1 : Left(mine, match, preferred);
            return new PersonSaid(v.Preferred, standings[v.OwnerId].Weight * left);
        })];
    }

    /// <summary>How far each of these people is believed.</summary>
    public static async Task<IReadOnlyDictionary<Guid, PersonStanding>> StandingsAsync(ArenaDb db, IReadOnlyCollection<Guid> people, CancellationToken ct)
    {
        var known = await KnownAsync(db, ct);
        var needed = Math.Min(PersonStanding.KnownFirst, known.Count);
        var asMatches = known.Select(k => new MatchId(k)).ToList();
        var answers = await db.PersonVotes.AsNoTracking().Where(v => people.Contains(v.OwnerId) && asMatches.Contains(v.MatchId)).ToListAsync(ct);
        var flagged = (await db.Flags.Where(f => f.Kind == Flag.RiggedVotes && f.State != Flag.Dismissed && people.Contains(f.OwnerA)).Select(f => f.OwnerA).ToListAsync(ct)).ToHashSet();
        return people.Distinct().ToDictionary(p => p, p =>
        {
            var own = answers.Where(a => a.OwnerId == p).ToList();
            return new PersonStanding(own.Count, own.Sum(a => a.Preferred is not { } side ? 0.5 : side == ClampedReliability.BetterSide(a.MatchId.Value) ? 1 : 0), needed, flagged.Contains(p));
        });
    }

    /// <summary>Ids of the pairs that people are shown as known ones: gold cases of quality that are public anyway.</summary>
    public static async Task<IReadOnlyList<Guid>> KnownAsync(ArenaDb db, CancellationToken ct) =>
        await db.GoldCases.AsNoTracking().Where(g => g.Enabled && g.Kind == GoldCase.Quality && g.Origin == GoldCase.BuiltIn).OrderBy(g => g.Id).Select(g => g.Id).ToListAsync(ct);

    /// <summary>Votes with what is needed to judge their voters; answers to known pairs and votes on matches that are gone are left out.</summary>
    public static async Task<IReadOnlyList<SeenVote>> SeenAsync(ArenaDb db, Ladders ladders, IReadOnlyList<PersonVote> votes, CancellationToken ct)
    {
        var ids = votes.Select(v => v.MatchId).Distinct().ToList();
        var matches = (await db.Matches.AsNoTracking().Where(m => ids.Contains(m.Id) && m.Seats.Count == 2)
            .Select(m => new { m.Id, m.Space, Seats = m.Seats.OrderBy(s => s.Player).Select(s => new { s.AgentId, s.VersionId }).ToList() }).ToListAsync(ct)).ToDictionary(m => m.Id);
        return [.. votes.Where(v => matches.ContainsKey(v.MatchId)).Select(v =>
        {
            var match = matches[v.MatchId];
            return new SeenVote(v.MatchId, v.OwnerId, match.Seats[0].AgentId.Value, match.Seats[1].AgentId.Value, v.Preferred,
                ladders.Of(match.Space).Fit.Expected(match.Seats[0].VersionId.Value, match.Seats[1].VersionId.Value), v.At);
        })];
    }

    private static double Left(List<(MatchId Match, CastVote Vote)> mine, MatchId match, int preferred)
    {
        var vote = mine.First(c => c.Match == match).Vote;
        var (winner, loser) = preferred == 0 ? (vote.First, vote.Second) : (vote.Second, vote.First);
        return VoterScrutiny.Left([.. mine.Where(c => c.Match != match).Select(c => c.Vote)], winner, loser);
    }
}

/// <summary>A vote with what is needed to judge the voter.</summary>
/// <param name="First">Agent of player 0.</param>
/// <param name="Second">Agent of player 1.</param>
/// <param name="Preferred">Player index, or null for a tie.</param>
/// <param name="Expected">What the ladder expects of player 0, 0 to 1.</param>
public sealed record SeenVote(MatchId Match, Guid Voter, Guid First, Guid Second, int? Preferred, double Expected, DateTimeOffset At);

/// <summary>Which voters push a contestant whatever it wrote: pure.</summary>
public static class PersonScrutiny
{
    /// <summary>Votes that the ladder's expectation counts as beside the votes of the others on a match.</summary>
    private const double Prior = 4;

    /// <returns>Every voter's record.</returns>
    public static IReadOnlyDictionary<Guid, VoterRecord> Of(IReadOnlyList<SeenVote> votes) =>
        Cast(votes).ToDictionary(v => v.Key, v => VoterScrutiny.Of([.. v.Value.Select(c => c.Vote)]));

    /// <summary>Every voter's votes, oldest first, each beside what the crowd would do.</summary>
    public static IReadOnlyDictionary<Guid, List<(MatchId Match, CastVote Vote)>> Cast(IReadOnlyList<SeenVote> votes)
    {
        var byMatch = votes.ToLookup(v => v.Match);
        return votes.GroupBy(v => v.Voter).ToDictionary(g => g.Key, g => g.OrderBy(v => v.At).ThenBy(v => v.Match.Value).Select(v =>
        {
            var (chance, doubt) = Crowd(v, byMatch[v.Match]);
            return (v.Match, new CastVote(v.First, v.Second, chance, Score(v), doubt));
        }).ToList());
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
