using System.Text;
using Arena.Tests.Trainer.Working;
using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;
using Arena.Trainer.Weights;

namespace Arena.Tests.Trainer.Weights;

/// <summary>Policies fetched from a site by name: shards, adapters and everything that goes with them.</summary>
[Collection(TorchCollection.Name)]
public sealed class PolicyLibraryTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private FakeSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FakeSite.StartAsync();
        _http.BaseAddress = _site.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_sharded_model_comes_whole_with_its_template_and_tokenizer()
    {
        using (var weights = DecoderLayout.Initialise(PretrainOptions.Tiny, new SeededChance(3)))
        {
            PretrainRun.Save(_folder.File("made"), PretrainOptions.Tiny, weights);
            File.Delete(_folder.File("made/model.safetensors"));
            HfCheckpoint.Save(_folder.File("made"), weights, shardBytes: 100_000);
        }
        File.WriteAllText(_folder.File("made/chat_template.jinja"), "{{ messages[0]['content'] }}");
        File.WriteAllBytes(_folder.File("made/tokenizer.model"), [1, 2, 3]);
        Offer("big");
        Assert.True(Directory.GetFiles(_folder.File("made"), "model-*.safetensors").Length > 1);

        using var policy = await Folders().LoadAsync("big", TestContext.Current.CancellationToken);
        Assert.Equal(Policy.HashFolder(_folder.File("made")), policy!.WeightsHash);
        Assert.Equal(Directory.GetFiles(_folder.File("made")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal), Directory.GetFiles(_folder.File("data/policies/big")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_shard_that_is_not_there_or_has_a_path_for_a_name_leaves_no_policy()
    {
        _site.PolicyFiles["big/model.safetensors.index.json"] = Encoding.UTF8.GetBytes("""{"weight_map":{"a":"model-00001-of-00002.safetensors"}}""");
        Assert.Contains("model-00001-of-00002", (await Assert.ThrowsAsync<TrainerException>(() => Folders().LoadAsync("big", TestContext.Current.CancellationToken))).Message);
        _site.PolicyFiles["bad/model.safetensors.index.json"] = Encoding.UTF8.GetBytes("""{"weight_map":{"a":"../../x.safetensors"}}""");
        Assert.Contains("plain name", (await Assert.ThrowsAsync<TrainerException>(() => Folders().LoadAsync("bad", TestContext.Current.CancellationToken))).Message);
        _site.PolicyFiles["odd/model.safetensors.index.json"] = Encoding.UTF8.GetBytes("[]");
        Assert.Contains("no index", (await Assert.ThrowsAsync<TrainerException>(() => Folders().LoadAsync("odd", TestContext.Current.CancellationToken))).Message.Replace("is not an index", "no index", StringComparison.Ordinal));
        Assert.Equal(["arena-tiny"], Folders().Names());
        Assert.Null(await Folders().LoadAsync("nobody", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_adapter_comes_with_its_base()
    {
        using (var start = TinyModels.Shipped())
        {
            using var adapter = LoraAdapter.Initialise(start.Config, new LoraConfig(2, 4, LoraConfig.AllTargets), new SeededChance(5));
            start.SaveAs(_folder.File("made"), null, adapter, "arena-tiny");
        }
        Offer("mine");
        using var policy = await Folders().LoadAsync("mine", TestContext.Current.CancellationToken);
        Assert.Equal(("arena-tiny", 2), (policy!.BaseName, policy.Adapter!.Config.Rank));
    }

    private void Offer(string name)
    {
        foreach (var path in Directory.GetFiles(_folder.File("made")))
        {
            _site.PolicyFiles[$"{name}/{Path.GetFileName(path)}"] = File.ReadAllBytes(path);
        }
    }

    private PolicyFolders Folders() => new(_folder.File("data"), new PolicyLibrary(_http));
}
