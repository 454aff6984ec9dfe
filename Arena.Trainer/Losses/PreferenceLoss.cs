using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>
/// Log-probabilities of a batch of pairs: each (B). Sums over the answer's own tokens; counts are those tokens.
/// </summary>
public sealed record PairLogProbs(Tensor PolicyChosen, Tensor PolicyRejected, Tensor ReferenceChosen, Tensor ReferenceRejected, Tensor ChosenTokens, Tensor RejectedTokens)
{
    /// <summary>Mean chosen tokens a pair over the whole step, where these pairs are a part of its batch; null = these are all.</summary>
    public double? TokensPerPair { get; init; }
}

/// <summary>Which comparison of chosen and rejected is minimised. u and v are the log-ratios of policy to reference of chosen and rejected, b is beta, s the sigmoid.</summary>
public enum PreferenceLossKind
{
    /// <summary>DPO, Rafailov et al., arXiv 2305.18290: -log s(b(u - v)).</summary>
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

    /// <summary>EXO on pairs, arXiv 2402.00856: reverse divergence to the (smoothed) label.</summary>
    Exo,

    /// <summary>NCA on pairs, arXiv 2402.05369: keeps the chosen answer's likelihood from falling.</summary>
    Nca,

    /// <summary>BCO on pairs, arXiv 2404.04656, without the running mean of rewards: each answer is told from the reference by itself.</summary>
    BcoPair,

    /// <summary>SPPO with hard labels, arXiv 2405.00675: u to 1/(2b), v to -1/(2b).</summary>
    Sppo,

    /// <summary>APO-zero, arXiv 2408.06266: chosen up, rejected down.</summary>
    ApoZero,

    /// <summary>APO-down, arXiv 2408.06266: both down, rejected further; for chosen answers worse than the policy's own.</summary>
    ApoDown,

    /// <summary>DiscoPOP, arXiv 2406.08414: logistic and exponential loss, blended by the margin.</summary>
    DiscoPop,

    /// <summary>Negative log-likelihood of the chosen answers, averaged over all tokens of the batch; no reference. With a weight beside another loss this is RPO.</summary>
    Sft,

    /// <summary>AOT on pairs, arXiv 2406.05882: sigmoid loss on differences that are sorted over the batch, policy's against reference's.</summary>
    Aot,

    /// <summary>AOT without pairs: the batch's log-ratios of chosen and of rejected answers, each sorted.</summary>
    AotUnpaired,
}

/// <summary>
/// The preference losses, per pair, as TRL computes them (formulas of dpo_trainer.py and the experimental CPO and ORPO trainers).
/// Works in the element type of its input; tests run it in double.
/// </summary>
/// <param name="Kind">Which one.</param>
/// <param name="Beta">Strength of the pull to the reference; for ORPO the weight of the odds-ratio term.</param>
/// <param name="LabelSmoothing">Share of labels taken to be wrong (robust, conservative, AOT; EXO takes 0.001 for 0).</param>
/// <param name="Gamma">SimPO's target margin.</param>
/// <param name="RpoAlpha">Adds this much of the chosen answer's negative log-likelihood per token (RPO, arXiv 2404.19733); 0 = none.</param>
public sealed record PreferenceLoss(PreferenceLossKind Kind = PreferenceLossKind.Sigmoid, double Beta = 0.1, double LabelSmoothing = 0, double Gamma = 0.5, double RpoAlpha = 0)
{
    // TRL's discopop_tau.
    private const double BlendWidth = 0.05;

    // EXO's divergence is infinite for labels without doubt; TRL takes this.
    private const double LeastSmoothing = 1e-3;

    /// <summary>Whether the loss compares with a reference policy.</summary>
    public bool UsesReference => Kind is not (PreferenceLossKind.SimPo or PreferenceLossKind.Orpo or PreferenceLossKind.Sft);

    /// <summary>(B): one loss a pair.</summary>
    public Tensor PerPair(PairLogProbs p)
    {
        var loss = Compare(p);
        return RpoAlpha == 0 ? loss : loss.Plus(PerToken(p).Times(RpoAlpha));
    }

    /// <summary>(B): beta times the log-ratio of policy to reference, which TRL reports as rewards.</summary>
    public Tensor Reward(Tensor policy, Tensor reference) => (policy - reference).Times(Beta);

