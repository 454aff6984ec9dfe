using Arena.Trainer.Losses;
using Arena.Trainer.Native;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>A trajectory and how much better than its group it was.</summary>
public sealed record ScoredTrajectory(MarkedSequence Sequence, double Advantage, double Reward);

/// <summary>GRPO's step on trajectories.</summary>
internal sealed class TrajectoryUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options)
{
    private readonly PolicyGradientLoss _loss = options.PolicyGradient();

    /// <summary>Log-probabilities of every counted token under the policy as it is now, per trajectory.</summary>
    public float[][] Sampled(IReadOnlyList<ScoredTrajectory> trajectories) => PerToken(trajectories, batch => policy.Score(batch));

    /// <summary>The same under a frozen reference; null where the divergence is from the sampling policy, or none is asked for.</summary>
    public float[][]? Reference(IReadOnlyList<ScoredTrajectory> trajectories, ReferencePolicy reference) =>
        reference.IsTrained || options.KlBeta == 0 ? null : PerToken(trajectories, reference.Score);

    private static float[][] PerToken(IReadOnlyList<ScoredTrajectory> trajectories, Func<IReadOnlyList<MarkedSequence>, ScoredTokens> score)
    {
        using var _ = no_grad();
        var result = new float[trajectories.Count][];
        foreach (var part in StepParts.ByLength([.. trajectories.Select(t => t.Sequence.Tokens.Length)], 1))
        {
            using var scope = NewDisposeScope();
            var flat = score([.. part.Select(i => trajectories[i].Sequence)]).PerToken.data<float>().ToArray();
            var at = 0;
            foreach (var i in part)
            {
                result[i] = flat[at..(at += trajectories[i].Sequence.CountedTokens)];
            }
        }
        return result;
    }

    /// <summary>One optimizer step on a minibatch, in as many parts as the options say.</summary>
    /// <param name="sampled">What <see cref="Sampled"/> gave for the same trajectories.</param>
    /// <param name="rate">Learning rate; null = the options'.</param>
    /// <param name="reference">What <see cref="Reference"/> gave; null = the divergence is from the sampling policy.</param>
    public Dictionary<string, double> Step(IReadOnlyList<ScoredTrajectory> batch, IReadOnlyList<float[]> sampled, double? rate = null, IReadOnlyList<float[]>? reference = null)
    {
        var numbers = new StepNumbers();
        var tokens = batch.Sum(t => (long)t.Sequence.CountedTokens);
        foreach (var part in StepParts.ByLength([.. batch.Select(t => t.Sequence.Tokens.Length)], options.AccumulationSteps))
        {
            Learn([.. part.Select(i => batch[i])], [.. part.Select(i => sampled[i])], reference is null ? null : [.. part.Select(i => reference[i])], batch.Count, part.Length == batch.Count ? null : tokens, numbers);
        }
        var used = rate ?? options.LearningRate;
        var norm = optimizer.Step(used, options.ClipNorm);
        var metrics = numbers.Means();
        metrics["clip_ratio"] = metrics["clip_ratio/region_mean"] = metrics["clip_ratio/low_mean"] + metrics["clip_ratio/high_mean"];
        metrics["num_tokens"] = batch.Sum(t => (double)t.Sequence.Tokens.Length);
        metrics["grad_norm"] = norm;
        metrics["learning_rate"] = used;
        return metrics;
    }

    /// <summary>Adds a part's gradient to the whole batch's.</summary>
    /// <param name="trajectories">Of the whole batch.</param>
    /// <param name="allTokens">Of the whole batch; null = this is it.</param>
    private void Learn(IReadOnlyList<ScoredTrajectory> part, IReadOnlyList<float[]> sampled, IReadOnlyList<float[]>? reference, int trajectories, long? allTokens, StepNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var scored = policy.Score([.. part.Select(t => t.Sequence)], describe: true);
        var old = tensor(sampled.SelectMany(s => s).ToArray());
        var anchor = reference is null ? old : tensor(reference.SelectMany(s => s).ToArray());
        var advantages = tensor(part.Select(t => (float)t.Advantage).ToArray()).index_select(0, scored.Row);
        var loss = _loss.Of(scored.PerToken, old, advantages, trajectories, scored.Tokens.index_select(0, scored.Row), allTokens, anchor);
        loss.backward();
        using var _ = no_grad();
        var difference = anchor - scored.PerToken;
        // Schulman's low-variance estimate of the divergence from the reference: e^d - d - 1.
        var kl = (difference.exp() - difference).Minus(1).mean();
        var (low, high) = _loss.Clipped(scored.PerToken, old, advantages);
        var values = stack([loss, kl, low, high, scored.PerToken.mean()], 0).data<float>().ToArray();
        var tokens = part.Sum(t => t.Sequence.CountedTokens);
        numbers.AddPart("loss", values[0]);
        numbers.Add("reward", part.Sum(t => t.Reward), part.Count);
        numbers.Add("kl", (double)values[1] * tokens, tokens);
        numbers.Add("clip_ratio/low_mean", (double)values[2] * tokens, tokens);
        numbers.Add("clip_ratio/high_mean", (double)values[3] * tokens, tokens);
        numbers.Add("logps/mean", (double)values[4] * tokens, tokens);
        numbers.AddHead(scored, null, _ => true, accuracy: false);
    }
}
