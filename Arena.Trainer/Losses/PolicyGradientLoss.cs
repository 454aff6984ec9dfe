using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>Over what the clipped gains are averaged.</summary>
public enum PolicyGradientMean
{
    /// <summary>Summed over a trajectory's tokens, averaged over trajectories: the recipe that was measured here.</summary>
    Trajectories,

    /// <summary>Averaged over each trajectory's tokens, then over trajectories: "grpo" of TRL and of the first paper.</summary>
    TrajectoryMeans,

    /// <summary>Averaged over all tokens of the batch: DAPO's token-level loss, "dapo" of TRL. Long answers weigh as much a token as short ones.</summary>
    Tokens,
}

/// <summary>
/// GRPO (Shao et al., arXiv 2402.03300): the clipped ratio to the sampling policy times the group's advantage, by token. With
/// <see cref="ClipHigh"/> above <see cref="Clip"/> and <see cref="PolicyGradientMean.Tokens"/> it is DAPO (arXiv 2503.14476). At the first step
/// the ratio is 1 and the gradient is that of -advantage x log-probability.
/// </summary>
/// <param name="Clip">Ratios below 1 - clip earn nothing more.</param>
public sealed record PolicyGradientLoss(double Clip = 0.2)
{
    // TRL's and the trainer reference's number; a smaller one lets nearly equal groups explode.
    private const double DeviationFloor = 1e-4;

    /// <summary>Ratios above 1 + this earn nothing more; null = as <see cref="Clip"/>. DAPO takes 0.28 ("clip higher").</summary>
    public double? ClipHigh { get; init; }

    public PolicyGradientMean Mean { get; init; }

    /// <summary>Weight of the divergence from the reference, which is the sampling policy unless given (Schulman's estimate e^d - d - 1, by token); 0 = none.</summary>
    public double Beta { get; init; }

    /// <summary>value - mean within a group, divided by deviation + 1e-4 unless told not to; null where all values are equal, as nothing can be learnt there.</summary>
    /// <param name="scaled">False = not divided by the deviation, which favours groups that nearly agree (arXiv 2503.20783).</param>
    public static double[]? Advantages(IReadOnlyList<double> values, bool scaled = true)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Count - 1));
        return deviation < 1e-6 ? null : [.. values.Select(v => scaled ? (v - mean) / (deviation + DeviationFloor) : v - mean)];
    }

    /// <param name="policy">(N) log-probabilities of all counted tokens now.</param>
    /// <param name="sampled">(N) the same when they were drawn.</param>
    /// <param name="advantages">(N) the advantage of each token's trajectory.</param>
    /// <param name="tokens">(N) the number of counted tokens of each token's trajectory; only <see cref="PolicyGradientMean.TrajectoryMeans"/> needs it.</param>
    /// <param name="trajectories">Number of trajectories behind the tokens; of the whole step, where these are a part of its batch.</param>
    /// <param name="allTokens">Counted tokens of the whole step, where these are a part of its batch; null = these are all.</param>
    /// <param name="reference">(N) log-probabilities that the divergence is taken from; null = <paramref name="sampled"/>.</param>
    public Tensor Of(Tensor policy, Tensor sampled, Tensor advantages, int trajectories, Tensor? tokens = null, long? allTokens = null, Tensor? reference = null)
    {
        var difference = policy - sampled;
        var ratio = difference.exp();
        var gain = minimum(ratio * advantages, ratio.Between(1 - Clip, 1 + (ClipHigh ?? Clip)) * advantages);
        if (Beta > 0)
        {
            var apart = reference is null ? difference : policy - reference;
            gain = gain - (-apart).exp().Plus(apart).Minus(1).Times(Beta);
        }
        return Mean switch
        {
            PolicyGradientMean.Tokens => allTokens is null ? -gain.mean() : -gain.sum().Over(allTokens.Value),
            PolicyGradientMean.TrajectoryMeans => -(gain / (tokens ?? throw new ArgumentNullException(nameof(tokens)))).sum().Over(trajectories),
            _ => -gain.sum().Over(trajectories),
        };
    }

    /// <summary>The share of tokens whose gain is cut: ratio too low with a bad advantage, or too high with a good one. TRL's clip_ratio/region_mean.</summary>
    public (Tensor Low, Tensor High) Clipped(Tensor policy, Tensor sampled, Tensor advantages)
    {
        var ratio = (policy - sampled).exp();
        return (ratio.IsBelow(1 - Clip).logical_and(advantages.IsBelow(0)).to_type(policy.dtype).mean(), ratio.IsAbove(1 + (ClipHigh ?? Clip)).logical_and(advantages.IsAbove(0)).to_type(policy.dtype).mean());
    }
}
