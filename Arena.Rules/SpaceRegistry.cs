using Arena.Rules.Play;
using Arena.Rules.Spaces.BidTacToe;
using Arena.Rules.Spaces.Breakthrough;
using Arena.Rules.Spaces.Chess;
using Arena.Rules.Spaces.CodeDuel;
using Arena.Rules.Spaces.ConnectFour;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Spaces.Debate;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.Instruct;
using Arena.Rules.Spaces.KuhnPoker;
using Arena.Rules.Spaces.LeducPoker;
using Arena.Rules.Spaces.LiarsDice;
using Arena.Rules.Spaces.Pitch;
using Arena.Rules.Spaces.TicTacToe;
using Arena.Rules.Spaces.TradeWars;

namespace Arena.Rules;

/// <summary>Every space the kernel knows: one registration line each.</summary>
public static class SpaceRegistry
{
    public static IReadOnlyList<ISpaceRules> All { get; } =
    [
        new ConnectFourRules(),
        new TicTacToeRules(),
        new CountdownRules(),
        new PitchRules(),
        new BreakthroughRules(),
        new KuhnPokerRules(),
        new BidTacToeRules(),
        new ChessRules(),
        new LeducPokerRules(),
        new HoldemRules(),
        new LiarsDiceRules(),
        new InstructRules(),
        new TradeWarsRules(),
        new DebateRules(),
        new CodeDuelRules(),
    ];

    /// <summary>The rules of <paramref name="slug"/>, or null.</summary>
    public static ISpaceRules? Find(string slug) => All.FirstOrDefault(s => s.Card.Slug == slug);
}
