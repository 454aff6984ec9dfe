using System.Security.Cryptography;
using System.Text;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Judges;

/// <summary>Two texts to compare, their writers hidden.</summary>
/// <param name="Left">The text shown on the left, cleaned of names.</param>
public sealed record BlindPair(MatchId Match, string Space, string Task, string Left, string Right);

/// <summary>What a voter learns after voting.</summary>
/// <param name="Left">Who wrote the left text; empty for a known pair, which nobody entered.</param>
/// <param name="Known">For a known pair: which text is better, "left" or "right". Null for a match.</param>
public sealed record Unmasked(MatchId Match, string Left, string Right, string? Known = null);

/// <summary>
/// Where people judge: matches that the AI judges could not decide, and appeals. A voter sees two texts and no name until the vote is in. Among the matches come known
/// pairs, dressed like them: they decide what the voter's votes weigh (<see cref="PersonStanding"/>).
/// </summary>
public sealed class PeopleDesk(ArenaDb db, PlayedMatches matches, AgentClients agents, TimeProvider time)
{
    /// <summary>Of how many pairs one is a known one, once the first were answered.</summary>
    private const int KnownEvery = 5;

    /// <summary>What this person's votes weigh, and why.</summary>
    public async Task<PersonStanding> StandingAsync(Guid person, CancellationToken ct) => (await PersonVotes.StandingsAsync(db, [person], ct))[person];

    /// <summary>A pair that this person may judge and has not; null when there is none. Nobody judges a match of their own agents. While a match waits, known pairs come in its place when they are due.</summary>
    public async Task<BlindPair?> NextAsync(Guid person, CancellationToken ct)
    {
        var open = await db.Escalations.OrderBy(e => e.Since).Select(e => e.MatchId).Take(256).ToListAsync(ct);
        open.AddRange(await db.Appeals.Where(a => a.State == Appeal.Open).OrderBy(a => a.At).Select(a => a.MatchId).Take(64).ToListAsync(ct));
        var voted = await db.PersonVotes.Where(v => v.OwnerId == person && open.Contains(v.MatchId)).Select(v => v.MatchId).ToListAsync(ct);
        foreach (var id in open.Except(voted))
        {
            if (await matches.FindAsync(id, ct) is { } stored && await ContestantsAsync(stored, ct) is var contestants && contestants.All(c => c.Owner != person))
            {
                if (await KnownDueAsync(person, ct) is { } known)
                {
                    return known;
                }
                var first = First(id, person);
                List<string> names = [.. contestants.SelectMany(c => c.Names)];
                string Text(int player) => QuotedEntry.Of(contestants[player].Text, "\0", names);
                return new(id, stored.Match.Space, stored.Played.Games[0].Turns[0].Saw, Text(first), Text(1 - first));
            }
        }
        return null;
    }

    /// <param name="choice">"left", "right" or "tie".</param>
    /// <returns>Who wrote what, or why the vote was refused.</returns>
    public async Task<(Unmasked? Seen, string? Refused)> VoteAsync(MatchId id, Guid person, string choice, CancellationToken ct)
    {
        if (choice is not ("left" or "right" or "tie"))
        {
            return (null, "Choose left, right or tie.");
        }
        if (await db.PersonVotes.AnyAsync(v => v.MatchId == id && v.OwnerId == person, ct))
        {
            return (null, "You voted on this pair already.");
        }
        if (await db.GoldCases.AsNoTracking().FirstOrDefaultAsync(g => g.Id == id.Value && g.Enabled && g.Kind == GoldCase.Quality && g.Origin == GoldCase.BuiltIn, ct) is not null)
        {
            // Only in its turn: else an account earns its weight in a second, from the files that come with the site.
            if ((await KnownDueAsync(person, ct))?.Match != id)
            {
                return (null, "This pair isn't your turn; read what is shown to you.");
            }
            await StoreAsync(id, person, choice, ct);
            return (new(id, "", "", ClampedReliability.BetterSide(id.Value) == First(id, person) ? "left" : "right"), null);
        }
        if (!await db.Escalations.AnyAsync(e => e.MatchId == id, ct) && !await db.Appeals.AnyAsync(a => a.MatchId == id && a.State == Appeal.Open, ct))
        {
            return (null, "This match is decided; nobody votes on it any more.");
        }
        if (await matches.FindAsync(id, ct) is not { } stored)
        {
            return (null, "This match can't be read.");
        }
        var contestants = await ContestantsAsync(stored, ct);
        if (contestants.Any(c => c.Owner == person))
        {
            return (null, "One of the two texts is your own agent's.");
        }
        await StoreAsync(id, person, choice, ct);
        var first = First(id, person);
        return (new(id, contestants[first].Names[0], contestants[1 - first].Names[0]), null);
    }

    private async Task StoreAsync(MatchId id, Guid person, string choice, CancellationToken ct)
    {
        var first = First(id, person);
        db.PersonVotes.Add(new PersonVote { MatchId = id, OwnerId = person, First = first, Preferred = choice switch { "left" => first, "right" => 1 - first, _ => null }, At = time.GetUtcNow() });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>The known pair that is due: one of the first, or a fifth of what came since; in an order of each person's own.</summary>
    private async Task<BlindPair?> KnownDueAsync(Guid person, CancellationToken ct)
    {
        var known = await PersonVotes.KnownAsync(db, ct);
        var answered = (await db.PersonVotes.AsNoTracking().Where(v => v.OwnerId == person).Select(v => v.MatchId).ToListAsync(ct)).ConvertAll(m => m.Value);
        var done = answered.Count(known.Contains);
        if (done >= PersonStanding.KnownFirst && (answered.Count - PersonStanding.KnownFirst) / KnownEvery <= done - PersonStanding.KnownFirst)
        {
            return null;
        }
        var next = known.Except(answered).OrderBy(id => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{person:D}/{id:D}"))), StringComparer.Ordinal).FirstOrDefault();
        if (await db.GoldCases.AsNoTracking().FirstOrDefaultAsync(g => g.Id == next, ct) is not { } gold)
        {
            return null;
        }
        var left = First(new(gold.Id), person);
        string Text(int side) => QuotedEntry.Of(side == ClampedReliability.BetterSide(gold.Id) ? gold.Better : gold.Worse, "\0", []);
        return new(new(gold.Id), gold.Space, gold.Task, Text(left), Text(1 - left));
    }

    /// <summary>Which player this person sees on the left: half of the people see either, and each always the same.</summary>
    internal static int First(MatchId id, Guid person) => SHA256.HashData(Encoding.UTF8.GetBytes($"{id.Value:D}/{person:D}"))[0] & 1;

    private async Task<List<(Guid Owner, string Text, List<string> Names)>> ContestantsAsync(StoredMatch stored, CancellationToken ct)
    {
        var contestants = new List<(Guid, string, List<string>)>();
        var entries = stored.Setup.Rules.Present(stored.Setup, stored.Played).Entries;
        foreach (var seat in stored.Match.Seats.OrderBy(s => s.Player))
        {
            var known = await agents.KnowAsync(seat.VersionId, ct);
            contestants.Add((known.OwnerId, entries[seat.Player], [known.AgentName, known.OwnerName, .. known.Config is ChatConfig chat ? (string[])[chat.Model] : []]));
        }
        return contestants;
    }
}
