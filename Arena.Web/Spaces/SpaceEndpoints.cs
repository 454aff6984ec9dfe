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
    }

    private static Ok<IReadOnlyList<SpaceAnswer>> List(SpaceCatalog catalog) => TypedResults.Ok<IReadOnlyList<SpaceAnswer>>([.. catalog.All.Select(Answer)]);

    private static Results<Ok<SpaceAnswer>, ProblemHttpResult> Read(string slug, SpaceCatalog catalog) =>
        catalog.Find(slug) is { } offer ? TypedResults.Ok(Answer(offer)) : Problems.NotFound("space");

    /// <summary>Live Elo, best first.</summary>
    private static async Task<Results<Ok<IReadOnlyList<RankAnswer>>, ProblemHttpResult>> Leaderboard(string slug, SpaceCatalog catalog, LeaderboardQuery query, CancellationToken ct, int limit = 100)
    {
        if (catalog.Find(slug) is null)
        {
            return Problems.NotFound("space");
        }
        var lines = await query.OfAsync(slug, Math.Clamp(limit, 1, 500), ct);
        return TypedResults.Ok<IReadOnlyList<RankAnswer>>([.. lines.Select(l => new RankAnswer(
            l.Rank, l.AgentId.Value, l.Agent, KindWords.Of(l.Kind), l.VersionId.Value, l.VersionNumber, l.Owner,
            l.MilliElo, l.Provisional, l.Games, l.Wins, l.Draws, l.Losses))]);
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

    /// <param name="MilliElo">Thousandths of an Elo point.</param>
    public sealed record RankAnswer(int Rank, Guid AgentId, string Agent, string Kind, Guid VersionId, int Version, string Owner, long MilliElo, bool Provisional, int Games, int Wins, int Draws, int Losses);
}
