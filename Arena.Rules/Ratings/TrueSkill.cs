namespace Arena.Rules.Ratings;

/// <summary>The model's constants, in its points; the defaults are the paper's.</summary>
/// <param name="Beta">Standard deviation of a performance around the skill.</param>
/// <param name="Tau">Standard deviation by which a skill may have moved since the last match.</param>
/// <param name="DrawProbability">Of two equal players of one, from 0 to below 1.</param>
public sealed record TrueSkillOptions(double Beta = 25.0 / 6, double Tau = 25.0 / 300, double DrawProbability = 0.1);

/// <summary>
/// TrueSkill (Herbrich, Minka and Graepel, NIPS 2006) by expectation propagation over the chain of neighbours in a ranking, swept until the messages stand still.
/// For comparison with Weng and Lin's rules (<see cref="WengLin"/>), which the site uses: the name is a trademark of Microsoft's.
/// </summary>
public static class TrueSkill
{
    private const int MostSweeps = 200;
    private const double Still = 1e-10;

    /// <summary>The skills after a match.</summary>
    /// <param name="teams">At least two, each of at least one player.</param>
    /// <param name="ranks">One a team: the lower is the better, equal ones drew.</param>
    /// <exception cref="ArgumentException">The numbers don't fit, or a team is empty.</exception>
    public static Skill[][] Rate(IReadOnlyList<IReadOnlyList<Skill>> teams, IReadOnlyList<int> ranks, TrueSkillOptions? options = null)
    {
        if (teams.Count < 2 || ranks.Count != teams.Count || teams.Any(t => t.Count == 0))
        {
            throw new ArgumentException("At least two teams of at least one player, and a rank for each.", nameof(teams));
        }
        var model = options ?? new();
        var order = Enumerable.Range(0, teams.Count).OrderBy(t => ranks[t]).ToArray();
        var prior = order.Select(t => Message.Of(teams[t].Sum(p => p.Mu), teams[t].Sum(p => Variance(p, model)))).ToArray();
        // From the difference to the next team below: to the team above it, and to the one below.
        var (toUpper, toLower) = (new Message[order.Length - 1], new Message[order.Length - 1]);
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var moved = 0.0;
            for (var step = 0; step < 2 * toUpper.Length - 1; step++)
            {
                // Down the ranking and up again.
                var i = step < toUpper.Length ? step : 2 * toUpper.Length - 2 - step;
                var upper = i == 0 ? prior[i] : prior[i] + toLower[i - 1];
                var lower = i + 1 == toUpper.Length ? prior[i + 1] : prior[i + 1] + toUpper[i + 1];
                var between = Message.Of(upper.Mean - lower.Mean, upper.Variance + lower.Variance);
                var margin = Normal.Quantile((model.DrawProbability + 1) / 2) * Math.Sqrt(teams[order[i]].Count + teams[order[i + 1]].Count) * model.Beta;
                var seen = Result(between, margin, ranks[order[i]] == ranks[order[i + 1]]);
                var (up, down) = (Shifted(seen, lower, 1), Shifted(seen, upper, -1));
                moved = Math.Max(moved, Math.Max(up.Distance(toUpper[i]), down.Distance(toLower[i])));
                (toUpper[i], toLower[i]) = (up, down);
            }
            if (moved < Still || toUpper.Length == 1)
            {
                break;
            }
        }
        var rated = new Skill[teams.Count][];
        for (var i = 0; i < order.Length; i++)
        {
            var said = (i == 0 ? default : toLower[i - 1]) + (i == toUpper.Length ? default : toUpper[i]);
            var team = teams[order[i]];
            rated[order[i]] = [.. team.Select(p =>
            {
                var (others, spread) = (team.Sum(o => o.Mu) - p.Mu, team.Sum(o => Variance(o, model)) - Variance(p, model));
                var skill = Message.Of(p.Mu, p.Sigma * p.Sigma + model.Tau * model.Tau);
                var after = said.Precision == 0 ? skill : skill + Message.Of(said.Mean - others, said.Variance + spread + model.Beta * model.Beta);
                return new Skill(after.Mean, Math.Sqrt(after.Variance));
            })];
        }
        return rated;
    }

    /// <summary>How even a match of single players is: its chance of a draw relative to that of equal and known skills, 0 to 1 (the paper's match quality).</summary>
    /// <param name="players">At least two.</param>
    public static double Quality(IReadOnlyList<Skill> players, TrueSkillOptions? options = null)
    {
        if (players.Count < 2)
        {
            throw new ArgumentException("At least two players.", nameof(players));
        }
        var (beta, n) = ((options ?? new()).Beta, players.Count - 1);
        // Of the differences between neighbours: their covariance by performance alone, and with what is not known of the skills.
        var (known, all, gaps) = (new double[n * n], new double[n * n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var (a, b) = (players[i].Sigma * players[i].Sigma, players[i + 1].Sigma * players[i + 1].Sigma);
            known[i * n + i] = 2 * beta * beta;
            all[i * n + i] = 2 * beta * beta + a + b;
            gaps[i] = players[i].Mu - players[i + 1].Mu;
            if (i + 1 < n)
            {
                known[i * n + i + 1] = -beta * beta;
                all[i * n + i + 1] = -beta * beta - b;
            }
        }
        SymmetricMatrix.Factor(known, n);
        SymmetricMatrix.Factor(all, n);
        var solved = (double[])gaps.Clone();
        SymmetricMatrix.Solve(all, n, solved);
        var logRatio = Enumerable.Range(0, n).Sum(i => Math.Log(known[i * n + i]) - Math.Log(all[i * n + i]));
        return Math.Exp(logRatio - SymmetricMatrix.Dot(gaps, solved) / 2);
    }

    /// <summary>Of a performance.</summary>
    private static double Variance(Skill player, TrueSkillOptions model) => player.Sigma * player.Sigma + model.Tau * model.Tau + model.Beta * model.Beta;

    /// <summary>What the result says of a difference: the normal nearest to its truncated distribution, without what was known before.</summary>
    private static Message Result(Message between, double margin, bool drawn)
    {
        var root = Math.Sqrt(between.Precision);
        var (x, t) = (between.Mean * root, margin * root);
        var (push, bend) = drawn ? (TruncatedNormal.TiePush(x, t), TruncatedNormal.TieBend(x, t)) : (TruncatedNormal.WinPush(x, t), TruncatedNormal.WinBend(x, t));
        // A bend of 1 leaves no variance; such a result is kept a hair away from certainty.
        var left = Math.Max(1 - bend, 1e-12);
        return new(between.Precision / left - between.Precision, (between.Weighted + root * push) / left - between.Weighted);
    }

    /// <summary>A team's performance, given another's and what is said of their difference.</summary>
    private static Message Shifted(Message difference, Message other, int sign) =>
        difference.Precision == 0 ? default : Message.Of(other.Mean + sign * difference.Mean, other.Variance + difference.Variance);

    /// <summary>A normal as precision and precision times mean; all zero says nothing.</summary>
    private readonly record struct Message(double Precision, double Weighted)
    {
        public double Mean => Weighted / Precision;

        public double Variance => 1 / Precision;

        public static Message Of(double mean, double variance) => new(1 / variance, mean / variance);

        public static Message operator +(Message a, Message b) => new(a.Precision + b.Precision, a.Weighted + b.Weighted);

        public double Distance(Message other) => Math.Max(Math.Abs(Precision - other.Precision), Math.Abs(Weighted - other.Weighted));
    }
}
