using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.SelfPlay;

/// <summary>Games forked from one position.</summary>
/// <param name="Opening">Moves before the fork.</param>
/// <param name="Games">Continuations by the policy against its opponent there.</param>
public sealed record ForkedPosition(int[] Opening, IReadOnlyList<PlayedGame> Games)
{
    /// <summary>The side whose moves after the fork are compared: the one to move there.</summary>
    public int Side => Opening.Length % 2;
}

/// <summary>One round of games to learn from: random openings, each continued many times by the policy against one opponent.</summary>
public static class SelfPlayRound
{
    /// <param name="roots">Openings per length; those that end the game are dropped.</param>
    /// <param name="copies">Games per opening.</param>
    /// <param name="noise">Share of a policy's moves as opponent that are random legal ones, so that mistakes are met too. House agents play as they are.</param>
    /// <param name="opponents">Drawn for each opening by weight; all games from an opening meet the same one, so that they can be compared.</param>
    public static List<ForkedPosition> Play(LockstepPlay play, IBoardGame game, int roots, int copies, SamplingOptions options, double noise, IReadOnlyList<Sparring> opponents, SeededChance chance)
    {
        var positions = new List<ForkedPosition>();
        foreach (var length in game.OpeningLengths)
        {
            var openings = Enumerable.Range(0, roots).Select(_ => RandomOpening(game, length, chance)).OfType<int[]>().Select(o => (Opening: o, Met: opponents.Count == 1 ? opponents[0] : Draw(opponents, chance))).ToList();
            // Games against the policy itself and against house agents go through the model together; another policy needs its own pass.
            foreach (var group in openings.GroupBy(o => o.Met.Rival))
            {
                var met = group.ToList();
                var games = play.Run([.. met.Select(o => o.Opening)], copies, options, chance, (row, in board, draws) =>
                    (board.Moves - length) % 2 == 0 ? -1
                    : met[row / copies].Met.House is { } house ? house(board, draws)
                    : draws.NextDouble() < noise ? Opponents.RandomMove(game, board, draws) : -1, group.Key);
                for (var i = 0; i < met.Count; i++)
                {
                    positions.Add(new(met[i].Opening, games[(i * copies)..((i + 1) * copies)]));
                }
            }
        }
        return positions;
    }

    private static Sparring Draw(IReadOnlyList<Sparring> opponents, SeededChance chance)
    {
        var target = chance.NextDouble() * opponents.Sum(o => o.Weight);
        foreach (var opponent in opponents)
        {
            if ((target -= opponent.Weight) < 0)
            {
                return opponent;
            }
        }
        return opponents[^1];
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
