namespace Arena.Rules.Play;

/// <summary>Scores of sessions that are played for chips.</summary>
public static class ChipScore
{
    /// <summary>
    /// The first seat's score in micro-points after it won <paramref name="won"/> chips: 1/2 + won / (2 (|won| + scale)). It grows with every chip, but
    /// one lucky pot doesn't drown the rest of a session. The winner's half is rounded down; the other seat has what is left to 1,000,000.
    /// </summary>
    /// <param name="scale">Chips ahead that make three quarters of a point.</param>
    public static long Of(long won, long scale)
    {
        var half = 500_000 * Math.Abs(won) / (Math.Abs(won) + scale);
        return won >= 0 ? 500_000 + half : 500_000 - half;
    }
}
