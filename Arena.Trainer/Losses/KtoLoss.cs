using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>KTO (arXiv 2402.01306) works on single answers, not on pairs: 1 - sigmoid(± beta (log-ratio - kl)).</summary>
/// <param name="Beta">Strength of the pull to the reference.</param>
/// <param name="DesirableWeight">Of good answers.</param>
/// <param name="UndesirableWeight">Of bad ones.</param>
public sealed record KtoLoss(double Beta = 0.1, double DesirableWeight = 1, double UndesirableWeight = 1)
{
    /// <param name="logRatio">(B): policy minus reference.</param>
    /// <param name="kl">At least 0, without gradient: see <see cref="Divergence"/>.</param>
    /// <param name="desirable">Whether the answers are good ones.</param>
    public Tensor PerAnswer(Tensor logRatio, double kl, bool desirable) =>
        (desirable ? logRatio.Minus(kl) : logRatio.TakenFrom(kl)).Times(Beta).sigmoid().TakenFrom(1);

    /// <summary>Mean over a batch of good and bad answers, weighted.</summary>
    /// <param name="logRatio">(B).</param>
    /// <param name="desirable">(B) bool.</param>
    /// <param name="kl">As above.</param>
    public Tensor Mean(Tensor logRatio, Tensor desirable, double kl)
    {
        var good = desirable.to_type(logRatio.dtype);
        return (good.Times(DesirableWeight) * PerAnswer(logRatio, kl, true)).Plus(good.TakenFrom(1).Times(UndesirableWeight) * PerAnswer(logRatio, kl, false)).mean();
    }

    /// <summary>The estimate of the divergence of policy from reference: the mean log-ratio of answers beside prompts that are not theirs, at least 0.</summary>
    /// <param name="mismatched">(B) log-ratios.</param>
    public static double Divergence(Tensor mismatched)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Math.Max(0, mismatched.mean().to_type(ScalarType.Float64).item<double>());
    }
}
