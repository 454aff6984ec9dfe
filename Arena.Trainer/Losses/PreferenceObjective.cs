using System.Globalization;
using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Trainer.Losses;

/// <summary>A weighted sum of preference losses, as TRL's loss_type and loss_weights: "sigmoid", or "sigmoid:1,sft:0.2" (which is RPO).</summary>
public sealed class PreferenceObjective
{
    /// <summary>The losses by TRL's names; "cdpo", "simpo" and "orpo" are separate trainers or gone there.</summary>
    public static IReadOnlyDictionary<string, PreferenceLossKind> Names { get; } = new Dictionary<string, PreferenceLossKind>(StringComparer.Ordinal)
    {
        ["sigmoid"] = PreferenceLossKind.Sigmoid,
        ["hinge"] = PreferenceLossKind.Hinge,
        ["ipo"] = PreferenceLossKind.Ipo,
        ["robust"] = PreferenceLossKind.Robust,
        ["cdpo"] = PreferenceLossKind.ConservativeSigmoid,
        ["exo_pair"] = PreferenceLossKind.Exo,
        ["nca_pair"] = PreferenceLossKind.Nca,
        ["bco_pair"] = PreferenceLossKind.BcoPair,
        ["sppo_hard"] = PreferenceLossKind.Sppo,
        ["apo_zero"] = PreferenceLossKind.ApoZero,
        ["apo_down"] = PreferenceLossKind.ApoDown,
        ["discopop"] = PreferenceLossKind.DiscoPop,
        ["sigmoid_norm"] = PreferenceLossKind.SigmoidNorm,
        ["aot"] = PreferenceLossKind.Aot,
        ["aot_unpaired"] = PreferenceLossKind.AotUnpaired,
        ["sft"] = PreferenceLossKind.Sft,
        ["simpo"] = PreferenceLossKind.SimPo,
        ["orpo"] = PreferenceLossKind.Orpo,
    };

    private readonly IReadOnlyList<(PreferenceLoss Loss, double Weight)> _terms;

    private readonly double _rpoAlpha;

    private PreferenceObjective(IReadOnlyList<(PreferenceLoss, double)> terms, double beta, double rpoAlpha) => (_terms, Beta, _rpoAlpha) = (terms, beta, rpoAlpha);

    public double Beta { get; }

    /// <summary>Whether any term compares with a reference policy.</summary>
    public bool UsesReference => _terms.Any(t => t.Loss.UsesReference);

    /// <summary>Reads names with optional weights.</summary>
    /// <param name="text">"name", "name:weight", several with commas.</param>
    /// <param name="smoothing">Share of labels taken to be wrong.</param>
    /// <param name="gamma">SimPO's margin.</param>
    /// <param name="rpoAlpha">Weight of the chosen answer's negative log-likelihood per token, averaged by pair (an "sft" term averages by token); 0 = none.</param>
    /// <exception cref="TrainerException">An unknown name, or a weight or smoothing that makes no sense.</exception>
    public static PreferenceObjective Parse(string text, double beta, double smoothing = 0, double gamma = 0.5, double rpoAlpha = 0)
    {
        var terms = new List<(PreferenceLoss, double)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (name, weight) = part.IndexOf(':') is > 0 and var colon ? (part[..colon].TrimEnd(), part[(colon + 1)..]) : (part, "1");
            if (!Names.TryGetValue(name, out var kind))
            {
                throw new TrainerException($"Training options: loss names \"{name}\"; known: {string.Join(", ", Names.Keys)}.");
            }
            if (!double.TryParse(weight, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(number is > 0 and <= 1e6))
            {
                throw new TrainerException($"Training options: loss gives \"{name}\" the weight \"{weight.Trim()}\"; it must be a number above 0.");
            }
            terms.Add((new PreferenceLoss(kind, beta, smoothing, gamma), number));
        }
        // Half of the labels wrong would leave nothing to learn; the robust loss divides by 1 - 2e.
        return smoothing is >= 0 and < 0.5
            ? new(terms, beta, rpoAlpha)
            : throw new TrainerException("Training options: labelSmoothing must be at least 0 and below 0.5.");
    }

    /// <summary>(B): one loss a pair.</summary>
    public Tensor PerPair(PairLogProbs p)
    {
        var loss = _terms.Select(t => t.Weight == 1 ? t.Loss.PerPair(p) : t.Loss.PerPair(p).Times(t.Weight)).Aggregate((a, b) => a.Plus(b));
        return _rpoAlpha == 0 ? loss : loss.Plus((-p.PolicyChosen / p.ChosenTokens).Times(_rpoAlpha));
    }

    /// <summary>(B): what TRL reports as rewards: beta times the log-ratio, or times the log-probability where nothing is compared with a reference.</summary>
    public Tensor Reward(Tensor policy, Tensor reference) => (UsesReference ? policy - reference : policy).Times(Beta);

    /// <summary>Whether the loss of a batch is not the mean over its parts: AOT sorts over the whole batch.</summary>
    public bool NeedsWholeBatch => _terms.Any(t => t.Loss.Kind is PreferenceLossKind.Aot or PreferenceLossKind.AotUnpaired);

    /// <summary>What TRL's trainers log beside the rewards for some losses, each (B): the chosen answer's negative log-likelihood a token where it is part of the loss, ORPO's odds.</summary>
    public IEnumerable<(string Name, Tensor PerPair)> Extras(PairLogProbs p)
    {
        if (_rpoAlpha != 0 || _terms.Any(t => t.Loss.Kind is PreferenceLossKind.Sft or PreferenceLossKind.Orpo))
        {
            yield return ("nll_loss", -p.PolicyChosen / p.ChosenTokens);
        }
        if (_terms.Any(t => t.Loss.Kind == PreferenceLossKind.Orpo))
        {
            var odds = PreferenceLoss.LogOdds(p);
            yield return ("log_odds_chosen", odds);
            yield return ("log_odds_ratio", -PreferenceLoss.MinusLogSigmoid(odds));
        }
    }
}
