namespace Arena.Rules.Spaces.Holdem;

/// <summary>What a player may do. The amounts are totals put in during the present round.</summary>
/// <param name="ToCall">Chips to call; 0 where a check is possible.</param>
/// <param name="MinRaise">The least total a bet or raise may go to; 0 where none is possible.</param>
/// <param name="MaxRaise">The most: all-in.</param>
public readonly record struct HoldemOptions(int ToCall, int MinRaise, int MaxRaise)
{
    public bool MayFold => ToCall > 0;

    public bool MayRaise => MinRaise > 0;
}

/// <summary>
/// One heads-up hand: player 0 has the button and the small blind, acts first before the flop and second after it. All chips are whole numbers; stacks are equal, so there is one
/// pot and no side pots. A value that is copied for each action: no allocation.
/// </summary>
public readonly record struct HoldemTable
{
    private readonly int _bigBlind, _stack;

    private HoldemTable(HoldemStakes stakes)
    {
        (_bigBlind, _stack) = (stakes.BigBlind, stakes.Stack);
        (In0, In1) = (stakes.SmallBlind, stakes.BigBlind);
        LastRaise = stakes.BigBlind;
        ToAct = 0;
        Folder = -1;
    }

    /// <summary>0 before the flop, 1 flop, 2 turn, 3 river.</summary>
    public int Street { get; private init; }

    /// <summary>Who acts: 0, 1, or -1 when the hand is over.</summary>
    public int ToAct { get; private init; }

    /// <summary>Who folded, or -1.</summary>
    public int Folder { get; private init; }

    /// <summary>Chips that player 0 has put into the hand.</summary>
    public int In0 { get; private init; }

    /// <summary>Chips that player 1 has put into the hand.</summary>
    public int In1 { get; private init; }

    /// <summary>Chips that each had put in when the street began.</summary>
    public int Before { get; private init; }

    /// <summary>By how much the last bet or raise of the street went up; the big blind if there was none.</summary>
    public int LastRaise { get; private init; }

    /// <summary>Whether somebody has acted on this street.</summary>
    public bool Acted { get; private init; }

    public bool Over => ToAct < 0;

    public int Pot => In0 + In1;

    /// <summary>How many of the five board cards are out: 0, 3, 4 or 5. All five once both are all-in.</summary>
    public int BoardCards => Street == 0 ? 0 : Street + 2;

    public static HoldemTable Deal(HoldemStakes stakes) => new(stakes);

    public int In(int player) => player == 0 ? In0 : In1;

    /// <summary>What the player to act may do.</summary>
    public HoldemOptions Options()
    {
        int own = In(ToAct), other = In(1 - ToAct);
        var most = _stack - Before;
        // Nobody can raise a player who is all-in. A raise goes up by at least the last one, or all-in.
        var least = other == _stack ? 0 : Math.Min(other - Before + LastRaise, most);
        return new HoldemOptions(other - own, least, least == 0 ? 0 : most);
    }

    /// <summary>After a fold.</summary>
    public HoldemTable Fold() => this with { Folder = ToAct, ToAct = -1 };

    /// <summary>After a check or a call.</summary>
    public HoldemTable Call()
    {
        int own = In(ToAct), other = In(1 - ToAct);
        var level = Put(Math.Max(own, other));
        // A first check passes the turn; so does calling the big blind, which still may raise.
        if (own == other ? !Acted : Street == 0 && !Acted && other == _bigBlind && other < _stack)
        {
            return level with { ToAct = 1 - ToAct, Acted = true };
        }
        if (other == _stack)
        {
            return level with { Street = 3, ToAct = -1 };
        }
        return Street == 3
            ? level with { ToAct = -1 }
            : level with { Street = Street + 1, ToAct = 1, Before = other, LastRaise = _bigBlind, Acted = false };
    }

    /// <summary>After a bet or raise to <paramref name="total"/> chips in this round, within <see cref="Options"/>.</summary>
    public HoldemTable Raise(int total)
    {
        var raise = Before + total - In(1 - ToAct);
        // An all-in below the least raise doesn't lower the next one.
        return Put(Before + total) with { ToAct = 1 - ToAct, LastRaise = Math.Max(raise, LastRaise), Acted = true };
    }

    /// <summary>Chips that player 0 won in a hand that is over. An odd chip of a shared pot doesn't arise: both have put in the same.</summary>
    /// <param name="showdown">1 if player 0 has the better hand, -1 the worse, 0 an equal one.</param>
    public int Won(int showdown) => Folder == 0 ? -In0 : Folder == 1 ? In1 : showdown * Math.Min(In0, In1);

    private HoldemTable Put(int total) => ToAct == 0 ? this with { In0 = total } : this with { In1 = total };
}
