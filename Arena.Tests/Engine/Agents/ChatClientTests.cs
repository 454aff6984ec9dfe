using System.Text;
using System.Text.RegularExpressions;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Tests.Doubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Match = Arena.Engine.Matches.Match;

namespace Arena.Tests.Engine.Agents;

/// <summary>Chat and policy agents in whole matches, over real HTTP.</summary>
public sealed class ChatClientTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Key = "sk-very-secret";

    private async Task<AgentCreated> ChatAsync(ScriptedChatServer server, long cap = 1_000_000, long price = 1_000_000)
    {
        var owner = await engine.OwnerAsync();
        using var scope = engine.Scope();
        var config = new ChatConfig("You play to win.", server.Endpoint, "tiny", 0.5, cap, price, price);
        var name = $"Chat {Guid.CreateVersion7(engine.Time.GetUtcNow()).ToString("N")[20..]}";
        return Assert.IsType<AgentCreated>(await scope.ServiceProvider.GetRequiredService<AgentDesk>().CreateAsync(owner, new NewAgent(name, AgentKind.Chat, "", config, Key)));
    }

    /// <summary>Plays a match of countdown against the solver and reads it back.</summary>
    private async Task<(Match Match, string Transcript)> PlayAsync(VersionId version, bool clock = false)
    {
        var lease = await engine.WrittenAsync("countdown", MatchKind.Rated, 0, version, await engine.HouseAsync("countdown", "solver"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        var play = engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default);
        if (clock)
        {
            await engine.RunAsync(play, TimeSpan.FromSeconds(1));
        }
        await play;
        await using var db = await engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id);
        return (match, Encoding.UTF8.GetString(await engine.Get<MatchReader>().PlayedAsync(match.Id) ?? []));
    }

    private static string FirstNumber(SeenQuestion question) => Regex.Match(question.Text, @"Numbers: (\d+)").Groups[1].Value;

    [Fact]
    public async Task AChatAgentPlaysItsRepliesAreOnDiskAndItsCostIsBooked()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        server.Answer = FirstNumber;
        var agent = await ChatAsync(server);
        var (match, transcript) = await PlayAsync(agent.Version.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Null(match.Seats.Single(s => s.Player == 0).Fault);
        Assert.True(server.Seen.TryPeek(out var seen));
        Assert.Equal("Bearer " + Key, seen.Authorization);
        Assert.StartsWith("You play to win.\n\nCountdown.", seen.Text, StringComparison.Ordinal);
        await using var db = await engine.DbAsync();
        Assert.Equal(FirstNumber(seen), (await db.RecordedReplies.SingleAsync(r => r.MatchId == match.Id)).Text);
        var spend = await db.AgentSpends.SingleAsync(s => s.AgentId == agent.Agent.Id);
        Assert.Equal((101, 100, 1), (spend.MicroUsd, spend.PromptTokens, spend.AnswerTokens));
        Assert.DoesNotContain(Key, transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIllegalAnswerIsComplainedAboutToTheModel()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        server.Answer = question => question.Text.Contains("was refused", StringComparison.Ordinal) ? FirstNumber(question) : "no idea";
        var (match, _) = await PlayAsync((await ChatAsync(server)).Version.Id);
        Assert.Null(match.Seats.Single(s => s.Player == 0).Fault);
        Assert.Equal(2, server.Seen.Count);
        Assert.Contains("Your last answer was refused:", server.Seen.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQuestionThatCouldPassTheCapIsNeverAsked()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        var agent = await ChatAsync(server, cap: 500);
        var (match, _) = await PlayAsync(agent.Version.Id);
        Assert.StartsWith("OverBudget: The agent's spend cap is reached", match.Seats.Single(s => s.Player == 0).Fault, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
        await using var db = await engine.DbAsync();
        Assert.Equal(0, (await db.AgentSpends.SingleAsync(s => s.AgentId == agent.Agent.Id)).MicroUsd);
    }

    [Theory]
    [InlineData(ChatMode.Html, "Crashed: The agent's endpoint answered with a web page")]
    [InlineData(ChatMode.NotAuthorized, "Crashed: The agent's endpoint refused its key.")]
    [InlineData(ChatMode.WrongShape, "Crashed: The agent's endpoint answered with JSON that is no chat completion.")]
    public async Task ALyingEndpointLosesItsMatchWithAClearReasonAndNoSecret(ChatMode mode, string fault)
    {
        await using var server = await ScriptedChatServer.StartAsync(mode);
        var (match, transcript) = await PlayAsync((await ChatAsync(server)).Version.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.StartsWith(fault, match.Seats.Single(s => s.Player == 0).Fault, StringComparison.Ordinal);
        Assert.Equal(0, match.Seats.Single(s => s.Player == 0).Score);
        Assert.DoesNotContain(Key, transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilenceIsATimeOut()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.Silence);
        var (match, _) = await PlayAsync((await ChatAsync(server)).Version.Id, clock: true);
        Assert.StartsWith("TimedOut:", match.Seats.Single(s => s.Player == 0).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MatchesAtOnceCannotPassTheCapTogether()
    {
        var spend = engine.Get<ChatSpend>();
        var agent = AgentId.New(engine.Time);
        var held = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => spend.TryHoldAsync(agent, 100, 500, default)));
        Assert.Equal(5, held.Count(h => h));
        await spend.SettleAsync(agent, 100, 40, 10, 5);
        Assert.False(await spend.TryHoldAsync(agent, 100, 500, default));
        Assert.True(await spend.TryHoldAsync(agent, 60, 500, default));
        Assert.True(await spend.TryHoldAsync(agent, 0, 0, default));
    }

    [Fact]
    public async Task APolicyPlaysThroughTheTrainersServer()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        server.Answer = question => "123456789".First(c => !question.Text.Split(':')[1].Contains(c, StringComparison.Ordinal)).ToString();
        var serving = engine.Get<IOptions<PolicyServing>>().Value;
        serving.ServeUrl = server.Endpoint[..^3];
        var agent = await engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));
        var lease = await engine.PlayedAsync("tic-tac-toe", agent.Version.Id, await engine.HouseAsync("tic-tac-toe", "random"));
        await using var db = await engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Null(match.Seats.Single(s => s.Player == 0).Fault);
        Assert.All(server.Seen, q => Assert.StartsWith("tic-tac-toe:", q.Text, StringComparison.Ordinal));
        Assert.All(server.Seen, q => Assert.Equal(1, q.Body["max_tokens"]!.GetValue<int>()));
        Assert.Equal(server.Seen.Count, server.Seen.Select(q => q.Body["seed"]!.GetValue<long>()).Distinct().Count());
    }

    [Fact]
    public async Task APolicyHeldToTheLegalActionsAsksForThemAndItsTranscriptSaysSo()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        server.Answer = question => question.Body["guided_choice"]!.AsArray()[^1]!.GetValue<string>();
        engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = server.Endpoint[..^3];
        var free = new PolicyConfig("arena-tiny", [], 0.5);
        var held = free with { LegalOnly = true };
        Assert.DoesNotContain("legalOnly", free.ToJson(), StringComparison.Ordinal);
        Assert.Equal(held.ToJson(), AgentConfig.FromJson(held.ToJson()).ToJson());
        Assert.NotEqual(free.Hash(), held.Hash());
        var agent = await engine.AgentAsync(AgentKind.Policy, held);
        var lease = await engine.PlayedAsync("tic-tac-toe", agent.Version.Id, await engine.HouseAsync("tic-tac-toe", "random"));
        var taken = server.Seen.Select(q => (Moves: q.Text.Split(':')[1], Choices: q.Body["guided_choice"]!.AsArray().Select(c => c!.GetValue<string>()).ToList())).ToList();
        Assert.All(taken, q => Assert.Equal("123456789".Where(c => !q.Moves.Contains(c)).Select(c => c.ToString()), q.Choices));
        var transcript = (await engine.Get<MatchReader>().PlayedAsync(lease.Plan.Id, default))!;
        var players = System.Text.Json.Nodes.JsonNode.Parse(transcript)!["players"]!.AsArray();
        Assert.Equal("legal", players[0]!["guided"]!.GetValue<string>());
        Assert.Null(players[1]!["guided"]);
        var report = Arena.Rules.Transcripts.TranscriptReplay.Run(transcript, Arena.Rules.SpaceRegistry.Find("tic-tac-toe")!, lease.Plan.Commitment);
        Assert.All(report.Checks, c => Assert.True(c.Ok, c.Step));
        Assert.NotNull(report.Match);
    }

    [Fact]
    public async Task WhereLegalActionsCantBeListedAHeldPolicyAsksForTheirGrammar()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        server.Answer = question => question.Body["guided_grammar"] is { } grammar ? grammar.GetValue<string>().Split('(', ',')[1] : "illegal";
        engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = server.Endpoint[..^3];
        var agent = await engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5) { LegalOnly = true });
        var lease = await engine.PlayedAsync("countdown", agent.Version.Id, await engine.HouseAsync("countdown", "random-100"));
        Assert.NotEmpty(server.Seen);
        Assert.All(server.Seen, q =>
        {
            Assert.Equal($"expression({q.Text.Split(':', '=')[1].Replace(",", ", ", StringComparison.Ordinal)})", q.Body["guided_grammar"]!.GetValue<string>());
            Assert.Null(q.Body["guided_choice"]);
        });
        var transcript = (await engine.Get<MatchReader>().PlayedAsync(lease.Plan.Id, default))!;
        Assert.Equal("legal", System.Text.Json.Nodes.JsonNode.Parse(transcript)!["players"]![0]!["guided"]!.GetValue<string>());
        var report = Arena.Rules.Transcripts.TranscriptReplay.Run(transcript, Arena.Rules.SpaceRegistry.Find("countdown")!, lease.Plan.Commitment);
        Assert.All(report.Checks, c => Assert.True(c.Ok, c.Step));
        Assert.All(report.Match!.Games.SelectMany(g => g.Turns).Where(t => t.Player == 0), t => Assert.Null(t.Fault));
    }

    [Fact]
    public async Task WithoutATrainerAPolicysMatchIsVoidAndNobodyLoses()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.ServerError);
        engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = server.Endpoint[..^3];
        var agent = await engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));
        var lease = await engine.WrittenAsync("tic-tac-toe", MatchKind.Rated, 0, agent.Version.Id, await engine.HouseAsync("tic-tac-toe", "random"));
        engine.Get<MatchHost>().Keep(lease.Plan);
        await engine.RunAsync(engine.Get<MatchHost>().PlayAsync(lease.Plan.Id, default), TimeSpan.FromMilliseconds(20));
        await using var db = await engine.DbAsync();
        var match = await db.Matches.SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal(MatchStatus.Void, match.Status);
        Assert.StartsWith("The trainer, which serves policies, did not answer.", match.VoidReason, StringComparison.Ordinal);
        Assert.False(await db.Ratings.AnyAsync(r => r.VersionId == agent.Version.Id));
    }
}
