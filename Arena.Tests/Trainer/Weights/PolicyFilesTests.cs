using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Weights;

[Collection(TorchCollection.Name)]
public sealed class PolicyFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_adapter_is_saved_under_PEFTs_names_and_loads_back_the_same()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var start = TinyModels.Shipped();
        using var trained = TrainedPolicy.From(start, 4, new SeededChance(2));
        trained.Trained.Flat.add_(0.01);
        trained.Save(_folder.Path);
        using (var file = SafeTensorsReader.Open(_folder.File(PeftAdapter.WeightsFile)))
        {
            Assert.Contains("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", file.Entries.Keys);
            Assert.Equal([4, 64], file.Entries["base_model.model.model.layers.1.mlp.gate_proj.lora_A.weight"].Shape);
            Assert.Equal([172, 4], file.Entries["base_model.model.model.layers.1.mlp.gate_proj.lora_B.weight"].Shape);
        }
        using var loaded = Policy.Load("again", _folder.Path, name => name == ShippedModel.Name ? ShippedModel.Folder : throw new InvalidOperationException(name));
        Assert.Equal(trained.Trained.Flat.data<float>().ToArray(), loaded.Adapter!.Weights.Flat.data<float>().ToArray());
        Assert.Equal(2, loaded.Adapter.Config.ScaleOf("layers.0.self_attn.q_proj"));
    }

    [Fact]
    public void What_lies_beside_the_weights_goes_with_what_is_trained_byte_for_byte()
    {
        var folder = TinyModels.UntrainedFolder(_folder.Path);
        byte[] pieces = [0, 255, 128, 10, 13, 0];
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), pieces);
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{{ messages[0].content }}");
        using var start = ShippedModel.Load(folder);
        using var trained = TrainedPolicy.From(start, 0, new SeededChance(2));
        trained.Save(_folder.File("result"));
        Assert.Equal(pieces, File.ReadAllBytes(_folder.File("result/tokenizer.model")));
        Assert.All(Policy.CompanionFiles.Where(f => File.Exists(Path.Combine(folder, f))), f => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, f)), File.ReadAllBytes(_folder.File("result/" + f))));
        using var again = ShippedModel.Load(_folder.File("result"));
        Assert.Equal(start.WeightsHash, again.WeightsHash);
    }

    [Fact]
    public void A_fresh_adapter_plays_as_its_base()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var start = TinyModels.Shipped();
        using var trained = TrainedPolicy.From(start, 4, new SeededChance(2));
        var ids = tensor(new long[] { 0, 4, 8, 9 }, [1, 4]);
        var (a, b) = (start.Bind(), trained.Bind());
        Assert.True((Decoder.Logits(a, start.Decoder.Hidden(a, ids)) - Decoder.Logits(b, start.Decoder.Hidden(b, ids))).abs().max().item<float>() == 0);
    }

    [Fact]
    public void Weights_that_are_not_numbers_are_refused()
    {
        var folder = TinyModels.UntrainedFolder(_folder.Path);
        using (var scope = NewDisposeScope())
        using (var file = SafeTensorsReader.Open(Path.Combine(folder, Policy.WeightsFile)))
        {
            var tensors = file.Entries.Keys.ToDictionary(n => n, n => file.Read(n));
            tensors["model.norm.weight"][3] = float.NaN;
            SafeTensorsWriter.Write(Path.Combine(folder, Policy.WeightsFile), tensors);
        }
        Assert.Contains("model.norm.weight", Assert.Throws<TrainerException>(() => ShippedModel.Load(folder)).Message);
    }

    [Fact]
    public void A_model_of_another_kind_is_refused_by_name()
    {
        var folder = TinyModels.UntrainedFolder(_folder.Path);
        var config = Path.Combine(folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"llama\"", "\"mamba\""));
        Assert.Contains("mamba", Assert.Throws<TrainerException>(() => ShippedModel.Load(folder)).Message);
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused()
    {
        var folder = TinyModels.UntrainedFolder(_folder.Path);
        var config = Path.Combine(folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"intermediate_size\": 172", "\"intermediate_size\": 170"));
        Assert.Contains("has the shape", Assert.Throws<TrainerException>(() => ShippedModel.Load(folder)).Message);
    }
}
