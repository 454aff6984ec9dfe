using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.ConnectFour;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Spaces;

public sealed class ConnectFourTests
{
    private static readonly ConnectFourRules Rules = new();

    private static ConnectFourState After(string moves)
    {
        var state = Rules.Start(new Draws(new byte[32], "deal/0"), 2);
        foreach (var move in moves)
        {
            state = Rules.Apply(state, new Dictionary<int, string> { [Rules.ToAct(state)[0]] = move.ToString() });
        }
        return (ConnectFourState)state;
    }

    // OEIS A212693: positions of 7x6 Connect Four after n plies.
    [Fact]
    public void ThePositionsAfterEachPlyAreAsManyAsKnown()
    {
        int[] known = [1, 7, 49, 238, 1_120, 4_263, 16_422, 54_859, 184_275, 558_186, 1_662_623];
        List<ConnectFourBoard> level = [default];
        for (var ply = 0; ; ply++)
        {
            Assert.Equal(known[ply], level.Count);
            if (ply == known.Length - 1)
            {
                break;
            }
            var (next, keys) = (new List<ConnectFourBoard>(known[ply + 1]), new HashSet<ulong>(known[ply + 1]));
            foreach (var board in level.Where(b => !b.Over))
            {
                for (var landings = board.Landings; landings != 0; landings &= landings - 1)
                {
                    var after = board.PlayAt(landings & ~(landings - 1));
                    if (keys.Add(after.Key))
                    {
                        next.Add(after);
                    }
                }
            }
            level = next;
        }
    }

    [Theory]
    [InlineData("1213141", 0, "[[5,0],[4,0],[3,0],[2,0]]")]
    [InlineData("1122334", 0, "[[5,0],[5,1],[5,2],[5,3]]")]
    [InlineData("12233434464", 0, "[[5,0],[4,1],[3,2],[2,3]]")]
    [InlineData("76655454424", 0, "[[2,3],[3,4],[4,5],[5,6]]")]
    [InlineData("71223344", 1, null)]
    public void ALineInAnyDirectionWins(string moves, int seat, string? line)
    {
        var state = After(moves);
        if (line is null)
        {
            Assert.Null(Rules.Outcome(state));
            Assert.Null(Rules.View(state)["line"]);
            return;
        }
        Assert.Equal(1_000_000, Rules.Outcome(state)![seat]);
        Assert.Equal(0, Rules.Outcome(state)![1 - seat]);
        Assert.Empty(Rules.ToAct(state));
        Assert.Null(Rules.View(state)["toAct"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(line), Rules.View(state)["line"]), Rules.View(state)["line"]!.ToJsonString());
    }

    [Fact]
    public void LinesDoNotWrapFromTheTopOfAColumnToTheNext()
    {
        // X holds cells (5, column 1) and (0..2, column 2): consecutive but for the gap bit.
        Assert.False(ConnectFourBoard.HasFour(1UL << 5 | 1UL << 7 | 1UL << 8 | 1UL << 9));
        Assert.False(ConnectFourBoard.HasFour(1UL << 4 | 1UL << 5 | 1UL << 7 | 1UL << 8));
    }

    [Fact]
    public void TheViewShowsBoardAndLastMove()
    {
        var view = Rules.View(After("443"));
        Assert.Equal(
            "{\"board\":[[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,2,0,0,0],[0,0,1,1,0,0,0]],\"last\":[5,2],\"line\":null,\"toAct\":1}",
            view.ToJsonString());
        Assert.Equal("{\"board\":[" + string.Join(',', Enumerable.Repeat("[0,0,0,0,0,0,0]", 6)) + "],\"last\":null,\"line\":null,\"toAct\":0}", Rules.View(After("")).ToJsonString());
    }

    [Fact]
    public void TheObservationReadsAsALanguageModelWouldWantIt()
    {
        var seen = Rules.Observe(After("4444441"), 1);
        Assert.Equal("connect-four:4444441", seen.Compact);
        Assert.Equal(["1", "2", "3", "5", "6", "7"], seen.Legal);
        Assert.Equal(
            """
            Connect Four. You are O, your opponent is X. X began. Four own discs in a row, column or diagonal win; a full board is a draw.

            Board, top row first:
            1 2 3 4 5 6 7
            . . . O . . .
            . . . X . . .
            . . . O . . .
            . . . X . . .
            . . . O . . .
            X . . X . . .
            Moves so far, X first: 4 4 4 4 4 4 1.
            It is your turn. Open columns: 1 2 3 5 6 7.
            Answer with the number of one open column and nothing else.
            """, seen.Text);
        Assert.EndsWith("Moves so far, X first: none.\nIt is your opponent's turn.", Rules.Observe(After(""), 1).Text);
        Assert.EndsWith("The game is over.", Rules.Observe(After("1212121"), 1).Text);
    }

