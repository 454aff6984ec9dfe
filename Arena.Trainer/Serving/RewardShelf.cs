using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Chat;
using Arena.Trainer.Rewards;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Serving;

/// <summary>Scores of answers to one prompt, as long as the answers; higher is better, the difference of two is the log-odds that the first is preferred.</summary>
/// <param name="Weights">SHA-256 of the weights that gave them, lower-case hex: of model.safetensors, or of the shards' hashes.</param>
internal sealed record RewardScores(double[] Scores, string Weights);

/// <summary>
/// The reward models that a server answers with. Whoever trains one anew into the same folder is served from the next question on; one question is
/// computed at a time, the others wait.
/// </summary>
/// <param name="folders">Folder by name.</param>
/// <param name="most">Questions that wait; more are turned away.</param>
internal sealed class RewardShelf(IReadOnlyDictionary<string, string> folders, int most, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Held> _held = [];
    private int _waiting;

    /// <summary>Loads every model that is not loaded.</summary>
    /// <returns>Names with the hashes of their weights, in order of name.</returns>
    /// <exception cref="TrainerException">A folder holds no reward model.</exception>
    public async Task<IReadOnlyList<(string Name, string Weights)>> ListAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return [.. folders.Keys.Order(StringComparer.Ordinal).Select(name => (name, Fresh(name).Weights))];
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <param name="prompt">A text, or a list of messages for models with a chat template.</param>
    /// <returns>Null when there is no such model.</returns>
    /// <exception cref="OverloadedException">Too many wait.</exception>
    /// <exception cref="BadRequestException">The prompt can't be read, or an answer is empty or does not fit the model.</exception>
    /// <exception cref="TrainerException">The model's folder is broken.</exception>
    public async Task<RewardScores?> ScoreAsync(string name, JsonNode prompt, IReadOnlyList<string> answers, CancellationToken ct)
    {
        if (!folders.ContainsKey(name))
        {
            return null;
        }
        if (Interlocked.Increment(ref _waiting) > most)
        {
            Interlocked.Decrement(ref _waiting);
            throw new OverloadedException($"{most} questions wait for scores already.", stopping: false);
        }
        try
        {
            await _turn.WaitAsync(ct);
            try
            {
                var held = Fresh(name);
                var sequences = answers.Select((a, i) => Sequence(held, prompt, a, i)).ToList();
                var scores = held.Model.Score(sequences);
                return Array.TrueForAll(scores, double.IsFinite) ? new(scores, held.Weights) : throw new TrainerException($"The reward model '{name}' gives scores that are no numbers.");
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        foreach (var held in _held.Values)
        {
            held.Model.Dispose();
        }
        _turn.Dispose();
    }

    private static MarkedSequence Sequence(Held held, JsonNode prompt, string answer, int index)
    {
        MarkedSequence sequence;
        try
        {
            var line = new JsonObject { ["prompt"] = prompt.DeepClone(), ["completion"] = answer };
            using var json = JsonDocument.Parse(line.ToJsonString(JsonStyle.Wire));
            sequence = new TrlLine(held.Model.Tokenizer, held.Model.Config, held.Chat).Single(json.RootElement);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or TrainerException)
        {
            throw new BadRequestException($"The model can't read answer {index}: {e.Message}", "answers");
        }
        var (tokens, room) = (sequence.Tokens.Length, held.Model.Config.MaxPositions);
        return sequence.CountedTokens == 0 ? throw new BadRequestException($"Answer {index} is empty.", "answers")
            : tokens > room ? throw new BadRequestException($"Answer {index} has {tokens} tokens with its prompt; the model reads {room}.", "answers")
            : sequence;
    }

    /// <summary>The model as its files are now. While it is being rewritten, the one that is loaded answers on.</summary>
    private Held Fresh(string name)
    {
        var folder = folders[name];
        var stamp = Stamp(folder);
        var known = _held.GetValueOrDefault(name);
        if (known is not null && known.Stamp == stamp)
        {
            return known;
        }
        try
        {
            var model = RewardModel.Load(folder);
            try
            {
                var held = new Held(model, ChatFormat.Load(folder, model.Tokenizer, time), HfCheckpoint.Hash(folder), stamp);
                if (Stamp(folder) != stamp)
                {
                    throw new TrainerException($"{folder} was written to while it was read.");
                }
                _held[name] = held;
                known?.Model.Dispose();
                return held;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
        catch (Exception e) when (known is not null && e is TrainerException or IOException)
        {
            return known;
        }
    }

    private static string Stamp(string folder) => Directory.Exists(folder)
        ? string.Join('|', new DirectoryInfo(folder).EnumerateFiles("*").Where(f => f.Extension is ".json" or ".safetensors" or ".model" or ".jinja").OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}:{f.Length}:{f.LastWriteTimeUtc.Ticks}"))
        : "";

    private sealed record Held(RewardModel Model, ChatFormat Chat, string Weights, string Stamp);
}
