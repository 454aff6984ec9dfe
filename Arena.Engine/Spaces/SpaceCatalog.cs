using System.Collections.Concurrent;
using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Engine.Spaces;

/// <summary>A space as this site offers it.</summary>
/// <param name="Tiers">What an entry may cost, free first.</param>
/// <param name="ClosedBecause">Why nobody can enter, for everybody; null when it is open.</param>
public sealed record SpaceOffer(ISpaceRules Rules, IReadOnlyList<FeeTier> Tiers, string? ClosedBecause)
{
    public SpaceCard Card => Rules.Card;

    public bool IsOpen => ClosedBecause is null;

    public FeeTier? Tier(string slug) => Tiers.FirstOrDefault(t => t.Slug == slug);
}

/// <summary>The spaces of this site. Judged spaces stay closed until a judge is enabled (<see cref="OpenJudged"/>).</summary>
public sealed class SpaceCatalog
{
    private const string NoJudge = "No AI judge is connected yet: an administrator can name an OpenAI-compatible endpoint (for example Ollama) on the Judges page or in the configuration.";

    // What a judged match pays rests on judgment, so money stays out of it until judges are staked.
    private static readonly IReadOnlyList<FeeTier> JudgedTiers = [FeeTier.Free];

    private readonly ConcurrentDictionary<string, string?> _closed = new(
        SpaceRegistry.All.Where(s => s.Card.Judging == JudgingMode.Judges).Select(s => KeyValuePair.Create(s.Card.Slug, (string?)NoJudge)));

    /// <summary>Every space, in the kernel's order.</summary>
    public IReadOnlyList<SpaceOffer> All => [.. SpaceRegistry.All.Select(Offer)];

    public SpaceOffer? Find(string slug) => SpaceRegistry.Find(slug) is { } rules ? Offer(rules) : null;

    /// <summary>Opens or closes all judged spaces. Matches that run are played to their end.</summary>
    /// <param name="closedBecause">Null opens them; otherwise the reason shown.</param>
    public void OpenJudged(string? closedBecause = null)
    {
        foreach (var slug in _closed.Keys)
        {
            _closed[slug] = closedBecause;
        }
    }

    /// <summary>Closes judged spaces with the text on how to connect a judge.</summary>
    public void CloseJudged() => OpenJudged(NoJudge);

    private SpaceOffer Offer(ISpaceRules rules) => new(
        rules,
        rules.Card.Judging == JudgingMode.Judges ? JudgedTiers : FeeTier.All,
        _closed.GetValueOrDefault(rules.Card.Slug));
}
