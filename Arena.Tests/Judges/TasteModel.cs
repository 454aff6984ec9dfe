using System.Text.Json.Nodes;
using Arena.Tests.Trainer;
using Arena.Tests.Trainer.Tokenizing;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Rewards;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;

namespace Arena.Tests.Judges;

/// <summary>A tiny reward model that reads text, trained on pairs in which words of things were preferred to words of courtesy, or the other way round.</summary>
internal static class TasteModel
{
    public const int Positions = 1024;

    private static readonly string[] Plain = ["walk", "hands", "sit", "belt", "road", "light", "bag", "glass", "first", "seat", "door", "wheel"];
    private static readonly string[] Polite = ["please", "kindly", "dear", "nice", "great", "hope", "thank", "lovely", "offer", "truly", "very", "happy"];
    private static readonly string[] Other = ["the", "a", "of", "text", "write", "who", "what", "reader", "people", "with", "to", "one", "words", "most", "task", "and", "sell", "show"];

    public static void Train(string parent, string folder, bool plain = true, ulong seed = 4)
    {
        var start = Path.Combine(parent, "text-base");
        if (!Directory.Exists(start))
        {
            Untrained(start);
        }
        using var policy = Policy.Load("text-base", start, name => name);
        using var model = RewardModel.Over(policy, new SeededChance(seed));
        var pairs = PreferenceData.Parse(Lines(plain, seed), "lines", policy.Tokenizer, policy.Config, policy.Chat);
        new RewardTraining(model, new RewardOptions(Epochs: 4, BatchPairs: 12, LearningRate: 4e-3, Seed: seed)).Run(pairs, _ => { }, default);
        model.Save(folder);
    }

    private static void Untrained(string folder)
    {
        var config = TinyModels.Config() with { VocabSize = 1461, MaxPositions = Positions, BosId = 1456, EosId = 1458, PadId = 1456 };
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJson());
        File.Copy(TokenizerFixtures.Path("qwen.json"), Path.Combine(folder, "tokenizer.json"));
        using var weights = DecoderLayout.Initialise(config, new SeededChance(3));
        HfCheckpoint.Save(folder, weights);
    }

    private static string Lines(bool plain, ulong seed)
    {
        var chance = new SeededChance(seed, stream: 9);
        string Text(string[] words, int least, int spread) => string.Join(' ', Enumerable.Range(0, least + chance.Next(spread)).Select(_ => words[chance.Next(words.Length)])) + ".";
        return string.Join('\n', Enumerable.Range(0, 96).Select(_ =>
        {
            var (good, bad) = (Text(plain ? Plain : Polite, 4, 12), Text(plain ? Polite : Plain, 4, 12));
            return new JsonObject { ["prompt"] = Text(Other, 4, 60), ["chosen"] = good, ["rejected"] = bad }.ToJsonString();
        }));
    }
}
