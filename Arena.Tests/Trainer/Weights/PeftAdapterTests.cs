using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Weights;

[Collection(TorchCollection.Name)]
public sealed class PeftAdapterTests : IDisposable
{
    private readonly ModelConfig _config = TinyModels.Kind("qwen2");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<LoraConfig> Configs() =>
    [
        new LoraConfig(3, 6, LoraConfig.AllTargets),
        new LoraConfig(2, 16, ["q_proj", "v_proj"]),
        new LoraConfig(2, 2, ["layers.1.mlp.up_proj", "self_attn.o_proj"]),
        new LoraConfig(4, 8, []) { TargetPattern = LoraConfig.AllLinear },
        new LoraConfig(4, 8, []) { TargetPattern = @".*\.1\.self_attn\.[qk]_proj" },
        new LoraConfig(4, 8, ["q_proj", "down_proj"]) { RankStabilised = true },
        new LoraConfig(4, 8, ["q_proj", "down_proj"]) { RankPattern = new Dictionary<string, int> { ["down_proj"] = 2 }, AlphaPattern = new Dictionary<string, double> { [@"layers\.0\.self_attn\.q_proj"] = 20 } },
    ];

    [Theory]
    [MemberData(nameof(Configs), DisableDiscoveryEnumeration = true)]
    public void Any_subset_of_layers_is_saved_and_comes_back_the_same(LoraConfig lora)
    {
        using var adapter = LoraAdapter.Initialise(_config, lora, new SeededChance(3));
        PeftAdapter.Save(_folder.Path, adapter, "some-base");
        Assert.Equal("some-base", PeftAdapter.BaseName(_folder.Path));
        using var loaded = PeftAdapter.Load(_folder.Path, _config);
        Assert.Equal(adapter.Weights.Slots.Select(s => s.Name), loaded.Weights.Slots.Select(s => s.Name));
        Assert.Equal(adapter.Weights.Flat.data<float>().ToArray(), loaded.Weights.Flat.data<float>().ToArray());
        Assert.All(lora.Modules(_config), m => Assert.Equal((lora.RankOf(m), lora.ScaleOf(m)), (loaded.Config.RankOf(m), loaded.Config.ScaleOf(m))));
        using var file = SafeTensorsReader.Open(_folder.File(PeftAdapter.WeightsFile));
        Assert.All(file.Entries.Keys, k => Assert.StartsWith("base_model.model.model.layers.", k));
    }

