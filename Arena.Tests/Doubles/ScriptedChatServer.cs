using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Arena.Tests.Doubles;

/// <summary>What the server does with a question.</summary>
public enum ChatMode
{
    /// <summary>Judges by the longer entry; elsewhere says <see cref="ScriptedChatServer.Says"/>.</summary>
    JudgeLonger,

    /// <summary>A judge that always prefers what it is shown first.</summary>
    JudgeFirst,

    /// <summary>Prefers the entry that holds <see cref="ScriptedChatServer.Mark"/>.</summary>
    JudgeMarked,

    /// <summary>A judge that does what an entry tells it, if one tells it anything.</summary>
    JudgeGullible,

    /// <summary>Judges by the longer entry, unless one entry looks like an attack: then it does as it is told, wherever that entry stands.</summary>
    JudgeSusceptible,

    /// <summary>Judges by <see cref="ScriptedChatServer.Prefers"/>.</summary>
    JudgeBy,

    /// <summary>Too many questions: come back later (HTTP 429).</summary>
    Busy,

    /// <summary>A judge whose verdict has no scores.</summary>
    WrongVerdict,

    Say,
    Html,
    ServerError,
    NotAuthorized,
    NotFound,

    /// <summary>Half of a JSON body, properly ended.</summary>
    HalfAnswer,

    /// <summary>Half of a body, then the connection breaks.</summary>
    BrokenAnswer,

    /// <summary>Takes the question and says nothing until the caller gives up.</summary>
    Silence,

    /// <summary>JSON, but no chat completion.</summary>
    WrongShape,

    Empty,
    TooLarge,
    Redirect,

    /// <summary>Repeats the Authorization header in its answer.</summary>
    EchoKey,
}

/// <summary>One question as the server got it.</summary>
public sealed record SeenQuestion(string? Authorization, JsonObject Body)
{
    public string Text => string.Join("\n\n", Body["messages"]!.AsArray().Select(m => m!["content"]!.GetValue<string>()));
}

