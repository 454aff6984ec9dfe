using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Arena.Tests.Trainer.Working;

/// <summary>The site's side of the worker protocol over real HTTP: one job, everything written down.</summary>
public sealed class FakeSite : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSite(WebApplication app) => _app = app;

    public Guid JobId { get; } = Guid.Parse("01a20000-0000-7000-8000-000000000001");

    public string Pairs { get; set; } = "";

    public JsonObject Options { get; set; } = [];

    public string Space { get; set; } = "tic-tac-toe";

    public string PolicyName { get; set; } = "arena-tiny";

    /// <summary>Of the pairs; null as from a site that does not say.</summary>
    public string? Notation { get; set; }

    /// <summary>Files of policies by "name/file".</summary>
    public ConcurrentDictionary<string, byte[]> PolicyFiles { get; } = new();

    public ConcurrentQueue<JsonObject> Progress { get; } = new();

    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    public JsonObject? Completed { get; private set; }

    public JsonObject? Failed { get; private set; }

    public ConcurrentQueue<string> Tokens { get; } = new();

    /// <summary>Status of the next answers, instead of their own.</summary>
    public ConcurrentQueue<HttpStatusCode> Trouble { get; } = new();

    /// <summary>Answers progress with this once it was told this often.</summary>
    public Func<int, (HttpStatusCode Status, bool Cancel)> OnProgress { get; set; } = _ => (HttpStatusCode.OK, false);

    public Uri Address => new(_app.Urls.First() + "/");

    public static async Task<FakeSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var site = new FakeSite(app);
        site.Map();
        await app.StartAsync();
        return site;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.Use(async (http, next) =>
        {
            Tokens.Enqueue(http.Request.Headers.Authorization.ToString());
            if (Trouble.TryDequeue(out var status))
            {
                http.Response.StatusCode = (int)status;
                return;
            }
            await next();
        });
        _app.MapPost("/api/v1/worker/jobs/lease", () => new JsonObject
        {
            ["id"] = JobId,
            ["attempt"] = 1,
            ["leaseSeconds"] = 60,
            ["space"] = Space,
            ["policy"] = new JsonObject
            {
                ["name"] = PolicyName,
                ["files"] = new JsonArray([.. PolicyFiles.Where(f => f.Key.StartsWith(PolicyName + "/", StringComparison.Ordinal)).Select(f => (JsonNode)new JsonObject
                {
                    ["name"] = f.Key[(PolicyName.Length + 1)..],
                    ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(f.Value)),
                    ["bytes"] = f.Value.Length,
                })]),
            },
            ["options"] = Options.DeepClone(),
            ["pairs"] = new JsonObject
            {
                ["count"] = Pairs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Pairs))),
                ["notation"] = Notation,
            },
        });
        _app.MapGet("/api/v1/worker/jobs/{id:guid}/pairs.jsonl", () => Results.Text(Pairs, "application/x-ndjson"));
        _app.MapGet("/api/v1/worker/policies/{name}/files/{file}", (string name, string file) =>
            PolicyFiles.TryGetValue($"{name}/{file}", out var bytes) ? Results.Bytes(bytes) : Results.NotFound());
        _app.MapPost("/api/v1/worker/jobs/{id:guid}/progress", (JsonObject body) =>
        {
            Progress.Enqueue(body);
            var (status, cancel) = OnProgress(Progress.Count);
            return Results.Json(new JsonObject { ["cancel"] = cancel }, statusCode: (int)status);
        });
        _app.MapPut("/api/v1/worker/jobs/{id:guid}/files/{name}", async (string name, HttpRequest request) =>
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer);
            Files[name] = buffer.ToArray();
        });
        _app.MapPost("/api/v1/worker/jobs/{id:guid}/complete", (JsonObject body) => Completed = body);
        _app.MapPost("/api/v1/worker/jobs/{id:guid}/fail", (JsonObject body) => Failed = body);
    }
}
