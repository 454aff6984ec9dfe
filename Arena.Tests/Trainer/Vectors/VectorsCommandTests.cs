using Arena.Trainer.Commands;
using Arena.Trainer.Models;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Vectors;

[Collection(TorchCollection.Name)]
public sealed class VectorsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_for_Python_gives_the_logits_beside_it()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var policy = TinyModels.Shipped();
        VectorsCommand.Write(policy, _folder.Path);
        Assert.True(File.Exists(_folder.File("sharded/" + HfCheckpoint.IndexFile)));
        foreach (var name in new[] { "", "sharded", "bfloat16" })
        {
            using var expected = SafeTensorsReader.Open(Path.Combine(_folder.Path, name, "expected.safetensors"));
            Compare(Path.Combine(_folder.Path, name), null, expected);
        }
        using var adapter = PeftAdapter.Load(_folder.File("adapter"), policy.Config, policy.BaseHash);
        using var adapted = SafeTensorsReader.Open(_folder.File("adapter/expected.safetensors"));
        Compare(_folder.Path, adapter, adapted);
        using var plain = SafeTensorsReader.Open(_folder.File("expected.safetensors"));
        Assert.True((plain.Read("logits") - adapted.Read("logits")).abs().max().item<float>() > 1e-3, "the adapter should matter");
    }

    private static void Compare(string folder, LoraAdapter? adapter, SafeTensorsReader expected)
    {
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        using var files = HfCheckpoint.Open(folder);
        using var weights = files.Load(config);
        using var decoder = new Decoder(config);
        var bind = DecoderWeights.Bind(config, weights.Views(), adapter);
        Assert.True((Decoder.Logits(bind, decoder.Hidden(bind, expected.Read("input_ids"))) - expected.Read("logits")).abs().max().item<float>() < 1e-5);
    }
}
