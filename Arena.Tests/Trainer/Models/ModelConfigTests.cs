using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

public sealed class ModelConfigTests : IDisposable
{
    // The published config.json of a Llama 3.2 model, shortened to what matters.
    private const string Llama32 = """
        {"architectures":["LlamaForCausalLM"],"attention_bias":false,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],"head_dim":64,"hidden_act":"silu",
         "hidden_size":2048,"intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,"model_type":"llama","num_attention_heads":32,"num_hidden_layers":16,
         "num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,
         "original_max_position_embeddings":8192,"rope_type":"llama3"},"rope_theta":500000.0,"tie_word_embeddings":true,"torch_dtype":"bfloat16","vocab_size":128256}
        """;

    private const string Qwen25 = """
        {"architectures":["Qwen2ForCausalLM"],"bos_token_id":151643,"eos_token_id":151645,"hidden_act":"silu","hidden_size":896,"intermediate_size":4864,
         "max_position_embeddings":32768,"max_window_layers":21,"model_type":"qwen2","num_attention_heads":14,"num_hidden_layers":24,"num_key_value_heads":2,
         "rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,"tie_word_embeddings":true,"torch_dtype":"bfloat16","use_sliding_window":false,"vocab_size":151936}
        """;

    private const string Qwen3 = """
        {"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"bos_token_id":151643,"dtype":"bfloat16","eos_token_id":151645,"head_dim":128,"hidden_act":"silu","hidden_size":1024,
         "intermediate_size":3072,"layer_types":["full_attention","full_attention"],"max_position_embeddings":40960,"model_type":"qwen3","num_attention_heads":16,"num_hidden_layers":2,
         "num_key_value_heads":8,"rms_norm_eps":1e-06,"rope_parameters":{"rope_theta":1000000,"rope_type":"default"},"sliding_window":null,"tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Llama_32_is_read_as_published()
    {
        var config = Read(Llama32);
        Assert.Equal((ModelKind.Llama, 2048, 32, 8, 64, 500000.0), (config.Kind, config.HiddenSize, config.Heads, config.KvHeads, config.HeadDim, config.RopeTheta));
        Assert.Equal(new RopeScaling(RopeScalingKind.Llama3, 32, 1, 4, 8192), config.RopeScaling);
        Assert.Equal(((int?)128000, 128001, true, ScalarType.BFloat16), (config.BosId, config.EosId, config.TieWordEmbeddings, config.FileType));
        // transformers' _compute_llama3_parameters: the fastest frequency is kept, the slowest divided by 32.
        var frequencies = RopeScaling.Frequencies(config);
        Assert.Equal(1, frequencies[0]);
        Assert.Equal(Math.Pow(500000, -62 / 64.0) / 32, frequencies[^1], 1e-20);
        Assert.Equal(frequencies.OrderDescending(), frequencies);
    }

    [Fact]
    public void A_model_without_a_beginning_token_has_none_and_its_file_says_none()
    {
        var config = Read(Qwen25.Replace("\"bos_token_id\":151643,", "", StringComparison.Ordinal));
        Assert.Null(config.BosId);
        Assert.Empty(config.Beginning);
        Assert.DoesNotContain("bos_token_id", config.ToJson(), StringComparison.Ordinal);
        Assert.Equal([151643], Read(Qwen25).Beginning);
    }

    [Fact]
    public void Qwen2_has_biases_on_queries_keys_and_values_though_its_file_does_not_say_so()
    {
        var config = Read(Qwen25);
        Assert.Equal((ModelKind.Qwen2, 64, true, false, false, false), (config.Kind, config.HeadDim, config.QkvBias, config.OutputBias, config.MlpBias, config.QkNorm));
        var names = DecoderLayout.Slots(config).Select(s => s.Name).ToList();
        Assert.Contains("model.layers.23.self_attn.k_proj.bias", names);
        Assert.DoesNotContain("model.layers.23.self_attn.o_proj.bias", names);
        Assert.DoesNotContain("lm_head.weight", names);
    }

    [Fact]
    public void Qwen3_as_version_5_writes_it_has_norms_of_heads_and_heads_wider_than_their_share()
    {
        var config = Read(Qwen3);
        Assert.Equal((ModelKind.Qwen3, 128, true, false, 1e6), (config.Kind, config.HeadDim, config.QkNorm, config.QkvBias, config.RopeTheta));
        Assert.Null(config.RopeScaling);
        var slots = DecoderLayout.Slots(config).ToDictionary(s => s.Name, s => s.Shape);
        Assert.Equal([128], slots["model.layers.1.self_attn.q_norm.weight"]);
        Assert.Equal([2048, 1024], slots["model.layers.1.self_attn.q_proj.weight"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read_back_the_same(string kind)
    {
        var config = TinyModels.Kind(kind) with { FileType = ScalarType.Float16 };
        Assert.Equal(config, Read(config.ToJson()));
    }

    public static TheoryData<string> Kinds() => [.. TinyModels.Kinds];

    [Theory]
    [InlineData("model_type", "\"mixtral\"", "model_type")]
    [InlineData("model_type", "\"qwen3_moe\"", "mixtures of experts")]
    [InlineData("num_experts", "64", "num_experts")]
    [InlineData("num_local_experts", "8", "num_local_experts")]
    [InlineData("use_sliding_window", "true", "use_sliding_window")]
    [InlineData("sliding_window", "4096", "sliding_window")]
    [InlineData("layer_types", "[\"full_attention\",\"sliding_attention\"]", "layer_types")]
    [InlineData("rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4}", "rope_scaling.rope_type is \"yarn\"")]
    [InlineData("rope_scaling", "{\"type\":\"dynamic\",\"factor\":4}", "dynamic")]
    [InlineData("rope_scaling", "{\"rope_type\":\"linear\"}", "rope_scaling.factor")]
    [InlineData("rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1,\"original_max_position_embeddings\":64}", "low_freq_factor")]
    [InlineData("rope_parameters", "{\"full_attention\":{\"rope_type\":\"default\"}}", "rope_parameters")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("quantization_config", "{\"bits\":4}", "quantization_config")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act")]
    [InlineData("torch_dtype", "\"int8\"", "torch_dtype")]
    [InlineData("num_key_value_heads", "5", "num_key_value_heads")]
    [InlineData("head_dim", "63", "head_dim")]
    [InlineData("hidden_size", "-64", "sizes")]
    [InlineData("vocab_size", "2000000000", "sizes")]
    [InlineData("num_attention_heads", "1e30", "wrong type")]
    [InlineData("intermediate_size", "\"big\"", "wrong type")]
    [InlineData("intermediate_size", "null", "intermediate_size")]
    [InlineData("rope_theta", "0", "rope_theta")]
    public void What_is_not_supported_is_refused_by_its_field(string field, string value, string reason)
    {
        var json = JsonNode.Parse(Llama32)!.AsObject();
        json[field] = JsonNode.Parse(value);
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => Read(json.ToJsonString())).Message);
    }

    [Fact]
    public void A_generation_config_gives_all_end_tokens_and_is_written_back()
    {
        var model = Read(Llama32);
        File.WriteAllText(_folder.File(GenerationConfig.File), """{"bos_token_id":128000,"do_sample":true,"eos_token_id":[128001,128008,128009],"temperature":0.6,"top_p":0.9,"transformers_version":"4.45.0"}""");
        var config = GenerationConfig.Load(_folder.Path, model);
        Assert.Equal([128001, 128008, 128009], config.EosIds);
        Assert.Equal((true, .6, .9, 0), (config.Sample, config.Temperature, config.TopP, config.TopK));
        File.WriteAllText(_folder.File(GenerationConfig.File), config.ToJson(model));
        Assert.Equivalent(config, GenerationConfig.Load(_folder.Path, model));
    }

    [Theory]
    [InlineData("""{"eos_token_id":200000}""", "eos_token_id")]
    [InlineData("""{"top_p":0}""", "top_p")]
    [InlineData("""{"temperature":"hot"}""", "transformers writes")]
    [InlineData("nonsense", "transformers writes")]
    public void A_broken_generation_config_is_refused(string json, string reason)
    {
        File.WriteAllText(_folder.File(GenerationConfig.File), json);
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => GenerationConfig.Load(_folder.Path, Read(Llama32))).Message);
    }

    [Fact]
    public void Without_a_generation_config_the_models_end_token_ends_answers() =>
        Assert.Equal([151645], GenerationConfig.Load(_folder.File("empty"), Read(Qwen25)).EosIds);

    private ModelConfig Read(string json)
    {
        File.WriteAllText(_folder.File("config.json"), json);
        return ModelConfig.Load(_folder.File("config.json"));
    }
}
