using System.Text.Json;
using Arena.Engine.Store;
using Arena.Rules;
using Arena.Rules.Ratings;
using Arena.Rules.Transcripts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Arena.Engine.Matches;

/// <summary>How the texts of a judged match are written, counted once from its transcript, so that no refit reads transcripts again. A cache: it may be deleted at any time.</summary>
public sealed class MatchStyle
{
    public required MatchId MatchId { get; init; }

    /// <summary><see cref="MatchStyles.Counter"/> of the code that counted; rows of another one are counted again.</summary>
    public required int Counter { get; init; }

    /// <summary>For each player the counts of <see cref="TextStyle"/>, JSON; null where the match was played under rules that this site doesn't have.</summary>
    public string? Counts { get; init; }
}

internal sealed class MatchStyleMapping : IEntityTypeConfiguration<MatchStyle>
{
    public void Configure(EntityTypeBuilder<MatchStyle> builder) => builder.HasKey(s => s.MatchId);
}

/// <summary>Counts the style of judged matches and keeps the counts beside them.</summary>
public sealed class MatchStyles(MatchReader reader, GroupWriter writer)
{
    /// <summary>Raised whenever <see cref="TextStyle"/> counts otherwise than before.</summary>
    public const int Counter = 1;

    /// <summary>The counts of closed matches, by player; null for a match that can't be read any more. What was not counted yet is counted and stored.</summary>
    public async Task<IReadOnlyDictionary<MatchId, IReadOnlyList<TextStyle>?>> OfAsync(ArenaDb db, IReadOnlyList<MatchId> matches, CancellationToken ct)
    {
        var ids = matches.ToList();
        var styles = (await db.MatchStyles.AsNoTracking().Where(s => s.Counter == Counter && ids.Contains(s.MatchId)).ToListAsync(ct)).ToDictionary(s => s.MatchId, s => Read(s.Counts));
        var fresh = new List<(MatchId Match, string? Counts)>();
        foreach (var id in ids.Where(m => !styles.ContainsKey(m)))
        {
            var match = await db.Matches.AsNoTracking().Where(m => m.Id == id).Select(m => new { m.Space, m.RulesVersion, m.Commitment }).SingleAsync(ct);
            var counts = SpaceRegistry.Find(match.Space) is { } rules && rules.Card.RulesVersion == match.RulesVersion && await reader.TranscriptAsync(id, ct) is { } transcript
                ? Count(TranscriptReplay.Run(transcript, rules, match.Commitment)) : null;
            styles[id] = counts;
            fresh.Add((id, Write(counts)));
        }
        if (fresh.Count > 0)
        {
            await writer.WriteAsync(
                session =>
                {
                    foreach (var (match, counts) in fresh)
                    {
                        session.Run("INSERT OR REPLACE INTO MatchStyles (MatchId, Counter, Counts) VALUES ($0, $1, $2)", match.Value, Counter, counts);
                    }
                    return true;
                },
                ct);
        }
        return styles;
    }

    /// <summary>Each player's style as judges were shown it; all empty where no judge compared texts, because the rules (a fault) decided. Null where the match doesn't replay.</summary>
    internal static IReadOnlyList<TextStyle>? Count(ReplayReport replay)
    {
        if (!replay.Ok || replay is not { Match: { } played, Setup: { } setup })
        {
            return null;
        }
        return played.Scores is null ? [.. setup.Rules.Present(setup, played).Entries.Select(TextStyle.Of)] : new TextStyle[setup.Players.Count];
    }

    internal static string? Write(IReadOnlyList<TextStyle>? styles) =>
        styles is null ? null : JsonSerializer.Serialize(styles.Select(s => (int[])[s.Length, s.Headers, s.Lists, s.Bold]));

    internal static IReadOnlyList<TextStyle>? Read(string? counts) =>
        counts is null ? null : [.. JsonSerializer.Deserialize<int[][]>(counts)!.Select(c => new TextStyle(c[0], c[1], c[2], c[3]))];
}
