using System.Security.Cryptography;
using System.Text;

namespace Arena.Rules.Ratings;

/// <summary>What a panel's judges said of one pair of answers.</summary>
/// <param name="Id">Decides the item's inner fold; the same item has the same id every time.</param>
/// <param name="Space">0 to S-1.</param>
/// <param name="Votes">(J) 1 = side 0 in both orders, -1 = side 1 in both; the mean of both orders otherwise, so 0 = contradicted itself, called a tie or was not heard.</param>
public sealed record PanelItem(string Id, int Space, IReadOnlyList<double> Votes);

/// <summary>An item whose truth is known.</summary>
/// <param name="Truth">1 = side 0 is better, 0 = side 1 is; between where the truth itself is a chance.</param>
public sealed record GoldItem(PanelItem Item, double Truth);

/// <summary>How the settings of <see cref="PanelModel"/>'s priors become one model.</summary>
public enum PanelForm
{
    /// <summary>The setting of the best evidence.</summary>
    Best,

    /// <summary>All settings, averaged by their evidence.</summary>
    Averaged,

    /// <summary>The same, and a temperature from inner folds: what the site uses.</summary>
    Tempered,
}

/// <summary>
/// How far to believe each judge in each space, learnt from gold items only (where a judge starts before them may come from its probes: <see cref="ProbeStart"/>). The log-odds of an item are a sum over judges of weight times vote; a
/// judge's weight in a space is its weight everywhere plus what the space adds, and each judge is a departure from the mean judge, so
/// that few gold items in a space borrow from the others (a hierarchical Bayesian logistic regression). Nothing is chosen by hand: every
/// setting of <see cref="Priors"/> is fitted and counts by its evidence, which holds the price of being flexible; last, one temperature is
/// learnt on inner folds of the gold items, so that "0.8" is right eight times of ten. A judge that is wrong more often than right gets a
/// weight below zero. Swapping the sides of an item turns p into 1 - p.
/// </summary>
public sealed class PanelModel
{
    /// <summary>Log-odds of a judge of whom nothing is known, for a vote that holds in both orders.</summary>
    public const double Newcomer = 1.5;

    private const int InnerFolds = 5;

    /// <summary>Evidence below this share of the best counts nothing: it would not move the fourth digit.</summary>
    private const double Negligible = 1e-5;

    private readonly IReadOnlyList<(LogitPosterior Fit, double Share)> _fits;
    private readonly Starts _starts;
    private readonly bool[] _silenced;

    private PanelModel(int judges, int spaces, IReadOnlyList<(LogitPosterior, double)> fits, Starts starts, double temperature, bool[] silenced) =>
        (Judges, Spaces, _fits, _starts, Temperature, _silenced) = (judges, spaces, fits, starts, temperature, silenced);

    public int Judges { get; }

    public int Spaces { get; }

    /// <summary>What log-odds are multiplied by at last: under 1 the raw panel was too sure of itself.</summary>
    public double Temperature { get; }

    /// <summary>Prior variances of a judge's own weight, of what a space adds to it, of the mean judge, and of what a space adds to that.</summary>
    private static IEnumerable<(double Judge, double SpaceJudge, double Mean, double SpaceMean)> Priors =>
        from judge in (double[])[0.1, 0.5, 2]
        from spaceJudge in (double[])[0.1, 0.5, 2]
        from mean in (double[])[0.001, 0.1]
        from spaceMean in (double[])[0.001, 0.1]
        select (judge, spaceJudge, mean, spaceMean);

    /// <param name="judges">J.</param>
    /// <param name="spaces">S.</param>
    /// <param name="gold">May be empty: then every judge is a newcomer.</param>
    /// <param name="silenced">Judges whose votes count nothing (compromised ones).</param>
    /// <param name="starts">(J) log-odds of each judge's vote before gold speaks, the means of the weights' priors; null = <see cref="Newcomer"/> for all.</param>
    /// <exception cref="ArgumentException">An item has another number of votes than there are judges, or an unknown space; or there are not as many starts as judges.</exception>
    public static PanelModel Fit(int judges, int spaces, IReadOnlyList<GoldItem> gold, IReadOnlyCollection<int>? silenced = null, IReadOnlyList<double>? starts = null, PanelForm form = PanelForm.Tempered)
    {
        if (starts is not null && starts.Count != judges)
        {
            throw new ArgumentException($"{starts.Count} starts for {judges} judges.", nameof(starts));
        }
        if (gold.FirstOrDefault(g => g.Item.Votes.Count != judges || g.Item.Space < 0 || g.Item.Space >= spaces) is { } odd)
        {
            throw new ArgumentException($"Item {odd.Item.Id} has {odd.Item.Votes.Count} votes in space {odd.Item.Space}; there are {judges} judges and {spaces} spaces.", nameof(gold));
        }
        var off = new bool[judges];
        foreach (var judge in silenced ?? [])
        {
            off[judge] = true;
        }
        // Many judges are seldom many opinions: together they start with no more weight than three or six.
        var share = Math.Min(1, 3.0 / Math.Max(judges, 1));
        var own = new Starts(Newcomer * share, [.. Enumerable.Range(0, judges).Select(j => starts is null ? 0 : (starts[j] - Newcomer) * share)]);
        var raw = Averaged(judges, spaces, gold, own, off);
        if (form == PanelForm.Best)
        {
            raw = [(raw.MaxBy(f => f.Share).Fit, 1)];
        }
        return new(judges, spaces, raw, own, gold.Count == 0 || form != PanelForm.Tempered ? 1 : InnerTemperature(judges, spaces, gold, own, off), off);
    }

