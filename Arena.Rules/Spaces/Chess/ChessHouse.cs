using System.Numerics;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Chess;

/// <summary>Looks one ply ahead: mates where it can, else takes the most valuable piece that it can keep or trade, else any move.</summary>
internal sealed class ChessGreedy : IHouseAgent
{
    public string Slug => "greedy";

    public string Name => "Greedy";

    public string About => "Mates if it can in one, takes what it can get, and looks no further.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (ChessState)state;
        var best = int.MinValue;
        var choice = new List<int>();
        for (var i = 0; i < s.Legal.Length; i++)
        {
            var move = s.Legal[i];
            var next = s.Board.Play(move);
            var gain = (s.Board.All >> move.To & 1) == 1 ? ChessValues.Worth[s.Board.PieceOn(move.To)] : 0;
            gain += move.Promotion == ChessPiece.Queen ? 800 : 0;
            gain -= next.Attacked(move.To, next.ToMove, next.All) ? ChessValues.Worth[move.Piece] : 0;
            var replies = ChessMoves.Count(next);
            var value = replies > 0 ? gain : next.Check ? 100_000 : -100;
            if (value > best)
            {
                best = value;
                choice.Clear();
            }
            if (value == best)
            {
                choice.Add(i);
            }
        }
        return s.Names[draws.Pick(choice)];
    }
}

/// <summary>Alpha-beta with quiescence and a transposition table, for as many positions as it is given.</summary>
internal sealed class ChessSearcher(int nodes) : IHouseAgent
{
    public string Slug => $"alpha-beta-{nodes}";

    public string Name => $"Alpha-beta, {nodes:N0} positions";

    public string About => $"Searches {nodes:N0} positions a move, deeper where pieces are taken, and weighs pieces by their squares.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (ChessState)state;
        return new ChessSearch(s, nodes, draws.NextWord()).Best().ToString();
    }
}

/// <summary>What pieces are worth where, in hundredths of a pawn.</summary>
internal static class ChessValues
{
    // Tomasz Michniewski, Simplified Evaluation Function. Tables as white sees the board, rank 8 first; the king's second one is for endings.
    private static readonly sbyte[][] Tables =
    [
        [
            0, 0, 0, 0, 0, 0, 0, 0, 50, 50, 50, 50, 50, 50, 50, 50, 10, 10, 20, 30, 30, 20, 10, 10, 5, 5, 10, 25, 25, 10, 5, 5,
            0, 0, 0, 20, 20, 0, 0, 0, 5, -5, -10, 0, 0, -10, -5, 5, 5, 10, 10, -20, -20, 10, 10, 5, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
        [
            -50, -40, -30, -30, -30, -30, -40, -50, -40, -20, 0, 0, 0, 0, -20, -40, -30, 0, 10, 15, 15, 10, 0, -30, -30, 5, 15, 20, 20, 15, 5, -30,
            -30, 0, 15, 20, 20, 15, 0, -30, -30, 5, 10, 15, 15, 10, 5, -30, -40, -20, 0, 5, 5, 0, -20, -40, -50, -40, -30, -30, -30, -30, -40, -50,
        ],
        [
            -20, -10, -10, -10, -10, -10, -10, -20, -10, 0, 0, 0, 0, 0, 0, -10, -10, 0, 5, 10, 10, 5, 0, -10, -10, 5, 5, 10, 10, 5, 5, -10,
            -10, 0, 10, 10, 10, 10, 0, -10, -10, 10, 10, 10, 10, 10, 10, -10, -10, 5, 0, 0, 0, 0, 5, -10, -20, -10, -10, -10, -10, -10, -10, -20,
        ],
        [
            0, 0, 0, 0, 0, 0, 0, 0, 5, 10, 10, 10, 10, 10, 10, 5, -5, 0, 0, 0, 0, 0, 0, -5, -5, 0, 0, 0, 0, 0, 0, -5,
            -5, 0, 0, 0, 0, 0, 0, -5, -5, 0, 0, 0, 0, 0, 0, -5, -5, 0, 0, 0, 0, 0, 0, -5, 0, 0, 0, 5, 5, 0, 0, 0,
        ],
        [
            -20, -10, -10, -5, -5, -10, -10, -20, -10, 0, 0, 0, 0, 0, 0, -10, -10, 0, 5, 5, 5, 5, 0, -10, -5, 0, 5, 5, 5, 5, 0, -5,
            0, 0, 5, 5, 5, 5, 0, -5, -10, 5, 5, 5, 5, 5, 0, -10, -10, 0, 5, 0, 0, 0, 0, -10, -20, -10, -10, -5, -5, -10, -10, -20,
        ],
        [
            -30, -40, -40, -50, -50, -40, -40, -30, -30, -40, -40, -50, -50, -40, -40, -30, -30, -40, -40, -50, -50, -40, -40, -30, -30, -40, -40, -50, -50, -40, -40, -30,
            -20, -30, -30, -40, -40, -30, -30, -20, -10, -20, -20, -20, -20, -20, -20, -10, 20, 20, 0, 0, 0, 0, 20, 20, 20, 30, 10, 0, 0, 10, 30, 20,
        ],
        [
            -50, -40, -30, -20, -20, -30, -40, -50, -30, -20, -10, 0, 0, -10, -20, -30, -30, -10, 20, 30, 30, 20, -10, -30, -30, -10, 30, 40, 40, 30, -10, -30,
            -30, -10, 30, 40, 40, 30, -10, -30, -30, -10, 20, 30, 30, 20, -10, -30, -30, -30, 0, 0, 0, 0, -30, -30, -50, -30, -30, -30, -30, -30, -30, -50,
        ],
    ];

    public static readonly int[] Worth = [100, 320, 330, 500, 900, 0];

    // What is left on the board: 24 at the start, 0 with pawns only.
    private static readonly int[] Weight = [0, 1, 1, 2, 4, 0];

    /// <summary>The position's worth for the side to move.</summary>
    public static int Judge(in ChessBoard board)
    {
        int value = 0, phase = 0, kings = 0, endings = 0;
        for (var side = 0; side < 2; side++)
        {
            var sign = side == 0 ? 1 : -1;
            var turn = side == 0 ? 56 : 0;
            for (var piece = ChessPiece.Pawn; piece <= ChessPiece.Queen; piece++)
            {
                var table = Tables[piece];
                for (var pieces = board.Of(side) & board.Kind(piece); pieces != 0; pieces &= pieces - 1)
                {
                    value += sign * (Worth[piece] + table[BitOperations.TrailingZeroCount(pieces) ^ turn]);
                    phase += Weight[piece];
                }
            }
            var king = board.KingOf(side) ^ turn;
            kings += sign * Tables[5][king];
            endings += sign * Tables[6][king];
            value += sign * (BitOperations.PopCount(board.Of(side) & board.Kind(ChessPiece.Bishop)) == 2 ? 30 : 0);
        }
        phase = Math.Min(phase, 24);
        value += (kings * phase + endings * (24 - phase)) / 24;
        return board.ToMove == 0 ? value : -value;
    }
}
