using Arena.Rules.Play;

namespace Arena.Rules.Spaces.TicTacToe;

/// <summary>Wins where it can, else blocks, else plays any free cell.</summary>
internal sealed class TicTacToeGreedy : IHouseAgent
{
    public string Slug => "greedy";

    public string Name => "Greedy";

    public string About => "Completes its line, else blocks yours, else plays any free cell.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((TicTacToeState)state).Board;
        var free = Enumerable.Range(0, 9).Where(c => (board.Free >> c & 1) == 1).ToArray();
        int[] wins = [.. free.Where(c => board.Wins(seat, c))];
        int[] blocks = [.. free.Where(c => board.Wins(1 - seat, c))];
        return (draws.Pick(wins.Length > 0 ? wins : blocks.Length > 0 ? blocks : free) + 1).ToString();
    }
}

/// <summary>Full search of the game, once; then any of the best moves, so that its games differ.</summary>
internal sealed class TicTacToePerfect : IHouseAgent
{
    // Value for the side to move: 1 win, 0 draw, -1 loss.
    private static readonly Dictionary<TicTacToeBoard, int> Values = Solve();

    public string Slug => "perfect";

    public string Name => "Perfect";

    public string About => "Has searched the whole game; plays any of the best moves. It cannot be beaten.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((TicTacToeState)state).Board;
        var moves = Enumerable.Range(0, 9).Where(c => (board.Free >> c & 1) == 1).Select(c => (Cell: c, Value: -Values[board.Play(c)])).ToArray();
        var best = moves.Max(m => m.Value);
        return (draws.Pick([.. moves.Where(m => m.Value == best)]).Cell + 1).ToString();
    }

    private static Dictionary<TicTacToeBoard, int> Solve()
    {
        var values = new Dictionary<TicTacToeBoard, int>(5_478);
        Value(default);
        return values;

        int Value(TicTacToeBoard board)
        {
            if (values.TryGetValue(board, out var known))
            {
                return known;
            }
            var value = board.Winner >= 0 ? -1 : 0;
            if (!board.Over)
            {
                value = -1;
                for (var c = 0; c < 9; c++)
                {
                    if ((board.Free >> c & 1) == 1)
                    {
                        value = Math.Max(value, -Value(board.Play(c)));
                    }
                }
            }
            return values[board] = value;
        }
    }
}