    [Fact]
    public void Patterns_and_scales_mean_what_they_mean_in_PEFT()
    {
        var patterned = new LoraConfig(4, 8, ["q_proj", "down_proj"]) { RankPattern = new Dictionary<string, int> { ["down_proj"] = 2 }, AlphaPattern = new Dictionary<string, double> { [@"layers\.0\.self_attn\.q_proj"] = 20 } };
        Assert.Equal((4, 5.0), (patterned.RankOf("layers.0.self_attn.q_proj"), patterned.ScaleOf("layers.0.self_attn.q_proj")));
        Assert.Equal((4, 2.0), (patterned.RankOf("layers.1.self_attn.q_proj"), patterned.ScaleOf("layers.1.self_attn.q_proj")));
        Assert.Equal((2, 4.0), (patterned.RankOf("layers.1.mlp.down_proj"), patterned.ScaleOf("layers.1.mlp.down_proj")));
        Assert.Equal(4, new LoraConfig(4, 8, ["q_proj"]) { RankStabilised = true }.ScaleOf("layers.0.self_attn.q_proj"));
        // A whole expression must match the whole path; a name may be the path's end.
        Assert.False(new LoraConfig(4, 8, []) { TargetPattern = "q_proj" }.Covers("layers.0.self_attn.q_proj"));
        Assert.True(new LoraConfig(4, 8, ["self_attn.q_proj"]).Covers("layers.0.self_attn.q_proj"));
        Assert.False(new LoraConfig(4, 8, ["proj"]).Covers("layers.0.self_attn.q_proj"));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "peft_type")]
    [InlineData("bias", "\"all\"", "bias")]
    [InlineData("use_dora", "true", "use_dora")]
    [InlineData("lora_bias", "true", "lora_bias")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save")]
    [InlineData("layers_to_transform", "[0]", "layers_to_transform")]
    [InlineData("layer_replication", "[[0,2],[1,2]]", "layer_replication")]
    [InlineData("init_lora_weights", "\"pissa\"", "pissa")]
    [InlineData("target_modules", "[\"q_proj\",\"lm_head\"]", "lm_head")]
    [InlineData("target_modules", "[\"embed_tokens\"]", "embedding and the head")]
    [InlineData("target_modules", "[\"query_key_value\"]", "query_key_value")]
    [InlineData("target_modules", "\"nothing\"", "matches no linear layer")]
    [InlineData("target_modules", "\"(unclosed\"", "expression")]
    [InlineData("target_modules", "\"(.*)\\\\1\"", "expression")]
    [InlineData("target_modules", "[]", "target_modules")]
    [InlineData("target_modules", "[7]", "PEFT")]
    [InlineData("rank_pattern", "{\"q_proj\":0}", "r must be positive")]
    [InlineData("r", "0", "r must be positive")]
    [InlineData("r", "4", "for another base")]
    [InlineData("r", "\"three\"", "PEFT")]
    [InlineData("r", "null", "\"r\"")]
    [InlineData("lora_alpha", "null", "lora_alpha")]
    public void What_an_adapter_may_not_ask_for_is_refused_by_its_field(string field, string value, string reason)
    {
        Saved();
        var path = _folder.File(PeftAdapter.ConfigFile);
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config)).Message);
    }

    [Fact]
    public void An_adapter_for_a_base_of_other_sizes_is_refused()
    {
        Saved();
        Assert.Contains("for another base", Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config with { HiddenSize = 32 })).Message);
        Assert.Contains("for another base", Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config with { Layers = 1 })).Message);
    }

    [Fact]
    public void An_adapter_for_other_weights_of_the_same_sizes_is_refused()
    {
        using var adapter = LoraAdapter.Initialise(_config, new LoraConfig(3, 6, ["q_proj"]), new SeededChance(3));
        PeftAdapter.Save(_folder.Path, adapter, "some-base", "aa11");
        PeftAdapter.Load(_folder.Path, _config, "AA11").Dispose();
        var message = Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config, "bb22")).Message;
        Assert.Contains("another base", message);
        Assert.Contains("aa11", message);
    }

    [Fact]
    public void An_adapter_with_numbers_that_are_none_or_only_as_a_pickle_is_refused()
    {
        using (var adapter = LoraAdapter.Initialise(_config, new LoraConfig(3, 6, ["q_proj"]), new SeededChance(3)))
        {
            using (no_grad()) { adapter.Weights.Flat[0] = float.NaN; }
            PeftAdapter.Save(_folder.Path, adapter, "some-base");
        }
        Assert.Contains("NaN", Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config)).Message);
        File.Move(_folder.File(PeftAdapter.WeightsFile), _folder.File("adapter_model.bin"));
        Assert.Contains("pickle", Assert.Throws<TrainerException>(() => PeftAdapter.Load(_folder.Path, _config)).Message);
    }

    [Fact]
    public void Merging_adds_each_layers_own_correction()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = TinyModels.Weights(_config);
        using var adapter = TinyModels.Adapter(_config, new LoraConfig(4, 8, ["q_proj", "down_proj"]) { RankPattern = new Dictionary<string, int> { ["down_proj"] = 2 }, RankStabilised = true });
        using var merged = adapter.MergeInto(weights);
        using var decoder = new Decoder(_config, ScalarType.Float64);
        var ids = tensor(TinyModels.Ids(8, _config.VocabSize, 1), [1, 8]);
        var apart = decoder.Hidden(DecoderWeights.Bind(_config, weights.Views(), adapter), ids);
        Assert.True((apart - decoder.Hidden(DecoderWeights.Bind(_config, merged.Views()), ids)).abs().max().item<double>() < 1e-12);
        Assert.True((apart - decoder.Hidden(DecoderWeights.Bind(_config, weights.Views()), ids)).abs().max().item<double>() > 1e-3);
    }

    private void Saved()
    {
        using var adapter = LoraAdapter.Initialise(_config, new LoraConfig(3, 6, LoraConfig.AllTargets), new SeededChance(3));
        PeftAdapter.Save(_folder.Path, adapter, "some-base");
    }
}
