using Arena.Engine.Agents;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Engine.Agents;

public sealed class AgentDeskTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static readonly ChatConfig Chat = new("You play.", "http://localhost:11434/v1", "llama", 0.2, 1_000_000, 0, 0);

    [Theory]
    [InlineData("ab", "name-invalid")]
    [InlineData("a name that is much longer than forty characters", "name-invalid")]
    [InlineData("in\u200bvisible", "name-invalid")]
    [InlineData("turn\u202earound", "name-invalid")]
    [InlineData("---", "name-invalid")]
    public async Task NamesThatCouldDeceiveAreRefused(string name, string code) =>
        Assert.Equal(code, Assert.IsType<AgentRefused>(await CreateAsync(await engine.OwnerAsync(), name, AgentKind.Bot, new BotConfig())).Code);

    [Fact]
    public async Task ANameIsTakenOnceHoweverItIsSpelled()
    {
        Assert.IsType<AgentCreated>(await CreateAsync(await engine.OwnerAsync(), "Deep Thought", AgentKind.Bot, new BotConfig()));
        var refused = Assert.IsType<AgentRefused>(await CreateAsync(await engine.OwnerAsync(), " deep THOUGHT ", AgentKind.Bot, new BotConfig()));
        Assert.Equal("name-taken", refused.Code);
    }

    [Fact]
    public async Task AScriptThatDoesNotParseIsRefusedWithItsPlace()
    {
        var refused = Assert.IsType<AgentRefused>(await CreateAsync(await engine.OwnerAsync(), "Broken script", AgentKind.Script, new ScriptConfig("function act(o) { return 1 +; }")));
        Assert.Equal("script-syntax", refused.Code);
        Assert.StartsWith("Line 1, column 29", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("localhost:11434/v1")]
    [InlineData("http://user:secret@localhost/v1")]
    [InlineData("http://localhost/v1?key=secret")]
    public async Task EndpointsThatAreNotPlainAddressesAreRefused(string endpoint)
    {
        var refused = Assert.IsType<AgentRefused>(await CreateAsync(await engine.OwnerAsync(), "Some chat agent", AgentKind.Chat, Chat with { Endpoint = endpoint }));
        Assert.Equal("endpoint-invalid", refused.Code);
    }

    [Fact]
    public async Task SettingsOfAnotherKindAndHouseAgentsAreRefused()
    {
        var owner = await engine.OwnerAsync();
        Assert.Equal("kind-invalid", Assert.IsType<AgentRefused>(await CreateAsync(owner, "Mixed up", AgentKind.Bot, Chat)).Code);
        Assert.Equal("kind-invalid", Assert.IsType<AgentRefused>(await CreateAsync(owner, "False house", AgentKind.House, new HouseConfig("tic-tac-toe", "perfect"))).Code);
    }

    [Fact]
    public async Task ASecretIsKeptEncryptedAndNowhereElse()
    {
        var owner = await engine.OwnerAsync();
        Assert.IsType<AgentCreated>(await CreateAsync(owner, "Keeper of a key", AgentKind.Chat, Chat, "sk-very-secret-123"));
        var rows = await engine.DumpAsync();
        Assert.DoesNotContain(rows.Values, table => table.Contains("sk-very-secret-123", StringComparison.Ordinal));
        await using var db = await engine.DbAsync();
        Assert.Contains("sk-very-secret-123", db.AgentSecrets.ToList().Select(s => engine.Get<SecretVault>().Unprotect(s.Protected)));
    }

    [Fact]
    public async Task ANewVersionBecomesTheCurrentOneAndTheOldOneStays()
    {
        var created = await engine.AgentAsync(AgentKind.Script, new ScriptConfig("function act(o) { return 'a'; }"));
        using var scope = engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<AgentDesk>();
        var unchanged = await desk.AddVersionAsync(created.Agent.OwnerId, created.Agent.Id, new ScriptConfig("function act(o) { return 'a'; }"));
        Assert.Equal("unchanged", Assert.IsType<AgentRefused>(unchanged).Code);
        var second = Assert.IsType<AgentCreated>(await desk.AddVersionAsync(created.Agent.OwnerId, created.Agent.Id, new ScriptConfig("function act(o) { return 'b'; }")));
        Assert.Equal((2, created.Version.Id), (second.Version.Number, second.Version.ParentId!.Value));
        Assert.Equal(second.Version.Id, second.Agent.CurrentVersionId);
        Assert.Equal("agent-not-found", Assert.IsType<AgentRefused>(await desk.AddVersionAsync(await engine.OwnerAsync(), created.Agent.Id, new BotConfig())).Code);
    }

    [Fact]
    public async Task ATokenIsFoundByItsSecretUntilItIsRevoked()
    {
        var owner = await engine.OwnerAsync();
        using var scope = engine.Scope();
        var desk = scope.ServiceProvider.GetRequiredService<TokenDesk>();
        var issued = await desk.IssueAsync(owner, null, TokenScope.Owner, "my laptop");
        Assert.StartsWith("arena_", issued.Secret, StringComparison.Ordinal);
        Assert.Equal(issued.Row.Id, (await desk.FindAsync(issued.Secret))!.Id);
        Assert.Null(await desk.FindAsync(issued.Secret + "x"));
        Assert.False(await desk.RevokeAsync(await engine.OwnerAsync(), issued.Row.Id));
        Assert.True(await desk.RevokeAsync(owner, issued.Row.Id));
        Assert.Null(await desk.FindAsync(issued.Secret));
        Assert.DoesNotContain((await engine.DumpAsync()).Values, table => table.Contains(issued.Secret, StringComparison.Ordinal));
    }

    private async Task<AgentResult> CreateAsync(Guid owner, string name, AgentKind kind, AgentConfig config, string? secret = null)
    {
        using var scope = engine.Scope();
        return await scope.ServiceProvider.GetRequiredService<AgentDesk>().CreateAsync(owner, new NewAgent(name, kind, "", config, secret));
    }
}
