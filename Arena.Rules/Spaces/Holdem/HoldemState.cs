using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Holdem;

/// <summary>The cards of one hand.</summary>
/// <param name="Button">Two cards of the player with the button.</param>
/// <param name="Other">Two cards of the other.</param>
/// <param name="Board">Five cards, shown street by street.</param>
public sealed record HoldemDeal(IReadOnlyList<int> Button, IReadOnlyList<int> Other, IReadOnlyList<int> Board)
{
    /// <summary>1 if the button has the better hand, -1 the worse, 0 equal.</summary>
    public int Showdown { get; } = Math.Sign(Value(Button, Board) - Value(Other, Board));

    /// <summary>The best hand of two cards with the board.</summary>
    public static int Value(IReadOnlyList<int> hole, IReadOnlyList<int> board) => HoldemHand.Value(hole.Concat(board).Aggregate(0UL, (mask, c) => mask | HoldemHand.Mask(c)));

    /// <summary>Nine different cards, each taken and removed from what is left of the deck in the order 0 to 51.</summary>
    public static HoldemDeal Draw(Draws draws)
    {
        var deck = Enumerable.Range(0, 52).ToList();
        var cards = new int[9];
        for (var i = 0; i < cards.Length; i++)
        {
            var at = draws.Next(deck.Count);
            cards[i] = deck[at];
            deck.RemoveAt(at);
        }
        return new HoldemDeal(cards[..2], cards[2..4], cards[4..]);
    }

    /// <summary>The same hand with suits renamed: suit s becomes <paramref name="suits"/>[s].</summary>
    public HoldemDeal Rename(int[] suits)
    {
        int[] Renamed(IReadOnlyList<int> cards) => [.. cards.Select(c => c & ~3 | suits[c & 3])];
        return new HoldemDeal(Renamed(Button), Renamed(Other), Renamed(Board));
    }
}

/// <summary>A hand as far as it was played.</summary>
/// <param name="Actions">With the street each was made on.</param>
public sealed record HoldemPlayed(HoldemDeal Deal, HoldemTable Table, IReadOnlyList<(int Street, int Player, string Action)> Actions)
{
    /// <summary>Whether both showed their cards.</summary>
    public bool Shown => Table is { Over: true, Folder: < 0 };

    /// <summary>The board cards that are out.</summary>
    public IEnumerable<int> Board => Deal.Board.Take(Table.BoardCards);
}

/// <summary>A session. <paramref name="Deals"/> holds all hands from the start; a seat sees its own cards of the present one and the board as it comes.</summary>
public sealed record HoldemState(HoldemStakes Stakes, IReadOnlyList<HoldemDeal> Deals, IReadOnlyList<HoldemPlayed> Hands) : IGameState
{
    public HoldemPlayed Hand => Hands[^1];

    public bool Over => Hands.Count == Deals.Count && Hand.Table.Over;

    /// <summary>The seat with the button: they take turns.</summary>
    public static int Button(int hand) => hand % 2;

    /// <summary>The seat of player 0 or 1 of a hand, and the other way round.</summary>
    public static int SeatOf(int hand, int player) => Button(hand) ^ player;

    public int ToMove => SeatOf(Hands.Count - 1, Hand.Table.ToAct);

    /// <summary>A seat's two cards.</summary>
    public IReadOnlyList<int> Cards(int hand, int seat) => seat == Button(hand) ? Hands[hand].Deal.Button : Hands[hand].Deal.Other;

    /// <summary>Chips that seat 0 won in a finished hand.</summary>
    public int Won(int hand)
    {
        var won = Hands[hand].Table.Won(Hands[hand].Deal.Showdown);
        return Button(hand) == 0 ? won : -won;
    }

    /// <summary>Chips that seat 0 won in all finished hands.</summary>
    public int Balance => Enumerable.Range(0, Hands.Count).Where(h => Hands[h].Table.Over).Sum(Won);
}
