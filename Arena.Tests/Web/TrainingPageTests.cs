using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Preferences;
using Arena.Engine.Training;
using Arena.Tests.Doubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Web;

/// <summary>What an owner and everybody else see of a training run, and of the versions that runs made.</summary>
[Collection("site")]
public sealed class TrainingPageTests(SiteFixture site)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private async Task<T> DbAsync<T>(Func<ArenaDb, Task<T>> use)
    {
        await using var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync();
        return await use(db);
    }

    private static async Task<Guid> PolicyAsync(Browser browser, string name, bool sparring = false)
    {
        var made = await browser.Client.PostAsJsonAsync("/api/v1/agents", new { name, kind = "policy", config = new { model = "arena-tiny", files = Array.Empty<object>(), temperature = 0.3 }, sparringPartner = sparring });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (await made.Content.ReadFromJsonAsync<JsonObject>())!["agentId"]!.GetValue<Guid>();
    }

    /// <summary>A finished run of the agent: version 2, promoted against parent and pool, with metrics, log, files and matches against a house agent.</summary>
    private async Task<(Guid Run, VersionId First, VersionId Second)> TrainedAsync(Guid agent)
    {
        var house = await site.HouseAsync("tic-tac-toe", "greedy");
        var time = TimeProvider.System;
        var store = site.Services.GetRequiredService<PolicyStore>();
        var file = (await store.SaveAsync(new MemoryStream("{}"u8.ToArray()), 100, default))!;
        return await DbAsync(async db =>
        {
            var owned = await db.Agents.SingleAsync(a => a.Id == new AgentId(agent));
            var (first, second, run) = (owned.CurrentVersionId!.Value, VersionId.New(time), RunId.New(time));
            var member = new PoolMember("house", "greedy", 1, "house", "Greedy", Guid.CreateVersion7(Now), house.Value, 1500, false, 0.5, null, null);
            PoolDraw[] draws = [.. Enumerable.Range(0, 80).Select(i => new PoolDraw(0, i % 2 == 0 ? 750_000 : 500_000, 500_000))];
            var gate = GateRule.Decide([.. Enumerable.Repeat(1_000_000L, 60)], draws, ["Greedy"], new());
            var version = new AgentVersion(second, owned.Id, 2, new PolicyConfig("arena-tiny", [], 0.4).ToJson(), "00112233445566", first, VersionStatus.Candidate, Now);
            version.Promote();
            owned.Use(second);
            db.AgentVersions.Add(version);
            db.TrainingRuns.Add(new()
            {
                Id = run,
                AgentId = owned.Id,
                OwnerId = owned.OwnerId,
                ParentVersionId = first,
                CandidateVersionId = second,
                Space = "tic-tac-toe",
                Status = RunStatus.Promoted,
                Options = new TrainOptions(Method: "grpo", Rounds: 7).ToJson(),
                Pairs = "{\"prompt\":1}\n"u8.ToArray(),
                PairsHash = "feed",
                PairCount = 1,
                Opponents = PoolMember.ToJson([member]),
                Gate = gate.ToJson(),
                CreatedAt = Now,
                EndedAt = Now,
                Done = 1,
            });
            db.TrainingMetrics.AddRange(Enumerable.Range(1, 30).Select(i => new TrainingMetric { RunId = run, Step = i, Json = $$"""{"step":{{i}},"loss":{{1.0 / i}},"reward":0.5,"kl":0.01,"grad_norm":0.25}""" }));
            db.TrainingLog.Add(RunLog.Line(run, Now, "Queued <b>here</b>."));
            db.TrainingFiles.Add(new() { RunId = run, Name = "config.json", Sha256 = file.Sha256, Bytes = file.Bytes });
            db.VersionSwitches.Add(new() { AgentId = owned.Id, At = Now, FromVersionId = first, ToVersionId = second, Kind = VersionChanges.Promoted, RunId = run.Value });
            foreach (var (side, score) in new[] { (first, 0L), (second, 1_000_000L) })
            {
                for (var i = 0; i < 20; i++)
                {
                    var id = MatchId.New(time);
                    db.Matches.Add(new()
                    {
                        Id = id,
                        Space = "tic-tac-toe",
                        RulesVersion = 1,
                        Kind = MatchKind.Gate,
                        Tier = "free",
                        Status = MatchStatus.Closed,
                        Seed = new byte[32],
                        Commitment = "",
                        PaceMs = 0,
                        CreatedAt = Now,
                        ClosedAt = Now,
                        Epoch = 0,
                        Seats =
                        [
                            new() { MatchId = id, Player = 0, AgentId = owned.Id, VersionId = side, OwnerId = owned.OwnerId, Score = score },
                            new() { MatchId = id, Player = 1, AgentId = new(member.AgentId), VersionId = house, OwnerId = Owner.HouseId, Score = 1_000_000 - score },
                        ],
                    });
                }
            }
            await db.SaveChangesAsync();
            return (run.Value, first, second);
        });
    }

    [Fact]
    public async Task ARunsPageTellsItsNumbersPoolGateLogAndFiles()
    {
        var owner = await site.JoinAsync("trainer-one");
        var agent = await PolicyAsync(owner, "Run page");
        var (run, _, _) = await TrainedAsync(agent);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync($"/training/{run}")).StatusCode);
        foreach (var words in new[] { "Promoted", "Against the pool it is as good as its parent", "Greedy", "house agent", "Gradient norm", "Reward", "KL", "GRPO", "0.033", "Queued <b>here</b>.", "Download all", "near-equal opponents first", "7 rounds", "It became the agent's current version." })
        {
            Assert.Contains(words, owner.Text);
        }
        Assert.DoesNotContain("<b>here", owner.Page);
        // The line is there without scripts.
        Assert.Matches("<path class=\"ac-line\" d=\"M56 [0-9.]+L", owner.Page);
        Assert.DoesNotMatch(@"<[^>]+\sstyle=", owner.Page);
        var zip = new ZipArchive(await owner.Client.GetStreamAsync($"/api/v1/training-runs/{run}/files.zip"));
        Assert.Equal(["config.json", "pairs.jsonl"], zip.Entries.Select(e => e.FullName));
        var stranger = site.Browse();
        await stranger.GetAsync($"/training/{run}");
        Assert.DoesNotContain("Download all", stranger.Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.Client.GetAsync($"/api/v1/training-runs/{run}/files.zip")).StatusCode);
        var log = await stranger.Client.GetFromJsonAsync<JsonArray>($"/api/v1/training-runs/{run}/log");
        Assert.Equal("Queued <b>here</b>.", log![0]!["text"]!.GetValue<string>());
        var json = await stranger.Client.GetFromJsonAsync<JsonObject>($"/api/v1/training-runs/{run}");
        Assert.Equal("greedy", json!["opponents"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("promote", json["gate"]!["pool"]!["decision"]!.GetValue<string>());
    }

    [Fact]
    public async Task AnOwnerSeesTheLineageComparesTwoVersionsAndGoesBackAndForth()
    {
        var owner = await site.JoinAsync("breeder");
        var agent = await PolicyAsync(owner, "Bred");
        var (run, first, second) = await TrainedAsync(agent);
        await owner.GetAsync($"/agents/{agent}");
        foreach (var words in new[] { "Lineage", "GRPO, 7 rounds", "by hand", "promoted by its gate", "Use v1", "from v1" })
        {
            Assert.Contains(words, owner.Text);
        }
        Assert.DoesNotContain("Use v2", owner.Text);
        Assert.Equal(HttpStatusCode.Redirect, (await owner.SubmitAsync("use-1", [])).StatusCode);
        await owner.GetAsync($"/agents/{agent}");
        Assert.Contains("Use v2", owner.Text);
        var stranger = site.Browse();
        var lineage = await stranger.Client.GetFromJsonAsync<JsonObject>($"/api/v1/agents/{agent}/lineage");
        Assert.Equal(["chosen", "promoted"], lineage!["switches"]!.AsArray().Select(s => s!["kind"]!.GetValue<string>()));
        Assert.Equal([true, false], lineage["versions"]!.AsArray().Select(v => v!["current"]!.GetValue<bool>()));
        Assert.Equal(run, lineage["versions"]![1]!["run"]!["id"]!.GetValue<Guid>());
        Assert.Equal(HttpStatusCode.OK, (await owner.Client.PutAsJsonAsync($"/api/v1/agents/{agent}/current-version", new { versionId = second.Value, note = "it was better" })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.Client.PutAsJsonAsync($"/api/v1/agents/{agent}/current-version", new { versionId = first.Value })).StatusCode);
        var other = await site.JoinAsync("not-the-breeder");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.PutAsJsonAsync($"/api/v1/agents/{agent}/current-version", new { versionId = first.Value })).StatusCode);

        await stranger.GetAsync($"/agents/{agent}/diff");
        foreach (var words in new[] { "Two versions compared", "better", "+1.000", "20 matches", "in a run's pool", "method", "grpo" })
        {
            Assert.Contains(words, stranger.Text);
        }
        var diff = await stranger.Client.GetFromJsonAsync<JsonObject>($"/api/v1/agents/{agent}/diff?from=2&to=1&space=tic-tac-toe");
        Assert.Equal("worse", diff!["opponents"]![0]!["reading"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Client.GetAsync($"/api/v1/agents/{agent}/diff?from=2&to=9&space=tic-tac-toe")).StatusCode);
    }

    [Fact]
    public async Task SparringIsOffUntilTheOwnerAllowsIt()
    {
        var owner = await site.JoinAsync("sparrer");
        var agent = await PolicyAsync(owner, "Shy");
        Task<bool> Allowed() => DbAsync(db => db.Agents.Where(a => a.Id == new AgentId(agent)).Select(a => a.SparringPartner).SingleAsync());
        Assert.False(await Allowed());
        await owner.GetAsync($"/agents/{agent}");
        Assert.Contains("only its own training runs play against it", owner.Text);
        await owner.SubmitAsync("sparring", []);
        Assert.True(await Allowed());
        Assert.Equal(HttpStatusCode.OK, (await owner.Client.PutAsJsonAsync($"/api/v1/agents/{agent}/sparring", new { allowed = false })).StatusCode);
        Assert.False(await Allowed());
        var other = await site.JoinAsync("not-the-sparrer");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.PutAsJsonAsync($"/api/v1/agents/{agent}/sparring", new { allowed = true })).StatusCode);
        Assert.False(await Allowed());
        // The form's box, as a browser sends it.
        await owner.GetAsync("/agents/new?kind=policy");
        Assert.Contains("May be used as a sparring partner", owner.Text);
        var made = await owner.SubmitAsync("agent", new() { ["Sent.Name"] = "Bold", ["Sent.Temperature"] = "0.3", ["Sent.Sparring"] = "true" });
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.True(await DbAsync(db => db.Agents.Where(a => a.Name == "Bold").Select(a => a.SparringPartner).SingleAsync()));
    }

    [Fact]
    public async Task TheTrainPageRecommendsAMethodForEverySpaceAndSaysWhy()
    {
        var owner = await site.JoinAsync("chooser");
        await PolicyAsync(owner, "Chosen");
        await owner.GetAsync("/training/new");
        Assert.Contains("What is recommended, and why", owner.Text);
        Assert.Contains(MethodAdvice.For("tic-tac-toe").Why, owner.Text);
        Assert.Contains(MethodAdvice.For("connect-four").Why, owner.Text);
    }

    [Fact]
    public async Task ABaseOnTheFullTextIsChosenInTheFormAndTrainedFromPairsOfAnySpace()
    {
        await using var trainer = await ScriptedChatServer.StartAsync();
        trainer.Bases = [("arena-tiny", "compact"), ("qwen-tiny", "text")];
        var serving = site.Services.GetRequiredService<IOptions<PolicyServing>>().Value;
        var address = serving.ServeUrl;
        serving.ServeUrl = trainer.Endpoint[..^3];
        await site.Services.GetRequiredService<PolicyBases>().RefreshAsync(TimeSpan.FromSeconds(30), default);
        serving.ServeUrl = address;

        var owner = await site.JoinAsync("reader");
        await owner.GetAsync("/agents/new?kind=policy");
        Assert.Contains("qwen-tiny (full text, 494 million weights)", owner.Text);
        Assert.Equal(HttpStatusCode.Redirect, (await owner.SubmitAsync("agent", new() { ["Sent.Name"] = "Well read", ["Sent.Temperature"] = "0.3", ["Sent.Base"] = "qwen-tiny" })).StatusCode);
        var (agent, version) = await DbAsync(async db => await db.Agents.SingleAsync(a => a.Name == "Well read") is var a ? (a.Id, a.CurrentVersionId!.Value) : default);
        await owner.GetAsync($"/agents/{agent}");
        Assert.Contains("the full text, in every space", owner.Text);
        var small = await PolicyAsync(owner, "Small beside it");
        await DbAsync(async db =>
        {
            db.PreferencePairs.Add(new PairDraft(PairDraft.TextNotation, "Write.", "Good.", "Bad.", PairSource.Judged, 1, version, version, 0.5).ToPair("pitch", new(Guid.CreateVersion7(Now)), Now));
            return await db.SaveChangesAsync();
        });

        await owner.GetAsync($"/training/new?agent={agent}");
        Assert.Contains("Well read reads the full text.", owner.Text);
        Assert.Contains("Pitch (1 pair)", owner.Text);
        Assert.DoesNotContain("What is recommended, and why", owner.Text);
        Assert.Contains($"/training/new?agent={small}", owner.Page);
        serving.Enabled = true;
        var sent = await owner.SubmitAsync("train", new() { ["Sent.Agent"] = agent.ToString(), ["Sent.Space"] = "pitch", ["Sent.Seed"] = "4" });
        serving.Enabled = false;
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        var run = await DbAsync(db => db.TrainingRuns.SingleAsync(r => r.AgentId == agent));
        Assert.Equal(TrainOptions.For("pitch", new TrainingStart(PolicyNotation.Text)) with { Seed = 4 }, TrainOptions.FromJson(run.Options));
        await owner.Client.PostAsJsonAsync($"/api/v1/training-runs/{run.Id}/cancel", new { });
    }

    [Fact]
    public async Task FormAndApiTakeOptionsOverTheRecipeAndNameWhatTheyRefuse()
    {
        var owner = await site.JoinAsync("tuner");
        var agent = await PolicyAsync(owner, "Tuned");
        await owner.GetAsync("/training/new");
        Assert.Contains("More options", owner.Text);
        var fields = new Dictionary<string, string> { ["Sent.Agent"] = agent.ToString(), ["Sent.Space"] = "tic-tac-toe", ["Sent.Seed"] = "9", ["Sent.LearningRate"] = "5" };
        var refused = await owner.SubmitAsync("train", fields);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("learningRate lies between 1E-07 and 0.1, not 5.", owner.Text);
        Assert.Contains("value=\"5\"", owner.Page);

        fields["Sent.LearningRate"] = "0.0005";
        fields["Sent.Loss"] = "ipo";
        fields["Sent.GradientCheckpointing"] = "true";
        site.Services.GetRequiredService<IOptions<PolicyServing>>().Value.Enabled = true;
        Assert.Equal(HttpStatusCode.Redirect, (await owner.SubmitAsync("train", fields)).StatusCode);
        var run = await DbAsync(db => db.TrainingRuns.Where(r => r.AgentId == new AgentId(agent)).Select(r => new { r.Id, r.Options }).SingleAsync());
        Assert.Equal(TrainOptions.For("tic-tac-toe") with { Seed = 9, LearningRate = 0.0005, Loss = "ipo", GradientCheckpointing = true }, TrainOptions.FromJson(run.Options));
        await owner.Client.PostAsJsonAsync($"/api/v1/training-runs/{run.Id.Value}/cancel", new { });

        var unknown = await owner.Client.PostAsJsonAsync("/api/v1/training-runs", new { agentId = agent, space = "tic-tac-toe", options = new { lr = 0.1 } });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Contains("There is no option called lr.", await unknown.Content.ReadAsStringAsync());
        var made = await owner.Client.PostAsJsonAsync("/api/v1/training-runs", new { agentId = agent, space = "countdown", options = new { seed = 3 } });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var answer = (await made.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(TrainOptions.For("countdown") with { Seed = 3 }, TrainOptions.FromJson(answer["options"]!.ToJsonString()));
        await owner.Client.PostAsJsonAsync($"/api/v1/training-runs/{answer["id"]}/cancel", new { });
        site.Services.GetRequiredService<IOptions<PolicyServing>>().Value.Enabled = false;
    }
}
