using System.Security.Cryptography;
using System.Text;
using Arena.Engine.Agents;
using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Engine.Matches;

/// <summary>A seat of a match that is to be played.</summary>
/// <param name="EntryId">The entry it is played for, or null: house agents and gate matches have none.</param>
public sealed record PlannedSeat(AgentId AgentId, VersionId VersionId, string VersionHash, Guid OwnerId, Guid? EntryId);

/// <summary>Everything that is fixed about a match before it is played.</summary>
/// <param name="Seed">32 bytes, secret until the match ends.</param>
public sealed record MatchPlan(
    MatchId Id,
    string Space,
    int RulesVersion,
    MatchKind Kind,
    string Tier,
    byte[] Seed,
    int PaceMs,
    Guid? GateRun,
    DateTimeOffset CreatedAt,
    IReadOnlyList<PlannedSeat> Seats)
{
    /// <summary>What the space was given to play with, canonical JSON, or null.</summary>
    public string? Material { get; init; }

    /// <summary>SHA-256 of the material, lower-case hex, or null.</summary>
    public string? MaterialHash => Material is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Material)));

    public string Commitment => MatchPlay.Commitment(Seed);

    public string KindWord => Kind switch { MatchKind.Rated => "rated", MatchKind.Casual => "casual", _ => "gate" };

    /// <summary>A plan with a fresh secret seed, or with one that another match has too (<paramref name="seed"/>): the same draws for both.</summary>
    public static MatchPlan New(SpaceCard card, MatchKind kind, string tier, int paceMs, Guid? gateRun, IReadOnlyList<PlannedSeat> seats, TimeProvider time, byte[]? seed = null) => new(
        MatchId.New(time), card.Slug, card.RulesVersion, kind, tier, seed ?? RandomNumberGenerator.GetBytes(32), paceMs, gateRun, time.GetUtcNow(), seats);

    /// <summary>The match as the kernel plays it.</summary>
    /// <exception cref="PlatformFaultException">This site has other rules now than those that the match was scheduled under.</exception>
    public MatchSetup Setup()
    {
        var rules = SpaceRegistry.Find(Space);
        return rules?.Card.RulesVersion == RulesVersion
            ? new MatchSetup(Id.Value, rules, Seed, KindWord, [.. Seats.Select(s => new Player(s.VersionId.Value, s.VersionHash))]) { Material = Material }
            : throw new PlatformFaultException($"The rules of {Space} were changed while the match was waiting.");
    }
}