    [Theory]
    [InlineData("4", "4")]
    [InlineData(" 4.\n", "4")]
    [InlineData("```\n4\n```", "4")]
    [InlineData("```text\n4\n```", "4")]
    [InlineData("`4`", "4")]
    [InlineData("8", null)]
    [InlineData("44", null)]
    [InlineData("٤", null)]
    [InlineData("４", null)]
    [InlineData("column 4", null)]
    [InlineData("", null)]
    [InlineData("`", null)]
    [InlineData("``````", null)]
    public void AnswersAreReadLenientlyInFormOnly(string text, string? action)
    {
        var reading = Rules.Read(After(""), 0, text);
        Assert.Equal(action, reading.Canonical);
        Assert.Equal(action is null, reading.Illegal is not null);
    }

    [Fact]
    public void AFullColumnIsIllegalWithTheOpenOnesNamed() =>
        Assert.Equal("Column 4 is full; open columns: 1 2 3 5 6 7.", Rules.Read(After("444444"), 0, "4").Illegal);

    [Theory]
    [InlineData("greedy", "random")]
    [InlineData("alpha-beta-2", "random")]
    [InlineData("alpha-beta-2", "greedy")]
    [InlineData("alpha-beta-8", "alpha-beta-4")]
    public void TheHouseIsGraded(string stronger, string weaker)
    {
        var a = Rules.House.Single(h => h.Slug == stronger);
        var b = Rules.House.Single(h => h.Slug == weaker);
        var score = Enumerable.Range(1, 20).Average(seed => MadeMatches.House(MadeMatches.Setup(Rules, seed: seed), a, b).Scores![0] / 1e6);
        Assert.InRange(score, 0.7, 1);
    }

    [Fact]
    public void SearchTakesAWinAndBlocksOne()
    {
        foreach (var agent in Rules.House.Where(h => h.Slug != "random"))
        {
            var draws = new Draws(new byte[32], "house/0/0/0");
            Assert.Equal("4", agent.Act(Rules, After("112233"), 0, draws));
            Assert.Equal("4", agent.Act(Rules, After("11223"), 1, draws));
        }
    }

    [Fact]
    public void TheSolverBeatsTheSearchThatItFallsBackOn()
    {
        var (mean, atLeast) = MadeMatches.Grade(Rules, Rules.House.Single(h => h.Slug == "solver"), Rules.House.Single(h => h.Slug == "alpha-beta-8"), 30);
        Assert.True(atLeast > 0.5, $"{mean:0.000}, at least {atLeast:0.000}");
    }

    /// <summary>The one thing that the solver does better than the search it falls back on: it never lets go of what the position is worth.</summary>
    [Fact]
    public void TheSolverGivesNothingAwayOnceTheGameCanBeSolved()
    {
        var (agent, exact, asked) = (Rules.House.Single(h => h.Slug == "solver"), new ConnectFourSolver(18), 0);
        for (var seed = 1; seed <= 12; seed++)
        {
            var draws = new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "test");
            var state = Rules.Start(draws, 2);
            for (var ply = 0; Rules.ToAct(state) is [var seat]; ply++)
            {
                var action = ply < 20 ? EverySpaceTests.AnyLegal(Rules, state, seat, draws) : agent.Act(Rules, state, seat, draws);
                var next = Rules.Apply(state, new Dictionary<int, string> { [seat] = action });
                if (ply >= 20)
                {
                    Assert.Equal(exact.Winner(((ConnectFourState)state).Board), -exact.Winner(((ConnectFourState)next).Board));
                    asked++;
                }
                state = next;
            }
        }
        Assert.True(asked > 40);
    }

    [Fact]
    public void AMatchOfTheHouseReplaysToTheSameBytes()
    {
        var match = MadeMatches.House(MadeMatches.Setup(Rules, seed: 3), Rules.House[4], Rules.House[1]);
        Assert.True(TranscriptReplay.Run(match.Transcript, Rules).Ok);
    }
}
