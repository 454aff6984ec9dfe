using Arena.Trainer.Chance;
using Arena.Trainer.Losses;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Trainer.Rewards;

/// <summary>How a reward model is trained.</summary>
/// <param name="Epochs">Passes over the pairs.</param>
/// <param name="BatchPairs">Pairs a step.</param>
/// <param name="LearningRate">AdamW's.</param>
/// <param name="CenterCoefficient">Weight of (chosen + rejected)², TRL's center_rewards_coefficient.</param>
/// <param name="ClipNorm">Longest gradient.</param>
/// <param name="Seed">Decides all chance.</param>
public sealed record RewardOptions(int Epochs = 3, int BatchPairs = 32, double LearningRate = 1e-4, double CenterCoefficient = 0, double ClipNorm = 1, ulong Seed = 1)
{
    /// <exception cref="TrainerException">A value makes no sense.</exception>
    public RewardOptions Checked() => this is { Epochs: >= 1, BatchPairs: >= 1, LearningRate: > 0 and <= 1, CenterCoefficient: >= 0 and <= 1000, ClipNorm: > 0 }
        ? this
        : throw new TrainerException("Reward options: epochs and batch must be positive, the learning rate between 0 and 1, the centre's weight not negative.");
}

/// <summary>Trains a reward model on pairs with Bradley and Terry's loss; metrics have the names of TRL's RewardTrainer.</summary>
public sealed class RewardTraining(RewardModel model, RewardOptions options)
{
    private readonly RewardLoss _loss = new(options.CenterCoefficient);

    /// <summary>Trains and reports each step's metrics.</summary>
    public void Run(IReadOnlyList<PreferencePair> pairs, Action<StepMetrics> report, CancellationToken cancel)
    {
        if (pairs.Count == 0)
        {
            throw new TrainerException("There is nothing to learn from: no usable preference pairs.");
        }
        using var optimizer = new FlatAdamW(model.Weights);
        var chance = new SeededChance(options.Seed, stream: 5);
        var order = Enumerable.Range(0, pairs.Count).ToList();
        var tokens = 0.0;
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            chance.Shuffle(order);
            foreach (var batch in order.Chunk(options.BatchPairs))
            {
                cancel.ThrowIfCancellationRequested();
                var values = Step([.. batch.Select(i => pairs[i])], optimizer);
                // TRL counts tokens over the whole run.
                values["num_tokens"] = tokens += values["num_tokens"];
                report(new(optimizer.Steps, 0, values));
            }
        }
        model.Weights.Flat.requires_grad_(false);
    }

    /// <summary>One optimizer step on a minibatch.</summary>
    public Dictionary<string, double> Step(IReadOnlyList<PreferencePair> batch, FlatAdamW optimizer)
    {
        using var scope = NewDisposeScope();
        var scores = model.Scores([.. batch.Select(p => p.Chosen.Tokens), .. batch.Select(p => p.Rejected.Tokens)]);
        var (chosen, rejected) = (scores.narrow(0, 0, batch.Count), scores.narrow(0, batch.Count, batch.Count));
        var loss = _loss.Mean(chosen, rejected);
        loss.backward();
        using var _ = no_grad();
        var numbers = stack([loss, chosen.gt(rejected).to_type(scores.dtype).mean(), scores.min(), scores.mean(), scores.max(), (chosen - rejected).mean()], 0).to_type(ScalarType.Float64).data<double>().ToArray();
        return new()
        {
            ["loss"] = numbers[0],
            ["accuracy"] = numbers[1],
            ["min_reward"] = numbers[2],
            ["mean_reward"] = numbers[3],
            ["max_reward"] = numbers[4],
            ["margin"] = numbers[5],
            ["num_tokens"] = batch.Sum(p => p.Chosen.Tokens.Length + p.Rejected.Tokens.Length),
            ["grad_norm"] = optimizer.Step(options.LearningRate, options.ClipNorm),
            ["learning_rate"] = options.LearningRate,
        };
    }
}
