using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;

namespace Arena.Tests.Trainer.Weights;

[Collection(TorchCollection.Name)]
public sealed class BaseCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_offered_with_what_they_read_and_broken_ones_are_named_with_the_reason()
    {
        TextModels.Write(_folder.File("bases/Qwen2.5-tiny"));
        CopyShipped("bases/small");
        TextModels.Write(_folder.File("bases/no-template"));
        File.Delete(_folder.File("bases/no-template/chat_template.jinja"));
        TextModels.Write(_folder.File("bases/no-config"));
        File.Delete(_folder.File("bases/no-config/config.json"));
        TextModels.Write(_folder.File("bases/cut-off"));
        using (var file = File.OpenWrite(_folder.File("bases/cut-off/model.safetensors")))
        {
            file.SetLength(file.Length - 4);
        }
        TextModels.Write(_folder.File("bases/other-sizes"));
        var config = _folder.File("bases/other-sizes/config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"intermediate_size\": 48", "\"intermediate_size\": 56", StringComparison.Ordinal));
        CopyShipped("bases/with spaces");
        CopyShipped("bases/01a20000-0000-7000-8000-000000000001");
        Directory.CreateDirectory(_folder.File("bases/adapter"));
        File.WriteAllText(_folder.File("bases/adapter/adapter_config.json"), "{}");

        var catalog = new BaseCatalog(new PolicyFolders(_folder.Path, null));
        var (offered, refused) = catalog.Look();
        Assert.Equal([("arena-tiny", "compact", 96), ("Qwen2.5-tiny", "text", 2_048), ("small", "compact", 96)], offered.Select(b => (b.Name, b.Notation, b.Context)));
        using (var shipped = TinyModels.Shipped())
        {
            Assert.Equal(shipped.Weights.Flat.NumberOfElements, offered[0].Weights);
        }
        var why = refused.ToDictionary(r => r.Name, r => r.Problem);
        Assert.Equal(["01a20000-0000-7000-8000-000000000001", "adapter", "cut-off", "no-config", "no-template", "other-sizes", "with spaces"], why.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("is no id", why["01a20000-0000-7000-8000-000000000001"]);
        Assert.Contains("is an adapter", why["adapter"]);
        Assert.Contains("model.safetensors", why["cut-off"]);
        Assert.Contains("config.json", why["no-config"]);
        Assert.Contains("no chat template", why["no-template"]);
        Assert.Contains("shape", why["other-sizes"]);

        // What is mended is offered from the next look on.
        File.Copy(_folder.File("bases/Qwen2.5-tiny/chat_template.jinja"), _folder.File("bases/no-template/chat_template.jinja"));
        Assert.Contains(catalog.Look().Offered, b => b.Name == "no-template");
        Directory.Delete(_folder.File("bases/small"), recursive: true);
        Assert.DoesNotContain(catalog.Look().Offered, b => b.Name == "small");
    }

    [Fact]
    public async Task The_server_lists_what_it_offers()
    {
        TextModels.Write(_folder.File("bases/qwen-tiny"));
        Directory.CreateDirectory(_folder.File("bases/empty"));
        await using var app = ServeHost.Build(0, new PolicyFolders(_folder.Path, null), TimeProvider.System);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var list = (await http.GetFromJsonAsync<JsonObject>("/v1/bases"))!;
        Assert.Equal(["arena-tiny compact", "qwen-tiny text"], list["data"]!.AsArray().Select(b => $"{b!["id"]} {b["notation"]}"));
        Assert.Equal("empty", Assert.Single(list["refused"]!.AsArray())!["id"]!.GetValue<string>());
        var models = (await http.GetFromJsonAsync<JsonObject>("/v1/models"))!["data"]!.AsArray().Select(m => m!["id"]!.GetValue<string>());
        Assert.Contains("qwen-tiny", models);
    }

    private void CopyShipped(string to)
    {
        Directory.CreateDirectory(_folder.File(to));
        foreach (var file in Directory.GetFiles(ShippedModel.Folder))
        {
            File.Copy(file, Path.Combine(_folder.File(to), Path.GetFileName(file)));
        }
    }
}
