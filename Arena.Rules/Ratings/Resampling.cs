namespace Arena.Rules.Ratings;

/// <summary>
/// A fast generator for resampling (xoshiro256**, Blackman and Vigna, seeded by SplitMix64): the same numbers on every machine and version.
/// Never for anything that decides a match; that is what Draws is for.
/// </summary>
internal struct ResamplingGenerator
{
    private ulong a, b, c, d;

    public ResamplingGenerator(ulong seed, ulong stream)
    {
        var state = seed ^ Mix(stream + 0x9E3779B97F4A7C15);
        a = Mix(state += 0x9E3779B97F4A7C15);
        b = Mix(state += 0x9E3779B97F4A7C15);
        c = Mix(state += 0x9E3779B97F4A7C15);
        d = Mix(state + 0x9E3779B97F4A7C15);
    }

    /// <summary>Uniform in (0, 1).</summary>
    public double Uniform()
    {
        var result = ulong.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = ulong.RotateLeft(d, 45);
        return ((result >> 12) + 0.5) * (1.0 / (1L << 52));
    }

    /// <summary>Successes in <paramref name="trials"/> of chance <paramref name="p"/>, exactly distributed.</summary>
    public long Binomial(long trials, double p)
    {
        if (p > 0.5)
        {
            return trials - Binomial(trials, 1 - p);
        }
        if (trials <= 0 || p <= 0)
        {
            return 0;
        }
        return trials * p < 10 ? ByInversion(trials, p) : ByRejection(trials, p);
    }

    private long ByInversion(long trials, double p)
    {
        var odds = p / (1 - p);
        var term = Math.Exp(trials * Math.Log(1 - p));
        var left = Uniform();
        long successes = 0;
        while (left > term && successes < trials)
        {
            left -= term;
            successes++;
            term *= odds * (trials - successes + 1) / successes;
        }
        return successes;
    }

    /// <summary>Transformed rejection with squeeze: Hörmann, "The generation of binomial random variates" (1993), algorithm BTRS.</summary>
    private long ByRejection(long trials, double p)
    {
        var spread = Math.Sqrt(trials * p * (1 - p));
        var b = 1.15 + 2.53 * spread;
        var a = -0.0873 + 0.0248 * b + 0.01 * p;
        var center = trials * p + 0.5;
        var squeeze = 0.92 - 4.2 / b;
        while (true)
        {
            var v = Uniform();
            var u = Uniform() - 0.5;
            var us = 0.5 - Math.Abs(u);
            var k = (long)Math.Floor((2 * a / us + b) * u + center);
            if (us >= 0.07 && v <= squeeze)
            {
                return k;
            }
            if (k < 0 || k > trials)
            {
                continue;
            }
            var mode = (long)Math.Floor((trials + 1) * p);
            var alpha = (2.83 + 5.1 / b) * spread;
            var height = Math.Log(v * alpha / (a / (us * us) + b));
            var ratio = LogFactorial(mode) + LogFactorial(trials - mode) - LogFactorial(k) - LogFactorial(trials - k) + (k - mode) * Math.Log(p / (1 - p));
            if (height <= ratio)
            {
                return k;
            }
        }
    }

    /// <summary>ln n! by Stirling's series; below 16 by its product.</summary>
    private static double LogFactorial(long n)
    {
        if (n < 16)
        {
            var product = 1.0;
            for (var i = 2; i <= n; i++)
            {
                product *= i;
            }
            return Math.Log(product);
        }
        var x = n + 1.0;
        var inverse = 1 / (x * x);
        return (x - 0.5) * Math.Log(x) - x + 0.91893853320467274 + (1.0 / 12 - inverse * (1.0 / 360 - inverse / 1260)) / x;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
