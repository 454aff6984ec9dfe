using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.SelfPlay;

/// <summary>A mean score with its 95 % interval.</summary>
/// <param name="Value">1 = every game won; a draw counts half.</param>
/// <param name="Low">Lower end (normal approximation of the mean, clamped to 0..1).</param>
/// <param name="High">Upper end.</param>
/// <param name="Games">Number of games.</param>
/// <param name="Draws">Share drawn.</param>
/// <param name="Illegal">Share lost by an illegal move.</param>
public sealed record Score(double Value, double Low, double High, int Games, double Draws, double Illegal)
{
    public static Score Of(IReadOnlyList<double> scores, double draws, double illegal)
    {
        var mean = scores.Average();
        var variance = scores.Count > 1 ? scores.Sum(s => (s - mean) * (s - mean)) / (scores.Count - 1) : 0;
        var margin = 1.959963984540054 * Math.Sqrt(variance / scores.Count);
        return new(mean, Math.Max(0, mean - margin), Math.Min(1, mean + margin), scores.Count, draws, illegal);
    }
}

/// <summary>Plays a policy against a fixed opponent, sides alternating.</summary>
public static class Evaluation
{
    /// <param name="games">Even.</param>
    /// <param name="options">Usually temperature 1: what is measured is the policy that was trained.</param>
    public static Score Run(Decoder decoder, DecoderWeights weights, IBoardGame game, GameTokens tokens, Opponent opponent, int games, SamplingOptions options, ulong seed)
    {
        var chance = new SeededChance(seed, stream: 999);
        var play = new LockstepPlay(decoder, weights, game, tokens);
        var scores = new List<double>(games);
        var illegal = 0;
        // Batches of 512 games keep the cache small.
        for (var done = 0; done < games; done += 512)
        {
            var count = Math.Min(512, games - done);
            var results = play.Run([[]], count, options, chance, (row, in board, draws) => board.Moves % 2 != row % 2 ? opponent(board, draws) : -1);
            for (var row = 0; row < count; row++)
            {
                var side = row % 2;
                scores.Add(results[row].Score(side));
                illegal += results[row].Illegal ? 1 : 0;
            }
        }
        return Score.Of(scores, scores.Count(s => s is 0.5) / (double)games, illegal / (double)games);
    }
}
