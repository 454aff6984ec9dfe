using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Matches;

/// <summary>
/// A later verdict on a closed match. The match, its record and its leaf never change; the ranking counts what stands here in the place of the seats' scores. Never
/// changed itself.
/// </summary>
public sealed class Correction
{
    public required MatchId MatchId { get; init; }

    public required string Space { get; init; }

    /// <summary>Micro-points per player as the match closed, JSON.</summary>
    public required string Was { get; init; }

    /// <summary>Micro-points per player from now on, JSON.</summary>
    public required string Scores { get; init; }

    /// <summary>Hash of the verdict that the match closed with.</summary>
    public required string WasVerdict { get; init; }

    /// <summary>SHA-256 of the canonical new verdict, lower-case hex.</summary>
    public required string Verdict { get; init; }

    /// <summary>For everybody.</summary>
    public required string Why { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Every correction of a space, or of all; scores by match.</summary>
    public static async Task<IReadOnlyDictionary<MatchId, IReadOnlyList<long>>> ScoresAsync(ArenaDb db, CancellationToken ct) =>
        (await db.Corrections.AsNoTracking().Select(c => new { c.MatchId, c.Scores }).ToListAsync(ct)).ToDictionary(c => c.MatchId, c => Read(c.Scores));

    /// <summary>A closed match's scores as the ranking counts them, micro-points per player.</summary>
    /// <param name="match">With its seats.</param>
    public static async Task<IReadOnlyList<long>> ScoresAsync(ArenaDb db, Match match, CancellationToken ct) =>
        await db.Corrections.AsNoTracking().Where(c => c.MatchId == match.Id).Select(c => c.Scores).FirstOrDefaultAsync(ct) is { } scores
            ? Read(scores) : [.. match.Seats.OrderBy(s => s.Player).Select(s => s.Score ?? 0)];

    public static IReadOnlyList<long> Read(string scores) => System.Text.Json.JsonSerializer.Deserialize<List<long>>(scores) ?? [];
}

internal sealed class CorrectionMapping : IEntityTypeConfiguration<Correction>
{
    public void Configure(EntityTypeBuilder<Correction> builder) => builder.HasKey(c => c.MatchId);
}
