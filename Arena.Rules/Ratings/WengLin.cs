namespace Arena.Rules.Ratings;

/// <summary>The five update rules of Weng and Lin, "A Bayesian approximation method for online ranking" (JMLR 12, 2011).</summary>
public enum WengLinModel
{
    PlackettLuce,

    /// <summary>Every pair of teams.</summary>
    BradleyTerryFull,

    /// <summary>Pairs of teams near each other in the result, averaged.</summary>
    BradleyTerryPart,
    ThurstoneMostellerFull,
    ThurstoneMostellerPart,
}

/// <summary>A skill as a normal distribution.</summary>
/// <param name="Mu">Mean, in the model's own points (a newcomer has 25).</param>
/// <param name="Sigma">Standard deviation (a newcomer has 25/3).</param>
public readonly record struct Skill(double Mu, double Sigma)
{
    public static Skill Newcomer { get; } = new(25, 25.0 / 3);

    /// <summary>A cautious single number: mu - z sigma.</summary>
    public double Ordinal(double z = 3) => Mu - z * Sigma;
}

/// <summary>Defaults are openskill 6's.</summary>
/// <param name="Model">Which rule.</param>
/// <param name="Beta">Width of a performance around the skill.</param>
/// <param name="Kappa">Least factor of a variance in one match; also keeps the balance formula from dividing by 0.</param>
/// <param name="Tau">Added to sigma (in squares) before every match, so that no skill freezes.</param>
/// <param name="Epsilon">Draw margin of the Thurstone-Mosteller forms.</param>
/// <param name="Margin">Score differences above this weigh more; 0 for off. Needs scores.</param>
/// <param name="LimitSigma">Whether a match may never raise a sigma.</param>
/// <param name="Balance">Whether weaker members of a team count more.</param>
/// <param name="Window">How many places away the partial forms look.</param>
public sealed record WengLinOptions(
    WengLinModel Model = WengLinModel.PlackettLuce,
    double Beta = 25.0 / 6,
    double Kappa = 1e-4,
    double Tau = 25.0 / 300,
    double Epsilon = 0.1,
    double Margin = 0,
    bool LimitSigma = false,
    bool Balance = false,
    int Window = 4);

/// <summary>Rates matches of teams by the Weng-Lin models. For matches of single players in bulk there is <see cref="PlackettLuceOnline"/>.</summary>
public static class WengLin
{
    /// <summary>The skills after a match.</summary>
    /// <param name="teams">Two or more teams of one or more players.</param>
    /// <param name="ranks">One a team, lower is better, equal is a draw; null for the teams' order.</param>
    /// <param name="scores">One a team, higher is better; instead of ranks.</param>
    /// <param name="weights">One a player: their shares in the team's result, brought to 1..2 within the team.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>Same shape and order as the teams.</returns>
    /// <exception cref="ArgumentException">A shape is wrong, or both ranks and scores are given.</exception>
    public static Skill[][] Rate(
        IReadOnlyList<IReadOnlyList<Skill>> teams,
        IReadOnlyList<double>? ranks = null,
        IReadOnlyList<double>? scores = null,
        IReadOnlyList<IReadOnlyList<double>>? weights = null,
        WengLinOptions? options = null)
    {
        options ??= new WengLinOptions();
        Check(teams, ranks, scores, weights);
        var places = ranks ?? scores?.Select(s => -s).ToArray() ?? [.. Enumerable.Range(0, teams.Count).Select(i => (double)i)];
        var order = Enumerable.Range(0, teams.Count).OrderBy(i => places[i]).ToArray();
        var sides = new Side[order.Length];
        for (int k = 0, rank = 0; k < order.Length; k++)
        {
            if (k > 0 && places[order[k - 1]] < places[order[k]])
            {
                rank = k;
            }
            var members = teams[order[k]].Select(p => p with { Sigma = Math.Sqrt(p.Sigma * p.Sigma + options.Tau * options.Tau) }).ToArray();
            sides[k] = Side.Of(members, rank, scores?[order[k]], options);
        }
        var result = new Skill[teams.Count][];
        var updates = options.Model == WengLinModel.PlackettLuce ? PlackettLuce(sides, options) : Pairwise(sides, options);
        for (var k = 0; k < order.Length; k++)
        {
            var shares = weights is null ? null : Normalised(weights[order[k]]);
            result[order[k]] = Apply(sides[k], updates[k].Omega, updates[k].Delta, shares, teams[order[k]], options);
        }
        return result;
    }

