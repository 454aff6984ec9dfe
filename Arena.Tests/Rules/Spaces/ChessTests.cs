using Arena.Rules.Play;
using Arena.Rules.Spaces.Chess;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

public sealed class ChessTests
{
    private const string Kiwipete = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1";
    private const string Third = "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1";
    private const string Fourth = "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1";
    private const string Fifth = "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8";
    private const string Sixth = "r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10";

    private static readonly ChessRules Rules = new();

    private static ChessState At(string fen) => ChessState.From(ChessFen.Parse(fen));

    private static ChessState After(ChessState state, string moves) =>
        moves.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(state, (s, m) =>
        {
            var reading = Rules.Read(s, s.Board.ToMove, m);
            Assert.True(reading.IsLegal, $"{m}: {reading.Illegal}");
            return (ChessState)Rules.Apply(s, new Dictionary<int, string> { [s.Board.ToMove] = reading.Canonical! });
        });

    private static string Read(ChessState s, string text) => Rules.Read(s, s.Board.ToMove, text).Canonical ?? "no";

    // The chess programming community's standard positions and their numbers.
    [Theory]
    [InlineData(ChessFen.Opening, 20, 400, 8_902, 197_281, 4_865_609)]
    [InlineData(Kiwipete, 48, 2_039, 97_862, 4_085_603)]
    [InlineData(Third, 14, 191, 2_812, 43_238, 674_624)]
    [InlineData(Fourth, 6, 264, 9_467, 422_333)]
    [InlineData(Fifth, 44, 1_486, 62_379, 2_103_487)]
    [InlineData(Sixth, 46, 2_079, 89_890, 3_894_594)]
    public void PerftGivesThePublishedNumbers(string fen, params int[] expected)
    {
        var board = ChessFen.Parse(fen);
        for (var depth = 1; depth <= expected.Length; depth++)
        {
            Assert.Equal(expected[depth - 1], ChessMoves.Perft(board, depth, bulk: true));
        }
        Assert.Equal(expected[^2], ChessMoves.Perft(board, expected.Length - 1, bulk: false));
    }

