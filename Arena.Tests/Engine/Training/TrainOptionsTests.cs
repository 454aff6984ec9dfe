using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Rules;
using Arena.Rules.Spaces;
using Arena.Trainer.Losses;
using Arena.Trainer.Training;
using TrainOptions = Arena.Engine.Training.TrainOptions;

namespace Arena.Tests.Engine.Training;

public sealed class TrainOptionsTests
{
    [Fact]
    public void TheLossesAreTheTrainers() => Assert.Equal(PreferenceObjective.Names.Keys.Order(), TrainOptions.Losses.Order());

    [Fact]
    public void EveryRecipeLiesInsideTheBounds() =>
        Assert.All(SpaceRegistry.All, space => Assert.All(TrainingRecipes.Methods, method => Assert.Null(TrainOptions.For(space.Card.Slug, method).Problem())));

    [Fact]
    public void WhatIsNotWishedIsTheRecipeOfTheWishedMethod()
    {
        var (options, problem) = TrainOptions.Wished("tic-tac-toe", new JsonObject { ["method"] = "dpo", ["seed"] = 7, ["loss"] = "ipo" });
        Assert.Null(problem);
        Assert.Equal(TrainOptions.For("tic-tac-toe", "dpo") with { Seed = 7, Loss = "ipo" }, options);
        Assert.Equal(TrainOptions.For("countdown"), TrainOptions.Wished("countdown", null).Options);
    }

    [Theory]
    [InlineData("""{"learningrate":0.1}""", "There is no option called learningrate. There are: method, rounds,")]
    [InlineData("""{"rounds":"many"}""", "The option rounds has a value of the wrong kind.")]
    [InlineData("""{"rounds":null}""", "The option rounds has a value of the wrong kind.")]
    [InlineData("""{"method":"sarsa"}""", "The method is")]
    [InlineData("""{"method":3}""", "The option method has a value of the wrong kind.")]
    public void WhatCantBeReadIsNamed(string wish, string words) =>
        Assert.StartsWith(words, TrainOptions.Wished("tic-tac-toe", JsonNode.Parse(wish)!.AsObject()).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("loss", "\"dpo\"")]
    [InlineData("grpoLoss", "\"ppo\"")]
    [InlineData("dtype", "\"f16\"")]
    [InlineData("reference", "\"last\"")]
    [InlineData("labelSmoothing", "0.5")]
    [InlineData("illegalValue", "1")]
    [InlineData("accumulationSteps", "0")]
    [InlineData("rounds", "1001")]
    [InlineData("pairShare", "1.1")]
    public void WhatIsOutOfBoundsIsNamed(string name, string value) =>
        Assert.StartsWith(name, TrainOptions.Wished("tic-tac-toe", JsonNode.Parse($$"""{"{{name}}":{{value}}}""")!.AsObject()).Options!.Problem(), StringComparison.Ordinal);

    [Fact]
    public void TheTrainerReadsWhatTheSiteWrites()
    {
        var wish = new JsonObject
        {
            ["method"] = "mix",
            ["loss"] = "robust",
            ["labelSmoothing"] = 0.1,
            ["grpoLoss"] = "dapo",
            ["scaleRewards"] = false,
            ["klBeta"] = 0.02,
            ["opponents"] = "self=0.5,greedy=0.5",
            ["illegalValue"] = -0.25,
            ["finalRate"] = 0.5,
            ["pairShare"] = 0.5,
            ["clipNorm"] = 2,
            ["loraAlpha"] = 8,
            ["accumulationSteps"] = 2,
            ["gradientCheckpointing"] = true,
            ["dtype"] = "f32",
            ["reference"] = "start",
        };
        var options = TrainOptions.Wished("connect-four", wish).Options!;
        Assert.Null(options.Problem());
        var read = SpaceDefaults.For("connect-four", null, JsonNode.Parse(options.ToJson())!.AsObject());
        var back = JsonSerializer.SerializeToNode(read, new JsonSerializerOptions(JsonSerializerDefaults.Web))!.AsObject();
        Assert.All(wish, pair => Assert.Equal(pair.Value!.ToJsonString(), back[pair.Key]!.ToJsonString()));
        Assert.Equal(options, TrainOptions.FromJson(options.ToJson()));
    }
}
