using Arena.Rules.Play;

namespace Arena.Client.Playing;

/// <summary>Who sits at a run of local matches: the agents that were named, and house agents where seats are left.</summary>
internal static class LocalTable
{
    /// <param name="named">In the order of --a, --b and so on.</param>
    /// <param name="seats">As asked for, or null: as many as there are agents, and at least the fewest that the space has.</param>
    /// <returns>Names of agents, one for each seat.</returns>
    /// <exception cref="ClientException">The space hasn't that many seats, or fewer seats than agents.</exception>
    public static IReadOnlyList<string> Fill(ISpaceRules rules, IReadOnlyList<string> named, int? seats)
    {
        var card = rules.Card;
        var has = card.MinSeats == card.MaxSeats ? $"{card.MinSeats} seats" : $"{card.MinSeats} to {card.MaxSeats} seats";
        var count = seats ?? Math.Max(card.MinSeats, named.Count);
        if (count < card.MinSeats || count > card.MaxSeats)
        {
            throw new ClientException(seats is null ? $"{card.Name} has {has}; {named.Count} agents are too many." : $"{card.Name} has {has}; --seats {count} is not possible.");
        }
        if (named.Count > count)
        {
            throw new ClientException($"{named.Count} agents don't fit on --seats {count}.");
        }
        // Strongest first, and nobody twice while there are others.
        var house = rules.House.Reverse().Select(h => "house:" + h.Slug).ToList();
        var fill = house.Where(h => !named.Contains(h)).Concat(Enumerable.Repeat(house, count).SelectMany(h => h));
        return [.. named, .. fill.Take(count - named.Count)];
    }

    /// <summary>Player of an agent in a match: player 0 moves first where that matters, so they take turns.</summary>
    public static int PlayerOf(int agent, int match, int seats) => (agent + match) % seats;
}
