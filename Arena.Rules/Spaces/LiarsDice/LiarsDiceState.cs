using Arena.Rules.Play;

namespace Arena.Rules.Spaces.LiarsDice;

/// <summary>A claim that at least <paramref name="Count"/> dice on the table show <paramref name="Face"/> (2 to 6) or a one.</summary>
public readonly record struct DiceBid(int Count, int Face)
{
    /// <summary>Whether it is higher than another: more dice, or as many of a higher face.</summary>
    public bool Beats(DiceBid other) => Count > other.Count || (Count == other.Count && Face > other.Face);

    /// <summary>The action, "3 5" for three fives.</summary>
    public override string ToString() => $"{Count} {Face}";
}

/// <summary>A round that ended with a challenge.</summary>
/// <param name="Dice">All dice that were under the cups, by seat; empty for seats that are out.</param>
/// <param name="Bids">Each with the seat that made it.</param>
/// <param name="Challenger">The seat that called the last bid a lie.</param>
/// <param name="Loser">The seat that lost a die.</param>
public sealed record DiceRound(IReadOnlyList<IReadOnlyList<int>> Dice, IReadOnlyList<(int Seat, DiceBid Bid)> Bids, int Challenger, int Loser);

/// <summary>
/// A position. <paramref name="Rolls"/> holds the faces of all rounds from the start (for each round and seat <see cref="LiarsDiceRules.Dice"/>; a seat with fewer dice uses
/// the first ones); a seat sees its own of the present round only.
/// </summary>
/// <param name="Left">Dice of each seat.</param>
/// <param name="Bids">Of the present round.</param>
/// <param name="ToMove">The seat to act, or -1 when the game is over.</param>
/// <param name="Places">Seats in the order in which they lost their last die.</param>
public sealed record LiarsDiceState(
    IReadOnlyList<int[][]> Rolls, IReadOnlyList<int> Left, IReadOnlyList<(int Seat, DiceBid Bid)> Bids, int ToMove, IReadOnlyList<int> Places, IReadOnlyList<DiceRound> Rounds) : IGameState
{
    public int Seats => Left.Count;

    public bool Over => ToMove < 0;

    /// <summary>Dice on the table.</summary>
    public int Total => Left.Sum();

    /// <summary>The last bid of the round, or null.</summary>
    public DiceBid? Bid => Bids.Count == 0 ? null : Bids[^1].Bid;

    /// <summary>A seat's dice in the present round, ascending.</summary>
    public IReadOnlyList<int> DiceOf(int seat) => Over ? [] : [.. Rolls[Rounds.Count][seat].Take(Left[seat]).Order()];

    /// <summary>Dice that count for a face: those that show it, and ones.</summary>
    public static int Matching(IEnumerable<int> dice, int face) => dice.Count(d => d == face || d == 1);

    /// <summary>The seat after <paramref name="seat"/> that still has dice.</summary>
    public static int Next(IReadOnlyList<int> left, int seat)
    {
        do
        {
            seat = (seat + 1) % left.Count;
        }
        while (left[seat] == 0);
        return seat;
    }

    /// <summary>The position after a bid.</summary>
    public LiarsDiceState Raise(DiceBid bid) => this with { Bids = [.. Bids, (ToMove, bid)], ToMove = Next(Left, ToMove) };

    /// <summary>The position after the last bid was called a lie: all dice are shown, and the bidder or the challenger loses one.</summary>
    public LiarsDiceState Challenge()
    {
        var (bidder, bid) = Bids[^1];
        IReadOnlyList<int>[] dice = [.. Enumerable.Range(0, Seats).Select(DiceOf)];
        var loser = Matching(dice.SelectMany(d => d), bid.Face) >= bid.Count ? ToMove : bidder;
        int[] left = [.. Left.Select((n, seat) => n - (seat == loser ? 1 : 0))];
        IReadOnlyList<int> places = left[loser] == 0 ? [.. Places, loser] : Places;
        var over = places.Count == Seats - 1;
        return new LiarsDiceState(Rolls, left, [], over ? -1 : left[loser] > 0 ? loser : Next(left, loser), places, [.. Rounds, new DiceRound(dice, Bids, ToMove, loser)]);
    }
}
