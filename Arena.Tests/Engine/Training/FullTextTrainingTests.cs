using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Engine.Training;
using Arena.Tests.Doubles;
using Arena.Trainer.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrainOptions = Arena.Engine.Training.TrainOptions;

namespace Arena.Tests.Engine.Training;

/// <summary>A run of a policy that reads the full text, from the owner's press to the candidate, with a worker played by the test.</summary>
public sealed class FullTextTrainingTests : IAsyncLifetime
{
    private static readonly TrainingStart Text = new(PolicyNotation.Text);

    private readonly EngineFixture _engine = new();
    private AgentCreated _agent = null!;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        await using var trainer = await ScriptedChatServer.StartAsync();
        trainer.Bases = [("arena-tiny", "compact"), ("qwen-tiny", "text")];
        _engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = trainer.Endpoint[..^3];
        await _engine.Get<PolicyBases>().RefreshAsync(TimeSpan.FromSeconds(10), default);
        _agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.5));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task ItsPairsAreFrozenAsMessagesAndTheJobSaysSo()
    {
        await PairsAsync("pitch", (PairDraft.TextNotation, "Write for \"it\" 🙂.", "Good.", "Bad."), (PairDraft.CompactNotation, "pitch:1", "a", "b"));
        await PairsAsync("tic-tac-toe", (PairDraft.TextNotation, "Other space.", "1", "2"));
        var run = Assert.IsType<Started>(await StartAsync("pitch", TrainOptions.For("pitch", Text))).Run;
        Assert.Equal(1, run.PairCount);
        var line = JsonNode.Parse(Assert.Single(Encoding.UTF8.GetString(run.Pairs).Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        static string Said(JsonNode? list) => $"{Assert.Single(list!.AsArray())!["role"]}: {list[0]!["content"]}";
        Assert.Equal(("user: Write for \"it\" 🙂.", "assistant: Good.", "assistant: Bad."), (Said(line["prompt"]), Said(line["chosen"]), Said(line["rejected"])));
        Assert.Equal(("pitch", "text", 0.5), (line["space"]!.GetValue<string>(), line["notation"]!.GetValue<string>(), line["margin"]!.GetValue<double>()));
        var job = (await DoAsync<WorkerDesk, LeasedRun?>(d => d.LeaseAsync("test", default)))!;
        Assert.Equal((run.Id, "qwen-tiny", PolicyNotation.Text), (job.Id, job.PolicyName, job.Notation));
        // The trainer reads these options as the recipe that it has itself.
        Assert.Equal(SpaceDefaults.For("pitch", null, [], fullText: true), SpaceDefaults.For("pitch", null, JsonNode.Parse(job.Options)!.AsObject(), fullText: true));
        Assert.Equal((0, 16), (JsonNode.Parse(job.Options)!["rounds"]!.GetValue<int>(), JsonNode.Parse(job.Options)!["loraRank"]!.GetValue<int>()));
    }

    [Fact]
    public async Task WhatItCannotDoIsRefusedWithTheReason()
    {
        async Task<string> Code(string space, TrainOptions options) => Assert.IsType<Refused>(await StartAsync(space, options)).Code;
        var recipe = TrainOptions.For("pitch", Text);
        Assert.Equal("no-pairs", await Code("pitch", recipe));
        await PairsAsync("pitch", (PairDraft.TextNotation, "p", "a", "b"));
        Assert.Equal("option-invalid", await Code("pitch", recipe with { Rounds = 3 }));
        Assert.Equal("option-invalid", await Code("pitch", recipe with { Method = "grpo" }));
        Assert.IsType<Started>(await StartAsync("pitch", recipe));
    }

    [Fact]
    public async Task ItsCandidateReadsTheFullTextTooAndIsTrainedOnInItsRank()
    {
        await PairsAsync("pitch", (PairDraft.TextNotation, "p", "a", "b"));
        var run = Assert.IsType<Started>(await StartAsync("pitch", TrainOptions.For("pitch", Text) with { LoraRank = 4 })).Run.Id;
        await DoAsync<WorkerDesk, LeasedRun?>(d => d.LeaseAsync("test", default));
        foreach (var (name, text) in new[] { ("adapter_config.json", "{}"), ("adapter_model.safetensors", MadeWeights.Text()) })
        {
            await DoAsync<WorkerDesk, WorkerResult>(d => d.PutFileAsync(run, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), default));
        }
        await using var db = await _engine.DbAsync();
        var files = await db.TrainingFiles.Where(f => f.RunId == run).Select(f => new PolicyFile(f.Name, f.Sha256, f.Bytes)).ToListAsync();
        Assert.IsType<Heard>(await DoAsync<WorkerDesk, WorkerResult>(d => d.CompleteAsync(run, 1, files, [], default)));
        var candidate = await db.AgentVersions.SingleAsync(v => v.AgentId == _agent.Agent.Id && v.Number == 2);
        Assert.Equal(PolicyNotation.Text, Assert.IsType<PolicyConfig>(AgentConfig.FromJson(candidate.Config)).Notation);

        // Promoted, it is what the next run starts from.
        candidate.Promote();
        (await db.Agents.SingleAsync(a => a.Id == _agent.Agent.Id)).Use(candidate.Id);
        await db.SaveChangesAsync();
        await db.TrainingRuns.Where(r => r.Id == run).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, RunStatus.Promoted));
        var start = await DoAsync<TrainingDesk, TrainingStart>(d => d.StartOfAsync(_agent.Agent.OwnerId, _agent.Agent.Id));
        Assert.Equal(new(PolicyNotation.Text, 4), start);
        var recipe = TrainOptions.For("pitch", start);
        Assert.Equal(4, recipe.LoraRank);
        Assert.Contains("rank 4", Assert.IsType<Refused>(await StartAsync("pitch", recipe with { LoraRank = 16 })).Reason, StringComparison.Ordinal);
        Assert.IsType<Started>(await StartAsync("pitch", recipe));
    }

    [Fact]
    public async Task ItsOpponentsReadTheFullTextOrBelongToTheHouse()
    {
        await PairsAsync("connect-four", (PairDraft.TextNotation, "p", "a", "b"));
        var (small, large) = (await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.1)), await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.1)));
        await using (var db = await _engine.DbAsync())
        {
            foreach (var agent in await db.Agents.Where(a => a.Id == small.Agent.Id || a.Id == large.Agent.Id).ToListAsync())
            {
                agent.Spar(true);
            }
            await db.SaveChangesAsync();
        }
        var run = Assert.IsType<Started>(await StartAsync("connect-four", TrainOptions.For("connect-four", Text))).Run;
        var pool = PoolMember.ListOf(run.Opponents);
        Assert.Equal([large.Version.Id.Value], pool.Where(m => m.Source == PoolMember.Sparring).Select(m => m.VersionId));
        Assert.Contains(pool, m => m.Source == PoolMember.House);
        // And the other way round: rounds in lock step can't wait for a large model.
        var compact = Assert.IsType<Started>(await DoAsync<TrainingDesk, StartResult>(d => d.StartAsync(small.Agent.OwnerId, small.Agent.Id, "connect-four", new()))).Run;
        Assert.DoesNotContain(PoolMember.ListOf(compact.Opponents), m => m.VersionId == large.Version.Id.Value);
    }

    private Task<StartResult> StartAsync(string space, TrainOptions options) => DoAsync<TrainingDesk, StartResult>(d => d.StartAsync(_agent.Agent.OwnerId, _agent.Agent.Id, space, options));

    private async Task<T> DoAsync<TService, T>(Func<TService, Task<T>> use)
        where TService : notnull
    {
        using var scope = _engine.Scope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    private async Task PairsAsync(string space, params (string Notation, string Prompt, string Chosen, string Rejected)[] pairs)
    {
        await using var db = await _engine.DbAsync();
        db.PreferencePairs.AddRange(pairs.Select(p => new PairDraft(p.Notation, p.Prompt, p.Chosen, p.Rejected, PairSource.SamePrompt, 1, _agent.Version.Id, _agent.Version.Id, 0.5).ToPair(space, new(Guid.Empty), _engine.Time.GetUtcNow())));
        await db.SaveChangesAsync();
    }
}
