using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.SelfPlay;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Pretraining;

/// <summary>
/// Makes the base model from nothing: it learns to continue random legal games and to write countdown expressions.
/// Deterministic: the same options on the same machine with one thread give the same bytes.
/// </summary>
public static class PretrainRun
{
    /// <param name="progress">Told the step and its loss per token now and then.</param>
    /// <returns>Weights that the caller owns.</returns>
    public static FlatWeights Run(ModelConfig config, PretrainOptions options, Action<int, double>? progress = null, CancellationToken cancel = default)
    {
        var tokenizer = Tokenizer.Parse(ArenaVocabulary.Files(config.MaxPositions)["tokenizer.json"], "the shipped vocabulary");
        var weights = DecoderLayout.Initialise(config, new SeededChance(options.Seed, stream: 1));
        var data = new SeededChance(options.Seed, stream: 2);
        // Unfused: the shipped model's bytes were made this way.
        using var decoder = new Decoder(config) { Fused = false };
        using var optimizer = new FlatAdamW(weights, weightDecay: 0.01, fused: false);
        for (var step = 0; step < options.Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            var rate = options.LearningRate * (0.55 + 0.45 * Math.Cos(Math.PI * step / options.Steps));
            var loss = 0.0;
            var batches = Batches(options, tokenizer, data).Where(b => b.Count > 0).ToList();
            var all = (double)batches.Sum(Answers);
            foreach (var batch in batches)
            {
                using var scope = NewDisposeScope();
                // Every answer token weighs the same, whatever its space.
                var nll = TokenLoss(decoder, weights, batch, config) * (Answers(batch) / all);
                nll.backward();
                loss += nll.item<float>();
            }
            optimizer.Step(rate, clipNorm: 1);
            if (step % 20 == 0 || step == options.Steps - 1)
            {
                progress?.Invoke(step, loss);
            }
        }
        weights.Flat.requires_grad_(false);
        return weights;
    }

    /// <summary>Writes the whole model folder.</summary>
    public static void Save(string folder, ModelConfig config, FlatWeights weights)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "config.json"), config.ToJson());
        foreach (var (file, text) in ArenaVocabulary.Files(config.MaxPositions))
        {
            AtomicFile.Write(Path.Combine(folder, file), text);
        }
        WeightFiles.Save(weights, Path.Combine(folder, Policies.Policy.WeightsFile));
    }

    /// <summary>One batch per space: rows of (tokens, how many of them are the prompt).</summary>
    private static IEnumerable<List<(List<int> Tokens, int Prompt)>> Batches(PretrainOptions options, Tokenizer tokenizer, SeededChance chance)
    {
        foreach (var (game, rows) in new (IBoardGame, int)[] { (TicTacToeGame.Instance, options.TicTacToeRows), (ConnectFourGame.Instance, options.ConnectFourRows) })
        {
            var tokens = new GameTokens(game, tokenizer);
            yield return [.. Enumerable.Range(0, rows).Select(_ => RandomGame(game, tokens, chance))];
        }
        yield return [.. Enumerable.Range(0, options.CountdownRows).Select(_ => Solved(tokenizer, chance))];
    }

    private static (List<int>, int) RandomGame(IBoardGame game, GameTokens tokens, SeededChance chance)
    {
        List<int> ids = [ArenaVocabulary.BosId, .. tokens.Prefix];
        var prompt = ids.Count;
        for (var board = default(Board); board.Running;)
        {
            var choice = Opponents.RandomMove(game, board, chance);
            board = game.Play(board, choice);
            ids.Add(tokens.Token(choice));
        }
        // No end token: a policy is asked for one move of a game that goes on, and one that expects the end gives no move.
        return (ids, prompt);
    }

    private static (List<int>, int) Solved(Tokenizer tokenizer, SeededChance chance)
    {
        var (prompt, answer) = CountdownSolutions.Next(chance);
        var before = tokenizer.Encode(prompt);
        return ([ArenaVocabulary.BosId, .. before, .. tokenizer.Encode(answer), ArenaVocabulary.EosId], 1 + before.Count);
    }

    private static int Answers(List<(List<int> Tokens, int Prompt)> rows) => rows.Sum(r => r.Tokens.Count - r.Prompt);

    /// <summary>Mean negative log-likelihood per predicted token, prompts left out.</summary>
    private static Tensor TokenLoss(Decoder decoder, FlatWeights weights, List<(List<int> Tokens, int Prompt)> rows, ModelConfig config)
    {
        var width = rows.Max(r => r.Tokens.Count);
        var ids = new long[rows.Count * (width - 1)];
        var targets = new long[ids.Length];
        Array.Fill(ids, config.PadId);
        Array.Fill(targets, -100); // cross_entropy's ignore_index
        for (var row = 0; row < rows.Count; row++)
        {
            var (tokens, prompt) = rows[row];
            for (var t = 0; t + 1 < tokens.Count; t++)
            {
                ids[row * (width - 1) + t] = tokens[t];
                if (t + 1 >= prompt)
                {
                    targets[row * (width - 1) + t] = tokens[t + 1];
                }
            }
        }
        var bound = DecoderWeights.Bind(config, weights.Views());
        var hidden = decoder.Hidden(bound, tensor(ids, [rows.Count, width - 1]));
        var logits = Decoder.Logits(bound, hidden).view(-1, config.VocabSize); // (B T, V)
        return nn.functional.cross_entropy(logits, tensor(targets));
    }
}
