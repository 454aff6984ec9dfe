namespace Arena.Engine.Spaces;

/// <summary>What one entry costs and how the pot is split; shown in full before entry.</summary>
/// <param name="Slug">"free" or the tier's name in addresses.</param>
/// <param name="FeeGwei">Stake per match and seat, in gwei; 0 in the free tier.</param>
/// <param name="ProtocolBasisPoints">The platform's cut of the pot, 1/10,000; the rest goes to the winner, a draw returns the stakes.</param>
public sealed record FeeTier(string Slug, string Name, long FeeGwei, int ProtocolBasisPoints)
{
    public static FeeTier Free { get; } = new("free", "Free", 0, 0);

    /// <summary>0.0001 ETH a match and seat, 5 % of the pot to the protocol.</summary>
    public static FeeTier Stake100k { get; } = new("stake-100k", "0.0001 ETH", 100_000, 500);

    /// <summary>Every tier there is.</summary>
    public static IReadOnlyList<FeeTier> All { get; } = [Free, Stake100k];

    /// <exception cref="ArgumentException">There is no such tier.</exception>
    public static FeeTier Named(string slug) => All.FirstOrDefault(t => t.Slug == slug) ?? throw new ArgumentException($"There is no tier '{slug}'.", nameof(slug));
}