    /// <summary>The chance that side 0 is better, 0 to 1.</summary>
    public double Chance(PanelItem item) => LogitPosterior.Sigmoid(Temperature * RawLogOdds(item));

    /// <summary>Log-odds that a vote of this judge, held in both orders, adds in this space; with <see cref="Temperature"/> in it.</summary>
    public double Weight(int judge, int space)
    {
        if (_silenced[judge])
        {
            return 0;
        }
        var mean = _starts.Usual + _starts.Own[judge];
        foreach (var (fit, share) in _fits)
        {
            var w = fit.Weights;
            mean += share * (w[judge] + w[(space + 1) * Judges + judge] + w[Judges * (Spaces + 1)] + w[Judges * (Spaces + 1) + 1 + space]);
        }
        return Temperature * mean;
    }

    private double RawLogOdds(PanelItem item)
    {
        var row = Row(item, Judges, Spaces, _silenced);
        var offset = _starts.Of(row);
        var chance = _fits.Sum(f => f.Share * f.Fit.Chance(row, offset));
        // Never quite sure: a panel has no certainties.
        chance = Math.Clamp(chance, 1e-6, 1 - 1e-6);
        return Math.Log(chance / (1 - chance));
    }

    /// <summary>Features: votes, votes within the item's space, their sum, their sum within the space; (J + 1)(S + 1).</summary>
    private static double[] Row(PanelItem item, int judges, int spaces, bool[] silenced)
    {
        var row = new double[(judges + 1) * (spaces + 1)];
        for (var j = 0; j < judges; j++)
        {
            var vote = silenced[j] ? 0 : item.Votes[j];
            row[j] = row[(item.Space + 1) * judges + j] = vote;
            row[judges * (spaces + 1)] += vote;
        }
        row[judges * (spaces + 1) + 1 + item.Space] = row[judges * (spaces + 1)];
        return row;
    }

    private static List<(LogitPosterior Fit, double Share)> Averaged(int judges, int spaces, IReadOnlyList<GoldItem> gold, Starts starts, bool[] silenced)
    {
        var rows = gold.Select(g => Row(g.Item, judges, spaces, silenced)).ToList();
        var offsets = rows.Select(starts.Of).ToList();
        var truths = gold.Select(g => g.Truth).ToList();
        var scale = 6.0 / Math.Max(judges, 6);
        var fits = Priors.Select(p => LogitPosterior.Fit(rows, truths, Variances(p, judges, spaces, scale), offsets)).ToList();
        var best = fits.Max(f => f.LogEvidence);
        var kept = fits.Select(f => (Fit: f, Share: Math.Exp(f.LogEvidence - best))).Where(f => f.Share > Negligible).ToList();
        var total = kept.Sum(f => f.Share);
        return [.. kept.Select(f => (f.Fit, f.Share / total))];
    }

    private static double[] Variances((double Judge, double SpaceJudge, double Mean, double SpaceMean) prior, int judges, int spaces, double scale)
    {
        var variances = new double[(judges + 1) * (spaces + 1)];
        variances.AsSpan(0, judges).Fill(scale * prior.Judge);
        variances.AsSpan(judges, judges * spaces).Fill(scale * prior.SpaceJudge);
        variances[judges * (spaces + 1)] = scale * prior.Mean;
        variances.AsSpan(judges * (spaces + 1) + 1).Fill(scale * prior.SpaceMean);
        return variances;
    }

    /// <summary>The temperature under which inner folds, each predicted from the others, are likeliest; drawn to 1 as its logarithm were normal with deviation 0.3.</summary>
    private static double InnerTemperature(int judges, int spaces, IReadOnlyList<GoldItem> gold, Starts starts, bool[] silenced)
    {
        var outside = new List<(double LogOdds, double Truth)>();
        foreach (var fold in gold.GroupBy(g => Fold($"inner/{g.Item.Id}", InnerFolds)))
        {
            var rest = gold.Where(g => Fold($"inner/{g.Item.Id}", InnerFolds) != fold.Key).ToList();
            var model = new PanelModel(judges, spaces, Averaged(judges, spaces, rest, starts, silenced), starts, 1, silenced);
            outside.AddRange(fold.Select(g => (model.RawLogOdds(g.Item), g.Truth)));
        }
        return Enumerable.Range(0, 41).Select(i => 0.5 * Math.Pow(5, i / 40.0)).MaxBy(t =>
            outside.Sum(o => o.Truth * o.LogOdds * t - Math.Max(o.LogOdds * t, 0) - Math.Log(1 + Math.Exp(-Math.Abs(o.LogOdds * t)))) - Math.Pow(Math.Log(t) / 0.3, 2) / 2);
    }

    /// <summary>What votes are worth before gold speaks.</summary>
    /// <param name="Usual">Log-odds of a newcomer's vote, times the sum of all.</param>
    /// <param name="Own">(J) what a judge's own start adds to that.</param>
    private sealed record Starts(double Usual, double[] Own)
    {
        /// <param name="row">Features: the first J are the votes.</param>
        public double Of(double[] row)
        {
            // In a row of J judges and S spaces the sum of the votes is feature J(S + 1); it is taken anew here in the judges' order, which gives the same bits.
            double sum = 0, own = 0;
            for (var j = 0; j < Own.Length; j++)
            {
                sum += row[j];
                own += Own[j] * row[j];
            }
            return Usual * sum + own;
        }
    }

    /// <summary>A fold of an id, 0 to <paramref name="folds"/> - 1: the first two bytes of its SHA-256, low byte first, modulo the folds.</summary>
    public static int Fold(string id, int folds)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return (hash[0] | hash[1] << 8) % folds;
    }
}
