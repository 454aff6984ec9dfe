using System.Collections.Concurrent;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Ratings;

namespace Arena.Engine.Ratings;

/// <summary>A space's ladder as of a moment. Nobody may change the book.</summary>
/// <param name="At">When it was fitted.</param>
/// <param name="Book">The results behind it.</param>
/// <param name="Anchors">Versions of house agents, whose mean is 1500.</param>
/// <param name="AnchorMatches">Rated battles of each version against anchors.</param>
public sealed record SpaceLadder(DateTimeOffset At, Ladder Fit, LadderBook Book, IReadOnlySet<Guid> Anchors, IReadOnlyDictionary<Guid, int> AnchorMatches)
{
    public static SpaceLadder Empty { get; } = new(DateTimeOffset.MinValue, Ladder.Empty, new LadderBook(), new HashSet<Guid>(), new Dictionary<Guid, int>());

    /// <summary>What the fit was told besides results.</summary>
    public LadderTerms Terms { get; private init; } = new(Anchors);

    /// <summary>In spaces with more than two seats: skills by finishing order, which their list is ranked by. Empty elsewhere.</summary>
    public IReadOnlyDictionary<Guid, SkillPlace> Skills { get; init; } = new Dictionary<Guid, SkillPlace>();

    /// <summary>In spaces with more than two seats: what each counted match did to its players' skills.</summary>
    public IReadOnlyDictionary<Guid, SkillStep> SkillSteps { get; init; } = new Dictionary<Guid, SkillStep>();

    /// <summary>In spaces where judges compare texts: the ranking at equal style beside the plain one. Null elsewhere.</summary>
    public StyledLadder? Style { get; init; }

    /// <summary>Whether judges decide a space's matches.</summary>
    public static bool IsJudged(string space) => SpaceRegistry.Find(space)?.Card.Judging == JudgingMode.Judges;

    /// <summary>The same with what stands beside the plain fit, fitted to the same terms.</summary>
    /// <param name="skills">Null where two play.</param>
    /// <param name="styles">Null where no judges decide.</param>
    public SpaceLadder With(SkillBook? skills, StyleBook? styles) =>
        this with { Skills = skills?.Places(Terms) ?? Skills, SkillSteps = skills?.Steps ?? SkillSteps, Style = styles?.Fit(Terms, Fit.PriorDeviation) };

    /// <summary>Whether a space's list is ranked by finishing order; a space whose rules are gone is not.</summary>
    public static bool RanksByPlace(string space) => SpaceRegistry.Find(space)?.Card.RanksByPlace ?? false;

    /// <summary>Fits a book that nobody changes any more, with nothing but anchors known.</summary>
    public static SpaceLadder Of(LadderBook book, IReadOnlySet<Guid> anchors, DateTimeOffset at) => Of(book, new LadderTerms(anchors), at);

    /// <summary>Fits a book that nobody changes any more.</summary>
    public static SpaceLadder Of(LadderBook book, LadderTerms terms, DateTimeOffset at)
    {
        var anchors = terms.Anchors;
        var met = new Dictionary<Guid, int>();
        foreach (var (first, second, record) in book.Pairs())
        {
            if (anchors.Contains(first))
            {
                met[second] = met.GetValueOrDefault(second) + record.Battles;
            }
            if (anchors.Contains(second))
            {
                met[first] = met.GetValueOrDefault(first) + record.Battles;
            }
        }
        return new(at, Ladder.Of(book, terms), book, anchors, met) { Terms = terms };
    }
}

/// <summary>The ladders that pages, the API and matchmaking read. A new fit replaces the old one in one step, so readers never wait.</summary>
public sealed class Ladders
{
    private readonly ConcurrentDictionary<string, SpaceLadder> _ladders = new();

    /// <summary>Spaces that have one.</summary>
    public IReadOnlyList<string> Spaces => [.. _ladders.Keys.Order(StringComparer.Ordinal)];

    public SpaceLadder Of(string space) => _ladders.GetValueOrDefault(space) ?? SpaceLadder.Empty;

    public void Publish(string space, SpaceLadder ladder) => _ladders[space] = ladder;
}
