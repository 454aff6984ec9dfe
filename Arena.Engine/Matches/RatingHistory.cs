using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Matches;

/// <summary>A version's rating after one match.</summary>
/// <param name="MilliElo">Thousandths of an Elo point.</param>
public sealed record RatingPoint(MatchId Match, DateTimeOffset At, long MilliElo, long Change, int Games);

/// <summary>How a version's rating came to be: it stands on the seats of its matches, so nothing else has to be kept.</summary>
public sealed class RatingHistory(IDbContextFactory<ArenaDb> factory)
{
    /// <summary>The last <paramref name="take"/> rated matches in a space, oldest first.</summary>
    public async Task<IReadOnlyList<RatingPoint>> OfAsync(string space, VersionId version, int take = 500, CancellationToken ct = default)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var points = await db.MatchSeats.AsNoTracking()
            .Where(s => s.VersionId == version && s.RatingAfter != null)
            .Join(db.Matches.Where(m => m.Space == space && m.ClosedAt != null), s => s.MatchId, m => m.Id, (s, m) => new { Seat = s, At = m.ClosedAt!.Value })
            .OrderByDescending(p => p.Seat.GamesBefore).Take(take).ToListAsync(ct);
        points.Reverse();
        return [.. points.Select(p => new RatingPoint(p.Seat.MatchId, p.At, p.Seat.RatingAfter!.Value, p.Seat.RatingAfter.Value - p.Seat.RatingBefore!.Value, p.Seat.GamesBefore!.Value + 1))];
    }
}
