using Arena.Rules.Play;
using Arena.Rules.Spaces.Breakthrough;

namespace Arena.Tests.Rules.Spaces;

public sealed class BreakthroughTests
{
    private static readonly BreakthroughRules Rules = new();

    private static IGameState After(params string[] moves) =>
        moves.Aggregate(Rules.Start(new Draws(new byte[32], "deal/0"), 2), (s, m) => Rules.Apply(s, new Dictionary<int, string> { [Rules.ToAct(s)[0]] = m }));

    // Counted by an independent program on sets of squares; 22 and 484 by hand.
    [Theory]
    [InlineData(1, 22)]
    [InlineData(2, 484)]
    [InlineData(3, 11_132)]
    [InlineData(4, 256_036)]
    public void TheNumberOfMoveSequencesIsAsKnown(int depth, long count)
    {
        Assert.Equal(count, Sequences(BreakthroughBoard.Opening, depth));

        static long Sequences(BreakthroughBoard board, int depth)
        {
            if (depth == 0 || board.Winner >= 0)
            {
                return depth == 0 ? 1 : 0;
            }
            var moves = new List<BreakthroughMove>();
            board.Moves(moves);
            return moves.Sum(m => Sequences(board.Play(m), depth - 1));
        }
    }

    [Fact]
    public void PawnsCaptureDiagonallyOnlyAndDoNotWrapAroundTheBoard()
    {
        // White on a4 and h4; black on a5, b5 and h5.
        var board = new BreakthroughBoard(1UL << 24 | 1UL << 31, 1UL << 32 | 1UL << 33 | 1UL << 39, 0);
        var moves = new List<BreakthroughMove>();
        board.Moves(moves);
        Assert.Equal(["a4b5", "h4g5"], moves.Select(m => m.ToString()).Order());
        moves.Clear();
        (board with { ToMove = 1 }).Moves(moves);
        Assert.Equal(["a5b4", "b5a4", "b5b4", "b5c4", "h5g4"], moves.Select(m => m.ToString()).Order());
    }

    [Theory]
    [InlineData("b2b3", "b2b3")]
    [InlineData(" B2-B3. ", "b2b3")]
    [InlineData("b2xb3", "b2b3")]
    [InlineData("b2b4", null)]
    [InlineData("b2", null)]
    [InlineData("b2i3", null)]
    [InlineData("ｂ2b3", null)]
    public void MovesAreReadLenientlyInFormOnly(string text, string? action) => Assert.Equal(action, Rules.Read(After(), 0, text).Canonical);

    [Fact]
    public void TheFarRankWinsAndTheViewShowsIt()
    {
        // White walks the b-pawn through while black shuffles; b6xa7 and a7xb8 capture on the way.
        var end = After("b2b3", "h7h6", "b3b4", "h6h5", "b4b5", "h5h4", "b5b6", "h4h3", "b6a7", "g7g6", "a7b8");
        Assert.Equal([1_000_000, 0], Rules.Outcome(end)!);
        Assert.Empty(Rules.ToAct(end));
        var view = Rules.View(end);
        Assert.Equal("[[1,0],[0,1]]", view["last"]!.ToJsonString());
        Assert.Equal(0, view["winner"]!.GetValue<int>());
        Assert.Equal("[2,1,2,2,2,2,2,2]", view["board"]![0]!.ToJsonString());
    }

    [Fact]
    public void TheHouseIsGraded()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var score = Enumerable.Range(1, 12).Average(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), strong, weak).Scores![0] / 1e6);
            Assert.True(score > 0.55, $"{strong.Slug} scores {score} against {weak.Slug}");
        }
    }
}
