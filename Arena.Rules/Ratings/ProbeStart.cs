namespace Arena.Rules.Ratings;

/// <summary>
/// Where a judge's weight in a space starts before gold speaks, from its probes: pairs of answers from spaces that rules decide. They are another task than the space's own, so
/// each counts a quarter, the newest 32 at most, and the start stays between a coin and a little more than a newcomer's. Gold of the space counts full on top
/// (<see cref="PanelModel"/>), and washes the start out. A good probe record lifts nobody by itself: only a judge whose gold speaks for it starts higher.
/// </summary>
public static class ProbeStart
{
    /// <summary>Newest probe answers that count, over all source spaces together.</summary>
    public const int Newest = 32;

    /// <summary>What one probe counts, in observations of the space itself.</summary>
    public const double Share = 0.25;

    /// <summary>Observations that the newcomer's assumed accuracy is worth beside probes.</summary>
    public const double Prior = 4;

    /// <summary>Log-odds: lowest start (a coin; probes alone never turn a judge round) and highest.</summary>
    public const double Lowest = 0, Highest = PanelModel.Newcomer + 0.5;

    /// <param name="goldRight">Gold answers that were right, a contradiction counting half: of the space, or where it has none, of all.</param>
    /// <param name="goldCases">0 or more.</param>
    /// <param name="probesRight">Probe answers that were right, a contradiction counting half.</param>
    /// <param name="probes">0 to <see cref="Newest"/>.</param>
    /// <returns>Log-odds of a vote; <see cref="PanelModel.Newcomer"/> without probes.</returns>
    public static double Of(double goldRight, int goldCases, double probesRight, int probes)
    {
        if (probes == 0)
        {
            return PanelModel.Newcomer;
        }
        var usual = LogitPosterior.Sigmoid(PanelModel.Newcomer);
        var right = (Prior * usual + Share * probesRight) / (Prior + Share * probes);
        var start = Math.Clamp(Math.Log(right / (1 - right)), Lowest, Highest);
        return goldCases > 0 && goldRight > goldCases / 2.0 ? start : Math.Min(start, PanelModel.Newcomer);
    }
}
