using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Models;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Weights;

[Collection(TorchCollection.Name)]
public sealed class HfCheckpointTests : IDisposable
{
    private readonly ModelConfig _config = TinyModels.Kind("qwen3, biases");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32, long.MaxValue)]
    [InlineData(ScalarType.Float32, 4000)]
    [InlineData(ScalarType.Float16, 4000)]
    [InlineData(ScalarType.BFloat16, 4000)]
    public void Weights_come_back_from_one_file_or_many_in_every_type(ScalarType type, long shardBytes)
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, type, shardBytes);
        Assert.Equal(shardBytes > 4000, File.Exists(_folder.File(HfCheckpoint.SingleFile)));
        Assert.NotEqual(shardBytes > 4000, File.Exists(_folder.File(HfCheckpoint.IndexFile)));
        using var files = HfCheckpoint.Open(_folder.Path);
        Assert.All(files.Entries.Values, e => Assert.Equal(type, e.DType));
        using var loaded = files.Load(_config);
        // What the type can hold of the numbers comes back exactly.
        Assert.Equal(weights.Flat.to_type(type).to_type(ScalarType.Float32).data<float>().ToArray(), loaded.Flat.data<float>().ToArray());
    }

    [Fact]
    public void Shards_are_named_and_indexed_as_transformers_does_and_keep_to_the_limit()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        var index = JsonNode.Parse(File.ReadAllText(_folder.File(HfCheckpoint.IndexFile)))!;
        Assert.Equal(weights.Flat.NumberOfElements * 4, index["metadata"]!["total_size"]!.GetValue<long>());
        var files = index["weight_map"]!.AsObject().Select(m => m.Value!.GetValue<string>()).Distinct().Order().ToList();
        Assert.Equal([.. Enumerable.Range(1, files.Count).Select(n => $"model-{n:00000}-of-{files.Count:00000}.safetensors")], files);
        Assert.Equal(files.Append(HfCheckpoint.IndexFile).Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            using var shard = SafeTensorsReader.Open(_folder.File(file));
            // A single tensor may be larger than the limit; it is not split.
            Assert.True(shard.Entries.Count == 1 || shard.Entries.Values.Sum(e => e.End - e.Begin) <= 4000, file);
        }
    }

    [Fact]
    public void Saving_again_replaces_what_an_earlier_save_left()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        var sharded = HfCheckpoint.Hash(_folder.Path);
        HfCheckpoint.Save(_folder.Path, weights);
        Assert.Equal([HfCheckpoint.SingleFile], Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)!));
        Assert.NotEqual(sharded, HfCheckpoint.Hash(_folder.Path));
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        Assert.False(File.Exists(_folder.File(HfCheckpoint.SingleFile)));
        Assert.Equal(sharded, HfCheckpoint.Hash(_folder.Path));
    }

    [Fact]
    public void A_tied_head_that_is_stored_twice_is_read_once_and_other_strangers_are_refused()
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config, ScalarType.Float32);
        var tensors = weights.Views();
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"];
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = ones(3);
        SafeTensorsWriter.Write(_folder.File(HfCheckpoint.SingleFile), tensors);
        using (var files = HfCheckpoint.Open(_folder.Path))
        using (var loaded = files.Load(config))
        {
            Assert.Equal(weights.Flat.data<float>().ToArray(), loaded.Flat.data<float>().ToArray());
        }
        // Biases that the configuration does not mention would silently be left out.
        tensors["model.layers.0.self_attn.q_proj.bias"] = ones(24);
        SafeTensorsWriter.Write(_folder.File(HfCheckpoint.SingleFile), tensors);
        Refused(config, "q_proj.bias");
    }

    [Fact]
    public void An_untied_model_without_its_head_is_refused()
    {
        using var weights = TinyModels.Weights(TinyModels.Config(), ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights);
        Refused(TinyModels.Config(tied: false), "lm_head.weight");
    }

    [Fact]
    public void A_configuration_that_claims_a_giant_is_refused_before_memory_is_taken()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights);
        Refused(_config with { VocabSize = 1 << 23, HiddenSize = 1 << 18 }, "has the shape");
    }

    [Theory]
    [InlineData("../model-00001-of-00002.safetensors", "plain names")]
    [InlineData("/etc/passwd", "plain names")]
    [InlineData("pytorch_model-00001-of-00002.bin", "plain names")]
    [InlineData("model-00009-of-00009.safetensors", "There is no")]
    public void An_index_that_points_elsewhere_is_refused(string file, string reason)
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        Change(map => map["model.norm.weight"] = file);
        Refused(_config, reason);
    }

    [Fact]
    public void Shards_that_contradict_their_index_are_refused()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        var before = File.ReadAllText(_folder.File(HfCheckpoint.IndexFile));
        Change(map => map["model.norm.weight"] = map["model.embed_tokens.weight"]!.GetValue<string>());
        Refused(_config, "does not look for it");
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), before);
        Change(map => map["model.invented.weight"] = map["model.embed_tokens.weight"]!.GetValue<string>());
        Refused(_config, "does not hold it");
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), before);
        Change(map => map.Remove("model.norm.weight"));
        Refused(_config, "does not look for it");
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), "{\"weight_map\":{}}");
        Refused(_config, "names no tensors");
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), "[]");
        Refused(_config, "not an index");
    }

    [Fact]
    public void A_tensor_that_lies_in_two_shards_is_refused()
    {
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(_folder.File("a.safetensors"), new Dictionary<string, Tensor> { ["w"] = ones(2), ["v"] = ones(2) });
        SafeTensorsWriter.Write(_folder.File("b.safetensors"), new Dictionary<string, Tensor> { ["w"] = ones(2) });
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), """{"weight_map":{"v":"a.safetensors","w":"b.safetensors"}}""");
        Assert.Throws<TrainerException>(() => HfCheckpoint.Open(_folder.Path));
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model.pt")]
    [InlineData("weights.pkl")]
    [InlineData("consolidated.00.pth")]
    public void Pickle_files_are_named_and_never_opened(string name)
    {
        // Opening it would fail: it is no pickle at all.
        File.WriteAllText(_folder.File(name), "cos\nsystem\n(S'false'\ntR.");
        var message = Assert.Throws<TrainerException>(() => HfCheckpoint.Open(_folder.Path)).Message;
        Assert.Contains(name, message);
        Assert.Contains("pickle", message);
    }

    [Fact]
    public void Numbers_too_large_for_sixteen_bits_are_not_written_as_infinity()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        using (no_grad()) { weights.Flat[5] = 1e6f; }
        Assert.Contains("too large for F16", Assert.Throws<TrainerException>(() => HfCheckpoint.Save(_folder.Path, weights, ScalarType.Float16)).Message);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        HfCheckpoint.Save(_folder.Path, weights, ScalarType.BFloat16);
    }

    [Fact]
    public void Whole_numbers_are_no_weights()
    {
        using var scope = NewDisposeScope();
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        var tensors = weights.Views();
        tensors["model.norm.weight"] = ones(24, ScalarType.Int8);
        SafeTensorsWriter.Write(_folder.File(HfCheckpoint.SingleFile), tensors);
        Refused(_config, "Int8");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_refused_in_a_shard_too(float value)
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        using (no_grad()) { weights.Flat[7] = value; }
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        Refused(_config, "NaN");
    }

    [Fact]
    public void A_shard_that_is_cut_short_is_refused()
    {
        using var weights = TinyModels.Weights(_config, ScalarType.Float32);
        HfCheckpoint.Save(_folder.Path, weights, shardBytes: 4000);
        using (var shard = File.Open(Directory.GetFiles(_folder.Path, "model-00002-*").Single(), FileMode.Open)) { shard.SetLength(shard.Length - 1); }
        Refused(_config, "cut short");
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_no_half_of_a_new_one()
    {
        AtomicFile.Write(_folder.File("x"), "old");
        Assert.Throws<TrainerException>(() => AtomicFile.Write(_folder.File("x"), stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        Assert.Equal("old", File.ReadAllText(_folder.File("x")));
        Assert.Single(Directory.GetFiles(_folder.Path));
        AtomicFile.FlushFolder(_folder.Path);
        Assert.Throws<IOException>(() => AtomicFile.FlushFolder(_folder.File("nowhere")));
    }

    private void Refused(ModelConfig config, string reason)
    {
        var error = Assert.Throws<TrainerException>(() =>
        {
            using var files = HfCheckpoint.Open(_folder.Path);
            files.Load(config).Dispose();
        });
        Assert.Contains(reason, error.Message);
    }

    private void Change(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder.File(HfCheckpoint.IndexFile)))!;
        change(json["weight_map"]!.AsObject());
        File.WriteAllText(_folder.File(HfCheckpoint.IndexFile), json.ToJsonString());
    }
}
