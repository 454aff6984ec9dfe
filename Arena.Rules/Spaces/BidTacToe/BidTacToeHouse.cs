using System.Globalization;
using System.Numerics;
using Arena.Rules.Play;
using Arena.Rules.Spaces.TicTacToe;

namespace Arena.Rules.Spaces.BidTacToe;

/// <summary>Spreads its coins evenly over the moves left; marks winning, then blocking, then any cells.</summary>
internal sealed class BidTacToeEven : IHouseAgent
{
    public string Slug => "even";

    public string Name => "Even bidder";

    public string About => "Spreads its coins evenly over the moves that are left.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (BidTacToeState)state;
        if (s.Mover == seat)
        {
            return Text(BidCells.Choose(s, seat, draws) + 1);
        }
        var share = (s.CoinsOf(seat) - 1) / BitOperations.PopCount((uint)s.Marks.Free);
        return Text(Math.Min(s.CoinsOf(seat) - 1, share + draws.Next(3)));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Pays what a move is worth: all it takes for a win that can't be outbid, much where either side threatens a line, little otherwise.</summary>
internal sealed class BidTacToeTactical : IHouseAgent
{
    public string Slug => "tactical";

    public string Name => "Tactical bidder";

    public string About => "Saves coins for the moves that make or stop a line, and never bids its last one.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (BidTacToeState)state;
        if (s.Mover == seat)
        {
            return Text(BidCells.Choose(s, seat, draws) + 1);
        }
        int own = s.CoinsOf(seat), other = s.CoinsOf(1 - seat);
        var wins = BidCells.Completing(s, seat) != 0;
        var threatened = BidCells.Completing(s, 1 - seat) != 0;
        // The other side can bid at most all but one coin without losing, so as many coins as it has can't be beaten.
        if ((wins || threatened) && own > other)
        {
            return Text(wins ? Math.Min(own - 1, other) : Math.Min(own - 1, other * 2 / 3 + draws.Next(6)));
        }
        var worth = wins || threatened ? own * 2 / 5 : own / 7;
        return Text(Math.Clamp(worth + draws.Next(5), 0, own - 1));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The choice of a cell once the bid is won.</summary>
internal static class BidCells
{
    /// <summary>The free cells that would complete a line of <paramref name="seat"/>.</summary>
    public static int Completing(BidTacToeState s, int seat) =>
        Enumerable.Range(0, 9).Where(c => (s.Marks.Free >> c & 1) == 1 && s.Marks.Wins(seat, c)).Aggregate(0, (m, c) => m | 1 << c);

    /// <summary>A winning cell, else a blocking one, else the one on most lines that are still open.</summary>
    public static int Choose(BidTacToeState s, int seat, Draws draws)
    {
        var cells = Completing(s, seat);
        cells = cells != 0 ? cells : Completing(s, 1 - seat);
        if (cells != 0)
        {
            return draws.Pick([.. Enumerable.Range(0, 9).Where(c => (cells >> c & 1) == 1)]);
        }
        var open = Enumerable.Range(0, 9).Where(c => (s.Marks.Free >> c & 1) == 1)
            .Select(c => (Cell: c, Lines: TicTacToeBoard.Lines.Where(l => (l >> c & 1) == 1 && (l & s.MarksOf(1 - seat)) == 0).Sum(l => 1 + BitOperations.PopCount((uint)(l & s.MarksOf(seat)))))).ToArray();
        var most = open.Max(o => o.Lines);
        return draws.Pick([.. open.Where(o => o.Lines == most)]).Cell;
    }
}
