using Arena.Bench.Games;

namespace Arena.Bench;

/// <summary>
/// Whole games a second on one core, random legal moves, results read, choice and random numbers included. "random" is the bare
/// board; "transcript" is the full match machine with observations, canonical transcript and hash chain; "transcript-keccak" takes the transcript's
/// keccak-256 too, as the site does when it closes a match. The games are in Arena.Bench.Games; Boards.Bench, Cards.Bench and Text.Bench run the same ones.
/// </summary>
internal static class KernelBench
{
    public static int Run(bool full)
    {
        BenchLine Games(string name, Func<long> work) => Rounds.Rate("kernel", name, "games/s", full, work);
        Rounds.Print(
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
            Games("instruct/random", TextGames.Instruct),
            Games("tradewars/random", TextGames.TradeWars),
            Games("code-duel/random", () => TextGames.CodeDuel("random", "random")),
            Games("code-duel/strong", () => TextGames.CodeDuel("student", "reference")),
            Games("code-duel/endless", () => TextGames.CodeDuel(null, null)),
            Games("breakthrough/random", BoardGames.Breakthrough),
            Games("bid-tac-toe/random", BoardGames.BidTacToe),
            Games("chess/random", BoardGames.Chess),
            Rounds.Rate("kernel", "chess/perft", "nodes/s", full, () => BoardGames.Perft(bulk: true)),
            Rounds.Rate("kernel", "chess/perft-each-leaf", "nodes/s", full, () => BoardGames.Perft(bulk: false)),
        ]);
        return 0;
    }
}
