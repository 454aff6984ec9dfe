using Arena.Tests.Trainer.Chat;
using Arena.Tests.Trainer.Tokenizing;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Weights;

namespace Arena.Tests.Trainer;

/// <summary>A model as Hugging Face's users keep theirs, only tiny and with random weights: Qwen2's architecture, byte-level BPE, Qwen3's chat template.</summary>
internal static class TextModels
{
    public static string Write(string folder, ulong seed = 1)
    {
        Directory.CreateDirectory(folder);
        var tokenizer = Tokenizer.Load(TokenizerFixtures.Path("qwen.json"));
        var config = new ModelConfig(
            tokenizer.VocabSize, HiddenSize: 32, IntermediateSize: 48, Layers: 2, Heads: 4, KvHeads: 2, HeadDim: 8, MaxPositions: 2_048, RmsNormEps: 1e-6, RopeTheta: 1e6,
            TieWordEmbeddings: true, BosId: null, EosId: tokenizer.Id("<|im_end|>"), PadId: tokenizer.Id("<|endoftext|>"))
        { Kind = ModelKind.Qwen2, QkvBias = true };
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJson());
        File.Copy(TokenizerFixtures.Path("qwen.json"), Path.Combine(folder, "tokenizer.json"));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}""");
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), ChatTemplateTests.Fixture("qwen3.jinja"));
        using var weights = DecoderLayout.Initialise(config, new SeededChance(seed));
        HfCheckpoint.Save(folder, weights);
        return folder;
    }
}
