namespace Arena.Bench.Games;

/// <summary>A case of the kernel benchmark.</summary>
/// <param name="Name">Space and way of playing, e.g. "chess/random".</param>
/// <param name="Unit">What <paramref name="Work"/> counts, per second.</param>
/// <param name="Work">Plays some and returns how many.</param>
public sealed record KernelCase(string Name, string Unit, Func<long> Work);

/// <summary>All cases of ./bench.sh kernel, in the order in which they are printed; a test asks for one NAME/random of every space.</summary>
public static class KernelCases
{
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        Games("connect-four/random", BoardGames.ConnectFour),
        Games("connect-four/transcript", () => BoardGames.ConnectFourTranscript(keccak: false)),
        Games("connect-four/transcript-keccak", () => BoardGames.ConnectFourTranscript(keccak: true)),
        Games("tic-tac-toe/random", BoardGames.TicTacToe),
        Games("countdown/random", TextGames.Countdown),
        Games("leduc-poker/random", CardGames.Leduc),
        Games("kuhn-poker/random", CardGames.Kuhn),
        Games("holdem/random", CardGames.Holdem),
        Games("liars-dice/random", CardGames.LiarsDice),
        Games("pitch/random", TextGames.Pitch),
        Games("debate/random", TextGames.Debate),
        Games("instruct/random", TextGames.Instruct),
        Games("tradewars/random", TextGames.TradeWars),
        Games("code-duel/random", () => TextGames.CodeDuel("random", "random")),
        Games("code-duel/strong", () => TextGames.CodeDuel("student", "reference")),
        Games("code-duel/endless", () => TextGames.CodeDuel(null, null)),
        Games("breakthrough/random", BoardGames.Breakthrough),
        Games("bid-tac-toe/random", BoardGames.BidTacToe),
        Games("chess/random", BoardGames.Chess),
        new("chess/perft", "nodes/s", () => BoardGames.Perft(bulk: true)),
        new("chess/perft-each-leaf", "nodes/s", () => BoardGames.Perft(bulk: false)),
    ];

    private static KernelCase Games(string name, Func<long> work) => new(name, "games/s", work);
}
