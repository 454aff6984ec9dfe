namespace Arena.Engine.Verdicts;

/// <summary>
/// How much a judge favours answers of its own model family, on probes of which one answer is of that family and the rules say which is better. Measured only:
/// the panel never asks a judge about its own family, and these answers move no weight.
/// </summary>
/// <param name="Better">Probes in which its own family's answer is the better one.</param>
/// <param name="Worse">Probes in which it is the worse one.</param>
/// <param name="Bias">
/// Share in which it prefers its own family, both kinds of probe counting half, less the half that the rules give; -0.5 to 0.5, 0 = none. Mistakes that fall on either
/// side alike cancel out. Null until there is one probe of each kind.
/// </param>
/// <param name="Low">Newcombe's (1998) 95 % interval, from Wilson's of both shares.</param>
public sealed record OwnFamilyBias(int Better, int Worse, double? Bias, double Low, double High)
{
    /// <param name="answers">Of one version of a judge; those without its family are passed over.</param>
    public static OwnFamilyBias Of(IEnumerable<ProbeAnswer> answers)
    {
        var all = answers.ToList();
        var (better, worse) = (all.Where(a => a.Own == 1).ToList(), all.Where(a => a.Own == -1).ToList());
        if (better.Count == 0 || worse.Count == 0)
        {
            return new(better.Count, worse.Count, null, -0.5, 0.5);
        }
        // Its own kind preferred where it is worse, against the other preferred where its own is better; a contradiction is half of either.
        var (forOwn, forOther) = (worse.Sum(a => (1 - a.Vote) / 2), better.Sum(a => (1 - a.Vote) / 2));
        var ((p, q), (ownLow, ownHigh), (otherLow, otherHigh)) = ((forOwn / worse.Count, forOther / better.Count), JudgeStanding.Wilson(forOwn, worse.Count), JudgeStanding.Wilson(forOther, better.Count));
        return new(better.Count, worse.Count, (p - q) / 2,
            (p - q - Math.Sqrt((p - ownLow) * (p - ownLow) + (otherHigh - q) * (otherHigh - q))) / 2,
            (p - q + Math.Sqrt((ownHigh - p) * (ownHigh - p) + (q - otherLow) * (q - otherLow))) / 2);
    }
}