    /// <summary>Chance of each team to win against the others, adding up to 1.</summary>
    public static double[] WinChances(IReadOnlyList<IReadOnlyList<Skill>> teams, WengLinOptions? options = null)
    {
        options ??= new WengLinOptions();
        Check(teams, null, null, null);
        var sides = teams.Select(t => Side.Of([.. t], 0, null, options)).ToArray();
        var chances = sides.Select((a, i) => sides.Where((_, j) => j != i)
            .Sum(b => Normal.Cumulative((a.Mu - b.Mu) / Math.Sqrt(2 * options.Beta * options.Beta + a.Variance + b.Variance)))).ToArray();
        var total = chances.Sum();
        return Array.ConvertAll(chances, c => c / total);
    }

    private static (double Omega, double Delta)[] PlackettLuce(Side[] sides, WengLinOptions options)
    {
        var c = Math.Sqrt(sides.Sum(s => s.Variance + options.Beta * options.Beta));
        var mu = AdjustedByMargin(sides, options.Margin);
        var highest = mu.Max(); // cancels in every quotient, and keeps exp finite
        var strength = Array.ConvertAll(mu, m => Math.Exp((m - highest) / c));
        var result = new (double, double)[sides.Length];
        for (var i = 0; i < sides.Length; i++)
        {
            double omega = 0, delta = 0;
            for (var q = 0; q < sides.Length; q++)
            {
                if (sides[q].Rank > sides[i].Rank)
                {
                    continue;
                }
                double below = 0;
                var tied = 0;
                for (var s = 0; s < sides.Length; s++)
                {
                    below += sides[s].Rank >= sides[q].Rank ? strength[s] : 0;
                    tied += sides[s].Rank == sides[q].Rank ? 1 : 0;
                }
                var share = strength[i] / below;
                omega += ((q == i ? 1 : 0) - share) / tied;
                delta += share * (1 - share) / tied;
            }
            var gamma = Math.Sqrt(sides[i].Variance) / c;
            result[i] = (omega * sides[i].Variance / c, delta * sides[i].Variance / (c * c) * gamma);
        }
        return result;
    }

    private static (double Omega, double Delta)[] Pairwise(Side[] sides, WengLinOptions options)
    {
        var part = options.Model is WengLinModel.BradleyTerryPart or WengLinModel.ThurstoneMostellerPart;
        var logistic = options.Model is WengLinModel.BradleyTerryFull or WengLinModel.BradleyTerryPart;
        var result = new (double, double)[sides.Length];
        for (var i = 0; i < sides.Length; i++)
        {
            double omega = 0, delta = 0;
            var compared = 0;
            var end = part ? Math.Min(sides.Length, i + options.Window + 1) : sides.Length;
            for (var q = part ? Math.Max(0, i - options.Window) : 0; q < end; q++)
            {
                if (q == i)
                {
                    continue;
                }
                compared++;
                var (own, other) = (sides[i], sides[q]);
                var c = Math.Sqrt(own.Variance + other.Variance + 2 * options.Beta * options.Beta);
                c = options.Model == WengLinModel.ThurstoneMostellerPart ? 2 * c : c;
                var gap = (own.Mu - other.Mu) / c * (other.Rank < own.Rank ? MarginFactor(own.Score, other.Score, options.Margin) : 1);
                var (push, bend) = logistic ? Logistic(gap, own.Rank, other.Rank) : Probit(gap, options.Epsilon / c, own.Rank, other.Rank);
                var gamma = Math.Sqrt(own.Variance) / c;
                omega += own.Variance / c * push;
                delta += gamma * own.Variance / (c * c) * bend;
            }
            var share = part ? Math.Max(1, compared) : 1;
            result[i] = (omega / share, delta / share);
        }
        return result;
    }

    private static (double Push, double Bend) Logistic(double gap, int own, int other)
    {
        var p = 1 / (1 + Math.Exp(-gap));
        var score = other > own ? 1 : other == own ? 0.5 : 0;
        return (score - p, p * (1 - p));
    }

