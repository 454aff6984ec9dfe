using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Rewards;

/// <summary>
/// A decoder with one number as its head, in the layout of Hugging Face's sequence classification with one label: config.json names
/// "LlamaForSequenceClassification" (or Qwen2, Qwen3), the weights are model.* and score.weight (1, hidden). The score is read at the last
/// token that is not padding.
/// </summary>
public sealed class RewardModel : IDisposable
{
    private const string Head = "score.weight";

    private readonly Dictionary<string, byte[]> _companions;

    private RewardModel(ModelConfig config, Tokenizer tokenizer, FlatWeights weights, Dictionary<string, byte[]> companions)
    {
        (Config, Tokenizer, Weights, _companions) = (config, tokenizer, weights, companions);
        // Tied, so that no language head is asked for; the scores don't use one.
        Decoder = new Decoder(config with { TieWordEmbeddings = true }, weights.Flat.dtype);
    }

    public ModelConfig Config { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>Decoder and head; all are trained.</summary>
    public FlatWeights Weights { get; }

    public Decoder Decoder { get; }

    /// <summary>A fresh head over a policy's decoder (with its adapter merged in): N(0, 0.02), as transformers begins one.</summary>
    public static RewardModel Over(Policy policy, SeededChance chance)
    {
        using var merged = policy.MergedWeights();
        var model = new RewardModel(policy.Config, policy.Tokenizer, new FlatWeights(Slots(policy.Config), merged.Flat.dtype), policy.Companions.ToDictionary());
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var from = merged.Views();
        foreach (var (name, view) in model.Weights.Views())
        {
            view.copy_(name == Head ? tensor(Enumerable.Range(0, policy.Config.HiddenSize).Select(_ => 0.02 * chance.NextNormal()).ToArray(), view.shape) : from[name]);
        }
        return model;
    }

    /// <exception cref="TrainerException">A file is absent or broken, or the folder holds no reward model.</exception>
    public static RewardModel Load(string folder)
    {
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        var tokenizer = Tokenizer.LoadFolder(folder);
        using var files = HfCheckpoint.Open(folder);
        if (!files.Entries.ContainsKey(Head))
        {
            throw new TrainerException($"{folder} is no reward model: there is no tensor \"{Head}\".");
        }
        return new(config, tokenizer, files.Load(Slots(config), unused: name => name == "lm_head.weight"), Policy.ReadCompanions(folder));
    }

    public void Save(string folder)
    {
        using var _ = no_grad();
        Directory.CreateDirectory(folder);
        var json = JsonNode.Parse((Config with { FileType = ScalarType.Float32 }).ToJson())!.AsObject();
        json["architectures"] = new JsonArray(Config.Kind + "ForSequenceClassification");
        // One label: transformers takes the number of labels from these maps.
        json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        AtomicFile.Write(Path.Combine(folder, "config.json"), json.ToJsonString(JsonStyle.Indented) + "\n");
        foreach (var (file, bytes) in _companions)
        {
            AtomicFile.Write(Path.Combine(folder, file), stream => stream.Write(bytes));
        }
        HfCheckpoint.Save(folder, Weights);
    }

    /// <summary>The score of each sequence; gradients reach <see cref="Weights"/> where they are on.</summary>
    /// <returns>(B).</returns>
    public Tensor Scores(IReadOnlyList<int[]> sequences)
    {
        var width = sequences.Max(s => s.Length);
        var ids = new long[sequences.Count * width];
        Array.Fill(ids, Config.PadId);
        var last = new long[sequences.Count];
        for (var row = 0; row < sequences.Count; row++)
        {
            for (var t = 0; t < sequences[row].Length; t++)
            {
                ids[row * width + t] = sequences[row][t];
                // An end token that is also the padding is passed over, as transformers does.
                last[row] = sequences[row][t] == Config.PadId ? last[row] : row * width + t;
            }
            last[row] = last[row] == 0 ? row * width : last[row];
        }
        var views = Weights.Views();
        var hidden = Decoder.Hidden(DecoderWeights.Bind(Decoder.Config, views), tensor(ids, [sequences.Count, width]));
        return nn.functional.linear(hidden.reshape(-1, Config.HiddenSize).index_select(0, tensor(last)), views[Head]).squeeze(1);
    }

    /// <summary>The scores of answers to prompts, without gradients.</summary>
    public double[] Score(IReadOnlyList<MarkedSequence> answers)
    {
        using var _ = no_grad();
        var scores = new List<double>();
        foreach (var batch in answers.Chunk(256))
        {
            using var scope = NewDisposeScope();
            scores.AddRange(Scores([.. batch.Select(a => a.Tokens)]).to_type(ScalarType.Float64).data<double>().ToArray());
        }
        return [.. scores];
    }

    public void Dispose()
    {
        Decoder.Dispose();
        Weights.Dispose();
    }

    private static IReadOnlyList<WeightSlot> Slots(ModelConfig config) =>
        [.. DecoderLayout.Slots(config with { TieWordEmbeddings = true }), new WeightSlot(Head, [1, config.HiddenSize])];
}
