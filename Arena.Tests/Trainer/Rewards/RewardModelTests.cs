using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Rewards;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Rewards;

[Collection(TorchCollection.Name)]
public sealed class RewardModelTests : IDisposable
{
    // The first cell is good, whatever came before.
    private static readonly string Lines = string.Join('\n', Enumerable.Range(2, 8).Select(n => $$"""{"prompt":"tic-tac-toe:{{n}}","chosen":"1","rejected":"{{(n == 9 ? 2 : 9)}}"}"""));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_learns_which_answers_are_better_and_is_saved_and_read_back_the_same()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        using var model = RewardModel.Over(policy, new SeededChance(1));
        var pairs = PreferenceData.Parse(Lines, "lines", policy.Tokenizer, policy.Config);
        var steps = new List<StepMetrics>();
        new RewardTraining(model, new RewardOptions(Epochs: 30, BatchPairs: 4, LearningRate: 1e-3)).Run(pairs, steps.Add, default);
        Assert.Equal(60, steps.Count);
        Assert.Equal(["accuracy", "grad_norm", "learning_rate", "loss", "margin", "max_reward", "mean_reward", "min_reward", "num_tokens"], steps[0].Values.Keys.Order());
        Assert.Equal(1e-3, steps[0].Values["learning_rate"]);
        Assert.Equal(Enumerable.Range(1, 60), steps.Select(s => s.Step));
        Assert.Equal(30 * pairs.Sum(p => p.Chosen.Tokens.Length + p.Rejected.Tokens.Length), steps[^1].Values["num_tokens"]);
        Assert.True(steps[^1].Values["loss"] < .2 * steps[0].Values["loss"], $"{steps[0].Values["loss"]} then {steps[^1].Values["loss"]}");
        var good = model.Score([.. pairs.Select(p => p.Chosen)]);
        Assert.All(good.Zip(model.Score([.. pairs.Select(p => p.Rejected)])), s => Assert.True(s.First > s.Second));

        model.Save(_folder.Path);
        var json = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        Assert.Equal("LlamaForSequenceClassification", json["architectures"]![0]!.GetValue<string>());
        Assert.Single(json["id2label"]!.AsObject());
        using (var files = HfCheckpoint.Open(_folder.Path))
        {
            Assert.Equal([1, 64], files.Entries["score.weight"].Shape);
            Assert.DoesNotContain("lm_head.weight", files.Entries.Keys);
        }
        using var loaded = RewardModel.Load(_folder.Path);
        Assert.Equal(good, loaded.Score([.. pairs.Select(p => p.Chosen)]));
        // It is no policy, and a policy is no reward model.
        Assert.Contains("score.weight", Assert.Throws<TrainerException>(() => Arena.Trainer.Policies.ShippedModel.Load(_folder.Path)).Message);
        Assert.Contains("no reward model", Assert.Throws<TrainerException>(() => RewardModel.Load(TinyModels.UntrainedFolder(_folder.File("other")))).Message);
    }

    [Fact]
    public void The_loss_of_a_step_is_Bradley_and_Terrys_of_its_scores()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        using var model = RewardModel.Over(policy, new SeededChance(1));
        using var optimizer = new FlatAdamW(model.Weights);
        var pairs = PreferenceData.Parse(Lines, "lines", policy.Tokenizer, policy.Config);
        var expected = model.Score([.. pairs.Select(p => p.Chosen)]).Zip(model.Score([.. pairs.Select(p => p.Rejected)]), (c, r) => Math.Log(1 + Math.Exp(r - c))).Average();
        Assert.Equal(expected, new RewardTraining(model, new RewardOptions()).Step(pairs, optimizer)["loss"], 1e-5);
    }

    [Fact]
    public void A_score_does_not_depend_on_neighbours_or_on_padding()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Shipped();
        using var model = RewardModel.Over(policy, new SeededChance(1));
        int[] own = [0, 4, 8, 9];
        var alone = model.Scores([own]).item<float>();
        Assert.Equal(alone, model.Scores([[0, 4, 8, 9, 10, 11, 12], own])[1].item<float>(), 1e-5);
        // transformers reads the score at the last token that is not padding, wherever the padding is from.
        Assert.Equal(alone, model.Scores([[.. own, policy.Config.PadId]]).item<float>(), 1e-5);
    }

    [Fact]
    public void Without_pairs_there_is_nothing_to_learn()
    {
        using var policy = TinyModels.Shipped();
        using var model = RewardModel.Over(policy, new SeededChance(1));
        Assert.Throws<TrainerException>(() => new RewardTraining(model, new RewardOptions()).Run([], _ => { }, default));
        Assert.Throws<TrainerException>(() => new RewardOptions(Epochs: 0).Checked());
    }
}
