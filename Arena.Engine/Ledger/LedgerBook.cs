using Arena.Engine.Spaces;

namespace Arena.Engine.Ledger;

/// <summary>One account's share of a transfer, in gwei, signed.</summary>
public readonly record struct LedgerLeg(string Account, long Gwei);

/// <summary>Money that moves at once. The legs sum to zero and name each account once.</summary>
/// <param name="Key">Unique: the same transfer can't count twice.</param>
/// <param name="Reason">For the owners it touches.</param>
public sealed record LedgerTransfer(string Key, string Reason, IReadOnlyList<LedgerLeg> Legs)
{
    /// <exception cref="ArgumentException">The legs don't sum to zero, or name an account twice.</exception>
    public LedgerTransfer Checked()
    {
        if (Legs.Sum(l => l.Gwei) != 0 || Legs.Select(l => l.Account).Distinct().Count() != Legs.Count)
        {
            throw new ArgumentException($"The transfer {Key} is not balanced: {string.Join(", ", Legs)}.");
        }
        return this;
    }
}

/// <summary>A staked seat of a match.</summary>
/// <param name="Score">Micro-points.</param>
public readonly record struct StakedSeat(Guid OwnerId, long Score);

/// <summary>Where a seat's stake came from, or goes back to: its entry's hold, or the owner once the entry has ended.</summary>
public readonly record struct StakeHome(string Account);

/// <summary>What every movement of money looks like: pure double entry.</summary>
public static class LedgerBook
{
    public const string Protocol = "protocol";

    /// <summary>The world outside: deposits come from it, withdrawals go to it.</summary>
    public const string Chain = "chain";

    /// <summary>Begins accounts of what is owed for deposits that the chain lost after they were spent; they lie below zero until it is paid.</summary>
    public const string Owed = "owed/";

    public static string OwedBy(string account) => Owed + account;

    public static string AccountOf(Guid owner) => $"owner/{owner:D}";

    public static string EscrowOf(MatchId match) => $"escrow/{match}";

    /// <summary>What an entry holds for matches it has yet to play.</summary>
    public static string HoldOf(Guid entry) => $"entry/{entry:D}";

    /// <summary>Sets the stakes of all matches of an entry aside.</summary>
    public static LedgerTransfer Enter(Guid entry, FeeTier tier, Guid owner, int matches) => Transfer(
        $"entry/{entry:D}/hold",
        $"Stakes for {matches} matches at {tier.Name}",
        [new LedgerLeg(AccountOf(owner), -tier.FeeGwei * matches), new LedgerLeg(HoldOf(entry), tier.FeeGwei * matches)]);

    /// <summary>Gives an ended entry's unused stakes back.</summary>
    /// <param name="gwei">What its hold contains.</param>
    public static LedgerTransfer Return(Guid entry, Guid owner, long gwei) => Transfer(
        $"entry/{entry:D}/return",
        "Unused stakes of an entry",
        [new LedgerLeg(HoldOf(entry), -gwei), new LedgerLeg(AccountOf(owner), gwei)]);

    /// <summary>Moves the stakes of a match from its entries' holds into its escrow.</summary>
    public static LedgerTransfer Stake(MatchId match, FeeTier tier, IReadOnlyList<StakeHome> from) => Transfer(
        $"match/{match}/stake",
        $"Stakes at {tier.Name}",
        [.. from.Select(h => new LedgerLeg(h.Account, -tier.FeeGwei)), new LedgerLeg(EscrowOf(match), tier.FeeGwei * from.Count)]);

    /// <summary>
    /// Pays the pot out. Seats with the highest score share it less the protocol's cut; when all are equal it is a draw
    /// and the stakes go back whole. Gwei that don't divide stay with the protocol.
    /// </summary>
    public static LedgerTransfer Close(MatchId match, FeeTier tier, IReadOnlyList<StakedSeat> seats)
    {
        var pot = tier.FeeGwei * seats.Count;
        var best = seats.Max(s => s.Score);
        if (seats.All(s => s.Score == best))
        {
            return Release(match, tier, [.. seats.Select(s => new StakeHome(AccountOf(s.OwnerId)))], "draw");
        }
        var winners = seats.Where(s => s.Score == best).ToList();
        var share = (pot - pot * tier.ProtocolBasisPoints / 10_000) / winners.Count;
        return Transfer(
            $"match/{match}/close",
            "Pot of a match",
            [
                new LedgerLeg(EscrowOf(match), -pot),
                .. winners.Select(w => new LedgerLeg(AccountOf(w.OwnerId), share)),
                new LedgerLeg(Protocol, pot - share * winners.Count),
            ]);
    }

    /// <summary>Gives the stakes of a void match back.</summary>
    public static LedgerTransfer Void(MatchId match, FeeTier tier, IReadOnlyList<StakeHome> homes) => Release(match, tier, homes, "void match");

    private static LedgerTransfer Release(MatchId match, FeeTier tier, IReadOnlyList<StakeHome> homes, string why) => Transfer(
        // The same key as a payout: a match pays out or gives back, never both.
        $"match/{match}/close",
        $"Stake returned: {why}",
        [new LedgerLeg(EscrowOf(match), -tier.FeeGwei * homes.Count), .. homes.Select(h => new LedgerLeg(h.Account, tier.FeeGwei))]);

    /// <summary>Merges legs of one account and drops those that come to nothing.</summary>
    private static LedgerTransfer Transfer(string key, string reason, IEnumerable<LedgerLeg> legs) => new LedgerTransfer(
        key,
        reason,
        [.. legs.GroupBy(l => l.Account).Select(g => new LedgerLeg(g.Key, g.Sum(l => l.Gwei))).Where(l => l.Gwei != 0)]).Checked();
}
