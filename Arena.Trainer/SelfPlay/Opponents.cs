using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.ConnectFour;
using Arena.Trainer.Chance;

namespace Arena.Trainer.SelfPlay;

/// <summary>A fixed opponent: one legal move for a running position.</summary>
public delegate int Opponent(in Board board, SeededChance chance);

/// <summary>The fixed opponents of evaluations.</summary>
public static class Opponents
{
    /// <summary>A house agent of the game's space by its slug, or null. Those that play most moves are written for many games at once; the others are the rules' own.</summary>
    public static Opponent? TryFind(IBoardGame game, string slug) => (slug, game) switch
    {
        ("random", _) => Random(game),
        ("greedy", _) => Greedy(game),
        ("perfect", TicTacToeGame) => PerfectTicTacToe(),
        (_, ConnectFourGame) when SpaceRegistry.Find(game.Slug) is { } rules && rules.House.FirstOrDefault(h => h.Slug == slug) is { } house => FromRules(rules, house),
        _ => null,
    };

    /// <summary>A Connect Four house agent; both sides of this seam number cells alike.</summary>
    private static Opponent FromRules(ISpaceRules rules, IHouseAgent house) => (in board, chance) =>
    {
        var seed = new byte[32];
        for (var i = 0; i < 4; i++)
        {
            BitConverter.TryWriteBytes(seed.AsSpan(8 * i), chance.NextWord());
        }
        var state = new ConnectFourState(new ConnectFourBoard(board.Mover, board.First | board.Second), "");
        return house.Act(rules, state, board.Moves % 2, new Draws(seed, "house"))[0] - '1';
    };

    /// <summary>Uniform among legal moves.</summary>
    public static Opponent Random(IBoardGame game) => (in board, chance) => RandomMove(game, board, chance);

    /// <summary>Wins at once if it can, else blocks a win, else uniform.</summary>
    public static Opponent Greedy(IBoardGame game) => (in board, chance) =>
    {
        var position = board;
        var legal = Legal(game, position);
        var wins = legal.Where(c => !game.Play(position, c).Running && game.Play(position, c).End != GameEnd.Draw).ToList();
        if (wins.Count > 0)
        {
            return wins[chance.Next(wins.Count)];
        }
        // The other side's turn on the same cells: what would win for it must be taken.
        var passed = position with { Moves = position.Moves + 1 };
        var threats = legal.Where(c => game.Play(passed, c).End is GameEnd.FirstWins or GameEnd.SecondWins).ToList();
        var choices = threats.Count > 0 ? threats : legal;
        return choices[chance.Next(choices.Count)];
    };

    /// <summary>Perfect tic-tac-toe: uniform among the moves of best minimax value.</summary>
    public static Opponent PerfectTicTacToe()
    {
        var game = TicTacToeGame.Instance;
        var values = new Dictionary<Board, int>();
        return (in board, chance) =>
        {
            var position = board;
            var legal = Legal(game, position);
            var scored = legal.Select(c => -Value(game, game.Play(position, c), values)).ToList();
            var best = scored.Max();
            var choices = legal.Where((_, i) => scored[i] == best).ToList();
            return choices[chance.Next(choices.Count)];
        };
    }

    internal static int RandomMove(IBoardGame game, in Board board, SeededChance chance)
    {
        var legal = Legal(game, board);
        return legal[chance.Next(legal.Count)];
    }

    internal static List<int> Legal(IBoardGame game, Board board) => [.. Enumerable.Range(0, game.Choices).Where(c => game.IsLegal(board, c))];

    /// <summary>1 win, 0 draw, -1 loss for the side to move.</summary>
    private static int Value(IBoardGame game, Board board, Dictionary<Board, int> values)
    {
        if (board.End == GameEnd.Draw) { return 0; }
        if (!board.Running) { return -1; }
        if (!values.TryGetValue(board, out var value))
        {
            value = Legal(game, board).Max(c => -Value(game, game.Play(board, c), values));
            values[board] = value;
        }
        return value;
    }
}
