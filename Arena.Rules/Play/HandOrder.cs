namespace Arena.Rules.Play;

/// <summary>
/// The order of hands in the second game of a mirrored match of cards. Each hand comes with the same cards and the same opening seat, players swapped,
/// so that luck cancels; but not in the same place, so that a player who remembers the first game isn't simply told the cards.
/// </summary>
public static class HandOrder
{
    /// <summary>
    /// For each place the hand that is played there: in game 0 its own; in later games those of even places shuffled among themselves, then those of odd
    /// places (Fisher and Yates, from the last down, one draw each).
    /// </summary>
    public static int[] Of(Draws draws, int hands, int game)
    {
        var order = Enumerable.Range(0, hands).ToArray();
        for (var parity = 0; parity < 2 && game > 0; parity++)
        {
            for (var last = (hands - 1 - parity) / 2; last > 0; last--)
            {
                var other = draws.Next(last + 1);
                (order[2 * last + parity], order[2 * other + parity]) = (order[2 * other + parity], order[2 * last + parity]);
            }
        }
        return order;
    }
}
