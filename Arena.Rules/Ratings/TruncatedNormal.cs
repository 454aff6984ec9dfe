namespace Arena.Rules.Ratings;

/// <summary>
/// The corrections of the Thurstone-Mosteller rules: what a win or a draw says of a normal difference whose scaled mean is x, with draw
/// margin t (Weng and Lin 2011, section 3.4; the same as TrueSkill's).
/// </summary>
internal static class TruncatedNormal
{
    /// <summary>The paper's V: mean of a standard normal above t - x, beyond x.</summary>
    public static double WinPush(double x, double t)
    {
        var chance = Normal.Cumulative(x - t);
        return chance < 1e-300 ? t - x : Normal.Density(x - t) / chance;
    }

    /// <summary>The paper's W: how much smaller than 1 that distribution's variance is.</summary>
    public static double WinBend(double x, double t)
    {
        var push = WinPush(x, t);
        return Math.Clamp(push * (push + x - t), 0, 1);
    }

    /// <summary>The paper's V~: as V, for a result within t of a draw.</summary>
    public static double TiePush(double x, double t)
    {
        var size = Math.Abs(x);
        var chance = Normal.Cumulative(t - size) - Normal.Cumulative(-t - size);
        if (chance < 1e-5)
        {
            return x < 0 ? -x - t : -x + t;
        }
        var push = (Normal.Density(-t - size) - Normal.Density(t - size)) / chance;
        return x < 0 ? -push : push;
    }

    /// <summary>The paper's W~: as W, for a result within t of a draw.</summary>
    public static double TieBend(double x, double t)
    {
        var size = Math.Abs(x);
        var chance = Normal.Cumulative(t - size) - Normal.Cumulative(-t - size);
        if (chance < 2.220446049250313e-16)
        {
            return 1;
        }
        var push = TiePush(x, t);
        return ((t - size) * Normal.Density(t - size) + (t + size) * Normal.Density(-t - size)) / chance + push * push;
    }
}