    [Theory]
    [InlineData(ChessFen.Opening, 6, 119_060_324)]
    [InlineData(Kiwipete, 5, 193_690_690)]
    [InlineData(Third, 7, 178_633_661)]
    [InlineData(Fourth, 6, 706_045_033)]
    [InlineData(Fifth, 5, 89_941_194)]
    [InlineData(Sixth, 5, 164_075_551)]
    public void DeepPerftGivesThePublishedNumbers(string fen, int depth, long expected)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("ARENA_FULL") is null, "set ARENA_FULL=1 for 1.4 thousand million positions");
        Assert.Equal(expected, ChessMoves.Perft(ChessFen.Parse(fen), depth, bulk: true));
    }

    [Fact]
    public void GeneratingAndPlayingMovesAllocatesNothing()
    {
        var board = ChessFen.Parse(Kiwipete);
        ChessMoves.Perft(board, 3, bulk: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ChessMoves.Perft(board, 3, bulk: false);
        ChessMoves.Perft(board, 3, bulk: true);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(ChessFen.Opening)]
    [InlineData(Kiwipete)]
    [InlineData(Third)]
    [InlineData(Fifth)]
    [InlineData("rnbqkbnr/ppp1pppp/8/8/3pP3/8/PPPP1PPP/RNBQKBNR b KQkq e3 0 3")]
    public void FenComesBackAsItWas(string fen) => Assert.Equal(fen, ChessFen.Write(ChessFen.Parse(fen)));

    [Theory]
    [InlineData("")]
    [InlineData("8/8/8/8/8/8/8/8 w - - 0 1")]
    [InlineData("k6K/8/8/8/8/8/8/P7 w - - 0 1")]
    [InlineData("k6K/8/8/8/8/8/8/7R b K - 0 1")]
    [InlineData("k6R/8/8/8/8/8/8/7K w - - 0 1")]
    [InlineData("k6K/9/8/8/8/8/8/8 w - - 0 1")]
    public void APositionThatCannotBeIsRefused(string fen) => Assert.Throws<FormatException>(() => ChessFen.Parse(fen));

    [Property(MaxTest = 20)]
    public void OnRandomGamesKeysAndNotationHold(int seed)
    {
        var draws = new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "test");
        var s = At(ChessFen.Opening);
        for (; s.End == ChessEnd.None; s = s.Play(draws.Pick(s.Names)))
        {
            if (s.Plies % 8 != 0)
            {
                continue;
            }
            Assert.Equal(s.Board.Key, ChessFen.Parse(ChessFen.Write(s.Board)).Key);
            var sans = Array.ConvertAll(s.Legal, m => ChessSan.Write(s.Board, m, s.Legal));
            Assert.Equal(sans.Length, sans.Distinct().Count());
            Assert.Equal(s.Names, sans.Select(san => Read(s, san)));
            Assert.Equal(s.Names, sans.Select(san => Read(s, $"```\n{s.Board.Number}. {san.TrimEnd('+', '#')}!?\n```")));
            Assert.Equal(s.Names, s.Names.Select(n => Read(s, n.ToUpperInvariant())));
        }
        Assert.NotNull(Rules.Outcome(s));
    }

    [Theory]
    [InlineData("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", "O-O", "e1g1")]
    [InlineData("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1", "0-0-0", "e1c1")]
    [InlineData("r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1", "12... o-o+", "e8g8")]
    [InlineData("r3k2r/8/8/8/8/8/8/R3K2R w Qkq - 0 1", "O-O", "no")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a8=Q", "a7a8q")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a8N", "a7a8n")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a7-a8=r", "a7a8r")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a8", "no")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a7a8", "no")]
    [InlineData("4k3/P7/8/8/8/8/8/4K3 w - - 0 1", "a7a8k", "no")]
    [InlineData("4k3/8/8/8/8/8/8/N1N1K3 w - - 0 1", "Nb3", "no")]
    [InlineData("4k3/8/8/8/8/8/8/N1N1K3 w - - 0 1", "Nab3", "a1b3")]
    [InlineData("4k3/8/8/8/8/8/8/N1N1K3 w - - 0 1", "ncb3", "c1b3")]
    [InlineData("4k3/8/8/8/8/8/8/N1N1K3 w - - 0 1", "Na1b3", "a1b3")]
    [InlineData("4k3/8/8/2p5/1P6/B7/8/4K3 w - - 0 1", "bxc5", "b4c5")]
    [InlineData("4k3/8/8/2p5/8/B7/8/4K3 w - - 0 1", "Bxc5", "a3c5")]
    [InlineData("4k3/8/8/2p5/8/B7/8/4K3 w - - 0 1", "bxc5", "no")]
    [InlineData("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", "exd6 e.p.", "e5d6")]
    [InlineData("4k3/8/8/3pP3/8/8/8/4K3 w - - 0 1", "exd6", "no")]
    [InlineData("4k3/8/8/3pP3/8/8/8/4K3 w - - 0 1", "d5", "no")]
    [InlineData(ChessFen.Opening, "1. e4", "e2e4")]
    [InlineData(ChessFen.Opening, "E2 - E4", "e2e4")]
    [InlineData(ChessFen.Opening, "e5", "no")]
    [InlineData(ChessFen.Opening, "\u0435\u0034", "no")]
    [InlineData(ChessFen.Opening, "e4 e5", "no")]
    [InlineData(ChessFen.Opening, "I play e4", "no")]
    public void AnswersMeanWhatTheySay(string fen, string answer, string move) => Assert.Equal(move, Read(At(fen), answer));

    [Theory]
    [InlineData("4k3/8/8/8/8/8/8/N1N1K3 w - - 0 1", "a1b3", "Nab3")]
    [InlineData("4k3/8/8/N7/8/8/8/N3K3 w - - 0 1", "a1b3", "N1b3")]
    [InlineData("4k3/8/8/N7/8/8/8/N1N1K3 w - - 0 1", "a1b3", "Na1b3")]
    [InlineData("6k1/5ppp/8/8/8/8/8/R3K3 w Q - 0 1", "a1a8", "Ra8#")]
    [InlineData("r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 0 1", "a8a1", "Rxa1+")]
    [InlineData("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 1", "e5d6", "exd6")]
    [InlineData("4kn2/4P3/8/8/8/8/8/4K3 w - - 0 1", "e7f8q", "exf8=Q+")]
    public void NotationIsTheStandards(string fen, string move, string san)
    {
        var s = At(fen);
        Assert.Equal(san, ChessSan.Write(s.Board, s.Legal[Array.IndexOf(s.Names, move)], s.Legal));
    }

    [Theory]
    [InlineData("", "f3 e5 g4 Qh4#", ChessEnd.Checkmate, 0L)]
    [InlineData("7k/5Q2/8/8/8/8/8/K7 b - - 0 1", "", ChessEnd.Stalemate, 500_000L)]
    [InlineData("", "Nf3 Nf6 Ng1 Ng8 Nf3 Nf6 Ng1 Ng8", ChessEnd.Repetition, 500_000L)]
    [InlineData("", "Nf3 Nf6 Ng1 Ng8 Nf3 Nf6 Ng1", ChessEnd.None, -1L)]
    // The same pieces, but the first time a king could still castle.
    [InlineData("r3k3/8/8/8/8/8/8/R3K3 w Qq - 0 1", "Ke2 Ke7 Ke1 Ke8 Ke2 Ke7 Ke1 Ke8", ChessEnd.None, -1L)]
    [InlineData("r3k3/8/8/8/8/8/8/R3K3 w Qq - 0 1", "Ke2 Ke7 Ke1 Ke8 Ke2 Ke7 Ke1 Ke8 Ke2 Ke7", ChessEnd.Repetition, 500_000L)]
    [InlineData("4k3/8/8/8/8/8/8/R3K3 w - - 98 80", "Ra2 Kd7", ChessEnd.FiftyMoves, 500_000L)]
    [InlineData("4k3/8/8/8/8/8/8/R3K3 w - - 98 80", "Ra2", ChessEnd.None, -1L)]
    [InlineData("7k/8/6KR/8/8/8/8/8 b - - 98 80", "Kg8 Rh1", ChessEnd.FiftyMoves, 500_000L)]
    [InlineData("6k1/5ppp/8/8/8/8/8/R3K3 w - - 99 80", "Ra8", ChessEnd.Checkmate, 1_000_000L)]
    [InlineData("4k3/8/8/8/8/8/8/4K3 w - - 0 1", "", ChessEnd.Material, 500_000L)]
    [InlineData("4k3/8/8/8/8/8/8/N3K3 w - - 0 1", "", ChessEnd.Material, 500_000L)]
    [InlineData("4k1b1/8/8/8/8/8/8/1B2K1B1 w - - 0 1", "", ChessEnd.None, -1L)]
    [InlineData("4k1b1/8/8/8/8/8/8/1B2K3 w - - 0 1", "", ChessEnd.Material, 500_000L)]
    [InlineData("4kb2/8/8/8/8/8/8/1B2K3 w - - 0 1", "", ChessEnd.None, -1L)]
    [InlineData("4k3/8/8/8/8/8/8/NN2K3 w - - 0 1", "", ChessEnd.None, -1L)]
    [InlineData("4k3/8/8/8/8/8/P7/4K3 w - - 0 1", "", ChessEnd.None, -1L)]
    public void GamesEndWhenTheLawsSay(string fen, string moves, ChessEnd end, long white)
    {
        var s = After(At(fen.Length == 0 ? ChessFen.Opening : fen), moves);
        Assert.Equal(end, s.End);
        Assert.Equal(white, Rules.Outcome(s)?[0] ?? -1);
        Assert.Equal(end != ChessEnd.None, Rules.ToAct(s).Count == 0);
    }

    // A pawn that passed counts in the position only where it can really be taken: here the capturing pawn is pinned.
    [Fact]
    public void AnEnPassantThatNobodyCanPlayMakesNoOtherPosition()
    {
        var pinned = After(At("3k4/8/8/8/3p4/8/4P3/3RK3 w - - 0 1"), "e4");
        Assert.Equal(0, pinned.Board.EnPassant);
        Assert.Equal(At("3k4/8/8/8/3pP3/8/8/3RK3 b - - 0 1").Board.Key, pinned.Board.Key);
        Assert.NotEqual(0, After(At("4k3/8/8/8/3p4/8/4P3/3RK3 w - - 0 1"), "e4").Board.EnPassant);
    }

    [Theory]
    [InlineData("6k1/5ppp/8/8/8/8/5PPP/3R2K1 w - - 0 1", "d1d8")]
    [InlineData("r1bqkb1r/pppp1ppp/2n2n2/4p2Q/2B1P3/8/PPPP1PPP/RNB1K1NR w KQkq - 4 4", "h5f7")]
    [InlineData("kbK5/pp6/1P6/8/8/8/8/R7 w - - 0 1", "a1a6")]
    public void TheStrongAgentFindsMates(string fen, string move) =>
        Assert.Equal(move, Rules.House[^1].Act(Rules, At(fen), 0, new Draws(new byte[32], "house/0/0/0")));

    [Fact]
    public void ThinkingDependsOnPositionAndDrawsOnly()
    {
        string Move(string stream) => Rules.House[^2].Act(Rules, At(Kiwipete), 0, new Draws(new byte[32], stream));
        var first = Move("a");
        Move("b");
        Assert.Equal(first, Move("a"));
    }

    [Fact]
    public void StrongerHouseAgentsBeatWeakerOnes()
    {
        for (var weaker = 0; weaker < 3; weaker++)
        {
            var points = Enumerable.Range(1, 2).Sum(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), Rules.House[weaker + 1], Rules.House[weaker]).Scores![0]);
            Assert.True(points > 1_000_000, $"{Rules.House[weaker + 1].Slug} took {points} of 2,000,000 from {Rules.House[weaker].Slug}");
        }
    }
}
