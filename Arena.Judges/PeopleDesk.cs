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
/// <param name="Left">Who wrote the left text.</param>
public sealed record Unmasked(MatchId Match, string Left, string Right);

/// <summary>Where people judge: matches that the AI judges could not decide, and appeals. A voter sees two texts and no name until the vote is in.</summary>
public sealed class PeopleDesk(ArenaDb db, PlayedMatches matches, AgentClients agents, TimeProvider time)
{
    /// <summary>A pair that this person may judge and has not; null when there is none. Nobody judges a match of their own agents.</summary>
    public async Task<BlindPair?> NextAsync(Guid person, CancellationToken ct)
    {
        var open = await db.Escalations.OrderBy(e => e.Since).Select(e => e.MatchId).Take(256).ToListAsync(ct);
        open.AddRange(await db.Appeals.Where(a => a.State == Appeal.Open).OrderBy(a => a.At).Select(a => a.MatchId).Take(64).ToListAsync(ct));
        var voted = await db.PersonVotes.Where(v => v.OwnerId == person && open.Contains(v.MatchId)).Select(v => v.MatchId).ToListAsync(ct);
        foreach (var id in open.Except(voted))
        {
            if (await matches.FindAsync(id, ct) is { } stored && await ContestantsAsync(stored, ct) is var contestants && contestants.All(c => c.Owner != person))
            {
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
        if (!await db.Escalations.AnyAsync(e => e.MatchId == id, ct) && !await db.Appeals.AnyAsync(a => a.MatchId == id && a.State == Appeal.Open, ct))
        {
            return (null, "This match is decided; nobody votes on it any more.");
        }
        if (await db.PersonVotes.AnyAsync(v => v.MatchId == id && v.OwnerId == person, ct))
        {
            return (null, "You voted on this match already.");
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
        var first = First(id, person);
        db.PersonVotes.Add(new PersonVote { MatchId = id, OwnerId = person, First = first, Preferred = choice switch { "left" => first, "right" => 1 - first, _ => null }, At = time.GetUtcNow() });
        await db.SaveChangesAsync(ct);
        return (new(id, contestants[first].Names[0], contestants[1 - first].Names[0]), null);
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
