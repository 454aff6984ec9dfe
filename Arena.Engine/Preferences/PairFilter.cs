using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Preferences;

/// <summary>Which pairs are asked for; null = all.</summary>
/// <param name="Agent">Either completion is of this agent.</param>
/// <param name="Notation">"text", "compact" or "messages".</param>
/// <param name="Since">Stored at or after this moment.</param>
/// <param name="MinMargin">0 to 1.</param>
public sealed record PairFilter(
    string? Space = null,
    AgentId? Agent = null,
    MatchId? Match = null,
    PairSource? Source = null,
    string? Notation = null,
    DateTimeOffset? Since = null,
    double? MinMargin = null);

public static class PairQueries
{
    /// <summary>The pairs that <paramref name="reader"/> may see: an agent whose owner keeps its data private shows in no pair but its owner's.</summary>
    /// <param name="reader">The owner who asks, or null for the public.</param>
    public static IQueryable<PreferencePair> Visible(this ArenaDb db, PairFilter filter, Guid? reader)
    {
        // Private versions of other owners; few, so the exclusion stays cheap.
        var hidden = db.AgentVersions.Where(v => db.Agents.Any(a => a.Id == v.AgentId && a.DataUse == DataUse.Private && a.OwnerId != reader)).Select(v => v.Id);
        var pairs = db.PreferencePairs.AsNoTracking().Where(p => !hidden.Contains(p.ChosenVersion) && !hidden.Contains(p.RejectedVersion));
        // What an owner imports is nobody else's to be trained on: it could be anything.
        var own = db.AgentVersions.Where(v => db.Agents.Any(a => a.Id == v.AgentId && a.OwnerId == reader)).Select(v => v.Id);
        pairs = pairs.Where(p => p.Source != PairSource.Imported || own.Contains(p.ChosenVersion));
        if (filter.Space is { } space)
        {
            pairs = pairs.Where(p => p.Space == space);
        }
        if (filter.Agent is { } agent)
        {
            var versions = db.AgentVersions.Where(v => v.AgentId == agent).Select(v => v.Id);
            pairs = pairs.Where(p => versions.Contains(p.ChosenVersion) || versions.Contains(p.RejectedVersion));
        }
        if (filter.Match is { } match)
        {
            pairs = pairs.Where(p => p.MatchId == match);
        }
        if (filter.Source is { } source)
        {
            pairs = pairs.Where(p => p.Source == source);
        }
        if (filter.Notation is { } notation)
        {
            pairs = pairs.Where(p => p.Notation == notation);
        }
        if (filter.Since is { } since)
        {
            pairs = pairs.Where(p => p.CreatedAt >= since);
        }
        if (filter.MinMargin is { } margin)
        {
            pairs = pairs.Where(p => p.Margin >= margin);
        }
        return pairs;
    }

    /// <summary>The pairs that a policy of a notation can learn from: compact notation, or everything that is put through a chat template.</summary>
    public static IQueryable<PreferencePair> Readable(this IQueryable<PreferencePair> pairs, PolicyNotation notation) =>
        notation == PolicyNotation.Compact ? pairs.Where(p => p.Notation == PairDraft.CompactNotation) : pairs.Where(p => p.Notation != PairDraft.CompactNotation);

    /// <summary>Newest first, after the pair of <paramref name="cursor"/>.</summary>
    public static IQueryable<PreferencePair> Page(this IQueryable<PreferencePair> pairs, PairCursor? cursor, int size)
    {
        if (cursor is { } after)
        {
            var (at, hash) = (after.At, after.Hash);
            pairs = pairs.Where(p => p.CreatedAt < at || (p.CreatedAt == at && string.Compare(p.Hash, hash) < 0));
        }
        return pairs.OrderByDescending(p => p.CreatedAt).ThenByDescending(p => p.Hash).Take(size);
    }
}

/// <summary>A place in the list of pairs, for the next page: moment and hash of the last pair seen.</summary>
public readonly record struct PairCursor(DateTimeOffset At, string Hash)
{
    public override string ToString() => $"{At.ToUnixTimeMilliseconds()}-{Hash}";

    public static PairCursor Of(PreferencePair pair) => new(pair.CreatedAt, pair.Hash);

    /// <returns>Null when the text is no cursor.</returns>
    public static PairCursor? Parse(string? text)
    {
        if (text?.Split('-') is not [var at, { Length: 64 } hash] || !long.TryParse(at, out var ms) || ms is < 0 or > 253_402_300_799_999 || !hash.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }
        return new(DateTimeOffset.FromUnixTimeMilliseconds(ms), hash);
    }
}
