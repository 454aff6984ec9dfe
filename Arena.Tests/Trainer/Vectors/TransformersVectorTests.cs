using System.Runtime.CompilerServices;

namespace Arena.Tests.Trainer.Vectors;

/// <summary>What transformers and peft compute, against what the trainer computes. The vectors are made elsewhere; see README.md beside this file.</summary>
[Collection(TorchCollection.Name)]
public sealed class TransformersVectorTests
{
    // The models that scripts/hf_vectors.py writes.
    private static readonly string[] Names = ["llama_gqa_untied", "llama_gqa_tied", "llama_rope3", "qwen2", "qwen3"];

    [Fact]
    public void Logits_log_probabilities_and_hidden_states_are_those_of_transformers() => Each(TransformersVectors.CheckForward);

    [Fact]
    public void Sharded_and_bfloat16_copies_hold_the_same_weights() => Each(TransformersVectors.CheckCopies);

    [Fact]
    public void Greedy_answers_are_those_of_transformers() => Each(TransformersVectors.CheckGreedy);

    [Fact]
    public void Adapters_of_peft_give_its_logits_apart_and_merged() => Each(TransformersVectors.CheckAdapters);

    [Fact]
    public void Losses_gradients_and_steps_are_those_of_torch() => Each(TransformersVectors.CheckTraining);

    /// <summary>Where any model's vectors are there, all must be.</summary>
    private static void Each(Action<string> check, [CallerFilePath] string here = "")
    {
        var folders = Names.Select(n => Path.Combine(Path.GetDirectoryName(here)!, n)).ToList();
        Assert.SkipUnless(folders.Any(Directory.Exists), "not yet verified against transformers: no vectors are checked in (Arena.Tests/Trainer/Vectors/README.md)");
        Assert.All(folders, check);
    }
}
