namespace Arena.Trainer.SelfPlay;

/// <summary>How a game stands.</summary>
public enum GameEnd
{
    Running,
    FirstWins,
    SecondWins,
    Draw,
}

/// <summary>A position as two sets of cells: small enough to play thousands of games at once. The mover is First when Moves is even.</summary>
public readonly record struct Board(ulong First, ulong Second, int Moves, GameEnd End)
{
    public bool Running => End == GameEnd.Running;

    /// <summary>Cells of the side to move.</summary>
    public ulong Mover => Moves % 2 == 0 ? First : Second;

    public ulong Other => Moves % 2 == 0 ? Second : First;

    /// <summary>The position after the mover's set became <paramref name="cells"/>.</summary>
    internal Board After(ulong cells, bool wins, bool full)
    {
        var end = wins ? (Moves % 2 == 0 ? GameEnd.FirstWins : GameEnd.SecondWins) : full ? GameEnd.Draw : GameEnd.Running;
        return Moves % 2 == 0 ? new(cells, Second, Moves + 1, end) : new(First, cells, Moves + 1, end);
    }
}

/// <summary>A two-sided game whose moves are one character each, in compact notation.</summary>
public interface IBoardGame
{
    /// <summary>The space, e.g. "tic-tac-toe"; the prompt is this, a colon, and the moves so far.</summary>
    string Slug { get; }

    /// <summary>Moves are 0 .. Choices-1, written 1 .. Choices.</summary>
    int Choices { get; }

    /// <summary>Longest game, moves.</summary>
    int MaxMoves { get; }

    /// <summary>Lengths of the random openings from which training games are forked; both sides occur.</summary>
    IReadOnlyList<int> OpeningLengths { get; }

    bool IsLegal(in Board board, int choice);

    /// <param name="choice">Legal.</param>
    Board Play(in Board board, int choice);
}
