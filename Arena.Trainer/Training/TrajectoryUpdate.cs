using Arena.Trainer.Losses;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>A trajectory and how much better than its group it was.</summary>
public sealed record ScoredTrajectory(MarkedSequence Sequence, double Advantage, double Reward);

/// <summary>GRPO's step on trajectories.</summary>
public sealed class TrajectoryUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options)
{
    private readonly PolicyGradientLoss _loss = options.PolicyGradient();

    /// <summary>Log-probabilities of every counted token under the policy as it is now, per trajectory.</summary>
    public float[][] Sampled(IReadOnlyList<ScoredTrajectory> trajectories)
    {
        using var _ = no_grad();
        var result = new float[trajectories.Count][];
        for (var start = 0; start < trajectories.Count; start += 1024)
        {
            using var scope = NewDisposeScope();
            var batch = trajectories.Skip(start).Take(1024).Select(t => t.Sequence).ToList();
            var flat = SequenceScorer.Score(policy.Decoder, policy.Bind(), batch).PerToken.data<float>().ToArray();
            var at = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                result[start + i] = flat[at..(at += batch[i].CountedTokens)];
            }
        }
        return result;
    }

    /// <summary>One optimizer step on a minibatch.</summary>
    /// <param name="sampled">What <see cref="Sampled"/> gave for the same trajectories.</param>
    /// <param name="rate">Learning rate; null = the options'.</param>
    public Dictionary<string, double> Step(IReadOnlyList<ScoredTrajectory> batch, IReadOnlyList<float[]> sampled, double? rate = null)
    {
        using var scope = NewDisposeScope();
        var scored = SequenceScorer.Score(policy.Decoder, policy.Bind(), [.. batch.Select(t => t.Sequence)]);
        var old = tensor(sampled.SelectMany(s => s).ToArray());
        var advantages = tensor(batch.Select(t => (float)t.Advantage).ToArray()).index_select(0, scored.Row);
        var loss = _loss.Of(scored.PerToken, old, advantages, batch.Count, scored.Tokens.index_select(0, scored.Row));
        loss.backward();
        using var _ = no_grad();
        var difference = old - scored.PerToken;
        // Schulman's low-variance estimate of the divergence from the sampling policy: e^d - d - 1.
        var kl = (difference.exp() - difference - 1).mean();
        var (low, high) = _loss.Clipped(scored.PerToken, old, advantages);
        var numbers = stack([loss, kl, low, high, scored.PerToken.mean()], 0).data<float>().ToArray();
        var norm = optimizer.Step(rate ?? options.LearningRate, options.ClipNorm);
        return new()
        {
            ["loss"] = numbers[0],
            ["reward"] = batch.Average(t => t.Reward),
            ["kl"] = numbers[1],
            ["clip_ratio"] = numbers[2] + numbers[3],
            ["clip_ratio/low_mean"] = numbers[2],
            ["clip_ratio/high_mean"] = numbers[3],
            ["logps/mean"] = numbers[4],
            ["grad_norm"] = norm,
        };
    }
}
