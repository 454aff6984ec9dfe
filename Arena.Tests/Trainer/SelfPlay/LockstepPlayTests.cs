using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.SelfPlay;

[Collection(TorchCollection.Name)]
public sealed class LockstepPlayTests
{
    [Fact]
    public void Games_start_with_their_opening_and_are_scored_by_the_rules()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var game = TicTacToeGame.Instance;
        var tokens = new GameTokens(game, policy.Tokenizer);
        int[][] openings = [[4, 0, 8], [0, 1, 2]];
        var games = new LockstepPlay(policy.Decoder, policy.Bind(), game, tokens).Run(openings, 40, new SamplingOptions(1.5), new SeededChance(1));
        Assert.Equal(80, games.Length);
        for (var row = 0; row < games.Length; row++)
        {
            Assert.Equal(openings[row / 40].Select(tokens.Token), games[row].Tokens.Take(3));
            var board = default(Board);
            foreach (var token in games[row].Tokens)
            {
                Assert.True(board.Running, "nothing is played after the end");
                var choice = tokens.Choice(token);
                if (!game.IsLegal(board, choice))
                {
                    Assert.True(games[row].Illegal);
                    Assert.Equal(0, games[row].Score(board.Moves % 2));
                    break;
                }
                board = game.Play(board, choice);
            }
            Assert.True(!board.Running || games[row].Illegal);
        }
        Assert.True(games.Select(g => string.Join(',', g.Tokens)).Distinct().Count() > 20, "forks differ");
    }

    [Fact]
    public void At_temperature_zero_a_batch_plays_what_one_game_alone_plays()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var game = ConnectFourGame.Instance;
        var play = new LockstepPlay(policy.Decoder, policy.Bind(), game, new GameTokens(game, policy.Tokenizer));
        int[][] openings = [[3, 3], [0, 6], [2, 4]];
        var together = play.Run(openings, 2, new SamplingOptions(0), new SeededChance(1));
        for (var i = 0; i < openings.Length; i++)
        {
            var alone = play.Run([openings[i]], 1, new SamplingOptions(0), new SeededChance(1));
            Assert.Equal(alone[0].Tokens, together[2 * i].Tokens);
            Assert.Equal(alone[0].Tokens, together[2 * i + 1].Tokens);
        }
    }

    [Fact]
    public void Pairs_share_their_prompt_differ_in_the_first_move_and_count_only_own_moves()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var groups = new BoardRounds(TicTacToeGame.Instance, policy, []).Sample(policy.Bind(), new TrainOptions(RootsPerOpening: 4, RolloutsPerRoot: 12), new SeededChance(2));
        var pairs = RoundData.Pairs(groups, gap: 0.5, perGroup: 4, round: 1);
        Assert.NotEmpty(pairs);
        foreach (var (pair, line) in pairs)
        {
            var prompt = 1 + policy.Tokenizer.Encode(line["prompt"]!.GetValue<string>()).Count;
            foreach (var side in new[] { pair.Chosen, pair.Rejected })
            {
                Assert.Equal(Enumerable.Range(0, side.Tokens.Length).Select(t => t >= prompt && (t - prompt) % 2 == 0), side.Counted);
            }
            Assert.Equal(pair.Chosen.Tokens[..prompt], pair.Rejected.Tokens[..prompt]);
            Assert.NotEqual(pair.Chosen.Tokens[prompt], pair.Rejected.Tokens[prompt]);
        }
    }
}
