using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Trainer.Serving;

/// <summary>Adapters over one base that is too large to be merged for each: asked together over HTTP, they share batches, and each answers as it does alone.</summary>
[Collection(TorchCollection.Name)]
public sealed class SharedBaseTests : IAsyncLifetime
{
    private const int Each = 4;

    private static readonly string[] Names = ["a1", "a2", "arena-tiny"];

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        using (var start = TinyModels.Shipped())
        {
            foreach (var seed in new ulong[] { 1, 2 })
            {
                // Of different ranks and layers.
                using var adapter = LoraAdapter.Initialise(start.Config, new LoraConfig((int)seed, 4, seed == 1 ? LoraConfig.AllTargets : ["q_proj", "down_proj"]), new SeededChance(seed));
                TinyModels.Randomise(adapter.Weights, seed);
                start.SaveAs(_folder.File($"policies/a{seed}"), null, adapter, "arena-tiny");
            }
        }
        _app = ServeHost.Build(0, new PolicyFolders(_folder.Path, null), TimeProvider.System, new ServeOptions { MergeBelow = 0 });
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_to_different_adapters_share_a_batch_and_each_row_has_its_own_adapter()
    {
        var alone = new Dictionary<(string, int), string>();
        foreach (var name in Names)
        {
            for (var seed = 0; seed < Each; seed++)
            {
                alone[(name, seed)] = await AnswerAsync(name, seed);
            }
        }
        // The adapters do change what is said.
        Assert.True(alone[("a1", 0)] != alone[("a2", 0)] && alone[("a1", 0)] != alone[("arena-tiny", 0)] && alone[("a2", 0)] != alone[("arena-tiny", 0)]);
        var counts = _app.Services.GetRequiredService<ServeCounts>();
        // No policy has more than four requests at once: a batch of more rows holds rows of several. Requests may miss each other, so they are sent until they meet.
        for (var tries = 0; tries < 50 && counts.LargestBatch <= Each; tries++)
        {
            var together = await Task.WhenAll(alone.Keys.Select(async key => (key, Text: await AnswerAsync(key.Item1, key.Item2))));
            Assert.All(together, answer => Assert.Equal(alone[answer.key], answer.Text));
        }
        Assert.True(counts.LargestBatch > Each, $"The largest batch had {counts.LargestBatch} rows.");
    }

    private async Task<string> AnswerAsync(string model, int seed)
    {
        using var response = await _http.PostAsJsonAsync("/v1/completions", new JsonObject
        {
            ["model"] = model,
            ["prompt"] = "countdown:25,50,75,100,3,6=952|",
            ["max_tokens"] = 40,
            ["seed"] = seed,
            ["logit_bias"] = new JsonObject { ["1"] = -100 },
        });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!["choices"]![0]!["text"]!.GetValue<string>();
    }
}
