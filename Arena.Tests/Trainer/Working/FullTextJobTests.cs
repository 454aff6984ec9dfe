using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Arena.Trainer.Weights;
using Arena.Trainer.Working;
using Microsoft.AspNetCore.Builder;

namespace Arena.Tests.Trainer.Working;

/// <summary>A model in Hugging Face's layout from the operator's folder to an answer that training has changed, over HTTP where the product uses HTTP.</summary>
[Collection(TorchCollection.Name)]
public sealed class FullTextJobTests : IDisposable
{
    private static readonly string[] Cells = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private readonly TemporaryFolder _folder = new();

    public FullTextJobTests() => TextModels.Write(_folder.File("bases/qwen-tiny"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_base_learns_from_a_job_of_messages_and_its_adapter_answers_what_was_chosen()
    {
        var prompt = Opening();
        await using var server = await ServeAsync();
        var before = await AskAsync(server, "qwen-tiny", prompt);
        var wanted = Cells.First(c => c != before);
        await using var site = await FakeSite.StartAsync();
        site.PolicyName = "qwen-tiny";
        site.Notation = "text";
        site.Pairs = string.Concat(Enumerable.Repeat(new JsonObject { ["prompt"] = Said("user", prompt), ["chosen"] = Said("assistant", wanted), ["rejected"] = Said("assistant", before) }.ToJsonString() + "\n", 4));
        // Everything else is the recipe for the full text; a model of random weights needs larger steps.
        site.Options = new JsonObject { ["learningRate"] = 0.02, ["epochs"] = 6, ["batchPairs"] = 2 };

        Assert.Equal(JobEnd.Completed, await WorkAsync(site));

        Assert.Contains(PeftAdapter.WeightsFile, site.Files.Keys);
        Assert.DoesNotContain(Policy.WeightsFile, site.Files.Keys);
        var adapter = JsonNode.Parse(site.Files[PeftAdapter.ConfigFile])!;
        Assert.Equal(("qwen-tiny", 16), (adapter["base_model_name_or_path"]!.GetValue<string>(), adapter["r"]!.GetValue<int>()));
        var record = site.Completed!["record"]!;
        Assert.Equal(("dpo", 12), (record["options"]!["method"]!.GetValue<string>(), record["steps"]!.GetValue<int>()));
        Assert.Null(record["evaluation"]!["vsRandomAfter"]);

        Directory.CreateDirectory(_folder.File("policies/candidate"));
        foreach (var (name, bytes) in site.Files)
        {
            await File.WriteAllBytesAsync(_folder.File("policies/candidate/" + name), bytes);
        }
        Assert.Equal(wanted, await AskAsync(server, "candidate", prompt));
        Assert.Equal(before, await AskAsync(server, "qwen-tiny", prompt));
    }

    [Theory]
    [InlineData("arena-tiny", "text", "reads compact")]
    [InlineData("qwen-tiny", "compact", "reads text")]
    public async Task Pairs_in_a_notation_that_the_model_does_not_read_fail_the_job(string policy, string notation, string words)
    {
        await using var site = await FakeSite.StartAsync();
        (site.PolicyName, site.Notation, site.Pairs) = (policy, notation, """{"prompt":"p","chosen":"a","rejected":"b"}""");
        // A job that is not refused ends at once.
        site.Options = new JsonObject { ["rounds"] = 0, ["evaluationGames"] = 0 };
        Assert.Equal(JobEnd.Failed, await WorkAsync(site));
        Assert.Contains(words, site.Failed!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_pairs_a_model_on_the_full_text_has_nothing_to_learn_from()
    {
        await using var site = await FakeSite.StartAsync();
        (site.PolicyName, site.Notation) = ("qwen-tiny", "text");
        Assert.Equal(JobEnd.Failed, await WorkAsync(site));
        Assert.Contains("no rounds of self-play for a policy that reads the full text", site.Failed!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_is_told_what_the_request_says()
    {
        await using var server = await ServeAsync();
        async Task<int> PromptTokensAsync(JsonObject? variables)
        {
            var body = Question("qwen-tiny", "Hi");
            body["chat_template_kwargs"] = variables;
            return (await SendAsync(server, body))["usage"]!["prompt_tokens"]!.GetValue<int>();
        }
        // Qwen3 closes an empty thought before the answer: <think>, </think> and what stands between and behind.
        var (plain, at) = (await PromptTokensAsync(null), await PromptTokensAsync(new() { ["enable_thinking"] = false }));
        Assert.InRange(at - plain, 4, 8);
        // What the server itself says about a conversation can't be overwritten.
        Assert.Equal(plain, await PromptTokensAsync(new() { ["messages"] = new JsonArray(), ["add_generation_prompt"] = false }));
    }

    private static string Opening()
    {
        var rules = SpaceRegistry.Find("tic-tac-toe")!;
        return rules.Observe(rules.Start(new Draws(new byte[32], "deal/0"), 2), 0).Text;
    }

    private static JsonArray Said(string role, string content) => [new JsonObject { ["role"] = role, ["content"] = content }];

    private static JsonObject Question(string model, string prompt) => new()
    {
        ["model"] = model,
        ["messages"] = Said("user", prompt),
        ["temperature"] = 0,
        ["max_tokens"] = 4,
        ["guided_choice"] = new JsonArray([.. Cells.Select(c => (JsonNode)c)]),
    };

    private static async Task<JsonObject> SendAsync(WebApplication server, JsonObject body)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
        using var response = await http.PostAsJsonAsync("/v1/chat/completions", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<string> AskAsync(WebApplication server, string model, string prompt)
    {
        var body = Question(model, prompt);
        body["chat_template_kwargs"] = new JsonObject { ["enable_thinking"] = false };
        return (await SendAsync(server, body))["choices"]![0]!["message"]!["content"]!.GetValue<string>();
    }

    private async Task<WebApplication> ServeAsync()
    {
        var app = ServeHost.Build(0, new PolicyFolders(_folder.Path, null), TimeProvider.System);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private async Task<JobEnd> WorkAsync(FakeSite site)
    {
        File.WriteAllText(_folder.File("token"), "secret-token\n");
        using var http = new HttpClient(new WorkerToken(_folder.File("token"))) { BaseAddress = site.Address };
        var client = new SiteClient(http);
        var job = await client.LeaseAsync("test", default);
        return await new JobRunner(client, new PolicyFolders(_folder.Path, new PolicyLibrary(http)), _folder.Path, TimeProvider.System, _ => { }).RunAsync(job!, default);
    }
}
