using System.Diagnostics;
using System.Globalization;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arena.Engine.Verdicts;

/// <summary>
/// Looks for thrown games, traded wins and rigged votes, and stores what it finds as flags. It decides nothing else: the ladder and the panel read
/// the flags that stand. It takes at most a twentieth of the time.
/// </summary>
public sealed partial class ScrutinyWorker(IDbContextFactory<ArenaDb> factory, Ladders ladders, TimeProvider time, ILogger<ScrutinyWorker> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, DateTimeOffset> _seen = [];
    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];

    /// <summary>One look at every ladder that is newer than the last look, and at the votes.</summary>
    /// <returns>Flags raised.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var raised = await LookAtVotesAsync(db, ct);
        foreach (var space in ladders.Spaces)
        {
            var ladder = ladders.Of(space);
            if (_seen.GetValueOrDefault(space) == ladder.At || _notBefore.GetValueOrDefault(space) > time.GetUtcNow())
            {
                continue;
            }
            var watch = Stopwatch.GetTimestamp();
            raised += await LookAtMatchesAsync(db, space, ladder, ct);
            _seen[space] = ladder.At;
            _notBefore[space] = time.GetUtcNow() + 20 * Stopwatch.GetElapsedTime(watch);
        }
        return raised;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(log, e);
            }
        }
    }

    private async Task<int> LookAtMatchesAsync(ArenaDb db, string space, SpaceLadder ladder, CancellationToken ct)
    {
        if (!ladder.Book.Pairs().Any(p => !ladder.Anchors.Contains(p.First) && !ladder.Anchors.Contains(p.Second)))
        {
            return 0;
        }
        var trusted = (await db.Flags.AsNoTracking().Where(f => f.Space == space && f.State == Flag.Dismissed && f.First != null).Select(f => new { f.First, f.Second }).ToListAsync(ct))
            .Select(f => LadderTerms.Pair(f.First!.Value.Value, f.Second!.Value.Value)).ToHashSet();
        var names = await NamesAsync(db, space, ct);
        var (raised, flagged) = (0, (ladder.Terms.Uncounted ?? new HashSet<(Guid, Guid)>()).Union(trusted).ToHashSet());
        foreach (var finding in ThrownGames.Look(ladder.Book, ladder.Terms, trusted))
        {
            foreach (var pair in finding.Pairs)
            {
                flagged.Add(LadderTerms.Pair(finding.Gainer, pair.Loser));
                raised += await RaiseAsync(db, Flag.ThrownGames, space, finding.Gainer, pair.Loser, names, string.Create(CultureInfo.InvariantCulture,
                    $"{Name(names, finding.Gainer)} scored {pair.Points:0.#} of {pair.Battles} against {Name(names, pair.Loser)}; from everything that both showed against others, {pair.Expected:0.0} were expected. Chance of so many or more: {pair.Chance:0.#####}. {(finding.Pairs.Count > 1 ? $"{finding.Pairs.Count} opponents lost like this to the same agent; chance" : "Chance")} of such a thing anywhere in this list, when nobody throws games: {finding.Chance:0.#######}."), ct) ? 1 : 0;
            }
        }
        var games = await GamesAsync(db, space, ct);
        foreach (var finding in WinTrading.Look(games, ladder.Book, ladder.Terms, flagged))
        {
            foreach (var (partner, evidence, count) in finding.Partners.Where(p => p.Evidence >= 10))
            {
                raised += await RaiseAsync(db, Flag.TradedWins, space, finding.Version, partner, names, string.Create(CultureInfo.InvariantCulture,
                    $"The {count} games of {Name(names, finding.Version)} and {Name(names, partner)} come in stretches that one and then the other wins: {evidence:0} times likelier when wins are traded than by their strength. With all of its partners the evidence is {finding.Evidence:0}; in a list where nobody trades it passes {1 / WinTrading.Alpha:0} times the number of agents once in {1 / WinTrading.Alpha:0} lists."), ct) ? 1 : 0;
            }
        }
        return raised;
    }

    private async Task<int> LookAtVotesAsync(ArenaDb db, CancellationToken ct)
    {
        var votes = await db.PersonVotes.AsNoTracking().ToListAsync(ct);
        if (votes.Count == 0)
        {
            return 0;
        }
        var seen = await PersonVotes.SeenAsync(db, ladders, votes, ct);
        var raised = 0;
        foreach (var (person, record) in PersonScrutiny.Of(seen).Where(r => r.Value.Rigs).OrderBy(r => r.Key))
        {
            var backed = record.Favourite is { } id && await db.Agents.AsNoTracking().Where(a => a.Id == new AgentId(id)).Select(a => a.Name).FirstOrDefaultAsync(ct) is { } name ? name : "one agent";
            var now = time.GetUtcNow();
            raised += await FlagDesk.RaiseAsync(db, new Flag
            {
                Id = Guid.CreateVersion7(now),
                Kind = Flag.RiggedVotes,
                Space = "",
                OwnerA = person,
                OwnerB = person,
                Seen = string.Create(CultureInfo.InvariantCulture,
                    $"Of {record.Votes} blind votes with a preference, {record.Shown} were on texts of {backed}, and {record.Backed} of these preferred it. The votes are {record.Evidence:0} times likelier from somebody who {(record.Down ? "votes it down" : "backs it")} whatever it wrote, or who votes against what others prefer, than from somebody who reads; an honest voter ever gets to {1 / VoterRecord.Alpha:0} once in {1 / VoterRecord.Alpha:0}."),
                Changes = "These votes, and further ones, weigh nothing in verdicts that are still open. Closed matches stay as they are.",
                State = Flag.Open,
                At = now,
            }, ct) ? 1 : 0;
        }
        return raised;
    }

    private async Task<bool> RaiseAsync(ArenaDb db, string kind, string space, Guid one, Guid other, Dictionary<Guid, (string Name, Guid Owner)> names, string seen, CancellationToken ct)
    {
        var (first, second) = LadderTerms.Pair(one, other);
        var now = time.GetUtcNow();
        var flag = new Flag
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            Space = space,
            First = new(first),
            Second = new(second),
            OwnerA = names.GetValueOrDefault(first).Owner,
            OwnerB = names.GetValueOrDefault(second).Owner,
            Seen = seen,
            Changes = "The matches of these two against each other count nothing in the ranking. They stay as they were played: results, live Elo, stakes and transcripts don't change.",
            State = Flag.Open,
            At = now,
        };
        var isNew = await FlagDesk.RaiseAsync(db, flag, ct);
        if (isNew)
        {
            Log.Raised(log, kind, space, first, second);
        }
        return isNew;
    }

    /// <summary>Rated games of owners' agents with two seats, in the order in which they closed.</summary>
    private static async Task<IReadOnlyList<TimedResult>> GamesAsync(ArenaDb db, string space, CancellationToken ct) =>
        [.. (await db.Matches.AsNoTracking().Where(m => m.Space == space && m.Kind == MatchKind.Rated && m.Status == MatchStatus.Closed && m.Seats.Count == 2 && m.Seats.All(s => s.OwnerId != Owner.HouseId))
            .OrderBy(m => m.ClosedAt).ThenBy(m => m.Id).Select(m => m.Seats.OrderBy(s => s.Player).Select(s => new { s.VersionId, s.Score }).ToList()).ToListAsync(ct))
            .Where(s => s[0].VersionId != s[1].VersionId)
            .Select(s => new TimedResult(s[0].VersionId.Value, s[1].VersionId.Value, s[0].Score > s[1].Score ? 1 : s[0].Score < s[1].Score ? 0 : 0.5))];

    private static async Task<Dictionary<Guid, (string Name, Guid Owner)>> NamesAsync(ArenaDb db, string space, CancellationToken ct) =>
        (await db.Ratings.AsNoTracking().Where(r => r.Space == space).Join(db.Agents, r => r.AgentId, a => a.Id, (r, a) => new { r.VersionId, a.Name, a.OwnerId }).ToListAsync(ct))
            .ToDictionary(n => n.VersionId.Value, n => (n.Name, n.OwnerId));

    private static string Name(Dictionary<Guid, (string Name, Guid Owner)> names, Guid version) => names.GetValueOrDefault(version).Name ?? "an agent";

    private static partial class Log
    {
        [LoggerMessage(5020, LogLevel.Warning, "Flagged for {Kind} in {Space}: {First} and {Second}")]
        public static partial void Raised(ILogger logger, string kind, string space, Guid first, Guid second);

        [LoggerMessage(5021, LogLevel.Error, "Looking for thrown games, traded wins and rigged votes failed; trying again.")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