    private Tensor Compare(PairLogProbs p)
    {
        var u = p.PolicyChosen - p.ReferenceChosen;
        var v = p.PolicyRejected - p.ReferenceRejected;
        var z = (u - v).Times(Beta);
        return Kind switch
        {
            PreferenceLossKind.Sigmoid => MinusLogSigmoid(z),
            PreferenceLossKind.ConservativeSigmoid => Smoothed(z),
            PreferenceLossKind.Robust => (MinusLogSigmoid(z).Times(1 - LabelSmoothing) - MinusLogSigmoid(-z).Times(LabelSmoothing)).Over(1 - 2 * LabelSmoothing),
            PreferenceLossKind.Hinge => z.TakenFrom(1).AtLeast(0),
            PreferenceLossKind.Ipo => (u / p.ChosenTokens - v / p.RejectedTokens).Minus(1 / (2 * Beta)).Squared(),
            PreferenceLossKind.SigmoidNorm => MinusLogSigmoid((u / p.ChosenTokens - v / p.RejectedTokens).Times(Beta)),
            PreferenceLossKind.SimPo => MinusLogSigmoid((p.PolicyChosen / p.ChosenTokens - p.PolicyRejected / p.RejectedTokens).Minus(Gamma / Beta).Times(Beta)),
            PreferenceLossKind.Orpo => PerToken(p).Plus(MinusLogSigmoid(LogOdds(p)).Times(Beta)),
            PreferenceLossKind.Exo => Exo(z),
            PreferenceLossKind.Nca => MinusLogSigmoid(u.Times(Beta)).Plus(MinusLogSigmoid(u.Times(-Beta)).Times(0.5)).Plus(MinusLogSigmoid(v.Times(-Beta)).Times(0.5)),
            PreferenceLossKind.BcoPair => MinusLogSigmoid(u.Times(Beta)).Plus(MinusLogSigmoid(v.Times(-Beta))),
            PreferenceLossKind.Sppo => u.Minus(0.5 / Beta).Squared().Plus(v.Plus(0.5 / Beta).Squared()),
            PreferenceLossKind.ApoZero => u.Times(Beta).sigmoid().TakenFrom(1).Plus(v.Times(Beta).sigmoid()),
            PreferenceLossKind.ApoDown => u.Times(Beta).sigmoid().Plus(1) - z.sigmoid(),
            PreferenceLossKind.DiscoPop => Blend(z),
            PreferenceLossKind.Sft => (p.TokensPerPair is { } tokens ? -p.PolicyChosen.mean().Over(tokens) : -p.PolicyChosen.sum() / p.ChosenTokens.sum()).expand_as(p.PolicyChosen),
            PreferenceLossKind.Aot => Smoothed((Sorted(p.PolicyChosen - p.PolicyRejected) - Sorted(p.ReferenceChosen - p.ReferenceRejected)).Times(Beta)),
            PreferenceLossKind.AotUnpaired => Smoothed((Sorted(u) - Sorted(v)).Times(Beta)),
            _ => throw new InvalidOperationException($"No loss called {Kind}."),
        };
    }

    /// <summary>Kullback-Leibler divergence of (q, 1 - q), q = s(z), to the label's (1 - e, e).</summary>
    private Tensor Exo(Tensor z)
    {
        var e = LabelSmoothing == 0 ? LeastSmoothing : LabelSmoothing;
        return (z.sigmoid() * (-MinusLogSigmoid(z)).Minus(Math.Log(1 - e))).Plus((-z).sigmoid() * (-MinusLogSigmoid(-z)).Minus(Math.Log(e)));
    }

    private Tensor Smoothed(Tensor z) => LabelSmoothing == 0 ? MinusLogSigmoid(z) : MinusLogSigmoid(z).Times(1 - LabelSmoothing).Plus(MinusLogSigmoid(-z).Times(LabelSmoothing));

    private static Tensor Sorted(Tensor x) => x.sort(0).Values;

    private static Tensor Blend(Tensor z)
    {
        var share = z.Over(BlendWidth).sigmoid();
        return (MinusLogSigmoid(z) * share.TakenFrom(1)).Plus((-z).exp() * share);
    }

    private static Tensor PerToken(PairLogProbs p) => -p.PolicyChosen / p.ChosenTokens;

    /// <summary>log odds of chosen over rejected, from mean log-probabilities a: a_c - a_r - (log(1 - e^a_c) - log(1 - e^a_r)).</summary>
    internal static Tensor LogOdds(PairLogProbs p)
    {
        var (a, b) = (p.PolicyChosen / p.ChosenTokens, p.PolicyRejected / p.RejectedTokens);
        return a - b - ((-a.expm1()).log() - (-b.expm1()).log());
    }

    /// <summary>-log sigmoid(z) without overflow: max(-z, 0) + log1p(e^-|z|). (softplus has a threshold that costs the last digits.)</summary>
    internal static Tensor MinusLogSigmoid(Tensor z) => (-z).AtLeast(0).Plus((-z.abs()).exp().log1p());
}