    private static (double Push, double Bend) Probit(double gap, double margin, int own, int other)
    {
        if (own == other)
        {
            return (TruncatedNormal.TiePush(gap, margin), TruncatedNormal.TieBend(gap, margin));
        }
        var sign = other > own ? 1 : -1;
        return (sign * TruncatedNormal.WinPush(sign * gap, margin), TruncatedNormal.WinBend(sign * gap, margin));
    }

    /// <summary>ln(1 + difference / margin) for score differences above the margin, else 1.</summary>
    private static double MarginFactor(double? own, double? other, double margin) =>
        margin > 0 && own is { } a && other is { } b && Math.Abs(a - b) > margin ? Math.Log(1 + Math.Abs(a - b) / margin) : 1;

    /// <summary>Means moved by the average over opponents with another score of (gap of the means) (factor - 1), up for a better score, down for a worse.</summary>
    private static double[] AdjustedByMargin(Side[] sides, double margin)
    {
        var mu = Array.ConvertAll(sides, s => s.Mu);
        if (!(margin > 0) || sides[0].Score is null)
        {
            return mu;
        }
        for (var i = 0; i < sides.Length; i++)
        {
            var others = sides.Where(s => s.Score != sides[i].Score).ToArray();
            mu[i] += others.Length == 0 ? 0 : others.Average(s =>
                (sides[i].Mu - s.Mu) * (MarginFactor(sides[i].Score, s.Score, margin) - 1) * (sides[i].Score > s.Score ? 1 : -1));
        }
        return mu;
    }

    private static Skill[] Apply(Side side, double omega, double delta, double[]? shares, IReadOnlyList<Skill> before, WengLinOptions options)
    {
        var after = new Skill[side.Members.Length];
        for (var k = 0; k < after.Length; k++)
        {
            var (mu, sigma) = side.Members[k];
            var weight = shares?[k] ?? 1;
            // A large share gains more from a good result and loses less from a bad one.
            var part = sigma * sigma / side.Variance * (omega > 0 ? weight : 1 / weight);
            var narrowed = sigma * Math.Sqrt(Math.Max(1 - part * delta, options.Kappa));
            after[k] = new Skill(mu + part * omega, options.LimitSigma ? Math.Min(narrowed, before[k].Sigma) : narrowed);
        }
        return after;
    }

    private static double[] Normalised(IReadOnlyList<double> weights)
    {
        if (weights.Count == 1)
        {
            return [2];
        }
        var (low, high) = (weights.Min(), weights.Max());
        return [.. weights.Select(w => high > low ? 1 + (w - low) / (high - low) : 1)];
    }

    private static void Check(
        IReadOnlyList<IReadOnlyList<Skill>> teams, IReadOnlyList<double>? ranks, IReadOnlyList<double>? scores, IReadOnlyList<IReadOnlyList<double>>? weights)
    {
        if (teams.Count < 2 || teams.Any(t => t.Count == 0))
        {
            throw new ArgumentException("Two or more teams of one or more players.", nameof(teams));
        }
        if (ranks is not null && scores is not null)
        {
            throw new ArgumentException("Ranks or scores, not both.", nameof(scores));
        }
        if ((ranks ?? scores)?.Count is { } count && count != teams.Count)
        {
            throw new ArgumentException("One rank or score a team.", nameof(ranks));
        }
        if (weights is not null && (weights.Count != teams.Count || weights.Where((w, i) => w.Count != teams[i].Count).Any()))
        {
            throw new ArgumentException("One weight a player.", nameof(weights));
        }
    }

    /// <summary>A team as one player.</summary>
    private sealed record Side(Skill[] Members, double Mu, double Variance, int Rank, double? Score)
    {
        public static Side Of(Skill[] members, int rank, double? score, WengLinOptions options)
        {
            var best = members.Max(m => m.Ordinal());
            double mu = 0, variance = 0;
            foreach (var member in members)
            {
                var factor = options.Balance ? 1 + (best - member.Ordinal()) / (best + options.Kappa) : 1;
                mu += member.Mu * factor;
                variance += member.Sigma * factor * member.Sigma * factor;
            }
            return new Side(members, mu, variance, rank, score);
        }
    }
}
