using Arena.Trainer.Losses;
using Arena.Trainer.Native;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>DPO's step: reference log-probabilities once, then minibatches of pairs.</summary>
internal sealed class PairUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options, ReferenceCache? cache = null, ReferencePolicy? reference = null)
{
    // As many as stay in a processor's cache.
    private const int ScoredAtOnce = 64;

    private static readonly string[] Means = ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "logps/chosen", "logps/rejected"];

    private readonly PreferenceObjective _loss = options.Preference();
    private readonly ReferencePolicy _reference = reference ?? ReferencePolicy.Of(policy, "round");

    /// <summary>(P) sums of the answers under the reference, chosen and rejected; zeros where the loss compares with none.</summary>
    public (float[] Chosen, float[] Rejected) Reference(IReadOnlyList<PreferencePair> pairs) =>
        !_loss.UsesReference ? (new float[pairs.Count], new float[pairs.Count])
        : cache is null ? Sums(pairs)
        : cache.Get(_reference.WeightsHash(), [.. pairs.Select(p => (p.Chosen, p.Rejected))], missing => Sums([.. missing.Select(n => pairs[n])]));

    private (float[] Chosen, float[] Rejected) Sums(IReadOnlyList<PreferencePair> pairs)
    {
        using var _ = no_grad();
        var (chosen, rejected) = (new float[pairs.Count], new float[pairs.Count]);
        for (var start = 0; start < pairs.Count; start += ScoredAtOnce)
        {
            using var scope = NewDisposeScope();
            var batch = pairs.Skip(start).Take(ScoredAtOnce).ToList();
            var sums = _reference.Score(batch).PerSequence().data<float>().ToArray();
            sums.AsSpan(0, batch.Count).CopyTo(chosen.AsSpan(start));
            sums.AsSpan(batch.Count).CopyTo(rejected.AsSpan(start));
        }
        return (chosen, rejected);
    }

    /// <summary>One optimizer step on a minibatch, in as many parts as the options say.</summary>
    /// <param name="referenceChosen">Same order as <paramref name="batch"/>.</param>
    /// <param name="rate">Learning rate; null = the options'.</param>
    public Dictionary<string, double> Step(IReadOnlyList<PreferencePair> batch, float[] referenceChosen, float[] referenceRejected, double? rate = null)
    {
        var numbers = new StepNumbers();
        foreach (var (from, count) in StepParts.Even(batch.Count, options.AccumulationSteps))
        {
            var tokens = count == batch.Count ? (double?)null : batch.Average(p => p.Chosen.CountedTokens);
            Learn([.. batch.Skip(from).Take(count)], referenceChosen[from..(from + count)], referenceRejected[from..(from + count)], count / (double)batch.Count, tokens, numbers);
        }
        var used = rate ?? options.LearningRate;
        var norm = optimizer.Step(used, options.ClipNorm);
        var metrics = numbers.Means();
        metrics["rewards/margins"] = metrics["rewards/chosen"] - metrics["rewards/rejected"];
        metrics["num_tokens"] = batch.Sum(p => (double)p.Chosen.Tokens.Length + p.Rejected.Tokens.Length);
        metrics["grad_norm"] = norm;
        metrics["learning_rate"] = used;
        return metrics;
    }

    /// <summary>Adds a part's gradient: its share of the whole batch's mean loss.</summary>
    private void Learn(IReadOnlyList<PreferencePair> part, float[] referenceChosen, float[] referenceRejected, double share, double? tokensPerPair, StepNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var (scored, count) = (policy.Score(part, describe: true), part.Count);
        var sums = scored.PerSequence();
        var p = new PairLogProbs(
            sums.narrow(0, 0, count), sums.narrow(0, count, count),
            tensor(referenceChosen), tensor(referenceRejected),
            scored.Tokens.narrow(0, 0, count), scored.Tokens.narrow(0, count, count))
        { TokensPerPair = tokensPerPair };
        var loss = _loss.PerPair(p).mean();
        loss = share == 1 ? loss : loss.Times(share);
        loss.backward();
        using var _ = no_grad();
        var (good, bad) = (_loss.Reward(p.PolicyChosen, p.ReferenceChosen), _loss.Reward(p.PolicyRejected, p.ReferenceRejected));
        var extras = _loss.Extras(p).ToList();
        // One transfer for all numbers.
        var values = stack([loss, good.sum(), bad.sum(), good.gt(bad).to_type(good.dtype).sum(), p.PolicyChosen.sum(), p.PolicyRejected.sum(), .. extras.Select(e => e.PerPair.sum())], 0).data<float>().ToArray();
        numbers.AddPart("loss", values[0]);
        foreach (var (name, value) in Means.Concat(extras.Select(e => e.Name)).Zip(values.Skip(1)))
        {
            numbers.Add(name, value, count);
        }
        numbers.AddHead(scored, "chosen", row => row < count, accuracy: true);
        numbers.AddHead(scored, "rejected", row => row >= count, accuracy: false);
    }
}
