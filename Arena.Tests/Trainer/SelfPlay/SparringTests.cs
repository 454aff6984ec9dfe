using Arena.Rules;
using Arena.Rules.Spaces;
using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.SelfPlay;

[Collection(TorchCollection.Name)]
public sealed class SparringTests
{
    [Fact]
    public void A_rival_moves_on_its_turns_only_and_like_itself()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var game = ConnectFourGame.Instance;
        var tokens = new GameTokens(game, policy.Tokenizer);
        var play = new LockstepPlay(policy.Decoder, policy.Bind(), game, tokens);
        int[][] openings = [[3, 3], [0, 6]];
        // At temperature 0 a policy against another copy of itself plays what it plays alone.
        var alone = play.Run(openings, 1, new SamplingOptions(0), new SeededChance(1));
        var rival = new Rival(policy.Decoder, policy.Bind(), tokens, new SamplingOptions(0));
        var against = play.Run(openings, 2, new SamplingOptions(0), new SeededChance(2), null, rival);
        for (var row = 0; row < against.Length; row++)
        {
            Assert.Equal(alone[row / 2].Tokens, against[row].Tokens);
        }
    }

    [Fact]
    public void A_stronger_rival_wins_more()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var game = TicTacToeGame.Instance;
        var play = new LockstepPlay(policy.Decoder, policy.Bind(), game, new GameTokens(game, policy.Tokenizer));
        double Mean(string name) => SelfPlayRound.Play(play, game, 8, 8, new SamplingOptions(), 0, [new(1, Opponents.TryFind(game, name)!)], new SeededChance(4)).SelectMany(p => p.Games.Select(g => g.Score(p.Side))).Average();
        Assert.True(Mean("perfect") + 0.05 < Mean("random"));
    }

    [Fact]
    public void Every_house_agent_of_connect_four_plays_legally_here()
    {
        var game = ConnectFourGame.Instance;
        var chance = new SeededChance(1);
        foreach (var house in SpaceRegistry.Find("connect-four")!.House.Where(h => h.Slug is not ("alpha-beta-8" or "solver")))
        {
            var opponent = Opponents.TryFind(game, house.Slug)!;
            for (var board = default(Board); board.Running;)
            {
                var choice = opponent(board, chance);
                Assert.True(game.IsLegal(board, choice), house.Slug);
                board = game.Play(board, choice);
            }
        }
        // The open three on the bottom row is closed by one that looks ahead.
        var threat = new[] { 2, 2, 3, 3, 4 }.Aggregate(default(Board), (b, c) => game.Play(b, c));
        Assert.Contains(Opponents.TryFind(game, "alpha-beta-2")!(threat, chance), new[] { 1, 5 });
    }

    [Fact]
    public void The_pool_and_the_options_opponents_share_the_games()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var options = new TrainOptions(RootsPerOpening: 4, RolloutsPerRoot: 2, Opponents: "self=1,start=1,greedy=2");
        PoolOpponent[] pool = [new("perfect", 1), new("theirs", 3, policy, 0.5)];
        var groups = new BoardRounds(TicTacToeGame.Instance, policy, pool).Sample(policy.Bind(), options, new SeededChance(1));
        Assert.InRange(groups.Count, 16, 32);
        Assert.All(groups, g => Assert.Equal(2, g.Answers.Count));
        Assert.Throws<Arena.Trainer.TrainerException>(() => new BoardRounds(TicTacToeGame.Instance, policy, []).Sample(policy.Bind(), options with { Opponents = "nobody" }, new SeededChance(1)));
    }

    [Fact]
    public void An_own_illegal_move_is_worth_what_the_options_say()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        var options = new TrainOptions(RootsPerOpening: 8, RolloutsPerRoot: 8, Temperature: 3, IllegalValue: -0.5);
        var values = new BoardRounds(TicTacToeGame.Instance, policy, []).Sample(policy.Bind(), options, new SeededChance(1)).SelectMany(g => g.Answers.Select(a => a.Value)).Distinct().Order();
        Assert.Equal([-0.5, 0, 0.5, 1], values);
    }

    [Theory]
    [InlineData("self", "self:1")]
    [InlineData("self=0.5, greedy=2", "self:0.5 greedy:2")]
    public void Opponents_are_read(string text, string expected) => Assert.Equal(expected, string.Join(' ', OpponentMix.Parse(text).Select(o => $"{o.Name}:{o.Weight}")));

    [Theory]
    [InlineData("")]
    [InlineData("self=")]
    [InlineData("self=-1")]
    [InlineData("=1")]
    [InlineData("self,,greedy")]
    public void Opponents_that_make_no_sense_are_refused(string text) => Assert.NotNull(OpponentMix.Problem(text));

    [Fact]
    public void Every_recipe_can_be_trained_with_on_both_sides()
    {
        foreach (var space in SpaceRegistry.All.Select(s => s.Card.Slug))
        {
            Assert.Contains(TrainingRecipes.Recommended(space), TrainingRecipes.Methods);
            foreach (var method in TrainingRecipes.Methods)
            {
                var options = SpaceDefaults.For(space, method, []);
                var site = Arena.Engine.Training.TrainOptions.For(space, method);
                Assert.Null(site.Problem());
                // What the site sends on top of the recipe changes nothing.
                var sent = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(site.ToJson())!;
                Assert.Equal(options, SpaceDefaults.For(space, null, sent));
            }
        }
    }

    [Fact]
    public void The_mean_over_seeds_has_students_interval()
    {
        var score = SeedInterval.Of([0.4, 0.45, 0.5, 0.55, 0.6], 0, 0);
        // sd = sqrt((.01 + .0025 + 0 + .0025 + .01) / 4) = .0790569; 2.776 x .0790569 / 2.236068 = .0981466
        Assert.Equal(0.5 - 0.0981466, score.Low, 1e-6);
        Assert.Equal(0.5 + 0.0981466, score.High, 1e-6);
    }
}
