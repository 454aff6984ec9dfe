namespace Arena.Rules.Ratings;

/// <summary>One label.</summary>
/// <param name="Item">0 to I-1.</param>
/// <param name="Judge">0 to J-1.</param>
/// <param name="Label">0 to K-1.</param>
public readonly record struct JudgeLabel(int Item, int Judge, int Label);

/// <summary>What the labels say of items and judges.</summary>
/// <param name="Posteriors">(I, K) chance of each class for each item; gold items are 0 or 1.</param>
/// <param name="Prior">(K) share of each class.</param>
/// <param name="Confusion">(J, K, K) chance that the judge says the last index when the truth is the middle one.</param>
/// <param name="Rounds">Rounds of expectation and maximisation.</param>
/// <param name="Converged">Whether the posteriors settled.</param>
public sealed record DawidSkeneFit(double[,] Posteriors, double[] Prior, double[,,] Confusion, int Rounds, bool Converged)
{
    /// <summary>The likeliest class, or -1 below the given chance or at a tie: the judges abstain.</summary>
    public int Decide(int item, double least = 0)
    {
        var best = -1;
        var tied = false;
        for (var k = 0; k < Prior.Length; k++)
        {
            var chance = Posteriors[item, k];
            if (best < 0 || chance > Posteriors[item, best])
            {
                (best, tied) = (k, false);
            }
            else if (chance == Posteriors[item, best])
            {
                tied = true;
            }
        }
        return tied || Posteriors[item, best] < least ? -1 : best;
    }
}

/// <summary>
/// Dawid and Skene's (1979) expectation-maximisation for error rates of judges whose truth is unknown. Without gold it amplifies errors that
/// the judges share (on adversarial items the crowd's mistake becomes the truth), so panels clamp gold items.
/// </summary>
public static class DawidSkene
{
    /// <param name="items">I.</param>
    /// <param name="judges">J.</param>
    /// <param name="classes">K.</param>
    /// <param name="labels">In any order; a judge may label an item more than once.</param>
    /// <param name="gold">(I) the known class of an item, or -1; empty for none. Known items stay clamped.</param>
    /// <param name="smoothing">Added to each cell of each judge's confusion, in labels.</param>
    /// <param name="maximumRounds">At most so many rounds.</param>
    /// <param name="tolerance">Largest change of a posterior at which it stops.</param>
    /// <remarks>Starts from each item's vote shares. Items without labels keep the prior.</remarks>
    public static DawidSkeneFit Fit(
        int items, int judges, int classes, ReadOnlySpan<JudgeLabel> labels, ReadOnlySpan<int> gold = default, double smoothing = 0, int maximumRounds = 500, double tolerance = 1e-9)
    {
        if (!gold.IsEmpty && gold.Length != items)
        {
            throw new ArgumentException("One class or -1 an item.", nameof(gold));
        }
        var posteriors = VoteShares(items, classes, labels);
        Clamp(posteriors, gold);
        var prior = new double[classes];
        var confusion = new double[judges, classes, classes];
        var logs = new double[items, classes];
        for (var round = 1; ; round++)
        {
            Maximise(posteriors, labels, prior, confusion, smoothing);
            var change = Expect(posteriors, labels, prior, confusion, logs, gold);
            if (change < tolerance || round >= maximumRounds)
            {
                return new DawidSkeneFit(posteriors, prior, confusion, round, change < tolerance);
            }
        }
    }

    private static double[,] VoteShares(int items, int classes, ReadOnlySpan<JudgeLabel> labels)
    {
        var shares = new double[items, classes];
        foreach (var label in labels)
        {
            shares[label.Item, label.Label]++;
        }
        for (var i = 0; i < items; i++)
        {
            double total = 0;
            for (var k = 0; k < classes; k++)
            {
                total += shares[i, k];
            }
            for (var k = 0; k < classes; k++)
            {
                shares[i, k] = total > 0 ? shares[i, k] / total : 1.0 / classes;
            }
        }
        return shares;
    }

    private static void Clamp(double[,] posteriors, ReadOnlySpan<int> gold)
    {
        for (var i = 0; i < gold.Length; i++)
        {
            for (var k = 0; gold[i] >= 0 && k < posteriors.GetLength(1); k++)
            {
                posteriors[i, k] = k == gold[i] ? 1 : 0;
            }
        }
    }

    private static void Maximise(double[,] posteriors, ReadOnlySpan<JudgeLabel> labels, double[] prior, double[,,] confusion, double smoothing)
    {
        var (items, classes, judges) = (posteriors.GetLength(0), prior.Length, confusion.GetLength(0));
        Array.Clear(prior);
        for (var i = 0; i < items; i++)
        {
            for (var k = 0; k < classes; k++)
            {
                prior[k] += posteriors[i, k] / items;
            }
        }
        Array.Clear(confusion);
        foreach (var label in labels)
        {
            for (var k = 0; k < classes; k++)
            {
                confusion[label.Judge, k, label.Label] += posteriors[label.Item, k];
            }
        }
        for (var judge = 0; judge < judges; judge++)
        {
            for (var k = 0; k < classes; k++)
            {
                double total = 0;
                for (var said = 0; said < classes; said++)
                {
                    confusion[judge, k, said] += smoothing;
                    total += confusion[judge, k, said];
                }
                for (var said = 0; said < classes; said++)
                {
                    // Of a class that a judge never met nothing is known.
                    confusion[judge, k, said] = total > 0 ? confusion[judge, k, said] / total : 1.0 / classes;
                }
            }
        }
    }

    /// <summary>New posteriors in place; returns the largest change.</summary>
    private static double Expect(
        double[,] posteriors, ReadOnlySpan<JudgeLabel> labels, double[] prior, double[,,] confusion, double[,] logs, ReadOnlySpan<int> gold)
    {
        var (items, classes) = (posteriors.GetLength(0), prior.Length);
        for (var i = 0; i < items; i++)
        {
            for (var k = 0; k < classes; k++)
            {
                logs[i, k] = Math.Log(prior[k]);
            }
        }
        foreach (var label in labels)
        {
            for (var k = 0; k < classes; k++)
            {
                logs[label.Item, k] += Math.Log(confusion[label.Judge, k, label.Label]);
            }
        }
        double change = 0;
        for (var i = 0; i < items; i++)
        {
            if (!gold.IsEmpty && gold[i] >= 0)
            {
                continue;
            }
            var highest = double.NegativeInfinity;
            for (var k = 0; k < classes; k++)
            {
                highest = Math.Max(highest, logs[i, k]);
            }
            double total = 0;
            for (var k = 0; k < classes; k++)
            {
                // When every class is ruled out by a zero, the labels contradict each other: nothing is known.
                logs[i, k] = double.IsNegativeInfinity(highest) ? 1 : Math.Exp(logs[i, k] - highest);
                total += logs[i, k];
            }
            for (var k = 0; k < classes; k++)
            {
                var updated = logs[i, k] / total;
                change = Math.Max(change, Math.Abs(updated - posteriors[i, k]));
                posteriors[i, k] = updated;
            }
        }
        return change;
    }
}
