using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Tests.Doubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Agents;

/// <summary>Policies over a base that reads the full text, asked of a server that stands in for the trainer.</summary>
public sealed class FullTextPolicyTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();
    private ScriptedChatServer _trainer = null!;

    public async ValueTask InitializeAsync()
    {
        await _engine.InitializeAsync();
        _trainer = await ScriptedChatServer.StartAsync();
        _trainer.Bases = [("arena-tiny", "compact"), ("qwen-tiny", "text"), ("odd", "pictures")];
        _engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = _trainer.Endpoint[..^3];
        await _engine.Get<PolicyBases>().RefreshAsync(TimeSpan.FromSeconds(10), default);
    }

    public async ValueTask DisposeAsync()
    {
        await _trainer.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task APolicyReadsWhatItsBaseReadsWhateverItsOwnerSays()
    {
        Assert.Equal([PolicyBase.Shipped.Name, "qwen-tiny"], _engine.Get<PolicyBases>().Known.Select(b => b.Name));
        var text = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.5));
        Assert.Equal(PolicyNotation.Text, Assert.IsType<PolicyConfig>(AgentConfig.FromJson(text.Version.Config)).Notation);
        Assert.Contains("\"notation\":\"text\"", text.Version.Config, StringComparison.Ordinal);
        var plain = new PolicyConfig("arena-tiny", [], 0.5);
        var compact = await _engine.AgentAsync(AgentKind.Policy, plain with { Notation = PolicyNotation.Text });
        // Nothing of it is written where it is compact: versions from before keep their hash.
        Assert.Equal((plain.ToJson(), plain.Hash()), (compact.Version.Config, compact.Version.Hash));
        Assert.DoesNotContain("notation", plain.ToJson(), StringComparison.Ordinal);

        using var scope = _engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<AgentDesk>();
        var refused = Assert.IsType<AgentRefused>(await desk.CreateAsync(text.Agent.OwnerId, new("Nobody knows", AgentKind.Policy, "", new PolicyConfig("odd", [], 0.5))));
        Assert.Equal("model-invalid", refused.Code);
        Assert.Contains("arena-tiny, qwen-tiny", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABaseThatIsNoLongerOfferedGoesOnInItsAgents()
    {
        var agent = (await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.5))).Agent;
        _trainer.Bases = [];
        await _engine.Get<PolicyBases>().RefreshAsync(TimeSpan.FromSeconds(10), default);
        Assert.Equal([PolicyBase.Shipped], _engine.Get<PolicyBases>().Known);
        using var scope = _engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<AgentDesk>();
        var next = Assert.IsType<AgentCreated>(await desk.AddVersionAsync(agent.OwnerId, agent.Id, new PolicyConfig("qwen-tiny", [], 0.9)));
        Assert.Equal(PolicyNotation.Text, Assert.IsType<PolicyConfig>(AgentConfig.FromJson(next.Version.Config)).Notation);
    }

    [Fact]
    public async Task ItPlaysASpaceWithoutCompactNotationFromTheTextThatLanguageModelsRead()
    {
        // Not asked for one of the legal answers it gives an illegal one, which the transcript shows; a server that failed would be asked for ever.
        _trainer.Answer = question => question.Body["guided_choice"]?[0]!.GetValue<string>() ?? "no choice was given";
        var agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.5) { LegalOnly = true });
        var lease = await _engine.PlayedAsync("kuhn-poker", agent.Version.Id, await _engine.HouseAsync("kuhn-poker", "random"));
        await using var db = await _engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Null(match.Seats.Single(s => s.Player == 0).Fault);
        var transcript = JsonNode.Parse((await _engine.Get<MatchReader>().PlayedAsync(lease.Plan.Id, default))!)!;
        var saw = transcript["games"]!.AsArray().SelectMany(g => g!["turns"]!.AsArray().Where(t => g["seats"]![t!["seat"]!.GetValue<int>()]!.GetValue<int>() == 0)).Select(t => t!["saw"]!.GetValue<string>()).ToList();
        Assert.NotEmpty(saw);
        Assert.Equal(saw, _trainer.Seen.Select(q => q.Text));
        Assert.All(_trainer.Seen, q =>
        {
            Assert.Equal("qwen-tiny", q.Body["model"]!.GetValue<string>());
            Assert.Equal(new PolicyServing().TextAnswerTokens, q.Body["max_tokens"]!.GetValue<int>());
            Assert.False(q.Body["chat_template_kwargs"]!["enable_thinking"]!.GetValue<bool>());
        });
    }

    [Fact]
    public async Task AnIllegalAnswerIsComplainedAboutAndTheNextTryIsDrawnAnew()
    {
        _trainer.Answer = question => question.Text.Contains("was refused", StringComparison.Ordinal) ? Regex.Match(question.Text, @"Numbers: (\d+)").Groups[1].Value : "Let me think.";
        var agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("qwen-tiny", [], 0.5));
        var lease = await _engine.PlayedAsync("countdown", agent.Version.Id, await _engine.HouseAsync("countdown", "solver"));
        await using var db = await _engine.DbAsync();
        Assert.Null((await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id)).Seats.Single(s => s.Player == 0).Fault);
        Assert.Equal(2, _trainer.Seen.Count);
        Assert.Contains("Your last answer was refused:", _trainer.Seen.Last().Text, StringComparison.Ordinal);
        Assert.Equal(2, _trainer.Seen.Select(q => q.Body["seed"]!.GetValue<long>()).Distinct().Count());
    }

    [Fact]
    public async Task APolicyOnCompactNotationForfeitsWhereThereIsNoneAndTheTranscriptSaysWhy()
    {
        var agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));
        var lease = await _engine.PlayedAsync("kuhn-poker", agent.Version.Id, await _engine.HouseAsync("kuhn-poker", "random"));
        await using var db = await _engine.DbAsync();
        var fault = (await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == lease.Plan.Id)).Seats.Single(s => s.Player == 0).Fault;
        Assert.Contains("has no compact notation, which is all that this policy reads", fault, StringComparison.Ordinal);
        Assert.Empty(_trainer.Seen);
    }
}
