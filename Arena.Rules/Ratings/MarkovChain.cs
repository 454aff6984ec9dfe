namespace Arena.Rules.Ratings;

/// <summary>Long-run shares of Markov chains.</summary>
internal static class MarkovChain
{
    /// <summary>
    /// (n) stationary distribution of an irreducible chain from its rates or probabilities (n, n) between different states; the diagonal is not
    /// read. Grassmann, Taksar and Heyman's elimination (1985): no subtraction, so that tiny shares keep their digits. Null when reducible.
    /// </summary>
    public static double[]? Stationary(double[,] rates)
    {
        var n = rates.GetLength(0);
        var p = (double[,])rates.Clone();
        for (var k = n - 1; k > 0; k--)
        {
            double leaving = 0;
            for (var j = 0; j < k; j++)
            {
                leaving += p[k, j];
            }
            if (!(leaving > 0))
            {
                return null;
            }
            for (var i = 0; i < k; i++)
            {
                p[i, k] /= leaving;
                for (var j = 0; j < k; j++)
                {
                    if (i != j)
                    {
                        p[i, j] += p[i, k] * p[k, j];
                    }
                }
            }
        }
        var shares = new double[n];
        shares[0] = 1;
        double total = 1;
        for (var k = 1; k < n; k++)
        {
            for (var i = 0; i < k; i++)
            {
                shares[k] += shares[i] * p[i, k];
            }
            total += shares[k];
        }
        return Array.ConvertAll(shares, s => s / total);
    }
}
