using Arena.Rules.Play;
using Arena.Rules.Spaces.BidTacToe;
using Arena.Rules.Spaces.CodeDuel;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.KuhnPoker;
using Arena.Rules.Spaces.LeducPoker;
using Arena.Rules.Spaces.LiarsDice;
using Arena.Rules.Spaces.TradeWars;

namespace Arena.Tests.Rules.Spaces;

/// <summary>
/// What a state of each space holds that a seat may not know, drawn anew: a seat must not be able to tell the result from the original. It follows the rules' text and not
/// their code, so that a leak there isn't repeated here.
/// </summary>
internal static class HiddenFacts
{
    /// <summary>In the place of a seat: who knows only what all may know.</summary>
    public const int Spectator = -1;

    // Null where a state holds nothing that is hidden from anybody. What seats that act at once have answered is not in the state: MatchPlay keeps it.
    private static readonly Dictionary<string, Func<IGameState, int, Draws, IGameState>?> Redraws = new()
    {
        ["bid-tac-toe"] = (state, _, draws) => Ties((BidTacToeState)state, draws),
        ["breakthrough"] = null,
        ["chess"] = null,
        ["code-duel"] = (state, _, draws) => Tests((CodeDuelState)state, draws),
        ["connect-four"] = null,
        ["countdown"] = null,
        ["debate"] = null,
        ["holdem"] = (state, seat, draws) => Cards((HoldemState)state, seat, draws),
        ["instruct"] = null,
        ["kuhn-poker"] = (state, seat, draws) => Cards((KuhnPokerState)state, seat, draws),
        ["leduc-poker"] = (state, seat, draws) => Cards((LeducPokerState)state, seat, draws),
        ["liars-dice"] = (state, seat, draws) => Dice((LiarsDiceState)state, seat, draws),
        ["pitch"] = null,
        ["tic-tac-toe"] = null,
        ["tradewars"] = (state, _, draws) => Prices((TradeWarsState)state, draws),
    };

    /// <summary>The spaces that say here what they hide, or that they hide nothing.</summary>
    public static IEnumerable<string> Told => Redraws.Keys;

    /// <summary>The spaces with hidden facts.</summary>
    public static IEnumerable<string> Hiding => Redraws.Where(r => r.Value is not null).Select(r => r.Key);

    /// <summary>A state that looks the same to <paramref name="seat"/> (or to a <see cref="Spectator"/>).</summary>
    public static IGameState Redraw(ISpaceRules rules, IGameState state, int seat, Draws draws) => Redraws[rules.Card.Slug]!(state, seat, draws);

    // Once a session is over its cards are laid open to those who watch.
    private static KuhnPokerState Cards(KuhnPokerState s, int seat, Draws draws)
    {
        if (seat == Spectator && s.Over)
        {
            return s;
        }
        var deals = s.Deals.Select((deal, i) =>
        {
            var hand = i < s.Hands.Count ? s.Hands[i] : null;
            bool Known(int owner) => hand is not null && (hand.Shown || owner == seat);
            var cards = Deal(draws, 3, Known(0) ? deal.First : null, Known(1) ? deal.Second : null);
            return (First: cards[0], Second: cards[1]);
        }).ToList();
        return new KuhnPokerState(deals, [.. s.Hands.Select((hand, i) => hand with { First = deals[i].First, Second = deals[i].Second })]);
    }

    private static LeducPokerState Cards(LeducPokerState s, int seat, Draws draws)
    {
        if (seat == Spectator && s.Over)
        {
            return s;
        }
        var deals = s.Deals.Select((deal, i) =>
        {
            LeducHand? hand = i < s.Hands.Count ? s.Hands[i] : null;
            bool Known(int owner) => hand is { Bets: var bets } && ((bets.Over && !bets.Folded) || owner == seat);
            var opener = LeducPokerState.Opener(i);
            var cards = Deal(draws, 6, Known(opener) ? deal.First : null, Known(1 - opener) ? deal.Second : null, hand?.Bets.Round == 1 ? deal.Board : null);
            return new LeducHand(cards[0], cards[1], cards[2], 0);
        }).ToList();
        return new LeducPokerState(deals, [.. s.Hands.Select((hand, i) => deals[i] with { Number = hand.Number })]);
    }

    private static HoldemState Cards(HoldemState s, int seat, Draws draws)
    {
        if (seat == Spectator && s.Over)
        {
            return s;
        }
        var deals = s.Deals.Select((deal, i) =>
        {
            var hand = i < s.Hands.Count ? s.Hands[i] : null;
            bool Known(int owner) => hand is not null && (hand.Shown || owner == seat);
            var button = HoldemState.Button(i);
            var board = hand?.Table.BoardCards ?? 0;
            var cards = Deal(draws, 52,
            [
                .. deal.Button.Select(c => Known(button) ? c : (int?)null),
                .. deal.Other.Select(c => Known(1 - button) ? c : (int?)null),
                .. deal.Board.Select((c, at) => at < board ? c : (int?)null),
            ]);
            return new HoldemDeal(cards[..2], cards[2..4], cards[4..]);
        }).ToList();
        return s with { Deals = deals, Hands = [.. s.Hands.Select((hand, i) => hand with { Deal = deals[i] })] };
    }

    /// <summary>A seat knows its own dice of the present round, as many as it has left. Those of past rounds are told in <see cref="LiarsDiceState.Rounds"/>.</summary>
    private static LiarsDiceState Dice(LiarsDiceState s, int seat, Draws draws) => s with
    {
        Rolls = [.. s.Rolls.Select((roll, round) => roll.Select((dice, owner) => dice.Select((face, die) =>
            !s.Over && round == s.Rounds.Count && owner == seat && die < s.Left[seat] ? face : 1 + draws.Next(6)).ToArray()).ToArray())],
    };

    /// <summary>A tied bid tells what was drawn for its round; everything later is hidden from both.</summary>
    private static BidTacToeState Ties(BidTacToeState s, Draws draws)
    {
        var known = (1 << (s.Rounds.Count + (s.Bids is { } bids && bids.First == bids.Second ? 1 : 0))) - 1;
        return s with { Ties = (s.Ties & known) | (draws.Next(1 << 9) & ~known) };
    }

    private static TradeWarsState Prices(TradeWarsState s, Draws draws) => s with { Path = [.. s.Path.Select((price, at) => at < s.Known ? price : 1 + draws.Next(20_000))] };

    /// <summary>Until all have answered, another task's tests: how many there are is told.</summary>
    private static CodeDuelState Tests(CodeDuelState s, Draws draws)
    {
        if (s.Reports is not null)
        {
            return s;
        }
        var others = CodeTask.Draw(draws).Tests;
        return s with { Task = s.Task with { Tests = [.. Enumerable.Range(0, s.Task.Tests.Count).Select(i => others[i % others.Count])] } };
    }

    /// <summary>The cards that aren't known, drawn from those that are left of a deck.</summary>
    private static int[] Deal(Draws draws, int deck, params int?[] known)
    {
        var left = Enumerable.Range(0, deck).Except(known.OfType<int>()).ToList();
        return [.. known.Select(card =>
        {
            if (card is { } own)
            {
                return own;
            }
            var at = draws.Next(left.Count);
            var drawn = left[at];
            left.RemoveAt(at);
            return drawn;
        })];
    }
}
