using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;
using Arena.Trainer.Working;

namespace Arena.Tests.Trainer.Working;

[Collection(TorchCollection.Name)]
public sealed class JobRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_is_trained_and_handed_in_with_files_whose_hashes_match()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = Small();
        site.Pairs = """
            {"prompt":"tic-tac-toe:519","chosen":"3","rejected":"7","margin":1}
            {"prompt":"tic-tac-toe:","chosen":"5","rejected":"2"}

            """;
        Assert.Equal(JobEnd.Completed, await WorkAsync(site));
        Assert.All(site.Tokens, t => Assert.Equal("Bearer secret-token", t));
        var files = site.Completed!["files"]!.AsArray();
        Assert.Equal(["config.json", "generation_config.json", "metrics.jsonl", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training-pairs.jsonl", "training-record.json"], files.Select(f => f!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            Assert.Equal(file!["sha256"]!.GetValue<string>(), PreferenceHash(site.Files[file["name"]!.GetValue<string>()]));
        }
        var record = site.Completed["record"]!;
        Assert.Equal(PreferenceHash(site.Files["model.safetensors"]), record["result"]!.GetValue<string>());
        Assert.Equal(PreferenceHash(Encoding.UTF8.GetBytes(site.Pairs)), record["data"]!.GetValue<string>());
        Assert.Equal(40, record["evaluation"]!["vsRandomAfter"]!["games"]!.GetValue<int>());
        var metrics = site.Progress.SelectMany(p => p["metrics"]!.AsArray()).ToList();
        Assert.Contains(metrics, m => m!["round"]!.GetValue<int>() == 0 && m["rewards/margins"] is not null);
        var lines = Encoding.UTF8.GetString(site.Files["training-pairs.jsonl"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!);
        Assert.All(lines, l => Assert.NotEqual(l["chosen"]!.GetValue<string>()[0], l["rejected"]!.GetValue<string>()[0]));
        Assert.False(Directory.Exists(_folder.File("jobs/" + site.JobId.ToString("N"))), "a finished job leaves nothing");
    }

    [Fact]
    public async Task A_policy_of_the_site_is_fetched_and_its_adapter_trained_further()
    {
        await using var site = await FakeSite.StartAsync();
        using (var start = TinyModels.Shipped())
        using (var trained = TrainedPolicy.From(start, 2, new Arena.Trainer.Chance.SeededChance(1)))
        {
            trained.Save(_folder.File("made"));
        }
        foreach (var path in Directory.GetFiles(_folder.File("made")))
        {
            site.PolicyFiles[$"version-2/{Path.GetFileName(path)}"] = await File.ReadAllBytesAsync(path);
        }
        site.PolicyName = "version-2";
        site.Options = Small();
        site.Options["loraRank"] = 2;
        Assert.Equal(JobEnd.Completed, await WorkAsync(site));
        Assert.Contains(PeftAdapter.WeightsFile, site.Files.Keys);
        Assert.DoesNotContain(Policy.WeightsFile, site.Files.Keys);
        Assert.Equal("arena-tiny", JsonNode.Parse(site.Files[PeftAdapter.ConfigFile])!["base_model_name_or_path"]!.GetValue<string>());
    }

    [Fact]
    public async Task Cancelling_ends_the_job_and_says_so()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = Small();
        site.Options["rounds"] = 10_000;
        site.OnProgress = told => (HttpStatusCode.OK, told >= 2);
        Assert.Equal(JobEnd.Cancelled, await WorkAsync(site));
        Assert.Equal("cancelled by its owner", site.Failed!["reason"]!.GetValue<string>());
        Assert.Null(site.Completed);
    }

    [Fact]
    public async Task A_lost_lease_stops_the_work_keeps_the_checkpoint_and_hands_in_nothing()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = Small();
        site.Options["rounds"] = 10_000;
        site.OnProgress = told => (told >= 3 ? HttpStatusCode.Conflict : HttpStatusCode.OK, false);
        Assert.Equal(JobEnd.Lost, await WorkAsync(site));
        Assert.Null(site.Completed);
        Assert.Null(site.Failed);
        Assert.True(File.Exists(_folder.File($"jobs/{site.JobId:N}/checkpoint/trainer_state.json")));
    }

    [Fact]
    public async Task Options_that_make_no_sense_fail_the_job_with_their_name()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = new JsonObject { ["method"] = "dpo", ["beta"] = -1 };
        Assert.Equal(JobEnd.Failed, await WorkAsync(site));
        Assert.Contains("beta", site.Failed!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Outages_are_waited_out()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = Small();
        var job = await Client(site).LeaseAsync("test", default);
        site.Trouble.Enqueue(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(JobEnd.Completed, await Runner(site).RunAsync(job!, default));
        Assert.Contains(_said, s => s.Contains("waiting for it"));
        Assert.Contains("The site is back.", _said);
    }

    [Fact]
    public async Task A_preference_set_with_another_hash_is_refused()
    {
        await using var site = await FakeSite.StartAsync();
        site.Options = Small();
        site.Pairs = """{"prompt":"tic-tac-toe:","chosen":"5","rejected":"2"}""";
        var job = await Client(site).LeaseAsync("test", default);
        Assert.Equal(JobEnd.Failed, await Runner(site).RunAsync(job! with { Pairs = job.Pairs with { Sha256 = new string('0', 64) } }, default));
        Assert.Contains("SHA-256", site.Failed!["reason"]!.GetValue<string>());
    }

    private static JsonObject Small() => new()
    {
        ["method"] = "dpo",
        ["rounds"] = 1,
        ["rootsPerOpening"] = 2,
        ["rolloutsPerRoot"] = 6,
        ["evaluationGames"] = 40,
        ["seed"] = 5,
    };

    private static string PreferenceHash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private async Task<JobEnd> WorkAsync(FakeSite site)
    {
        var job = await Client(site).LeaseAsync("test", default);
        return await Runner(site).RunAsync(job!, default);
    }

    private HttpClient Http(FakeSite site)
    {
        var token = _folder.File("token");
        File.WriteAllText(token, "secret-token\n");
        return new(new WorkerToken(token)) { BaseAddress = site.Address };
    }

    private SiteClient Client(FakeSite site) => new(Http(site));

    private JobRunner Runner(FakeSite site) => new(Client(site), new PolicyFolders(_folder.Path, new PolicyLibrary(Http(site))), _folder.Path, TimeProvider.System, line =>
    {
        lock (_said)
        {
            _said.Add(line);
        }
    });
}
