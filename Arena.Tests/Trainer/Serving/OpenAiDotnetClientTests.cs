using System.ClientModel;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Microsoft.AspNetCore.Builder;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace Arena.Tests.Trainer.Serving;

/// <summary>The server as OpenAI's own .NET client meets it.</summary>
[Collection(TorchCollection.Name)]
public sealed class OpenAiDotnetClientTests : IAsyncLifetime
{
    private const string Problem = "countdown:25,50,75,100,3,6=952|";

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;
    private OpenAIClient? _client;

    private ChatClient Chat => _client!.GetChatClient("arena-tiny");

    public async ValueTask InitializeAsync()
    {
        _app = ServeHost.Build(0, new PolicyFolders(_folder.Path, null), TimeProvider.System);
        await _app.StartAsync();
        _client = new OpenAIClient(new ApiKeyCredential("any"), new OpenAIClientOptions
        {
            Endpoint = new Uri(_app.Urls.First() + "/v1"),
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_chat_comes_with_usage_log_probabilities_and_the_same_text_for_the_same_seed()
    {
#pragma warning disable OPENAI001 // The client marks the seed as experimental.
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 12, Seed = 7, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 };
#pragma warning restore OPENAI001
        ChatCompletion first = await Chat.CompleteChatAsync([new SystemChatMessage("Play."), new UserChatMessage(Problem)], options);
        ChatCompletion again = await Chat.CompleteChatAsync([new UserChatMessage(Problem)], options);
        Assert.Equal(first.Content[0].Text, again.Content[0].Text);
        Assert.Equal("arena-tiny", first.Model);
        Assert.Equal(ChatMessageRole.Assistant, first.Role);
        Assert.Equal(first.Usage.InputTokenCount + first.Usage.OutputTokenCount, first.Usage.TotalTokenCount);
        Assert.Equal(first.Content[0].Text, string.Concat(first.ContentTokenLogProbabilities.Select(t => t.Token)));
        Assert.All(first.ContentTokenLogProbabilities, t => Assert.Equal(3, t.TopLogProbabilities.Count));
        Assert.Equal(first.ContentTokenLogProbabilities[0].Token, System.Text.Encoding.UTF8.GetString(first.ContentTokenLogProbabilities[0].Utf8Bytes!.Value.Span));
    }

    [Fact]
    public async Task A_stream_spells_the_same_text_with_role_finish_reason_and_usage()
    {
#pragma warning disable OPENAI001
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 12, Seed = 8 };
#pragma warning restore OPENAI001
        ChatCompletion whole = await Chat.CompleteChatAsync([new UserChatMessage(Problem)], options);
        var text = "";
        var updates = new List<StreamingChatCompletionUpdate>();
        await foreach (var update in Chat.CompleteChatStreamingAsync([new UserChatMessage(Problem)], options))
        {
            updates.Add(update);
            text += string.Concat(update.ContentUpdate.Select(c => c.Text));
        }
        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);
        Assert.Equal(whole.FinishReason, Assert.Single(updates, u => u.FinishReason is not null).FinishReason);
        // The client asks for stream_options.include_usage by itself.
        Assert.Equal(whole.Usage.OutputTokenCount, updates[^1].Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_before_it()
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 16, Temperature = 0 };
        ChatCompletion whole = await Chat.CompleteChatAsync([new UserChatMessage(Problem)], options);
        var stop = whole.Content[0].Text[2..4];
        options.StopSequences.Add(stop);
        ChatCompletion cut = await Chat.CompleteChatAsync([new UserChatMessage(Problem)], options);
        Assert.Equal(whole.Content[0].Text[..whole.Content[0].Text.IndexOf(stop, StringComparison.Ordinal)], cut.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);
    }

    [Fact]
    public async Task A_schema_that_lists_values_holds_the_answer_to_them()
    {
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 8,
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("move", BinaryData.FromString("""{"enum":[12,237]}""")),
        };
        ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage("tic-tac-toe:519")], options);
        Assert.Contains(answer.Content[0].Text, (string[])["12", "237"]);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task Errors_arrive_as_the_clients_own_exception_with_status_and_reason()
    {
        var unknown = await Assert.ThrowsAsync<ClientResultException>(() => _client!.GetChatClient("nobody").CompleteChatAsync([new UserChatMessage("x")]));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("model_not_found", unknown.Message);
        var hot = await Assert.ThrowsAsync<ClientResultException>(() => Chat.CompleteChatAsync([new UserChatMessage("x")], new ChatCompletionOptions { Temperature = 3 }));
        Assert.Equal(400, hot.Status);
        Assert.Contains("temperature", hot.Message);
    }

    [Fact]
    public async Task Models_are_listed_and_looked_up()
    {
        OpenAIModelCollection models = await _client!.GetOpenAIModelClient().GetModelsAsync();
        Assert.Contains(models, m => m.Id == "arena-tiny");
        OpenAIModel one = await _client.GetOpenAIModelClient().GetModelAsync("arena-tiny");
        Assert.Equal("arena", one.OwnedBy);
        Assert.True(one.CreatedAt > DateTimeOffset.UnixEpoch);
    }
}
