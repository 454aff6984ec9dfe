using Arena.Rules.Spaces.Breakthrough;

namespace Arena.Tests.Rules.Spaces;

/// <summary>
/// Small boards, solved with the kernel's own moves. Five by five with two full rows each is a win for the second player, as was published on Little Golem's
/// forum in 2006 ("5x5 solved"); the others were found by a solver in C that shares nothing with this.
/// </summary>
public sealed class BreakthroughSmallBoardTests
{
    [Theory]
    [InlineData(2, 5, false)]
    [InlineData(2, 6, true)]
    [InlineData(3, 4, false)]
    [InlineData(3, 5, false)]
    [InlineData(3, 6, true)]
    [InlineData(4, 4, false)]
    [InlineData(4, 5, false)]
    [InlineData(6, 4, false)]
    public void ASmallBoardIsWonByWhoItShouldBe(int files, int ranks, bool first) => Assert.Equal(first, new Solver(files, ranks, 20).FirstPlayerWins());

    [Fact]
    public void FiveByFiveIsWonByTheSecondPlayer()
    {
        if (Environment.GetEnvironmentVariable("ARENA_FULL") != "1")
        {
            Assert.Skip("set ARENA_FULL=1 for the proof of five by five, some minutes");
        }
        Assert.False(new Solver(5, 5, 24).FirstPlayerWins());
    }

    /// <summary>Proves by depth-first search with a table. The board lies in the corner of a1; beyond its last file and rank no move may go.</summary>
    private sealed class Solver(int files, int ranks, int tableBits)
    {
        private readonly ulong _inside = Enumerable.Range(0, ranks).Aggregate(0UL, (all, rank) => all | ((1UL << files) - 1) << 8 * rank);
        private readonly ulong _top = ((1UL << files) - 1) << 8 * (ranks - 1);
        private readonly (ulong White, ulong Black, byte Known)[] _table = new (ulong, ulong, byte)[1 << tableBits];
        private readonly List<List<BreakthroughMove>> _moves = [];

        public bool FirstPlayerWins()
        {
            var rows = ((1UL << files) - 1) * 0x101;
            return Wins(new(rows, rows << 8 * (ranks - 2), 0), 0);
        }

        private bool Wins(BreakthroughBoard board, int ply)
        {
            // The kernel knows black's goal and bare sides; the top of the small board is white's.
            if (board.Winner >= 0 || (board.White & _top) != 0)
            {
                return false;
            }
            var at = (int)((board.White * 0x9E3779B97F4A7C15 ^ board.Black * 0xC2B2AE3D27D4EB4F ^ (ulong)board.ToMove * 0x165667B19E3779F9) >> 64 - tableBits);
            ref var known = ref _table[at];
            if (known.Known != 0 && known.White == board.White && known.Black == board.Black && known.Known >> 1 == board.ToMove + 1)
            {
                return (known.Known & 1) == 1;
            }
            if (_moves.Count == ply)
            {
                _moves.Add([]);
            }
            var moves = _moves[ply];
            moves.Clear();
            board.Moves(moves);
            moves.RemoveAll(m => (_inside >> m.To & 1) == 0);
            // Captures first, then what is furthest ahead: without an order five by five takes ten times as long.
            moves.Sort((x, y) => Order(board, y).CompareTo(Order(board, x)));
            // What decides at once comes first: a piece on the last rank but one must be taken, or one's own must win now.
            var goal = board.ToMove == 0 ? _top : 0xFFUL;
            var danger = board.Other & (board.ToMove == 0 ? 0xFFUL << 8 : _top >> 8);
            var wins = moves.Exists(m => (goal >> m.To & 1) == 1);
            for (var i = 0; i < moves.Count && !wins; i++)
            {
                wins = (danger == 0 || (danger >> moves[i].To & 1) == 1) && !Wins(board.Play(moves[i]), ply + 1);
            }
            _table[at] = (board.White, board.Black, (byte)(board.ToMove + 1 << 1 | (wins ? 1 : 0)));
            return wins;
        }

        private static int Order(BreakthroughBoard board, BreakthroughMove move) =>
            (board.Other >> move.To & 1) == 1 ? 100 + Ahead(board, move) : Ahead(board, move);

        private static int Ahead(BreakthroughBoard board, BreakthroughMove move) => board.ToMove == 0 ? move.To : 63 - move.To;
    }
}
