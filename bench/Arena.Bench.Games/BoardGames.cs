using System.Numerics;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Breakthrough;
using Arena.Rules.Spaces.Chess;
using Arena.Rules.Spaces.ConnectFour;
using Arena.Rules.Spaces.TicTacToe;

namespace Arena.Bench.Games;

/// <summary>Random play on the boards: each method plays some whole games and returns how many (perft: positions).</summary>
public static class BoardGames
{
    /// <summary>Games in one call.</summary>
    public const int Batch = 256;

    /// <summary>Games in one call of chess, whose games are long.</summary>
    public const int ChessBatch = 16;

    /// <summary>Positions that <see cref="Perft"/> counts at depth 4.</summary>
    public const int PerftNodes = OpeningNodes + KiwipeteNodes;

    private const int OpeningNodes = 197_281, KiwipeteNodes = 4_085_603;

    private static readonly ChessBoard Opening = ChessFen.Parse(ChessFen.Opening);
    private static readonly ChessBoard Kiwipete = ChessFen.Parse("r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1");

    public static long ConnectFour()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = default(ConnectFourBoard);
            do
            {
                int column;
                do
                {
                    column = Chance.Below(7);
                }
                while (!board.CanPlay(column));
                board = board.Play(column);
            }
            while (!board.Over);
            Chance.Sink += board.LastMoverWon ? board.ToMove : 2;
        }
        return Batch;
    }

    /// <summary>The full match machine: observations, canonical transcript and hash chain.</summary>
    /// <param name="keccak">Whether the transcript's keccak-256 is taken too, as the site does when it closes a match.</param>
    public static long ConnectFourTranscript(bool keccak)
    {
        var rules = SpaceRegistry.Find("connect-four")!;
        Player[] players = [new(Guid.Empty, new string('a', 64)), new(Guid.AllBitsSet, new string('b', 64))];
        var games = 0;
        while (games < Batch)
        {
            var play = new MatchPlay(new MatchSetup(Guid.Empty, rules, Chance.Seed(), "casual", players));
            while (!play.Over)
            {
                var turn = play.Pending[0];
                var legal = turn.Observation.Legal!;
                play.Answer(turn.Turn, AgentReply.Said(legal[Chance.Below(legal.Count)]));
            }
            var match = play.Finish();
            Chance.Sink += match.Transcript.Length + match.Scores![0] + (keccak ? match.Hash[0] : 0);
            games += match.Games.Count;
        }
        return games;
    }

    public static long TicTacToe()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = default(TicTacToeBoard);
            do
            {
                var free = board.Free;
                for (var skip = Chance.Below(BitOperations.PopCount((uint)free)); skip > 0; skip--)
                {
                    free &= free - 1;
                }
                board = board.Play(BitOperations.TrailingZeroCount(free));
            }
            while (!board.Over);
            Chance.Sink += board.Winner;
        }
        return Batch;
    }

    public static long Breakthrough()
    {
        for (var game = 0; game < Batch; game++)
        {
            var board = BreakthroughBoard.Opening;
            while (board.Winner < 0)
            {
                var (ahead, left, right) = board.Targets();
                int aheads = BitOperations.PopCount(ahead), lefts = BitOperations.PopCount(left);
                var pick = Chance.Below(aheads + lefts + BitOperations.PopCount(right));
                var (targets, back) = pick < aheads ? (ahead, 8) : (pick -= aheads) < lefts ? (left, 7) : (right, 9);
                for (pick -= targets == right && back == 9 ? lefts : 0; pick > 0; pick--)
                {
                    targets &= targets - 1;
                }
                var to = BitOperations.TrailingZeroCount(targets);
                back = board.ToMove == 0 ? back : back == 8 ? -8 : back == 7 ? -9 : -7;
                board = board.Play(new BreakthroughMove(to - back, to));
            }
            Chance.Sink += board.Winner;
        }
        return Batch;
    }

    /// <summary>Through the general interface, lists of legal answers included.</summary>
    public static long BidTacToe()
    {
        var rules = SpaceRegistry.Find("bid-tac-toe")!;
        var actions = new Dictionary<int, string>(2);
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                actions.Clear();
                foreach (var seat in seats)
                {
                    var legal = rules.Observe(state, seat).Legal!;
                    actions[seat] = legal[Chance.Below(legal.Count)];
                }
                state = rules.Apply(state, actions);
            }
            Chance.Sink += rules.Outcome(state)![0];
        }
        return Batch;
    }

    public static long Chess()
    {
        Span<ChessMove> moves = stackalloc ChessMove[ChessMoves.Most];
        Span<ulong> keys = stackalloc ulong[128];
        for (var game = 0; game < ChessBatch; game++)
        {
            var board = Opening;
            while (true)
            {
                var count = ChessMoves.List(board, moves);
                keys[board.Clock] = board.Key;
                if (count == 0 || board.Clock >= 100 || ChessState.NobodyCanMate(board) || keys[..board.Clock].Count(board.Key) >= 2)
                {
                    break;
                }
                board = board.Play(moves[Chance.Below(count)]);
            }
            Chance.Sink += (long)board.Key;
        }
        return ChessBatch;
    }

    /// <summary>Kiwipete and the opening position to depth 4, both checked against the published numbers.</summary>
    /// <param name="bulk">Whether the last ply is counted without playing it.</param>
    public static long Perft(bool bulk)
    {
        var (first, second) = (ChessMoves.Perft(Opening, 4, bulk), ChessMoves.Perft(Kiwipete, 4, bulk));
        return (first, second) == (OpeningNodes, KiwipeteNodes) ? first + second : throw new InvalidOperationException($"perft gave {first} and {second}");
    }
}
