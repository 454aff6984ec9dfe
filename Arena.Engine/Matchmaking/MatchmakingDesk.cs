using System.Security.Cryptography;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Spaces;
using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Matchmaking;

/// <summary>What the show of a space remembers between ticks; losing it costs nothing.</summary>
public sealed class ShowState
{
    public MatchId? Shown { get; set; }

    public DateTimeOffset? LastShownEnd { get; set; }

    public DateTimeOffset? LastQuick { get; set; }
}

/// <summary>Reads what the pure deciders need, and does what they decide.</summary>
public sealed class MatchmakingDesk(SpaceCatalog catalog, IDbContextFactory<ArenaDb> factory, MatchScheduler scheduler, IOptions<ArenaOptions> options, TimeProvider time)
{
    public async Task TickAsync(string space, ShowState show, CancellationToken ct)
    {
        if (catalog.Find(space) is not { IsOpen: true } offer)
        {
            return;
        }
        await ShowAsync(offer, show, ct);
    }

    private async Task ShowAsync(SpaceOffer offer, ShowState show, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var slug = offer.Card.Slug;
        await using var db = await factory.CreateDbContextAsync(ct);
        var house = await db.Agents.AsNoTracking().Where(a => a.OwnerId == Owner.HouseId)
            .Join(db.AgentVersions, a => a.CurrentVersionId, v => v.Id, (a, v) => new { v.Id, v.Config })
            .ToListAsync(ct);
        var games = await db.Ratings.AsNoTracking().Where(r => r.Space == slug).ToDictionaryAsync(r => r.VersionId, r => r.Games, ct);
        var players = house.Where(h => AgentConfig.FromJson(h.Config) is HouseConfig c && c.Space == slug)
            .Select(h => new HousePlayer(h.Id, games.GetValueOrDefault(h.Id))).ToList();
        var running = await db.Matches.CountAsync(
            m => m.Space == slug && m.Status == MatchStatus.Running && m.PaceMs > 0 && m.Seats.All(s => s.OwnerId == Owner.HouseId), ct);
        if (running == 0 && show.Shown is not null)
        {
            show.LastShownEnd = now;
            show.Shown = null;
        }
        var draws = new Draws(RandomNumberGenerator.GetBytes(32), "show");
        foreach (var match in HouseShow.Decide(offer.Card, players, running, show.LastShownEnd, show.LastQuick, now, options.Value.HouseShow, draws))
        {
            var id = await scheduler.ScheduleAsync(slug, MatchKind.Rated, "free", match.Players, match.Shown ? options.Value.HouseShow.PaceMs : 0, null, ct);
            if (match.Shown)
            {
                show.Shown = id;
            }
            else
            {
                show.LastQuick = now;
            }
        }
    }
}
