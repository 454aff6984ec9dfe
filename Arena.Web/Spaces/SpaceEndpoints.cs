using Arena.Engine.Ratings;
using Arena.Engine.Spaces;
using Arena.Rules.Play;
using Arena.Web.Agents;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Arena.Web.Spaces;

internal static class SpaceEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var spaces = api.MapGroup("/spaces").WithTags("Spaces");
        spaces.MapGet("", List);
        spaces.MapGet("/{slug}", Read);
        spaces.MapGet("/{slug}/leaderboard", Leaderboard);
        spaces.MapGet("/{slug}/leaderboard.csv", LeaderboardCsv).Produces<string>(contentType: "text/csv");
        spaces.MapGet("/{slug}/style-control", Style);
        spaces.MapGet("/{slug}/head-to-head", HeadToHead);
        spaces.MapGet("/{slug}/cycles", Cycles);
    }

    private static Ok<IReadOnlyList<SpaceAnswer>> List(SpaceCatalog catalog) => TypedResults.Ok<IReadOnlyList<SpaceAnswer>>([.. catalog.All.Select(Answer)]);

    private static Results<Ok<SpaceAnswer>, ProblemHttpResult> Read(string slug, SpaceCatalog catalog) =>
        catalog.Find(slug) is { } offer ? TypedResults.Ok(Answer(offer)) : Problems.NotFound("space");

    /// <summary>The ladder, best first: fitted rating with its 95 % interval, the places that the intervals allow, and the live Elo. Where more than two can play, the list is ranked by skill, from finishing orders.</summary>
    /// <param name="style">"control" ranks a judged space at equal style.</param>
    private static async Task<Results<Ok<IReadOnlyList<RankAnswer>>, ProblemHttpResult>> Leaderboard(
        string slug, SpaceCatalog catalog, LeaderboardQuery query, CancellationToken ct,
        string? kind = null, string? division = null, string? trained = null, string? owner = null, string? style = null, int limit = 100)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        var lines = await query.OfAsync(slug, Math.Clamp(limit, 1, 500), LeaderboardFields.Read(kind, division, trained, owner), LeaderboardFields.AtEqualStyle(style), ct);
        return TypedResults.Ok<IReadOnlyList<RankAnswer>>([.. lines.Select(l => new RankAnswer(
            l.Rank, l.BestRank, l.WorstRank, l.AgentId.Value, l.Agent, KindWords.Of(l.Kind), l.VersionId.Value, l.VersionNumber, l.Owner, l.Trained,
            l.Fitted?.Milli, l.Fitted?.Low, l.Fitted?.High, l.MilliElo, l.Provisional, l.Games, l.Wins, l.Draws, l.Losses,
            l.Skill is { } s ? new SkillAnswer(s.Mu, s.Sigma, s.Low, s.High, s.Drawn) : null, l.Fitted?.Drawn, l.Styled?.Milli, l.Styled?.Low, l.Styled?.High, l.Fitted?.RobustLow, l.Fitted?.RobustHigh))]);
    }

    /// <summary>The same as a table file.</summary>
    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> LeaderboardCsv(
        string slug, SpaceCatalog catalog, LeaderboardQuery query, CancellationToken ct,
        string? kind = null, string? division = null, string? trained = null, string? owner = null, string? style = null)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        var lines = await query.OfAsync(slug, int.MaxValue, LeaderboardFields.Read(kind, division, trained, owner), LeaderboardFields.AtEqualStyle(style), ct);
        return TypedResults.Content(LeaderboardFields.Csv(lines), "text/csv; charset=utf-8");
    }

    /// <summary>What style is worth to a judged space's judges, which its ranking at equal style (leaderboard?style=control) takes out.</summary>
    private static Results<Ok<StyleAnswer>, ProblemHttpResult> Style(string slug, SpaceCatalog catalog, Ladders ladders)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        if (!SpaceLadder.IsJudged(slug))
        {
            return Problems.Because("not-judged", "Rules decide the matches of this space: style earns nothing there.");
        }
        var style = ladders.Of(slug).Style;
        return TypedResults.Ok(new StyleAnswer(style?.Matches ?? 0, [.. (style?.Effects ?? []).Select(e => new EffectAnswer(e.Feature, e.Coefficient, e.Error, e.Spread))]));
    }

    /// <summary>Whether the best of a space go in circles, with their shares in the Nash average and in α-rank's long run; what /leaderboard/head-to-head shows.</summary>
    /// <param name="top">How many of the list, 3 to 64.</param>
    private static async Task<Results<Ok<CyclesAnswer>, ProblemHttpResult>> Cycles(string slug, SpaceCatalog catalog, LeaderboardQuery query, Ladders ladders, CancellationToken ct, int top = HeadToHeadTable.Most)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        var lines = (await query.OfAsync(slug, Math.Clamp(top, 3, 64), ct: ct)).Where(l => l.Games > 0).ToList();
        var table = HeadToHeadTable.Of(ladders.Of(slug).Book, [.. lines.Select(l => l.VersionId.Value)]);
        return TypedResults.Ok(new CyclesAnswer(table.Index, table.ByChance, table.Cyclic, [.. lines.Select((l, i) => new CycleAnswer(
            l.Rank, l.AgentId.Value, l.Agent, l.VersionId.Value, table.Shares.Count > 0 ? table.Shares[i].Nash : null, table.Shares.Count > 0 ? table.Shares[i].NashScore : null, table.Shares.Count > 0 ? table.Shares[i].AlphaRank : null))]));
    }

    /// <summary>Every pair of versions that met in rated matches, from the first one's side.</summary>
    private static Results<Ok<IReadOnlyList<PairAnswer>>, ProblemHttpResult> HeadToHead(string slug, SpaceCatalog catalog, Ladders ladders)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        var ladder = ladders.Of(slug);
        return TypedResults.Ok<IReadOnlyList<PairAnswer>>([.. ladder.Book.Pairs().Select(p =>
            new PairAnswer(p.First, p.Second, p.Record.Wins, p.Record.Draws, p.Record.Losses, Math.Round(ladder.Fit.Expected(p.First, p.Second), 6)))]);
    }

    private static SpaceAnswer Answer(SpaceOffer offer) => new(
        offer.Card.Slug, offer.Card.Name, offer.Card.Pitch, offer.Card.RulesVersion, offer.Card.RulesText, offer.Card.MinSeats, offer.Card.MaxSeats,
        offer.Card.Judging == JudgingMode.Rules ? "rules" : "judges", offer.Card.Mirrored, offer.Card.SamePrompt, offer.Card.ForgivenIllegal,
        (int)offer.Card.TurnClock.TotalMilliseconds, offer.Card.ActionHelp, offer.ClosedBecause,
        [.. offer.Tiers.Select(t => new TierAnswer(t.Slug, t.Name, t.FeeGwei, t.ProtocolBasisPoints))],
        [.. offer.Rules.House.Select(h => new HouseAnswer(h.Slug, h.Name, h.About))]);

    /// <param name="Rules">Markdown.</param>
    /// <param name="Judging">"rules" or "judges".</param>
    /// <param name="TurnMs">Time for one action, milliseconds.</param>
    /// <param name="ClosedBecause">Why nobody can enter; null when open.</param>
    public sealed record SpaceAnswer(
        string Slug, string Name, string Pitch, int RulesVersion, string Rules, int MinSeats, int MaxSeats, string Judging, bool Mirrored, bool SamePrompt,
        int ForgivenIllegal, int TurnMs, string ActionHelp, string? ClosedBecause, IReadOnlyList<TierAnswer> Tiers, IReadOnlyList<HouseAnswer> House);

    /// <param name="FeeGwei">Stake per match.</param>
    /// <param name="ProtocolBasisPoints">The site's cut of the pot, 1/10,000.</param>
    public sealed record TierAnswer(string Slug, string Name, long FeeGwei, int ProtocolBasisPoints);

    public sealed record HouseAnswer(string Slug, string Name, string About);

    /// <param name="MilliRating">The fitted rating, thousandths of an Elo point, with the ends of its 95 % interval; null until the next fit.</param>
    /// <param name="MilliElo">The live Elo, thousandths of a point.</param>
    /// <param name="Skill">What lists of spaces with more than two seats are ranked by; null in others and until the next fit.</param>
    /// <param name="MilliDrawn">By how much the fitted rating was drawn towards the owner's other versions in the space; in it already.</param>
    /// <param name="MilliStyled">In judged spaces: the rating at equal style, with the ends of its 95 % interval; null in others and until the next fit.</param>
    /// <param name="MilliRobustLow">Lower end of the sandwich interval; null where it can't be trusted (see /method).</param>
    public sealed record RankAnswer(
        int Rank, int BestRank, int WorstRank, Guid AgentId, string Agent, string Kind, Guid VersionId, int Version, string Owner, bool Trained,
        long? MilliRating, long? MilliLow, long? MilliHigh, long MilliElo, bool Provisional, int Games, int Wins, int Draws, int Losses, SkillAnswer? Skill, long? MilliDrawn,
        long? MilliStyled, long? MilliStyledLow, long? MilliStyledHigh, long? MilliRobustLow, long? MilliRobustHigh);

    /// <summary>Skill by finishing order, in the points of Weng and Lin's model (a newcomer has mu 25, sigma 25/3), with the ends of its 95 % interval.</summary>
    /// <param name="Drawn">By how much it was drawn towards the owner's other versions in the space; in mu already.</param>
    public sealed record SkillAnswer(double Mu, double Sigma, double Low, double High, double Drawn);

    /// <param name="Expected">Score per match that the ladder expects of the first, 0 to 1.</param>
    public sealed record PairAnswer(Guid First, Guid Second, int Wins, int Draws, int Losses, double Expected);

    /// <param name="Matches">Judged matches behind it.</param>
    public sealed record StyleAnswer(int Matches, IReadOnlyList<EffectAnswer> Effects);

    /// <param name="Feature">"length", "headers", "lists" or "bold".</param>
    /// <param name="Coefficient">Log-odds of a win for a difference of one spread, all else equal.</param>
    /// <param name="Error">Its standard error.</param>
    /// <param name="Spread">Root mean square of the normalised difference (a - b) / (a + b + 1); 0 where the texts never differed.</param>
    public sealed record EffectAnswer(string Feature, double Coefficient, double Error, double Spread);

    /// <param name="Index">Share of the pairs' squared log-odds that fits no list, 0 to 1.</param>
    /// <param name="ByChance">What noise alone would leave of it.</param>
    /// <param name="Cyclic">Whether that is well beyond chance: only then do the shares say more than a rank.</param>
    public sealed record CyclesAnswer(double Index, double ByChance, bool Cyclic, IReadOnlyList<CycleAnswer> Agents);

    /// <param name="Nash">Share in the maximum-entropy equilibrium; null with fewer than three agents.</param>
    /// <param name="NashScore">Log-odds against that mix: 0 for those in it, less for those beaten by it.</param>
    /// <param name="AlphaRank">Share in the long run when agents are replaced by those that beat them.</param>
    public sealed record CycleAnswer(int Rank, Guid AgentId, string Agent, Guid VersionId, double? Nash, double? NashScore, double? AlphaRank);
}
