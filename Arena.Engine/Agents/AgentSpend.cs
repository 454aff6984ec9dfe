namespace Arena.Engine.Agents;

/// <summary>What a chat agent has cost so far, against its cap.</summary>
public sealed class AgentSpend
{
    public required AgentId AgentId { get; init; }

    public long MicroUsd { get; set; }

    public long PromptTokens { get; set; }

    public long AnswerTokens { get; set; }
}
