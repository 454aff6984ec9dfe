using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Countdown;

/// <summary>Combines random numbers with random signs, a fixed number of times, and keeps the closest result.</summary>
internal sealed class CountdownRandomSearch(int tries) : IHouseAgent
{
    public string Slug => $"random-{tries}";

    public string Name => $"Random search, {tries:N0} tries";

    public string About => $"Combines numbers at random {tries:N0} times and keeps the closest result.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (CountdownState)state;
        var best = s.Numbers.Select(Expression.Of).MinBy(e => Math.Abs(e.Value - s.Target))!;
        // Draws come from SHA-256; one word seeds a cheaper generator for the many choices of a search.
        var random = new SplitMix(draws.NextWord());
        var pool = new List<Expression>(6);
        for (var i = 0; i < tries && best.Value != s.Target; i++)
        {
            pool.Clear();
            pool.AddRange(s.Numbers.Select(Expression.Of));
            while (pool.Count > 1)
            {
                var left = random.Take(pool);
                var right = random.Take(pool);
                if (Expression.Combine("+-*/"[random.Next(4)], left, right).Result is not { } result)
                {
                    break;
                }
                if (Math.Abs(result.Value - s.Target) < Math.Abs(best.Value - s.Target))
                {
                    best = result;
                }
                pool.Add(result);
            }
        }
        return best.ToString();
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014). Bias of the remainder is of no matter here.</summary>
    private struct SplitMix(ulong state)
    {
        public int Next(int bound)
        {
            state += 0x9E3779B97F4A7C15;
            var word = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
            word = (word ^ word >> 27) * 0x94D049BB133111EB;
            return (int)((word ^ word >> 31) % (ulong)bound);
        }

        public Expression Take(List<Expression> pool)
        {
            var at = Next(pool.Count);
            var taken = pool[at];
            pool.RemoveAt(at);
            return taken;
        }
    }
}

/// <summary>Finds an exact answer where there is one, else a closest one.</summary>
internal sealed class CountdownSolver : IHouseAgent
{
    public string Slug => "solver";

    public string Name => "Solver";

    public string About => "Searches every combination: exact whenever an exact answer exists.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (CountdownState)state;
        return new CountdownSearch(s.Numbers, s.Target).Best().ToString();
    }
}
