using Arena.Trainer.Losses;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>DPO's step: reference log-probabilities once, then minibatches of pairs.</summary>
internal sealed class PairUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options, ReferenceCache? cache = null)
{
    private readonly PreferenceObjective _loss = options.Preference();

    /// <summary>(P) sums of the answers under the policy as it is now, chosen and rejected; zeros where the loss compares with no reference.</summary>
    public (float[] Chosen, float[] Rejected) Reference(IReadOnlyList<PreferencePair> pairs) =>
        !_loss.UsesReference ? (new float[pairs.Count], new float[pairs.Count])
        : cache is null ? Sums(pairs)
        : cache.Get(policy.WeightsHash(), pairs, Sums);

    private (float[] Chosen, float[] Rejected) Sums(IReadOnlyList<PreferencePair> pairs)
    {
        using var _ = no_grad();
        var (chosen, rejected) = (new float[pairs.Count], new float[pairs.Count]);
        for (var start = 0; start < pairs.Count; start += 512)
        {
            using var scope = NewDisposeScope();
            var batch = pairs.Skip(start).Take(512).ToList();
            var sums = SequenceScorer.Score(policy.Decoder, policy.Bind(), batch).PerSequence().data<float>().ToArray();
            sums.AsSpan(0, batch.Count).CopyTo(chosen.AsSpan(start));
            sums.AsSpan(batch.Count).CopyTo(rejected.AsSpan(start));
        }
        return (chosen, rejected);
    }

    /// <summary>One optimizer step on a minibatch.</summary>
    /// <param name="referenceChosen">Same order as <paramref name="batch"/>.</param>
    /// <param name="rate">Learning rate; null = the options'.</param>
    public Dictionary<string, double> Step(IReadOnlyList<PreferencePair> batch, float[] referenceChosen, float[] referenceRejected, double? rate = null)
    {
        using var scope = NewDisposeScope();
        var scored = SequenceScorer.Score(policy.Decoder, policy.Bind(), batch);
        var sums = scored.PerSequence();
        var p = new PairLogProbs(
            sums.narrow(0, 0, batch.Count), sums.narrow(0, batch.Count, batch.Count),
            tensor(referenceChosen), tensor(referenceRejected),
            scored.Tokens.narrow(0, 0, batch.Count), scored.Tokens.narrow(0, batch.Count, batch.Count));
        var loss = _loss.PerPair(p).mean();
        loss.backward();
        using var _ = no_grad();
        var (good, bad) = (_loss.Reward(p.PolicyChosen, p.ReferenceChosen), _loss.Reward(p.PolicyRejected, p.ReferenceRejected));
        // One transfer for all numbers.
        var numbers = stack([loss, good.mean(), bad.mean(), good.gt(bad).to_type(good.dtype).mean(), p.PolicyChosen.mean(), p.PolicyRejected.mean()], 0).data<float>().ToArray();
        var norm = optimizer.Step(rate ?? options.LearningRate, options.ClipNorm);
        return new()
        {
            ["loss"] = numbers[0],
            ["rewards/chosen"] = numbers[1],
            ["rewards/rejected"] = numbers[2],
            ["rewards/margins"] = numbers[1] - numbers[2],
            ["rewards/accuracies"] = numbers[3],
            ["logps/chosen"] = numbers[4],
            ["logps/rejected"] = numbers[5],
            ["grad_norm"] = norm,
        };
    }
}
