using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Tests.Trainer;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Arena.Trainer.Working;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Web;

/// <summary>
/// Site and trainer together, each as it is but for the process boundary: a model in Hugging Face's layout is offered, becomes an agent, learns from pairs in full text, and
/// its candidate meets its parent in the gate of a space that has no compact notation.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class FullTextLoopTests : IAsyncLifetime
{
    private const string Space = "kuhn-poker";

    // In the first answers of a hand both players have spoken.
    private const int Hand = 3;

    private readonly SiteFixture _site = new();
    private readonly TemporaryFolder _folder = new();
    private HttpClient _worker = null!;
    private PolicyFolders _policies = null!;
    private WebApplication _trainer = null!;

    public async ValueTask InitializeAsync()
    {
        TextModels.Write(_folder.File("bases/qwen-tiny"));
        _site.Settings["Training:Gate:AtOnce"] = "1";
        await using (var scope = _site.Services.CreateAsyncScope())
        {
            var issued = await scope.ServiceProvider.GetRequiredService<TokenDesk>().IssueAsync(Owner.HouseId, null, TokenScope.Worker, "test");
            _worker = _site.CreateClient();
            _worker.DefaultRequestHeaders.Authorization = new("Bearer", issued.Secret);
        }
        _policies = new(_folder.Path, new PolicyLibrary(_worker));
        _trainer = ServeHost.Build(0, _policies, TimeProvider.System);
        await _trainer.StartAsync(TestContext.Current.CancellationToken);
        var serving = _site.Services.GetRequiredService<IOptions<PolicyServing>>().Value;
        (serving.Enabled, serving.ServeUrl) = (true, _trainer.Urls.First());
        await _site.Services.GetRequiredService<PolicyBases>().RefreshAsync(TimeSpan.FromSeconds(30), default);
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _trainer.DisposeAsync();
        _worker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task AModelOnTheFullTextIsOfferedTrainedAndMeetsItsParentInTheGate()
    {
        var owner = await _site.JoinAsync("reader");
        var made = await owner.Client.PostAsJsonAsync("/api/v1/agents", new { name = "Reader", kind = "policy", config = new { model = "qwen-tiny", files = Array.Empty<object>(), temperature = 0.5, legalOnly = true } });
        var agent = (await made.Content.ReadFromJsonAsync<JsonObject>())!["agentId"]!.GetValue<Guid>();
        var rules = SpaceRegistry.Find(Space)!;
        Assert.Equal(0, rules.Card.CompactAnswerTokens);
        var seen = rules.Observe(rules.Start(new Draws(new byte[32], "deal/0"), 2), 0);
        var lines = string.Concat(Enumerable.Range(0, 6).Select(i => new JsonObject { ["prompt"] = $"{seen.Text}\nHand {i}.", ["chosen"] = seen.Legal![0], ["rejected"] = seen.Legal[1] }.ToJsonString() + "\n"));
        var imported = await owner.Client.PostAsync($"/api/v1/preference-pairs/import?agent={agent}&space={Space}", new StringContent(lines, Encoding.UTF8, "application/jsonl"));
        Assert.Equal(6, (await imported.Content.ReadFromJsonAsync<JsonObject>())!["added"]!.GetValue<int>());

        var started = await owner.Client.PostAsJsonAsync("/api/v1/training-runs", new { agentId = agent, space = Space, options = new { learningRate = 0.01, loraRank = 4 } });
        Assert.True(started.StatusCode == HttpStatusCode.Created, await started.Content.ReadAsStringAsync());
        var run = (await started.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<Guid>();
        var client = new SiteClient(_worker);
        var job = (await client.LeaseAsync("test", default))!;
        Assert.Equal((run, "qwen-tiny", "text", 6), (job.Id, job.Policy.Name, job.Pairs.Notation, job.Pairs.Count));
        Assert.Equal(JobEnd.Completed, await new JobRunner(client, _policies, _folder.Path, TimeProvider.System, _ => { }).RunAsync(job, default));

        // The site schedules the gate by itself; the trainer gets the candidate's adapter from the site when it is first asked for it.
        await using var db = await _site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        var candidate = await db.AgentVersions.SingleAsync(v => v.AgentId == new AgentId(agent) && v.Number == 2);
        Assert.Equal(PolicyNotation.Text, Assert.IsType<PolicyConfig>(AgentConfig.FromJson(candidate.Config)).Notation);
        Match? met = null;
        List<RecordedReply> replies = [];
        await Until.TrueAsync(async () =>
        {
            met = await db.Matches.AsNoTracking().Include(m => m.Seats).Where(m => m.GateRun == run).OrderBy(m => m.Id).FirstOrDefaultAsync();
            replies = met is null ? [] : await db.RecordedReplies.AsNoTracking().Where(r => r.MatchId == met.Id).ToListAsync();
            return met?.Status is MatchStatus.Closed or MatchStatus.Void || replies.Count >= Hand;
        }, "both have answered in a match of the gate");
        Assert.True(met!.Status != MatchStatus.Void, met.VoidReason);
        Assert.Equal([candidate.ParentId!.Value, candidate.Id], met.Seats.Select(s => s.VersionId).OrderBy(v => v.Value));
        Assert.All(met.Seats, s => Assert.Null(s.Fault));
        Assert.All(replies, r => Assert.Null(r.Fault));
        Assert.Contains($"{candidate.Id}", _policies.Names());
        await owner.Client.PostAsJsonAsync($"/api/v1/training-runs/{run}/cancel", new { });
    }
}
