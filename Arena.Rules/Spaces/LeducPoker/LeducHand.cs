using System.Collections.Immutable;

namespace Arena.Rules.Spaces.LeducPoker;

/// <summary>Where the betting of a hand stands, cards aside. The opener of the hand is 0, the other 1.</summary>
/// <param name="Actions">Letters so far: c check, b bet, k call, r raise, f fold; a slash where the board card came.</param>
/// <param name="Round">0 before the board card, 1 after.</param>
/// <param name="ToMove">0 or 1; -1 when the hand is over.</param>
/// <param name="First">Chips that the opener has put in.</param>
/// <param name="Second">Chips of the other.</param>
/// <param name="Letters">The possible actions in the order of <see cref="LeducBetting.Words"/>.</param>
public sealed record LeducBets(string Actions, int Round, int ToMove, int First, int Second, string Letters)
{
    public bool Over => ToMove < 0;

    /// <summary>Who folded (the one who has put in less); -1 where nobody did.</summary>
    public int Folder { get; } = !Actions.EndsWith('f') ? -1 : First < Second ? 0 : 1;

    public bool Folded => Folder >= 0;
}

/// <summary>
/// The betting of Leduc hold'em (Southey and others 2005): ante 1; bets and raises are 2 before the board card and 4 after; at most one bet and one raise in each
/// round; the opener begins both rounds. All 36 decisions and 49 ends are made once; a hand moves from number to number.
/// </summary>
public static class LeducBetting
{
    public const int Ante = 1;

    /// <summary>Most that a player can lose in a hand.</summary>
    public const int Most = Ante + 2 * 2 + 2 * 4;

    /// <summary>Actions in words, in the order in which they are listed.</summary>
    public static readonly ImmutableArray<(char Letter, string Word)> Words = [('b', "bet"), ('k', "call"), ('c', "check"), ('f', "fold"), ('r', "raise")];

    private static readonly LeducBets[] Made;
    private static readonly int[][] Nexts;

    static LeducBetting()
    {
        var (made, nexts) = (new List<LeducBets>(), new List<int[]>());
        Build(made, nexts, "", 0, 0, Ante, Ante);
        (Made, Nexts) = ([.. made], [.. nexts]);
    }

    public static int Count => Made.Length;

    public static LeducBets At(int number) => Made[number];

    /// <summary>The number after the action at <paramref name="index"/> of the possible ones.</summary>
    public static int Next(int number, int index) => Nexts[number][index];

    /// <summary>How many actions are possible; 0 when the hand is over.</summary>
    public static int Choices(int number) => Nexts[number].Length;

    private static int Build(List<LeducBets> made, List<int[]> nexts, string actions, int round, int toMove, int first, int second)
    {
        var inRound = actions[(actions.IndexOf('/') + 1)..];
        var ended = inRound.EndsWith('f') || inRound.EndsWith('k') || inRound.EndsWith("cc", StringComparison.Ordinal);
        if (ended && round == 0 && inRound[^1] != 'f')
        {
            return Build(made, nexts, actions + "/", 1, 0, first, second);
        }
        var number = made.Count;
        var letters = ended ? "" : inRound.EndsWith('b') ? "kfr" : inRound.EndsWith('r') ? "kf" : "bc";
        made.Add(new LeducBets(actions, round, ended ? -1 : toMove, first, second, letters));
        nexts.Add([]);
        var size = round == 0 ? 2 : 4;
        var (own, other) = toMove == 0 ? (first, second) : (second, first);
        nexts[number] = [.. letters.Select(letter =>
        {
            var paid = letter switch { 'b' => own + size, 'k' => other, 'r' => other + size, _ => own };
            return Build(made, nexts, actions + letter, round, 1 - toMove, toMove == 0 ? paid : first, toMove == 0 ? second : paid);
        })];
        return number;
    }
}

/// <summary>One hand of Leduc hold'em. Cards are 0 to 5; a card's rank is its half: 0 jack, 1 queen, 2 king.</summary>
/// <param name="First">The opener's card.</param>
/// <param name="Second">The other's.</param>
/// <param name="Board">The card that both may use, shown after the first round.</param>
/// <param name="Number">Where the betting stands, see <see cref="LeducBetting"/>.</param>
public readonly record struct LeducHand(int First, int Second, int Board, int Number)
{
    public LeducBets Bets => LeducBetting.At(Number);

    /// <summary>The hand after the action at <paramref name="index"/> of the possible ones.</summary>
    public LeducHand Play(int index) => this with { Number = LeducBetting.Next(Number, index) };

    /// <summary>Chips that the opener won in a hand that is over.</summary>
    public int Won => Bets is { Folder: >= 0 and var folder } b ? folder == 0 ? -b.First : b.Second : Bets.First * Showdown(First, Second, Board);

    /// <summary>1 if the first card wins, -1 if the second, 0 if they split: a pair with the board, else the higher rank.</summary>
    public static int Showdown(int first, int second, int board) => Math.Sign(Strength(first, board) - Strength(second, board));

    private static int Strength(int card, int board) => card / 2 == board / 2 ? 3 : card / 2;
}
