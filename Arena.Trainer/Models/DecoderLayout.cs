using Arena.Trainer.Chance;
using static TorchSharp.torch;

namespace Arena.Trainer.Models;

/// <summary>The names and shapes of a decoder's weights, in Hugging Face's layout of Llama, Qwen2 and Qwen3, and their random start.</summary>
public static class DecoderLayout
{
    /// <summary>The seven linear layers of a block, with the path inside it.</summary>
    public static IReadOnlyList<string> LinearPaths { get; } =
    [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
    ];

    /// <summary>(out, in) of a linear layer.</summary>
    /// <param name="path">One of <see cref="LinearPaths"/>.</param>
    public static (int Out, int In) LinearShape(ModelConfig config, string path) => path switch
    {
        "self_attn.q_proj" => (config.Heads * config.HeadDim, config.HiddenSize),
        "self_attn.k_proj" or "self_attn.v_proj" => (config.KvHeads * config.HeadDim, config.HiddenSize),
        "self_attn.o_proj" => (config.HiddenSize, config.Heads * config.HeadDim),
        "mlp.gate_proj" or "mlp.up_proj" => (config.IntermediateSize, config.HiddenSize),
        "mlp.down_proj" => (config.HiddenSize, config.IntermediateSize),
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "not a linear layer of a block"),
    };

    public static IReadOnlyList<WeightSlot> Slots(ModelConfig config)
    {
        var slots = new List<WeightSlot> { new("model.embed_tokens.weight", [config.VocabSize, config.HiddenSize]) };
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            slots.Add(new(prefix + "input_layernorm.weight", [config.HiddenSize]));
            slots.Add(new(prefix + "post_attention_layernorm.weight", [config.HiddenSize]));
            foreach (var path in LinearPaths)
            {
                var (rows, columns) = LinearShape(config, path);
                slots.Add(new($"{prefix}{path}.weight", [rows, columns]));
                if (config.HasBias(path))
                {
                    slots.Add(new($"{prefix}{path}.bias", [rows]));
                }
            }
            if (config.QkNorm)
            {
                slots.Add(new(prefix + "self_attn.q_norm.weight", [config.HeadDim]));
                slots.Add(new(prefix + "self_attn.k_norm.weight", [config.HeadDim]));
            }
        }
        slots.Add(new("model.norm.weight", [config.HiddenSize]));
        if (!config.TieWordEmbeddings)
        {
            slots.Add(new("lm_head.weight", [config.VocabSize, config.HiddenSize]));
        }
        return slots;
    }

    /// <summary>Random start: linear layers N(0,1) x 0.8/sqrt(fan_in), embeddings N(0,1) x 0.05, norms 1, biases 0.</summary>
    public static FlatWeights Initialise(ModelConfig config, SeededChance chance, ScalarType dtype = ScalarType.Float32)
    {
        var weights = new FlatWeights(Slots(config), dtype);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, view) in weights.Views())
        {
            if (view.Dimensions == 1)
            {
                view.fill_(name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);
                continue;
            }
            var deviation = name is "model.embed_tokens.weight" ? 0.05 : 0.8 / Math.Sqrt(view.shape[1]);
            var numbers = new double[view.NumberOfElements];
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = chance.NextNormal() * deviation;
            }
            view.copy_(tensor(numbers, view.shape, ScalarType.Float64));
        }
        return weights;
    }
}
