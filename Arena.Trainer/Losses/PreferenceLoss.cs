using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>
/// Log-probabilities of a batch of pairs: each (B). Sums over the answer's own tokens; counts are those tokens.
/// </summary>
public sealed record PairLogProbs(Tensor PolicyChosen, Tensor PolicyRejected, Tensor ReferenceChosen, Tensor ReferenceRejected, Tensor ChosenTokens, Tensor RejectedTokens);

/// <summary>Which comparison of chosen and rejected is minimised.</summary>
public enum PreferenceLossKind
{
    /// <summary>DPO, Rafailov et al., arXiv 2305.18290.</summary>
    Sigmoid,

    /// <summary>Azar et al., arXiv 2310.12036, length-normalised as TRL does.</summary>
    Ipo,

    /// <summary>Chowdhury et al., arXiv 2403.00409.</summary>
    Robust,

    /// <summary>Conservative DPO: a share of labels is taken to be wrong (Mitchell, 2023).</summary>
    ConservativeSigmoid,

    /// <summary>SLiC, arXiv 2305.10425.</summary>
    Hinge,

    /// <summary>DPO on per-token means.</summary>
    SigmoidNorm,

    /// <summary>SimPO, arXiv 2405.14734; no reference.</summary>
    SimPo,

    /// <summary>ORPO, arXiv 2403.07691: likelihood of the chosen answer plus an odds-ratio term; no reference.</summary>
    Orpo,
}

/// <summary>
/// The preference losses, per pair, as TRL computes them (formulas of dpo_trainer.py and the experimental CPO and ORPO trainers).
/// Works in the element type of its input; tests run it in double.
/// </summary>
/// <param name="Kind">Which one.</param>
/// <param name="Beta">Strength of the pull to the reference; for ORPO the weight of the odds-ratio term.</param>
/// <param name="LabelSmoothing">Share of labels taken to be wrong (robust, conservative).</param>
/// <param name="Gamma">SimPO's target margin.</param>
/// <param name="RpoAlpha">Adds this much of the chosen answer's negative log-likelihood per token (RPO, arXiv 2404.19733); 0 = none.</param>
public sealed record PreferenceLoss(PreferenceLossKind Kind = PreferenceLossKind.Sigmoid, double Beta = 0.1, double LabelSmoothing = 0, double Gamma = 0.5, double RpoAlpha = 0)
{
    /// <summary>(B): one loss a pair.</summary>
    public Tensor PerPair(PairLogProbs p)
    {
        var loss = Compare(p);
        return RpoAlpha == 0 ? loss : loss + RpoAlpha * (-p.PolicyChosen / p.ChosenTokens);
    }

    /// <summary>(B): beta times the log-ratio of policy to reference, which TRL reports as rewards.</summary>
    public Tensor Reward(Tensor policy, Tensor reference) => Beta * (policy - reference);

    private Tensor Compare(PairLogProbs p)
    {
        var u = p.PolicyChosen - p.ReferenceChosen;
        var v = p.PolicyRejected - p.ReferenceRejected;
        var z = Beta * (u - v);
        return Kind switch
        {
            PreferenceLossKind.Sigmoid => MinusLogSigmoid(z),
            PreferenceLossKind.ConservativeSigmoid => (1 - LabelSmoothing) * MinusLogSigmoid(z) + LabelSmoothing * MinusLogSigmoid(-z),
            PreferenceLossKind.Robust => ((1 - LabelSmoothing) * MinusLogSigmoid(z) - LabelSmoothing * MinusLogSigmoid(-z)) / (1 - 2 * LabelSmoothing),
            PreferenceLossKind.Hinge => (1 - z).clamp_min(0),
            PreferenceLossKind.Ipo => (u / p.ChosenTokens - v / p.RejectedTokens - 1 / (2 * Beta)).square(),
            PreferenceLossKind.SigmoidNorm => MinusLogSigmoid(Beta * (u / p.ChosenTokens - v / p.RejectedTokens)),
            PreferenceLossKind.SimPo => MinusLogSigmoid(Beta * (p.PolicyChosen / p.ChosenTokens - p.PolicyRejected / p.RejectedTokens - Gamma / Beta)),
            PreferenceLossKind.Orpo => -p.PolicyChosen / p.ChosenTokens + Beta * MinusLogSigmoid(LogOdds(p)),
            _ => throw new InvalidOperationException($"No loss called {Kind}."),
        };
    }

    /// <summary>log odds of chosen over rejected, from mean log-probabilities a: a_c - a_r - (log(1 - e^a_c) - log(1 - e^a_r)).</summary>
    internal static Tensor LogOdds(PairLogProbs p)
    {
        var (a, b) = (p.PolicyChosen / p.ChosenTokens, p.PolicyRejected / p.RejectedTokens);
        return a - b - ((-a.expm1()).log() - (-b.expm1()).log());
    }

    /// <summary>-log sigmoid(z) without overflow: max(-z, 0) + log1p(e^-|z|). (softplus has a threshold that costs the last digits.)</summary>
    internal static Tensor MinusLogSigmoid(Tensor z) => (-z).clamp_min(0) + (-z.abs()).exp().log1p();
}

/// <summary>KTO (arXiv 2402.01306) works on single answers, not on pairs: 1 - sigmoid(± beta (log-ratio - kl)).</summary>
/// <param name="Beta">Strength of the pull to the reference.</param>
public sealed record KtoLoss(double Beta = 0.1)
{
    /// <param name="logRatio">(B): policy minus reference.</param>
    /// <param name="kl">Scalar, at least 0, without gradient: mean log-ratio of mismatched answers.</param>
    /// <param name="desirable">Whether the answers are good ones.</param>
    public Tensor PerAnswer(Tensor logRatio, double kl, bool desirable) =>
        1 - (Beta * (desirable ? logRatio - kl : kl - logRatio)).sigmoid();
}
