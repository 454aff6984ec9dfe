using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.SelfPlay;

/// <summary>Games forked from one position.</summary>
/// <param name="Opening">Moves before the fork.</param>
/// <param name="Games">Continuations by the policy against itself.</param>
public sealed record ForkedPosition(int[] Opening, IReadOnlyList<PlayedGame> Games)
{
    /// <summary>The side whose moves after the fork are compared: the one to move there.</summary>
    public int Side => Opening.Length % 2;
}

/// <summary>One round of games to learn from: random openings, each continued many times by the policy against itself.</summary>
public static class SelfPlayRound
{
    /// <param name="roots">Openings per length; those that end the game are dropped.</param>
    /// <param name="copies">Games per opening.</param>
    /// <param name="noise">Share of the opponent's moves that are random legal ones, so that it also meets mistakes.</param>
    public static List<ForkedPosition> Play(LockstepPlay play, IBoardGame game, int roots, int copies, SamplingOptions options, double noise, SeededChance chance)
    {
        var positions = new List<ForkedPosition>();
        foreach (var length in game.OpeningLengths)
        {
            var openings = Enumerable.Range(0, roots).Select(_ => RandomOpening(game, length, chance)).OfType<int[]>().ToList();
            if (openings.Count == 0)
            {
                continue;
            }
            var games = play.Run(openings, copies, options, chance, (row, in board, draws) =>
                (board.Moves - length) % 2 == 1 && draws.NextDouble() < noise ? Opponents.RandomMove(game, board, draws) : -1);
            for (var i = 0; i < openings.Count; i++)
            {
                positions.Add(new(openings[i], games[(i * copies)..((i + 1) * copies)]));
            }
        }
        return positions;
    }

    private static int[]? RandomOpening(IBoardGame game, int length, SeededChance chance)
    {
        var board = default(Board);
        var moves = new int[length];
        for (var i = 0; i < length; i++)
        {
            if (!board.Running)
            {
                return null;
            }
            moves[i] = Opponents.RandomMove(game, board, chance);
            board = game.Play(board, moves[i]);
        }
        return board.Running ? moves : null;
    }
}
