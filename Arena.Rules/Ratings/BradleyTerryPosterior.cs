namespace Arena.Rules.Ratings;

/// <summary>
/// Bradley-Terry ratings with a normal prior, kept while results come in: the Laplace approximation N(θ, C) of the posterior, in units of
/// log-odds. A refit starts from the last answer. The prior's width is learnt from the list (empirical Bayes): a width that is
/// given and wrong makes intervals too narrow where opponents are chosen by what is known of them. Not for two threads at once.
/// </summary>
public sealed class BradleyTerryPosterior
{
    /// <summary>How many players the given prior deviation counts as when the list's own is learnt.</summary>
    private const double PriorPlayers = 2;

    private readonly PairwiseLikelihood _likelihood;
    private readonly double _givenVariance;
    private readonly double[] _theta;
    private readonly double[] _covariance;
    private double[]? _factor;
    private double[]? _inverseFactor;

    /// <param name="players">M, at least 1.</param>
    /// <param name="priorDeviation">Of a rating around the list's centre before anything was played, points. A prior keeps players finite who won or lost everything.</param>
    /// <param name="scale">Points that multiply the odds by ten.</param>
    public BradleyTerryPosterior(int players, double priorDeviation = 300, double scale = 400)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(players, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(priorDeviation);
        PointsPerUnit = scale / Math.Log(10);
        _givenVariance = Math.Pow(priorDeviation / PointsPerUnit, 2);
        _likelihood = new PairwiseLikelihood(players, 1 / _givenVariance);
        _theta = new double[players];
        _covariance = new double[players * players];
        for (var i = 0; i < players; i++)
        {
            _covariance[i * players + i] = _givenVariance;
        }
    }

    public int Players => _theta.Length;

    /// <summary>Points in one unit of log-odds.</summary>
    public double PointsPerUnit { get; }

    /// <summary>Standard deviation of the prior as learnt by now, points.</summary>
    public double PriorDeviation => PointsPerUnit / Math.Sqrt(_likelihood.PriorPrecision);

    /// <summary>(M) the mode as of the last refit, log-odds around 0.</summary>
    public ReadOnlySpan<double> Ratings => _theta;

    /// <summary>(M, M) row-major, log-odds², as of the last refit that made it; the prior's before.</summary>
    public ReadOnlySpan<double> Covariance => _covariance;

    /// <summary>Counts a battle. Takes effect with the next refit.</summary>
    /// <param name="score">Of <paramref name="a"/>, from 0 to 1.</param>
    /// <param name="weight">Battles that this one counts as.</param>
    public void Add(int a, int b, double score, double weight = 1)
    {
        if (a == b)
        {
            throw new ArgumentException("A battle has two players.", nameof(b));
        }
        _likelihood.Add(Math.Min(a, b), Math.Max(a, b), weight * (a < b ? score : 1 - score), weight);
    }

    /// <summary>The variance of the difference of two ratings, log-odds².</summary>
    public double Variance(int a, int b) =>
        _covariance[a * Players + a] + _covariance[b * Players + b] - 2 * _covariance[a * Players + b];

    /// <summary>Finds the mode of all that was counted, under the prior as learnt so far.</summary>
    public void Refit()
    {
        var start = _theta.ToArray();
        if (_factor is null || !_likelihood.MaximiseNear(_theta, _factor, 1e-10))
        {
            // The last factor is too far off: exactly, from where we were.
            start.CopyTo(_theta, 0);
            _likelihood.Maximise(_theta, 100);
            _factor = _likelihood.FactorAt(_theta, _factor);
        }
    }

    /// <summary>Refits with covariance until the prior's width moves by less than a thousandth, at most 30 times.</summary>
    public void Settle()
    {
        for (var step = 0; step < 30; step++)
        {
            var before = PriorDeviation;
            LearnPrior();
            if (Math.Abs(PriorDeviation - before) < 1e-3 * before)
            {
                break;
            }
        }
        SymmetricMatrix.Square(_inverseFactor, Players, _covariance);
        // A settled list is kept to be read.
        _inverseFactor = null;
    }

    /// <summary>
    /// Refits, makes the covariance, and takes one step of learning the prior: its variance becomes the mean of θ² + C over the players
    /// (expectation maximisation), the given one counting as two players more. Called again and again it settles.
    /// </summary>
    public void RefitWithCovariance()
    {
        LearnPrior();
        SymmetricMatrix.Square(_inverseFactor, Players, _covariance);
    }

    /// <summary>All but the product that makes the covariance, of which a step needs the diagonal alone.</summary>
    private void LearnPrior()
    {
        Refit();
        _factor = _likelihood.FactorAt(_theta, _factor) ?? throw new InvalidOperationException("The Hessian of a posterior with a prior is positive definite.");
        _inverseFactor ??= new double[Players * Players];
        SymmetricMatrix.InvertFactor(_factor, Players, _inverseFactor);
        var sum = PriorPlayers * _givenVariance;
        for (var i = 0; i < Players; i++)
        {
            sum += _theta[i] * _theta[i] + SymmetricMatrix.Diagonal(_inverseFactor, Players, i);
        }
        _likelihood.PriorPrecision = (Players + PriorPlayers) / sum;
    }
}
