using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>Bradley-Terry: the loss of a reward model on pairs, -log sigmoid(chosen - rejected - margin), as TRL's RewardTrainer.</summary>
/// <param name="CenterCoefficient">Weight of (chosen + rejected)², which keeps scores around 0 (arXiv 2312.09244); 0 = none.</param>
public sealed record RewardLoss(double CenterCoefficient = 0)
{
    /// <param name="chosen">(B) scores.</param>
    /// <param name="rejected">(B).</param>
    /// <param name="margin">(B) how much better the chosen answer is known to be; null = 0.</param>
    /// <returns>Scalar.</returns>
    public Tensor Mean(Tensor chosen, Tensor rejected, Tensor? margin = null)
    {
        var loss = PreferenceLoss.MinusLogSigmoid(margin is null ? chosen - rejected : chosen - rejected - margin).mean();
        return CenterCoefficient == 0 ? loss : loss.Plus(chosen.Plus(rejected).Squared().mean().Times(CenterCoefficient));
    }
}
