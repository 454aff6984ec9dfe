namespace Arena.Trainer.SelfPlay;

/// <summary>Tic-tac-toe; cells 1..9 row by row from the top left.</summary>
public sealed class TicTacToeGame : IBoardGame
{
    private static readonly ulong[] Lines = [0b000000111, 0b000111000, 0b111000000, 0b001001001, 0b010010010, 0b100100100, 0b100010001, 0b001010100];

    public static TicTacToeGame Instance { get; } = new();

    public string Slug => "tic-tac-toe";

    public int Choices => 9;

    public int MaxMoves => 9;

    public IReadOnlyList<int> OpeningLengths { get; } = [0, 1, 2, 3, 4, 5, 6, 7];

    public bool IsLegal(in Board board, int choice) => choice is >= 0 and < 9 && ((board.First | board.Second) >> choice & 1) == 0;

    public Board Play(in Board board, int choice)
    {
        var cells = board.Mover | 1UL << choice;
        return board.After(cells, Lines.Any(line => (cells & line) == line), board.Moves == 8);
    }
}
