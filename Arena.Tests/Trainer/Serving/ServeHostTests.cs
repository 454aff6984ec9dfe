using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Microsoft.AspNetCore.Builder;

namespace Arena.Tests.Trainer.Serving;

[Collection(TorchCollection.Name)]
public sealed class ServeHostTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        _app = ServeHost.Build(0, new PolicyFolders(_folder.Path, null), TimeProvider.System);
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_policy_answers_a_position_with_one_token_and_the_same_seed_answers_the_same()
    {
        var first = await ChatAsync(new() { ["max_tokens"] = 1, ["seed"] = 5 });
        Assert.Equal("chat.completion", first["object"]!.GetValue<string>());
        Assert.Equal(1, first["usage"]!["completion_tokens"]!.GetValue<int>());
        Assert.Equal("length", first["choices"]![0]!["finish_reason"]!.GetValue<string>());
        var again = await ChatAsync(new() { ["max_tokens"] = 1, ["seed"] = 5 });
        Assert.Equal(Content(first), Content(again));
    }

    /// <summary>A caller that writes all it has before it listens, as simple clients do, would find a closed connection in place of the reason.</summary>
    [Fact]
    public async Task A_body_that_is_too_large_is_taken_to_its_end_and_refused_with_a_reason()
    {
        using var caller = new System.Net.Sockets.TcpClient();
        await caller.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port, TestContext.Current.CancellationToken);
        var stream = caller.GetStream();
        var body = new byte[12 << 20];
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"POST /v1/completions HTTP/1.1\r\nHost: {_http.BaseAddress.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        await stream.WriteAsync(body, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("request_too_large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neighbours_in_a_batch_do_not_change_an_answer()
    {
        var alone = await CompleteAsync(new() { ["prompt"] = "connect-four:4435", ["max_tokens"] = 12, ["seed"] = 3 });
        var crowd = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => CompleteAsync(new()
        {
            ["prompt"] = i == 7 ? "connect-four:4435" : "tic-tac-toe:" + "519"[..(i % 4)],
            ["max_tokens"] = i == 7 ? 12 : 1 + i % 5,
            ["seed"] = i == 7 ? 3 : i,
        })));
        Assert.Equal(alone["choices"]![0]!["text"]!.GetValue<string>(), crowd[7]["choices"]![0]!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_answer_held_to_a_grammar_is_legal_and_a_grammar_that_is_none_is_refused()
    {
        var rules = new Arena.Rules.Spaces.Countdown.CountdownRules();
        var state = new Arena.Rules.Spaces.Countdown.CountdownState([25, 50, 75, 100, 3, 6], 952, 2, null);
        var observation = rules.Observe(state, 0);
        JsonObject Body(JsonNode grammar) => new() { ["model"] = "arena-tiny", ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = observation.Compact }), ["guided_grammar"] = grammar, ["max_tokens"] = 40, ["n"] = 16, ["temperature"] = 2, ["seed"] = 4 };
        using var response = await _http.PostAsJsonAsync("/v1/chat/completions", Body(observation.Grammar!));
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.All(answer["choices"]!.AsArray(), c =>
        {
            Assert.True(rules.Read(state, 0, c!["message"]!["content"]!.GetValue<string>()).IsLegal, c.ToJsonString());
            Assert.Equal("stop", c["finish_reason"]!.GetValue<string>());
        });
        Assert.True(answer["choices"]!.AsArray().Select(c => c!["message"]!["content"]!.GetValue<string>()).Distinct().Count() > 4, "the policy still chooses");
        foreach (var (grammar, reason) in new (JsonNode, string)[] { ("expression(0)", "1 to 999"), (7, "Invalid type"), ("\"Ä\"", "no token for") })
        {
            using var refused = await _http.PostAsJsonAsync("/v1/chat/completions", Body(grammar));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var error = (await refused.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;
            Assert.Equal("guided_grammar", error["param"]!.GetValue<string>());
            Assert.Contains(reason, error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Several_answers_come_with_log_probabilities()
    {
        var answer = await ChatAsync(new() { ["max_tokens"] = 1, ["n"] = 3, ["logprobs"] = true, ["top_logprobs"] = 20 });
        Assert.Equal(3, answer["choices"]!.AsArray().Count);
        var token = answer["choices"]![0]!["logprobs"]!["content"]![0]!;
        var alternatives = token["top_logprobs"]!.AsArray();
        Assert.Equal(20, alternatives.Count);
        Assert.True(alternatives.Sum(a => Math.Exp(a!["logprob"]!.GetValue<double>())) is > .9 and <= 1.0001);
        Assert.True(token["logprob"]!.GetValue<double>() <= alternatives[0]!["logprob"]!.GetValue<double>());
    }

    [Fact]
    public async Task A_stream_spells_the_same_text_and_ends_with_DONE()
    {
        var body = new JsonObject { ["prompt"] = "countdown:25,50,75,100,3,6=952|", ["max_tokens"] = 20, ["seed"] = 1 };
        var whole = (await CompleteAsync((JsonObject)body.DeepClone()))["choices"]![0]!["text"]!.GetValue<string>();
        body["model"] = "arena-tiny";
        body["stream"] = true;
        using var response = await _http.PostAsJsonAsync("/v1/completions", body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e["data: ".Length..]).ToList();
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(whole, string.Concat(events[..^1].Select(e => JsonNode.Parse(e)!["choices"]![0]!["text"]!.GetValue<string>())));
        Assert.NotNull(JsonNode.Parse(events[^2])!["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_and_is_not_part_of_it()
    {
        var body = new JsonObject { ["prompt"] = "countdown:25,50,75,100,3,6=952|", ["max_tokens"] = 20, ["seed"] = 1 };
        var whole = (await CompleteAsync((JsonObject)body.DeepClone()))["choices"]![0]!["text"]!.GetValue<string>();
        Assert.True(whole.Length > 2, whole);
        body["stop"] = new JsonArray(whole[2..3]);
        var cut = (await CompleteAsync(body))["choices"]![0]!;
        Assert.Equal(whole[..whole.IndexOf(whole[2])], cut["text"]!.GetValue<string>());
        Assert.Equal("stop", cut["finish_reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"model":"nobody","messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.NotFound, "model")]
    [InlineData("""{"model":"../../etc","messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.NotFound, "model")]
    [InlineData("""{"messages":[]}""", HttpStatusCode.BadRequest, "model")]
    [InlineData("""{"model":"arena-tiny","messages":[]}""", HttpStatusCode.BadRequest, "messages")]
    [InlineData("""{"model":"arena-tiny","messages":[{"role":"user","content":"x"}],"temperature":"hot"}""", HttpStatusCode.BadRequest, "temperature")]
    [InlineData("""{"model":"arena-tiny","messages":[{"role":"user","content":"x"}],"max_tokens":0}""", HttpStatusCode.BadRequest, "max_tokens")]
    [InlineData("""{"model":""", HttpStatusCode.BadRequest, null)]
    [InlineData("""[1]""", HttpStatusCode.BadRequest, null)]
    public async Task Bad_requests_get_an_error_in_OpenAIs_shape(string body, HttpStatusCode status, string? field)
    {
        using var response = await _http.PostAsync("/v1/chat/completions", new StringContent(body));
        Assert.Equal(status, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(field, error["param"]?.GetValue<string>());
        Assert.NotEmpty(error["message"]!.GetValue<string>());
        Assert.Equal("invalid_request_error", error["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_prompt_longer_than_the_model_is_refused_with_the_numbers()
    {
        using var response = await _http.PostAsJsonAsync("/v1/completions", new JsonObject { ["model"] = "arena-tiny", ["prompt"] = "connect-four:" + new string('1', 200) });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("202 tokens", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_broken_policy_answers_its_own_requests_with_an_error_and_others_go_on()
    {
        Directory.CreateDirectory(_folder.File("policies/broken"));
        await File.WriteAllTextAsync(_folder.File("policies/broken/config.json"), "{");
        using var response = await _http.PostAsJsonAsync("/v1/completions", new JsonObject { ["model"] = "broken", ["prompt"] = "x" });
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("config.json is not JSON", await response.Content.ReadAsStringAsync());
        Assert.NotNull(Content(await ChatAsync(new() { ["max_tokens"] = 1 })));
    }

    [Fact]
    public async Task Models_lists_what_can_be_asked()
    {
        var list = (await _http.GetFromJsonAsync<JsonObject>("/v1/models"))!;
        Assert.Contains(list["data"]!.AsArray(), m => m!["id"]!.GetValue<string>() == "arena-tiny");
    }

    private async Task<JsonNode> ChatAsync(JsonObject body)
    {
        body["model"] = "arena-tiny";
        body["messages"] = new JsonArray(new JsonObject { ["role"] = "system", ["content"] = "ignored" }, new JsonObject { ["role"] = "user", ["content"] = "tic-tac-toe:519" });
        return await PostAsync("/v1/chat/completions", body);
    }

    private Task<JsonNode> CompleteAsync(JsonObject body)
    {
        body["model"] = "arena-tiny";
        return PostAsync("/v1/completions", body);
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static string Content(JsonNode answer) => answer["choices"]![0]!["message"]!["content"]!.GetValue<string>();
}
