using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Sampling;
using static TorchSharp.torch;

namespace Arena.Trainer.SelfPlay;

/// <summary>A finished game.</summary>
/// <param name="Tokens">One token per move, from the first move of the game; the last may be illegal.</param>
/// <param name="FirstScore">1, ½ or 0 for the side that moved first. An illegal move loses.</param>
/// <param name="Illegal">It ended by an illegal move.</param>
public sealed record PlayedGame(IReadOnlyList<int> Tokens, double FirstScore, bool Illegal)
{
    /// <param name="side">0 = moved first.</param>
    public double Score(int side) => side == 0 ? FirstScore : 1 - FirstScore;
}

/// <summary>Chooses a move instead of the policy, or -1 to leave it to the policy.</summary>
/// <param name="row">Index of the game among those asked for.</param>
public delegate int MoveOverride(int row, in Board board, SeededChance chance);

/// <summary>
/// Plays many games of one policy at once: each step feeds one token per game to the model with a KV cache. All games
/// start from openings of the same length, so rows need no padding; finished games leave the batch.
/// </summary>
public sealed class LockstepPlay(Decoder decoder, DecoderWeights weights, IBoardGame game, GameTokens tokens)
{
    /// <param name="openings">Moves before play, all of one length, none of them ending its game.</param>
    /// <param name="copies">Games played from each opening; they follow each other in the result.</param>
    /// <param name="overrides">Moves that are not the policy's.</param>
    /// <param name="rival">Plays the side that does not move first after the openings; null = the policy plays both.</param>
    public PlayedGame[] Run(IReadOnlyList<int[]> openings, int copies, SamplingOptions options, SeededChance chance, MoveOverride? overrides = null, Rival? rival = null)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var config = decoder.Config;
        var moves = openings[0].Length;
        var boards = new Board[openings.Count * copies];
        var played = new List<int>[boards.Length];
        var results = new PlayedGame[boards.Length];
        for (var row = 0; row < boards.Length; row++)
        {
            foreach (var choice in openings[row / copies])
            {
                boards[row] = game.Play(boards[row], choice);
            }
            played[row] = [.. openings[row / copies].Select(tokens.Token)];
        }
        var prompt = config.Beginning.Count + tokens.Prefix.Count + moves;
        using var other = rival is null ? null : new RivalSeat(rival, openings, copies, game.MaxMoves);
        var cache = new KvCache(config, openings.Count, prompt + game.MaxMoves - moves, dtype: weights.Embedding.dtype);
        try
        {
            var logits = BatchSampler.Step(decoder, weights, cache, [.. openings.SelectMany(o => Prompt(config, o)).Select(t => (long)t)], openings.Count);
            // Each opening was read once; its games share that reading.
            var source = Enumerable.Range(0, boards.Length).Select(row => row / copies).ToList();
            var rows = Enumerable.Range(0, boards.Length).ToList();
            Fork(ref cache, source);
            for (var ply = moves; ; ply++)
            {
                var theirs = other is not null && (ply - moves) % 2 == 1;
                var next = new List<long>(rows.Count);
                var kept = new List<int>(rows.Count);
                for (var i = 0; i < rows.Count; i++)
                {
                    var row = rows[i];
                    var at = source.Count > 0 ? source[i] : i;
                    var choice = overrides?.Invoke(row, boards[row], chance) ?? -1;
                    var token = choice >= 0 ? tokens.Token(choice) : theirs ? other!.Pick(i, tokens, chance) : TokenPicker.Pick(logits.AsSpan(at * config.VocabSize, config.VocabSize), options, chance, config.BosId ?? -1);
                    played[row].Add(token);
                    results[row] = Advance(ref boards[row], token, played[row])!;
                    if (results[row] is null)
                    {
                        next.Add(token);
                        kept.Add(i);
                    }
                }
                if (kept.Count == 0)
                {
                    return results;
                }
                if (kept.Count < rows.Count)
                {
                    Fork(ref cache, kept);
                    rows = [.. kept.Select(i => rows[i])];
                }
                source = [];
                other?.Advance(kept, [.. next.Select(t => tokens.Choice((int)t))]);
                logits = BatchSampler.Step(decoder, weights, cache, [.. next], rows.Count);
            }
        }
        finally
        {
            cache.Dispose();
        }
    }

    /// <summary>Beginning token, "slug:" and the opening's moves.</summary>
    public IEnumerable<int> Prompt(ModelConfig config, IEnumerable<int> opening) => [.. config.Beginning, .. tokens.Prefix, .. opening.Select(tokens.Token)];

    private PlayedGame? Advance(ref Board board, int token, List<int> played)
    {
        var choice = tokens.Choice(token);
        if (choice < 0 || !game.IsLegal(board, choice))
        {
            return new PlayedGame(played, board.Moves % 2 == 0 ? 0 : 1, Illegal: true);
        }
        board = game.Play(board, choice);
        return board.End switch
        {
            GameEnd.Running => null,
            GameEnd.FirstWins => new PlayedGame(played, 1, false),
            GameEnd.SecondWins => new PlayedGame(played, 0, false),
            _ => new PlayedGame(played, 0.5, false),
        };
    }

    private static void Fork(ref KvCache cache, IReadOnlyList<int> rows)
    {
        var fork = cache.Select(rows);
        cache.Dispose();
        cache = fork;
    }
}
