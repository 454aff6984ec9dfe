using System.Net;
using System.Net.Sockets;
using Arena.Engine.Agents;
using Arena.Tests.Doubles;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Agents;

/// <summary>Every way in which an endpoint can fail is told apart, over real HTTP.</summary>
public sealed class ChatEndpointTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static ChatEndpoint Endpoint(ChatOptions? options = null) => new(Options.Create(options ?? new()), TimeProvider.System);

    private static ChatQuestion Question(string text = "hello") => new("tiny", [new("user", text)], 50, 0.5, Seed: 7);

    [Fact]
    public async Task AnAnswerComesWithItsTokensAndModel()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        using var endpoint = Endpoint();
        var answer = Assert.IsType<ChatAnswer>(await endpoint.AskAsync(server.Endpoint, "sk-secret", Question(), Long, default));
        Assert.Equal(("ready", 100, "tiny"), (answer.Text, answer.PromptTokens, answer.Model));
        Assert.True(server.Seen.TryDequeue(out var seen));
        Assert.Equal("Bearer sk-secret", seen.Authorization);
        Assert.Equal(50, seen.Body["max_tokens"]!.GetValue<int>());
        Assert.Equal(7, seen.Body["seed"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(ChatMode.Html, ChatTroubleKind.NotJson, "web page instead of JSON")]
    [InlineData(ChatMode.ServerError, ChatTroubleKind.ServerError, "the model crashed")]
    [InlineData(ChatMode.NotAuthorized, ChatTroubleKind.Denied, "refused the key")]
    [InlineData(ChatMode.NotFound, ChatTroubleKind.NotFound, "try pulling it first")]
    [InlineData(ChatMode.HalfAnswer, ChatTroubleKind.CutShort, "half an answer")]
    [InlineData(ChatMode.BrokenAnswer, ChatTroubleKind.CutShort, "half way")]
    [InlineData(ChatMode.Empty, ChatTroubleKind.CutShort, "empty")]
    [InlineData(ChatMode.WrongShape, ChatTroubleKind.WrongShape, "no chat completion")]
    [InlineData(ChatMode.TooLarge, ChatTroubleKind.TooLarge, "larger than")]
    [InlineData(ChatMode.Redirect, ChatTroubleKind.Refused, "redirects")]
    public async Task ALyingEndpointIsUnderstood(ChatMode mode, ChatTroubleKind kind, string says)
    {
        await using var server = await ScriptedChatServer.StartAsync(mode);
        using var endpoint = Endpoint();
        var trouble = Assert.IsType<ChatTrouble>(await endpoint.AskAsync(server.Endpoint, "sk-secret", Question(), Long, default));
        Assert.Equal(kind, trouble.Kind);
        Assert.Contains(says, trouble.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", trouble.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("http", trouble.Public().Replace("(HTTP", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SilenceEndsAtTheDeadline()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.Silence);
        using var endpoint = Endpoint();
        var trouble = Assert.IsType<ChatTrouble>(await endpoint.AskAsync(server.Endpoint, null, Question(), TimeSpan.FromMilliseconds(200), default));
        Assert.Equal(ChatTroubleKind.TimedOut, trouble.Kind);
        Assert.Contains("silent for 0.2 s", trouble.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingListeningIsSaidAsSuch()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var endpoint = Endpoint();
        var trouble = Assert.IsType<ChatTrouble>(await endpoint.AskAsync($"http://127.0.0.1:{port}/v1", null, Question(), Long, default));
        Assert.Equal(ChatTroubleKind.Unreachable, trouble.Kind);
        Assert.Contains("nothing listens there", trouble.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEndpointThatEchoesTheKeyDoesNotGetItIntoTheRecord()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.EchoKey);
        using var endpoint = Endpoint();
        var answer = Assert.IsType<ChatAnswer>(await endpoint.AskAsync(server.Endpoint, "sk-secret", Question(), Long, default));
        Assert.Equal("your header was Bearer [key]", answer.Text);
    }

    [Fact]
    public async Task ANameThatLeadsToAForbiddenAddressIsNotCalled()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        using var endpoint = Endpoint(new() { AllowLoopback = false });
        var byName = server.Endpoint.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var trouble = Assert.IsType<ChatTrouble>(await endpoint.AskAsync(byName, null, Question(), Long, default));
        Assert.Equal(ChatTroubleKind.BadAddress, trouble.Kind);
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task TestConnectionSaysWhatTheModelAnswered()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        using var endpoint = Endpoint();
        var check = new ChatCheck(endpoint, Options.Create(new ChatOptions()));
        var result = await check.RunAsync(server.Endpoint, "tiny", null, default);
        Assert.True(result.Ok);
        Assert.Contains("tiny answered \"ready\"", result.Message, StringComparison.Ordinal);
        server.Mode = ChatMode.Html;
        Assert.Contains("web page", (await check.RunAsync(server.Endpoint, "tiny", null, default)).Message, StringComparison.Ordinal);
        Assert.Contains("Name the model", (await check.RunAsync(server.Endpoint, " ", null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AQuestionNeverCostsMoreThanWhatIsHeldForIt()
    {
        var question = Question(new string('é', 500));
        // 1,000 bytes and 16 around the message at 2 USD, 50 tokens at 10 USD a million: 2,032 + 500 millionths.
        Assert.Equal(2_532, ChatPrice.Most(question, 2_000_000, 10_000_000));
        Assert.Equal(1, ChatPrice.Of(1, 0, 1, 0));
        Assert.Equal(0, ChatPrice.Of(1_000, 1_000, 0, 0));
    }
}
