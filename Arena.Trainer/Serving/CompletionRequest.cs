using System.Text.Json.Nodes;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.Serving;

/// <summary>One line of a chat.</summary>
/// <param name="Role">"system", "developer", "user" or "assistant".</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>What is to be continued, at /v1/completions: a text or token ids.</summary>
public sealed record PlainPrompt(string? Text, IReadOnlyList<int>? Ids);

/// <summary>A request as OpenAI's API words it, read and checked: chat and plain completions in one shape.</summary>
/// <param name="Chat">Asked at /v1/chat/completions.</param>
/// <param name="Model">Policy name.</param>
public sealed record CompletionRequest(bool Chat, string Model)
{
    /// <summary>The chat; empty for plain completions.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>The texts to continue; empty for a chat.</summary>
    public IReadOnlyList<PlainPrompt> Prompts { get; init; } = [];

    /// <summary>Most new tokens, or null for the default.</summary>
    public int? MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    public ulong? Seed { get; init; }

    /// <summary>"n": answers wanted to each prompt.</summary>
    public int Count { get; init; } = 1;

    public bool Stream { get; init; }

    /// <summary>"stream_options.include_usage".</summary>
    public bool StreamUsage { get; init; }

    /// <summary>Whether to report log-probabilities.</summary>
    public bool LogProbs { get; init; }

    /// <summary>Alternatives per token.</summary>
    public int TopLogProbs { get; init; }

    /// <summary>Texts that end an answer; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Plain completions: the answer begins with the prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>The answer is one of these texts; null = free.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>"chat_template_kwargs" (vLLM's name): further variables of the chat template, such as enable_thinking.</summary>
    public JsonObject? TemplateVariables { get; init; }

    /// <summary>The answer follows this grammar; null = free.</summary>
    public AnswerGrammar? Grammar { get; init; }
}
