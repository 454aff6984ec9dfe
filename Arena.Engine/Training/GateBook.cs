using Arena.Engine.Agents;
using Arena.Engine.Matches;

namespace Arena.Engine.Training;

/// <summary>A gate's match as its decision sees it. Versions and scores (micro-points, null until closed) by player; the first is candidate or parent.</summary>
internal sealed record GateMatch(
    Guid Id, MatchStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt, byte[] Seed, VersionId First, VersionId Second, long? FirstScore);

/// <summary>A match that a gate needs next.</summary>
/// <param name="Seed">That of the other side's match of the same draw; null for a fresh one.</param>
/// <param name="Twin">Who meets <paramref name="Second"/> too, with the same seed: the other side of a new draw. Null for a match of its own.</param>
internal sealed record GateNeed(VersionId First, VersionId Second, byte[]? Seed = null, VersionId? Twin = null);

/// <summary>
/// A gate's state, read from its matches alone: nothing else is kept, so a gate goes on after a restart where it was. A match between candidate
/// and parent is a pair of the parent's test; a match of either with a member of the pool is one side of a draw, and
/// the two sides of a draw have one seed.
/// </summary>
internal sealed class GateBook
{
    private readonly VersionId _candidate;
    private readonly VersionId _parent;
    private readonly IReadOnlyList<PoolMember> _members;
    private readonly IReadOnlyList<GateMatch> _matches;

    public GateBook(VersionId candidate, VersionId parent, IReadOnlyList<PoolMember> members, IEnumerable<GateMatch> matches)
    {
        (_candidate, _parent, _members) = (candidate, parent, members);
        _matches = [.. matches.Where(m => m.Status != MatchStatus.Void).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id)];
    }

    private IEnumerable<GateMatch> Pairs => _matches.Where(m => m.First == _candidate && m.Second == _parent);

    /// <summary>The candidate's scores against its parent, of the closed matches before the first that is still played.</summary>
    public IReadOnlyList<long> Scores() => [.. Pairs.TakeWhile(m => m.Status == MatchStatus.Closed).Select(m => m.FirstScore ?? 0)];

    /// <summary>The draws of which both sides are closed, before the first that is not.</summary>
    public IReadOnlyList<PoolDraw> Draws() => [.. Drawn().TakeWhile(d => d.Candidate?.Status == MatchStatus.Closed && d.Parent?.Status == MatchStatus.Closed)
        .Select(d => new PoolDraw(d.Member, d.Candidate!.FirstScore ?? 0, d.Parent!.FirstScore ?? 0))];

    /// <summary>What to schedule next, about <paramref name="most"/> matches: sides that are missing from a draw first (one was void, or the site ended between the two).</summary>
    /// <param name="againstPool">Whether the parent is beaten.</param>
    public IReadOnlyList<GateNeed> Needs(bool againstPool, int most, TrainingSettings settings)
    {
        if (!againstPool)
        {
            return [.. Enumerable.Repeat(new GateNeed(_candidate, _parent), Math.Max(0, Math.Min(most, settings.Gate.MostPairs - Pairs.Count())))];
        }
        var drawn = Drawn().ToList();
        var needs = new List<GateNeed>();
        foreach (var draw in drawn.Where(d => d.Candidate is null || d.Parent is null).Take(most))
        {
            needs.Add(new(draw.Candidate is null ? _candidate : _parent, new(_members[draw.Member].VersionId), draw.Seed));
        }
        var played = _members.Select((_, i) => drawn.Count(d => d.Member == i)).ToArray();
        var left = most - needs.Count;
        for (var count = drawn.Count; left > 0 && count < settings.Pool.MostDraws; count++, left -= 2)
        {
            var member = OpponentPool.Next(_members, played);
            played[member]++;
            needs.Add(new(_candidate, new(_members[member].VersionId), Twin: _parent));
        }
        return needs;
    }

    private IEnumerable<Drawing> Drawn() => _matches
        .Where(m => m.Second != _parent)
        .GroupBy(m => (Seed: Convert.ToHexString(m.Seed), m.Second))
        .Select(g => new Drawing(IndexOf(g.Key.Second), g.First().Seed, g.FirstOrDefault(m => m.First == _candidate), g.FirstOrDefault(m => m.First == _parent)))
        .Where(d => d.Member >= 0);

    private int IndexOf(VersionId version)
    {
        for (var i = 0; i < _members.Count; i++)
        {
            if (_members[i].VersionId == version.Value)
            {
                return i;
            }
        }
        return -1;
    }

    private sealed record Drawing(int Member, byte[] Seed, GateMatch? Candidate, GateMatch? Parent);
}
