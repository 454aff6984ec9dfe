using System.Numerics;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Breakthrough;

/// <summary>Alpha-beta to a fixed depth; any of the moves it finds best. Depth 1 only looks at the positions after its own moves.</summary>
internal sealed class BreakthroughSearch(int depth) : IHouseAgent
{
    private const int Win = 100_000;

    public string Slug => depth == 1 ? "greedy" : $"alpha-beta-{depth}";

    public string Name => depth == 1 ? "Greedy" : $"Alpha-beta, depth {depth}";

    public string About => depth == 1
        ? "Plays the move after which it counts most: pieces, and how far they have come."
        : $"Searches {depth} plies ahead, then counts pieces and how far they have come.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var board = ((BreakthroughState)state).Board;
        // One list of moves for each ply, reused on the way.
        var lists = Enumerable.Range(0, depth + 1).Select(_ => new List<BreakthroughMove>(48)).ToArray();
        board.Moves(lists[depth]);
        var best = -Win;
        var moves = new List<BreakthroughMove>();
        foreach (var move in lists[depth])
        {
            // A window that reaches one below the best keeps values equal to it exact.
            var value = -Search(lists, board.Play(move), depth - 1, -Win, moves.Count == 0 ? Win : 1 - best);
            if (value > best || moves.Count == 0)
            {
                best = value;
                moves.Clear();
            }
            if (value == best)
            {
                moves.Add(move);
            }
        }
        return draws.Pick(moves).ToString();
    }

    private static int Search(List<BreakthroughMove>[] lists, BreakthroughBoard board, int depth, int alpha, int beta)
    {
        if (board.Winner >= 0)
        {
            // The side to move has lost; the more depth is left, the sooner.
            return -(Win - 100 + depth);
        }
        if (depth == 0)
        {
            return Judge(board);
        }
        var moves = lists[depth];
        moves.Clear();
        board.Moves(moves);
        var best = -Win;
        foreach (var move in moves)
        {
            best = Math.Max(best, -Search(lists, board.Play(move), depth - 1, -beta, -Math.Max(alpha, best)));
            if (best >= beta)
            {
                break;
            }
        }
        return best;
    }

    /// <summary>
    /// For the side to move: a piece counts 100 and 2 for each rank that it has gained, a little more when a neighbour covers it; a piece
    /// one step from the far rank wins; pieces of the other side that hang count half.
    /// </summary>
    private static int Judge(BreakthroughBoard board)
    {
        var (own, other) = board.ToMove == 0 ? (board.White, board.Black) : (Flip(board.Black), Flip(board.White));
        if ((own >> 48 & 0xFF) != 0)
        {
            return Win - 200;
        }
        var hanging = other & Attacks(own) & ~Flip(Attacks(Flip(other)));
        return Worth(own) - Worth(Flip(other & ~hanging)) - Worth(Flip(hanging)) / 2;
    }

    private static int Worth(ulong own)
    {
        var value = 3 * BitOperations.PopCount(own & Attacks(own));
        for (var pieces = own; pieces != 0; pieces &= pieces - 1)
        {
            var rank = BitOperations.TrailingZeroCount(pieces) / 8;
            value += 100 + 2 * rank;
        }
        return value;
    }

    /// <summary>The squares diagonally ahead of pieces that move up.</summary>
    private static ulong Attacks(ulong own)
    {
        const ulong fileA = 0x0101010101010101;
        return (own & ~fileA) << 7 | (own & ~(fileA << 7)) << 9;
    }

    /// <summary>Ranks turned over, so that both sides move up.</summary>
    private static ulong Flip(ulong pieces) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(pieces);
}
