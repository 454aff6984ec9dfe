using Arena.Rules.Play;
using Arena.Rules.Spaces.ConnectFour;

namespace Arena.Tests.Rules.Spaces;

/// <summary>Connect Four solved, against plain minimax and against what Allis (1988) and Allen (1988) found.</summary>
public sealed class ConnectFourSolverTests
{
    private static ConnectFourBoard After(string moves) => moves.Aggregate(default(ConnectFourBoard), (board, move) => board.Play(move - '1'));

    /// <summary>Minimax over every move, with a memory and nothing else. A loss counts by the discs that the winner has left, and one.</summary>
    private static int Plain(ConnectFourBoard board, Dictionary<ConnectFourBoard, int> known)
    {
        if (board.LastMoverWon)
        {
            return -(21 - (board.Plies - 1) / 2);
        }
        if (board.Full)
        {
            return 0;
        }
        if (!known.TryGetValue(board, out var value))
        {
            known[board] = value = Enumerable.Range(0, 7).Where(board.CanPlay).Max(column => -Plain(board.Play(column), known));
        }
        return value;
    }

    /// <summary>A random position after so many plies, of a game that nobody has won yet.</summary>
    private static ConnectFourBoard Random(Draws draws, int plies)
    {
        while (true)
        {
            var board = default(ConnectFourBoard);
            while (board.Plies < plies && !board.Over)
            {
                board = board.Play(draws.Pick([.. Enumerable.Range(0, 7).Where(board.CanPlay)]));
            }
            if (!board.Over)
            {
                return board;
            }
        }
    }

    [Fact]
    public void EndgamesAreWorthWhatPlainMinimaxSays()
    {
        var (draws, kept, known) = (new Draws(new byte[32], "endgames"), new ConnectFourSolver(14), new Dictionary<ConnectFourBoard, int>());
        var values = new List<int>();
        for (var i = 0; i < 120; i++)
        {
            var board = Random(draws, 29 + i % 12);
            known.Clear();
            var value = Plain(board, known);
            // A small table that holds what other positions left behind, and a fresh one, say the same.
            Assert.Equal(value, kept.Value(board));
            Assert.Equal(Math.Sign(value), kept.Winner(board));
            Assert.Equal(value, new ConnectFourSolver(10).Value(board));
            values.Add(value);
        }
        Assert.Contains(values, v => v > 1);
        Assert.Contains(0, values);
        Assert.Contains(values, v => v < -1);
    }

    /// <summary>In the middle of the game a value follows from those of the moves, and a mirror changes nothing.</summary>
    [Fact]
    public void AMidgameIsWorthItsBestMove()
    {
        var (draws, solver) = (new Draws(new byte[32], "midgames"), new ConnectFourSolver(18));
        for (var i = 0; i < 12; i++)
        {
            var board = Random(draws, 18 + i % 4);
            var value = solver.Value(board)!.Value;
            Assert.Equal(value, Enumerable.Range(0, 7).Where(board.CanPlay).Max(column => -solver.Value(board.Play(column))!.Value));
            Assert.Equal(Math.Sign(value), new ConnectFourSolver(16).Winner(board));
            Assert.Equal(value, new ConnectFourSolver(16).Value(Mirror(board)));
        }
    }

    private static ConnectFourBoard Mirror(ConnectFourBoard board)
    {
        static ulong Turned(ulong discs) => Enumerable.Range(0, 7).Aggregate(0UL, (turned, column) => turned | (discs >> 7 * column & 0b11_1111) << 7 * (6 - column));
        return new ConnectFourBoard(Turned(board.Mine), Turned(board.All));
    }

    [Theory]
    [InlineData("112233", 18)] // four in a row with the next disc, the fourth of 21
    [InlineData("1122334", -18)] // and the same when it has been played
    [InlineData("22334", -18)] // a three that is open at both ends can't be stopped
    public void WhatCannotBeStoppedIsCountedAtOnce(string moves, int value)
    {
        var solver = new ConnectFourSolver(10);
        Assert.Equal(value, solver.Value(After(moves), 100));
        Assert.Equal(Math.Sign(value), solver.Winner(After(moves), 100));
    }

    [Fact]
    public void ATooSmallBudgetGivesNoAnswerAndTheNextQuestionsAreAnsweredRightly()
    {
        var draws = new Draws(new byte[32], "budget");
        var board = Random(draws, 18);
        while (new ConnectFourSolver(16).Winner(board, 10_000) is not null)
        {
            board = Random(draws, 18);
        }
        var solver = new ConnectFourSolver(16);
        Assert.Null(solver.Value(board, 1_000));
        Assert.Null(solver.Winner(board, 1_000));
        Assert.Equal(2_000, solver.Nodes);
        Assert.Equal(new ConnectFourSolver(16).Value(board), solver.Value(board));
        // The same question to an empty table takes the same number of positions.
        solver.Clear();
        var before = solver.Nodes;
        solver.Winner(board);
        var first = solver.Nodes - before;
        solver.Clear();
        solver.Winner(board);
        Assert.Equal(first, solver.Nodes - before - first);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectFourSolver(9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectFourSolver(29));
    }

    /// <summary>Positions that Pascal Pons published with his solver's tests, and the first player's win on the line that fills the centre.</summary>
    [Theory]
    [InlineData("2252576253462244111563365343671351441", -1)]
    [InlineData("7422341735647741166133573473242566", 1)]
    [InlineData("23163416124767223154467471272416755633", 0)]
    [InlineData("444444", 1)]
    public void KnownPositionsAreWonDrawnAndLost(string moves, int winner) => Assert.Equal(winner, new ConnectFourSolver(20).Winner(After(moves)));

    /// <summary>The whole game: won in the centre column, drawn beside it, lost in the outer four; the win takes until the first player's last disc but one.</summary>
    [Fact]
    public void TheFirstPlayerWinsFromTheCentre()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("ARENA_FULL") is null, "set ARENA_FULL=1 for the whole game, 1,450 million positions: some ten minutes");
        var solver = new ConnectFourSolver(25);
        int[] winners = [.. Enumerable.Range(0, 7).Select(column => -solver.Winner(default(ConnectFourBoard).Play(column))!.Value)];
        Assert.Equal([-1, -1, 0, 1, 0, -1, -1], winners);
        Assert.Equal(1, solver.Winner(default));
    }
}
