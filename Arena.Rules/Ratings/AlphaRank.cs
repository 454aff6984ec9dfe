namespace Arena.Rules.Ratings;

/// <summary>
/// α-Rank (Omidshafiei et al. 2019) for symmetric two-player games in one population: the long-run shares of strategies when rare mutants
/// take over by imitation. Unlike Elo it has an answer for cycles.
/// </summary>
public static class AlphaRank
{
    /// <summary>(S) long-run share of each strategy.</summary>
    /// <param name="payoffs">(S, S) what the row strategy gets against the column.</param>
    /// <param name="population">Players in the population, 2 or more.</param>
    /// <param name="alpha">Strength of selection, above 0.</param>
    public static double[] Rank(double[,] payoffs, int population = 50, double alpha = 0.1)
    {
        var rates = Takeovers(payoffs, population, alpha);
        // Shares below the smallest double would make the chain look reducible.
        for (var s = 0; s < rates.GetLength(0); s++)
        {
            for (var r = 0; r < rates.GetLength(0); r++)
            {
                rates[s, r] = Math.Max(rates[s, r], 1e-300);
            }
        }
        return MarkovChain.Stationary(rates)!;
    }

    /// <summary>(S, S) chance that one mutant of the column strategy takes over a population of the row strategy.</summary>
    public static double[,] Takeovers(double[,] payoffs, int population, double alpha)
    {
        var strategies = payoffs.GetLength(0);
        if (strategies == 0 || payoffs.GetLength(1) != strategies || population < 2 || !(alpha > 0))
        {
            throw new ArgumentException("A square table, two players or more, and a positive alpha.", nameof(payoffs));
        }
        var chances = new double[strategies, strategies];
        for (var s = 0; s < strategies; s++)
        {
            for (var r = 0; r < strategies; r++)
            {
                if (s != r)
                {
                    chances[s, r] = Takeover(payoffs[r, r], payoffs[r, s], payoffs[s, r], payoffs[s, s], population, alpha);
                }
            }
        }
        return chances;
    }

    /// <summary>
    /// The closed form for constant-sum games, where two opponents' payoffs add up to <paramref name="sum"/>:
    /// (1 - e^-u) / (1 - e^-mu) with u = α m/(m-1) (payoff - sum/2).
    /// </summary>
    public static double ConstantSumTakeover(double payoff, double sum, int population, double alpha)
    {
        var u = alpha * population / (population - 1) * (payoff - sum / 2);
        return Math.Abs(u) < 1e-14 ? 1.0 / population : Math.Exp(LogRatio(u, population));
    }

    /// <summary>1 / (1 + Σ over l of Π over k &lt;= l of e^(-α (mutant's fitness - resident's))), summed in logarithms.</summary>
    private static double Takeover(double mutantSelf, double mutantOther, double residentMutant, double residentSelf, int population, double alpha)
    {
        double log = 0, highest = 0;
        var terms = new double[population];
        for (var mutants = 1; mutants < population; mutants++)
        {
            var mutant = ((mutants - 1) * mutantSelf + (population - mutants) * mutantOther) / (population - 1);
            var resident = ((population - mutants - 1) * residentSelf + mutants * residentMutant) / (population - 1);
            log -= alpha * (mutant - resident);
            terms[mutants] = log;
            highest = Math.Max(highest, log);
        }
        double sum = 0;
        foreach (var term in terms)
        {
            sum += Math.Exp(term - highest);
        }
        return Math.Exp(-highest) / sum;
    }

    private static double LogRatio(double u, int population) => u > 0
        ? Math.Log(-Expm1(-u)) - Math.Log(-Expm1(-population * u))
        : (population - 1) * u + Math.Log(-Expm1(u)) - Math.Log(-Expm1(population * u));

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x * (1 + x / 2 * (1 + x / 3)) : Math.Exp(x) - 1;
}
