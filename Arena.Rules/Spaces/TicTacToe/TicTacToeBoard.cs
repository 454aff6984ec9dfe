using System.Numerics;

namespace Arena.Rules.Spaces.TicTacToe;

/// <summary>A tic-tac-toe position as two masks; bit i is cell i+1, row by row from the top left. Seat 0 (X) begins.</summary>
/// <param name="X">Cells of seat 0.</param>
/// <param name="O">Cells of seat 1.</param>
public readonly record struct TicTacToeBoard(int X, int O)
{
    public const int Full = 0b111_111_111;

    /// <summary>The eight lines: rows, columns, diagonals.</summary>
    public static readonly IReadOnlyList<int> Lines =
        [0b000_000_111, 0b000_111_000, 0b111_000_000, 0b001_001_001, 0b010_010_010, 0b100_100_100, 0b100_010_001, 0b001_010_100];

    // Bit m of the table tells whether mask m holds a line.
    private static readonly bool[] Won = [.. Enumerable.Range(0, 512).Select(m => Lines.Any(l => (m & l) == l))];

    public int Free => Full & ~(X | O);

    public int Plies => BitOperations.PopCount((uint)(X | O));

    /// <summary>The seat to move, whether or not the game is over.</summary>
    public int ToMove => Plies & 1;

    /// <summary>The winning seat, or -1.</summary>
    public int Winner => Won[X] ? 0 : Won[O] ? 1 : -1;

    public bool Over => Free == 0 || Winner >= 0;

    /// <summary>The position after the side to move takes <paramref name="cell"/> (0 to 8, free).</summary>
    public TicTacToeBoard Play(int cell) => ToMove == 0 ? this with { X = X | 1 << cell } : this with { O = O | 1 << cell };

    /// <summary>Whether <paramref name="seat"/> would have a line with <paramref name="cell"/>.</summary>
    public bool Wins(int seat, int cell) => Won[(seat == 0 ? X : O) | 1 << cell];
}
