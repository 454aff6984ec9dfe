using Arena.Trainer.Losses;
using Arena.Trainer.Native;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>Steps of KTO and SFT, which learn from single answers.</summary>
internal sealed class AnswerUpdate(TrainedPolicy policy, FlatAdamW optimizer, TrainOptions options, ReferenceCache? cache = null, ReferencePolicy? reference = null)
{
    private readonly ReferencePolicy _reference = reference ?? ReferencePolicy.Of(policy, "round");
    private readonly KtoLoss _kto = new(options.Beta, options.DesirableWeight, options.UndesirableWeight);

    private bool IsKto => options.Method == "kto";

    /// <summary>Per answer: log-probabilities of it and of its mismatch under the reference; zeros for SFT, which needs none.</summary>
    public (float Own, float Mismatched)[] Reference(IReadOnlyList<LabelledAnswer> answers)
    {
        if (!IsKto)
        {
            return new (float, float)[answers.Count];
        }
        var (own, mismatched) = cache is null ? Sums(answers)
            : cache.Get(_reference.WeightsHash(), [.. answers.Select(a => (a.Sequence, a.Mismatched))], missing => Sums([.. missing.Select(n => answers[n])]), apart: true);
        return [.. own.Zip(mismatched)];
    }

    private (float[] Own, float[] Mismatched) Sums(IReadOnlyList<LabelledAnswer> answers)
    {
        using var _ = no_grad();
        var (own, mismatched) = (new float[answers.Count], new float[answers.Count]);
        for (var start = 0; start < answers.Count; start += 512)
        {
            using var scope = NewDisposeScope();
            var batch = answers.Skip(start).Take(512).ToList();
            _reference.Score([.. batch.Select(a => a.Sequence)]).PerSequence().data<float>().ToArray().CopyTo(own, start);
            _reference.Score([.. batch.Select(a => a.Mismatched)]).PerSequence().data<float>().ToArray().CopyTo(mismatched, start);
        }
        return (own, mismatched);
    }

    /// <summary>One optimizer step on a minibatch, in as many parts as the options say.</summary>
    /// <param name="reference">What <see cref="Reference"/> gave for the same answers.</param>
    /// <param name="rate">Learning rate; null = the options'.</param>
    public Dictionary<string, double> Step(IReadOnlyList<LabelledAnswer> batch, IReadOnlyList<(float Own, float Mismatched)> reference, double? rate = null)
    {
        var numbers = new StepNumbers();
        var parts = StepParts.Even(batch.Count, options.AccumulationSteps).Select(p => (Batch: batch.Skip(p.From).Take(p.Count).ToList(), Reference: reference.Skip(p.From).Take(p.Count).ToList())).ToList();
        // The divergence is one number for the whole batch, and no gradient goes through it.
        var kl = IsKto ? Divergence(parts) : 0;
        var tokens = batch.Sum(a => (long)a.Sequence.CountedTokens);
        foreach (var (part, own) in parts)
        {
            if (IsKto)
            {
                Kto(part, own, kl, part.Count / (double)batch.Count, numbers);
            }
            else
            {
                Sft(part, part.Count == batch.Count ? null : tokens, numbers);
            }
        }
        var used = rate ?? options.LearningRate;
        var norm = optimizer.Step(used, options.ClipNorm);
        var metrics = numbers.Means();
        if (IsKto)
        {
            metrics["kl"] = kl;
            metrics["rewards/margins"] = metrics["rewards/chosen"] - metrics["rewards/rejected"];
        }
        metrics["num_tokens"] = batch.Sum(a => (double)a.Sequence.Tokens.Length);
        metrics["grad_norm"] = norm;
        metrics["learning_rate"] = used;
        return metrics;
    }

    private double Divergence(List<(List<LabelledAnswer> Batch, List<(float Own, float Mismatched)> Reference)> parts)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return KtoLoss.Divergence(tensor(parts.SelectMany(p => Sums([.. p.Batch.Select(a => a.Mismatched)])).ToArray()) - tensor(parts.SelectMany(p => p.Reference).Select(r => r.Mismatched).ToArray()));
    }

    private void Kto(List<LabelledAnswer> part, List<(float Own, float Mismatched)> reference, double kl, double share, StepNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var scored = policy.Score([.. part.Select(a => a.Sequence)], describe: true);
        var sums = scored.PerSequence();
        var ratio = sums - tensor(reference.Select(r => r.Own).ToArray());
        var loss = _kto.Mean(ratio, tensor(part.Select(a => a.Good).ToArray()), kl);
        loss = share == 1 ? loss : loss.Times(share);
        loss.backward();
        using var _ = no_grad();
        var (policySums, ratios) = (sums.data<float>().ToArray(), ratio.data<float>().ToArray());
        numbers.AddPart("loss", loss.item<float>());
        foreach (var (good, name) in new[] { (true, "chosen"), (false, "rejected") })
        {
            // A batch may hold one kind only; its absent mean is then no number, which a line of metrics leaves out.
            var own = part.Index().Where(a => a.Item.Good == good).Select(a => a.Index).ToList();
            numbers.Add("rewards/" + name, options.Beta * own.Sum(i => (double)ratios[i]), own.Count);
            numbers.Add("logps/" + name, own.Sum(i => (double)policySums[i]), own.Count);
            numbers.AddHead(scored, name, row => part[row].Good == good, accuracy: good);
        }
    }

    /// <summary>Mean over all tokens of the batch, as TRL's SFTTrainer.</summary>
    /// <param name="allTokens">Of the whole batch; null = this is it.</param>
    private void Sft(List<LabelledAnswer> part, long? allTokens, StepNumbers numbers)
    {
        using var scope = NewDisposeScope();
        var scored = policy.Score([.. part.Select(a => a.Sequence)], describe: true);
        var loss = allTokens is { } tokens ? -scored.PerToken.sum().Over(tokens) : -scored.PerToken.mean();
        loss.backward();
        using var _ = no_grad();
        numbers.AddPart("loss", loss.item<float>());
        numbers.AddHead(scored, null, _ => true, accuracy: true);
    }

    private float[] Sums(IReadOnlyList<MarkedSequence> batch) => policy.Score(batch).PerSequence().data<float>().ToArray();
}
