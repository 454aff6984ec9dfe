using Arena.Trainer.Losses;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>Steps of KTO and SFT, which learn from single answers.</summary>
public sealed class AnswerUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options)
{
    private readonly KtoLoss _kto = new(options.Beta, options.DesirableWeight, options.UndesirableWeight);

    private bool IsKto => options.Method == "kto";

    /// <summary>Per answer: log-probabilities of it and of its mismatch under the policy as it is now; zeros for SFT, which needs none.</summary>
    public (float Own, float Mismatched)[] Reference(IReadOnlyList<LabelledAnswer> answers)
    {
        var result = new (float, float)[answers.Count];
        for (var start = 0; IsKto && start < answers.Count; start += 512)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            var batch = answers.Skip(start).Take(512).ToList();
            var (own, mismatched) = (Sums([.. batch.Select(a => a.Sequence)]), Sums([.. batch.Select(a => a.Mismatched)]));
            for (var i = 0; i < batch.Count; i++)
            {
                result[start + i] = (own[i], mismatched[i]);
            }
        }
        return result;
    }

    /// <summary>One optimizer step on a minibatch.</summary>
    /// <param name="reference">What <see cref="Reference"/> gave for the same answers.</param>
    public Dictionary<string, double> Step(IReadOnlyList<LabelledAnswer> batch, IReadOnlyList<(float Own, float Mismatched)> reference) =>
        IsKto ? Kto(batch, reference) : Sft(batch);

    private Dictionary<string, double> Kto(IReadOnlyList<LabelledAnswer> batch, IReadOnlyList<(float Own, float Mismatched)> reference)
    {
        using var scope = NewDisposeScope();
        double kl;
        using (no_grad())
        {
            kl = KtoLoss.Divergence(tensor(Sums([.. batch.Select(a => a.Mismatched)])) - tensor(reference.Select(r => r.Mismatched).ToArray()));
        }
        var sums = SequenceScorer.Score(policy.Decoder, policy.Bind(), [.. batch.Select(a => a.Sequence)]).PerSequence();
        var ratio = sums - tensor(reference.Select(r => r.Own).ToArray());
        var loss = _kto.Mean(ratio, tensor(batch.Select(a => a.Good).ToArray()), kl);
        loss.backward();
        using var _ = no_grad();
        var (policySums, ratios) = (sums.data<float>().ToArray(), ratio.data<float>().ToArray());
        var metrics = new Dictionary<string, double> { ["loss"] = loss.item<float>(), ["kl"] = kl };
        foreach (var (good, name) in new[] { (true, "chosen"), (false, "rejected") })
        {
            // A batch may hold one kind only; its absent mean is then no number, which a line of metrics leaves out.
            var own = batch.Index().Where(a => a.Item.Good == good).Select(a => a.Index).ToList();
            metrics["rewards/" + name] = own.Count > 0 ? options.Beta * own.Average(i => ratios[i]) : double.NaN;
            metrics["logps/" + name] = own.Count > 0 ? own.Average(i => policySums[i]) : double.NaN;
        }
        metrics["rewards/margins"] = metrics["rewards/chosen"] - metrics["rewards/rejected"];
        metrics["grad_norm"] = optimizer.Step(options.LearningRate, options.ClipNorm);
        return metrics;
    }

    /// <summary>Mean over all tokens of the batch, as TRL's SFTTrainer.</summary>
    private Dictionary<string, double> Sft(IReadOnlyList<LabelledAnswer> batch)
    {
        using var scope = NewDisposeScope();
        var loss = -SequenceScorer.Score(policy.Decoder, policy.Bind(), [.. batch.Select(a => a.Sequence)]).PerToken.mean();
        loss.backward();
        using var _ = no_grad();
        return new()
        {
            ["loss"] = loss.item<float>(),
            ["num_tokens"] = batch.Sum(a => a.Sequence.CountedTokens),
            ["grad_norm"] = optimizer.Step(options.LearningRate, options.ClipNorm),
        };
    }

    private float[] Sums(IReadOnlyList<MarkedSequence> batch) => SequenceScorer.Score(policy.Decoder, policy.Bind(), batch).PerSequence().data<float>().ToArray();
}
