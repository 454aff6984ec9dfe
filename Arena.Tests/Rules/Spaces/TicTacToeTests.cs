using Arena.Rules.Play;
using Arena.Rules.Spaces.TicTacToe;

namespace Arena.Tests.Rules.Spaces;

public sealed class TicTacToeTests
{
    private static readonly TicTacToeRules Rules = new();

    private static IGameState After(string moves) =>
        moves.Aggregate(Rules.Start(new Draws(new byte[32], "deal/0"), 2), (s, m) => Rules.Apply(s, new Dictionary<int, string> { [Rules.ToAct(s)[0]] = m.ToString() }));

    private static IEnumerable<int> Free(TicTacToeBoard board) => Enumerable.Range(0, 9).Where(c => (board.Free >> c & 1) == 1);

    [Fact]
    public void ThereAreAsManyGamesAndPositionsAsKnown()
    {
        var positions = new HashSet<TicTacToeBoard>();
        Assert.Equal(255_168, Games(default));
        Assert.Equal(5_478, positions.Count);

        int Games(TicTacToeBoard board)
        {
            positions.Add(board);
            return board.Over ? 1 : Free(board).Sum(c => Games(board.Play(c)));
        }
    }

    [Fact]
    public void ThePerfectAgentNeverLosesWhateverTheOtherSidePlays()
    {
        var perfect = Rules.House.Single(h => h.Slug == "perfect");
        var games = 0;
        foreach (var side in new[] { 0, 1 })
        {
            Walk(After(""), side);
        }
        Assert.InRange(games, 200, 255_168);

        void Walk(IGameState state, int side)
        {
            if (Rules.Outcome(state) is { } scores)
            {
                games++;
                Assert.InRange(scores[side], 500_000, 1_000_000);
                return;
            }
            var seat = Rules.ToAct(state)[0];
            // Its own turn: one of its draws; the other side: every move.
            string[] moves = seat == side ? [perfect.Act(Rules, state, seat, new Draws(new byte[32], $"house/0/{games}/{seat}"))] : [.. Rules.Observe(state, seat).Legal!];
            foreach (var move in moves)
            {
                Walk(Rules.Apply(state, new Dictionary<int, string> { [seat] = move }), side);
            }
        }
    }

    [Fact]
    public void TheHouseIsGraded()
    {
        foreach (var (weak, strong) in Rules.House.Zip(Rules.House.Skip(1)))
        {
            var score = Enumerable.Range(1, 60).Average(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), strong, weak).Scores![0] / 1e6);
            Assert.True(score > 0.55, $"{strong.Slug} scores {score} against {weak.Slug}");
        }
    }

    [Theory]
    [InlineData("", "{\"board\":[0,0,0,0,0,0,0,0,0],\"last\":null,\"line\":null,\"toAct\":0}")]
    [InlineData("519", "{\"board\":[2,0,0,0,1,0,0,0,1],\"last\":8,\"line\":null,\"toAct\":1}")]
    [InlineData("14253", "{\"board\":[1,1,1,2,2,0,0,0,0],\"last\":2,\"line\":[0,1,2],\"toAct\":null}")]
    public void TheViewShowsBoardLastMoveAndLine(string moves, string view) => Assert.Equal(view, Rules.View(After(moves)).ToJsonString());

    [Fact]
    public void TheObservationReadsAsALanguageModelWouldWantIt()
    {
        var seen = Rules.Observe(After("519"), 1);
        Assert.Equal("tic-tac-toe:519", seen.Compact);
        Assert.Equal(
            """
            Tic-tac-toe. You are O, your opponent is X. X began. Three of your marks in a row, column or diagonal win; a full board is a draw.

            Board (a number is a free cell):
             O | 2 | 3
            ---+---+---
             4 | X | 6
            ---+---+---
             7 | 8 | X
            Moves so far, X first: 5 1 9.
            It is your turn. Free cells: 2 3 4 6 7 8.
            Answer with the number of one free cell and nothing else.
            """, seen.Text);
    }

    [Fact]
    public void ADrawIsSharedAndATakenCellIsNamed()
    {
        Assert.Equal([500_000, 500_000], Rules.Outcome(After("123546879"))!);
        Assert.Equal("Cell 5 is taken; free cells: 1 2 3 4 6 7 8 9.", Rules.Read(After("5"), 1, "5").Illegal);
        Assert.Equal("It is not this seat's turn.", Rules.Read(After("5"), 0, "1").Illegal);
    }
}