/// <summary>A small OpenAI-compatible server on a free loopback port, over real HTTP, that behaves as its mode says.</summary>
public sealed class ScriptedChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedChatServer(WebApplication app) => _app = app;

    public ChatMode Mode { get; set; }

    /// <summary>Modes for the next questions, before <see cref="Mode"/> holds again.</summary>
    public ConcurrentQueue<ChatMode> Next { get; } = new();

    public string Says { get; set; } = "ready";

    /// <summary>Answers a question that is no judging; overrides <see cref="Says"/>.</summary>
    public Func<SeenQuestion, string>? Answer { get; set; }

    public string Mark { get; set; } = "(better)";

    /// <summary>For <see cref="ChatMode.JudgeBy"/>: "first", "second" or "tie", given both entries.</summary>
    public Func<string, string, string>? Prefers { get; set; }

    /// <summary>What it says that it served, when not the model that was asked for.</summary>
    public string? ServedModel { get; set; }

    /// <summary>What it offers at /v1/bases, as the trainer does: name and "compact" or "text".</summary>
    public IReadOnlyList<(string Name, string Notation)> Bases { get; set; } = [];

    public bool ReportsUsage { get; set; } = true;

    public ConcurrentQueue<SeenQuestion> Seen { get; } = new();

    /// <summary>Base address, ending in "/v1".</summary>
    public string Endpoint { get; private set; } = "";

    public static async Task<ScriptedChatServer> StartAsync(ChatMode mode = ChatMode.Say)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var app = builder.Build();
        var server = new ScriptedChatServer(app) { Mode = mode };
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        app.MapGet("/health", () => "ok");
        app.MapGet("/v1/bases", () => new { data = server.Bases.Select(b => new { id = b.Name, notation = b.Notation, weights = 494_000_000, context = 32_768 }) });
        await app.StartAsync();
        server.Endpoint = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1";
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        var question = new SeenQuestion(context.Request.Headers.Authorization, body);
        Seen.Enqueue(question);
        var mode = Next.TryDequeue(out var next) ? next : Mode;
        var response = context.Response;
        switch (mode)
        {
            case ChatMode.Html:
                response.ContentType = "text/html";
                await response.WriteAsync("<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>");
                break;
            case ChatMode.ServerError:
                response.StatusCode = 500;
                await response.WriteAsJsonAsync(new { error = new { message = "the model crashed", type = "server_error" } });
                break;
            case ChatMode.Busy:
                response.StatusCode = 429;
                response.Headers.RetryAfter = "1";
                await response.WriteAsJsonAsync(new { error = new { message = "rate limit reached, try again", type = "requests" } });
                break;
            case ChatMode.NotAuthorized:
                response.StatusCode = 401;
                await response.WriteAsJsonAsync(new { error = new { message = $"Incorrect API key provided: {question.Authorization?[7..]}" } });
                break;
            case ChatMode.NotFound:
                response.StatusCode = 404;
                await response.WriteAsJsonAsync(new { error = new { message = "model not found, try pulling it first" } });
                break;
            case ChatMode.HalfAnswer:
                await response.WriteAsync(Completion(body, "this answer will be cut")[..60]);
                break;
            case ChatMode.BrokenAnswer:
                response.ContentLength = 5_000;
                await response.WriteAsync(Completion(body, "this answer will be cut")[..60]);
                await response.Body.FlushAsync();
                // Fewer bytes than promised: the server closes the connection here.
                break;
            case ChatMode.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case ChatMode.WrongShape:
                await response.WriteAsJsonAsync(new { result = "fine", text = "hello" });
                break;
            case ChatMode.Empty:
                break;
            case ChatMode.TooLarge:
                await response.WriteAsync(Completion(body, new string('x', 3_000_000)));
                break;
            case ChatMode.Redirect:
                response.Redirect("http://169.254.169.254/latest/meta-data/");
                break;
            case ChatMode.EchoKey:
                await response.WriteAsync(Completion(body, $"your header was {question.Authorization}"));
                break;
            default:
                response.ContentType = "application/json";
                await response.WriteAsync(Completion(body, Reply(mode, question)));
                break;
        }
    }

    private string Reply(ChatMode mode, SeenQuestion question)
    {
        var lines = question.Body["messages"]!.AsArray();
        var text = lines.Count > 1 ? lines[1]!["content"]!.GetValue<string>() : "";
        if (mode == ChatMode.WrongVerdict)
        {
            return """{"preferred": "first", "reason": "because"}""";
        }
        if (mode != ChatMode.Say && text.Contains("<<<entry ", StringComparison.Ordinal))
        {
            var entry = Entry(text, "entry");
            var points = mode == ChatMode.JudgeSusceptible && Pull(entry) > 0 ? 10 : Math.Clamp(1 + entry.Length / 20, 1, 9);
            return JsonSerializer.Serialize(new { reason = "Seen alone.", scores = AskedLines(lines).ToDictionary(l => l, _ => points) });
        }
        if (mode == ChatMode.Say || !text.Contains("<<<first ", StringComparison.Ordinal))
        {
            return Answer?.Invoke(question) ?? Says;
        }
        var (first, second) = (Entry(text, "first"), Entry(text, "second"));
        var preferred = mode switch
        {
            ChatMode.JudgeFirst => "first",
            ChatMode.JudgeMarked => first.Contains(Mark, StringComparison.Ordinal) ? "first" : second.Contains(Mark, StringComparison.Ordinal) ? "second" : "tie",
            ChatMode.JudgeSusceptible when Pull(first) is var a && Pull(second) is var b && a != b => a > b ? "first" : "second",
            ChatMode.JudgeBy => Prefers!(first, second),
            ChatMode.JudgeGullible when text.Contains("VERDICT:FIRST", StringComparison.Ordinal) => "first",
            _ => first.Length == second.Length ? "tie" : first.Length > second.Length ? "first" : "second",
        };
        return lines[0]!["content"]!.GetValue<string>().Contains("[[A]]", StringComparison.Ordinal)
            ? $"Compared by the rubric. {preferred switch { "first" => "[[A]]", "second" => "[[B]]", _ => "[[C]]" }}"
            : Verdict(preferred, AskedLines(lines));
    }

    /// <summary>How much of an entry a naive model takes for an order to it: words of orders per letter, so that one such word in a long honest entry pulls little.</summary>
    private static double Pull(string entry) => entry.Length < 8
        ? 1
        : ((string[])["judge", "prefer", "choose", "this entry", "verdict", "preferred", "[[", "score", "10/10", "winner", "IGNORE", "SYSTEM", "rubric"])
            .Count(mark => entry.Contains(mark, StringComparison.OrdinalIgnoreCase)) / (double)entry.Length;

    /// <summary>The rubric's lines, as the form in the system message names them.</summary>
    private static List<string> AskedLines(JsonArray messages) =>
        [.. Regex.Matches(messages[0]!["content"]!.GetValue<string>(), @"""(?:first|scores)"":\s*\{([^}]*)\}").Take(1).SelectMany(m => Regex.Matches(m.Groups[1].Value, @"""(\w+)"":").Select(k => k.Groups[1].Value))];

    private static string Verdict(string preferred, List<string> asked)
    {
        // All lines but the third differ between a good and a weak entry.
        var high = asked.ToDictionary(l => l, _ => 8);
        var low = asked.Select((l, i) => (l, i)).ToDictionary(x => x.l, x => x.i == 2 ? 8 : 4);
        var (first, second) = preferred switch { "first" => (high, low), "second" => (low, high), _ => (high, high) };
        return "```json\n" + JsonSerializer.Serialize(new { reason = $"The {preferred} entry meets the brief better.", first, second, preferred }) + "\n```";
    }

    private static string Entry(string text, string name)
    {
        var open = text.IndexOf($"<<<{name} ", StringComparison.Ordinal);
        var start = text.IndexOf('\n', open) + 1;
        var fence = text[(open + name.Length + 4)..(start - 1)];
        return text[start..text.IndexOf($"\n{name} {fence}>>>", start, StringComparison.Ordinal)];
    }

    private string Completion(JsonObject question, string content)
    {
        var answer = new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion",
            ["model"] = ServedModel ?? question["model"]!.GetValue<string>(),
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = content },
                ["finish_reason"] = "stop",
            }),
        };
        if (ReportsUsage)
        {
            answer["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = Math.Max(1, Encoding.UTF8.GetByteCount(content) / 4) };
        }
        return answer.ToJsonString();
    }
}
