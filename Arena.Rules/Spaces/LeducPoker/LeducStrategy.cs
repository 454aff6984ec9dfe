using Arena.Rules.Equilibria;

namespace Arena.Rules.Spaces.LeducPoker;

/// <summary>A strategy near an equilibrium, computed at first use (a fraction of a second).</summary>
public static class LeducStrategy
{
    private const int Iterations = 500;

    private static readonly Lazy<IReadOnlyDictionary<string, double[]>> Solved = new(() => CfrPlus.Solve(Tree(), Iterations));

    /// <summary>By <see cref="Knows"/>: a probability for each possible action.</summary>
    public static IReadOnlyDictionary<string, double[]> Near => Solved.Value;

    /// <summary>What a player with a card of <paramref name="rank"/> knows: "Q|bk/c" or, with the board, "QK|bk/c".</summary>
    public static string Knows(int rank, int boardRank, LeducBets bets) =>
        $"{"JQK"[rank]}{(bets.Round == 0 ? "" : "JQK"[boardRank].ToString())}|{bets.Actions}";

    /// <summary>One hand as a tree, cards of one rank taken together: suits don't matter.</summary>
    public static GameTree Tree() => new ChanceNode(
        [.. from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 3) select ((a == b ? 1 : 2) / 15.0, Below(a, b, -1, 0))]);

    private static GameTree Below(int first, int second, int board, int number)
    {
        var bets = LeducBetting.At(number);
        if (bets.Round == 1 && board < 0)
        {
            return new ChanceNode([.. from c in Enumerable.Range(0, 3)
                                      let left = 2 - (c == first ? 1 : 0) - (c == second ? 1 : 0)
                                      where left > 0
                                      select (left / 4.0, Below(first, second, c, number))]);
        }
        return bets.Over
            ? new EndNode(new LeducHand(2 * first, 2 * second, 2 * board, number).Won)
            : new ChoiceNode(bets.ToMove, Knows(bets.ToMove == 0 ? first : second, board, bets), [.. Enumerable.Range(0, bets.Letters.Length).Select(a => Below(first, second, board, LeducBetting.Next(number, a)))]);
    }
}
