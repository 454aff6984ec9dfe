using Arena.Rules;
using Arena.Rules.Play;
using Arena.Trainer.Chance;
using Arena.Trainer.SelfPlay;

namespace Arena.Tests.Trainer.SelfPlay;

/// <summary>The fast boards of self-play against the rules kernel, on random games.</summary>
public sealed class BoardGameTests
{
    [Theory]
    [InlineData("tic-tac-toe", 300)]
    [InlineData("connect-four", 300)]
    public void The_fast_board_agrees_with_the_rules_at_every_position(string slug, int games)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var game = BoardGames.Find(slug);
        var chance = new SeededChance(17);
        for (var n = 0; n < games; n++)
        {
            var state = rules.Start(new Draws(new byte[32], $"deal/{n}"), 2);
            var board = default(Board);
            var moves = "";
            while (board.Running)
            {
                var seat = Assert.Single(rules.ToAct(state));
                Assert.Equal(board.Moves % 2, seat);
                var seen = rules.Observe(state, seat);
                Assert.Equal($"{slug}:{moves}", seen.Compact);
                for (var choice = 0; choice < game.Choices; choice++)
                {
                    Assert.Equal(rules.Read(state, seat, $"{choice + 1}").IsLegal, game.IsLegal(board, choice));
                }
                var move = Opponents.RandomMove(game, board, chance);
                var action = rules.Read(state, seat, $"{move + 1}").Canonical!;
                state = rules.Apply(state, new Dictionary<int, string> { [seat] = action });
                board = game.Play(board, move);
                moves += move + 1;
            }
            long[] expected = board.End switch { GameEnd.FirstWins => [1_000_000, 0], GameEnd.SecondWins => [0, 1_000_000], _ => [500_000, 500_000] };
            Assert.Equal(expected, rules.Outcome(state));
        }
    }

    [Fact]
    public void Perfect_tic_tac_toe_never_loses_and_draws_with_itself()
    {
        var perfect = Opponents.PerfectTicTacToe();
        var chance = new SeededChance(3);
        var random = Opponents.Random(TicTacToeGame.Instance);
        for (var n = 0; n < 100; n++)
        {
            Assert.NotEqual(GameEnd.SecondWins, Play(perfect, random, chance));
            Assert.NotEqual(GameEnd.FirstWins, Play(random, perfect, chance));
            Assert.Equal(GameEnd.Draw, Play(perfect, perfect, chance));
        }
    }

    [Fact]
    public void Greedy_wins_at_once_and_blocks()
    {
        var greedy = Opponents.Greedy(ConnectFourGame.Instance);
        var chance = new SeededChance(3);
        // First has three in column 1, second three in column 2: whoever moves plays there or blocks.
        Assert.Equal(0, greedy(After(0, 1, 0, 1, 0, 1), chance));
        Assert.Equal(0, greedy(After(0, 1, 0, 1, 0), chance));
    }

    private static Board After(params int[] moves) => moves.Aggregate(default(Board), (board, move) => ConnectFourGame.Instance.Play(board, move));

    private static GameEnd Play(Opponent first, Opponent second, SeededChance chance)
    {
        var board = default(Board);
        while (board.Running)
        {
            board = TicTacToeGame.Instance.Play(board, (board.Moves % 2 == 0 ? first : second)(board, chance));
        }
        return board.End;
    }
}
