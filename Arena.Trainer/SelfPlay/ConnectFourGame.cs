namespace Arena.Trainer.SelfPlay;

/// <summary>Connect Four, 7 columns of 6; columns 1..7 from the left. A column has 7 bits, the top one always empty.</summary>
public sealed class ConnectFourGame : IBoardGame
{
    public static ConnectFourGame Instance { get; } = new();

    public string Slug => "connect-four";

    public int Choices => 7;

    public int MaxMoves => 42;

    public IReadOnlyList<int> OpeningLengths { get; } = [0, 1, 4, 5, 10, 11, 18, 19];

    public bool IsLegal(in Board board, int choice) => choice is >= 0 and < 7 && ((board.First | board.Second) >> (choice * 7 + 5) & 1) == 0;

    public Board Play(in Board board, int choice)
    {
        var taken = board.First | board.Second;
        var column = 0x3FUL << (choice * 7);
        var cells = board.Mover | ((taken & column) + (1UL << (choice * 7)) & column & ~taken);
        return board.After(cells, HasFour(cells), board.Moves == 41);
    }

    private static bool HasFour(ulong cells)
    {
        // Vertical, rising diagonal, horizontal, falling diagonal.
        foreach (var step in (ReadOnlySpan<int>)[1, 8, 7, 6])
        {
            var pairs = cells & cells >> step;
            if ((pairs & pairs >> 2 * step) != 0) { return true; }
        }
        return false;
    }
}
