using System.Numerics;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Why a game is over.</summary>
public enum ChessEnd
{
    None,
    Checkmate,
    Stalemate,
    Repetition,
    FiftyMoves,
    Material,
}

/// <summary>A position of a game with all those before it.</summary>
public sealed class ChessState : IGameState
{
    private ChessState(ChessBoard board, ChessState? previous, ChessMove move)
    {
        Span<ChessMove> moves = stackalloc ChessMove[ChessMoves.Most];
        var count = ChessMoves.List(board, moves);
        Previous = previous;
        Move = move;
        Plies = previous is null ? 0 : previous.Plies + 1;
        Names = new string[count];
        for (var i = 0; i < count; i++)
        {
            Names[i] = moves[i].ToString();
        }
        Legal = moves[..count].ToArray();
        // In an order that doesn't hang on how they were found.
        Array.Sort(Names, Legal, StringComparer.Ordinal);
        Board = board.EnPassant != 0 && !Legal.Any(m => m.Kind == ChessKind.EnPassant) ? board.WithoutEnPassant() : board;
        End = Judge();
        Open = End == ChessEnd.None ? Names : [];
    }

    public ChessBoard Board { get; }

    /// <summary>The position before, or null at the start.</summary>
    public ChessState? Previous { get; }

    /// <summary>The move that led here.</summary>
    public ChessMove Move { get; }

    public int Plies { get; }

    /// <summary>Legal moves by their names' order; there may be some although the game is drawn.</summary>
    public ChessMove[] Legal { get; }

    public string[] Names { get; }

    /// <summary>The moves that may be played: none when the game is over.</summary>
    public IReadOnlyList<string> Open { get; }

    public ChessEnd End { get; }

    public static ChessState From(ChessBoard board) => new(board, null, default);

    public ChessState Play(string name) => new(Board.Play(Legal[Array.IndexOf(Names, name)]), this, Legal[Array.IndexOf(Names, name)]);

    /// <summary>The last <paramref name="count"/> moves in algebraic notation, oldest first.</summary>
    public IReadOnlyList<string> LastMoves(int count)
    {
        var moves = new string[Math.Min(count, Plies)];
        var state = this;
        for (var i = moves.Length - 1; i >= 0; i--, state = state.Previous!)
        {
            moves[i] = ChessSan.Write(state.Previous!.Board, state.Move, state.Previous.Legal);
        }
        return moves;
    }

    private ChessEnd Judge()
    {
        if (Legal.Length == 0)
        {
            return Board.Check ? ChessEnd.Checkmate : ChessEnd.Stalemate;
        }
        if (Board.Clock >= 100)
        {
            return ChessEnd.FiftyMoves;
        }
        if (NobodyCanMate(Board))
        {
            return ChessEnd.Material;
        }
        var seen = 1;
        for (var (state, left) = (Previous, Board.Clock); state is not null && left > 0 && seen < 3; state = state.Previous, left--)
        {
            seen += state.Board.Key == Board.Key ? 1 : 0;
        }
        return seen == 3 ? ChessEnd.Repetition : ChessEnd.None;
    }

    /// <summary>King against king, with one knight at most, or with bishops that all stand on squares of one colour.</summary>
    public static bool NobodyCanMate(in ChessBoard board)
    {
        if ((board.Kind(ChessPiece.Pawn) | board.Kind(ChessPiece.Rook) | board.Kind(ChessPiece.Queen)) != 0)
        {
            return false;
        }
        const ulong dark = 0xAA55AA55AA55AA55;
        ulong knights = board.Kind(ChessPiece.Knight), bishops = board.Kind(ChessPiece.Bishop);
        return knights == 0 ? (bishops & dark) == 0 || (bishops & ~dark) == 0 : bishops == 0 && BitOperations.PopCount(knights) == 1;
    }
}
