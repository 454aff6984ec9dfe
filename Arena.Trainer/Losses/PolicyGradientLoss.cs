using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>
/// GRPO (Shao et al., arXiv 2402.03300) with the trajectory's own tokens: the clipped ratio to the sampling policy times the
/// group's advantage, summed over tokens, averaged over trajectories. At the first step the ratio is 1 and the gradient is that
/// of -advantage x log-probability.
/// </summary>
/// <param name="Clip">Ratios beyond 1 ± clip earn nothing more.</param>
public sealed record PolicyGradientLoss(double Clip = 0.2)
{
    // The trainer's reference fixes this; a smaller number lets nearly equal groups explode.
    private const double DeviationFloor = 1e-4;

    /// <summary>(value - mean) / (deviation + 1e-4) within a group; null where all values are equal, as nothing can be learnt there.</summary>
    public static double[]? Advantages(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Count - 1));
        return deviation < 1e-6 ? null : [.. values.Select(v => (v - mean) / (deviation + DeviationFloor))];
    }

    /// <param name="policy">(N) log-probabilities of all counted tokens now.</param>
    /// <param name="sampled">(N) the same when they were drawn.</param>
    /// <param name="advantages">(N) the advantage of each token's trajectory.</param>
    /// <param name="trajectories">Number of trajectories behind the tokens.</param>
    public Tensor Mean(Tensor policy, Tensor sampled, Tensor advantages, int trajectories)
    {
        var ratio = (policy - sampled).exp();
        var gain = minimum(ratio * advantages, ratio.clamp(1 - Clip, 1 + Clip) * advantages);
        return -gain.sum() / trajectories;
    }
}
