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
        Rounds.Print([.. KernelCases.All.Select(c => Rounds.Rate("kernel", c.Name, c.Unit, full, c.Work))]);
        return 0;
    }
}
