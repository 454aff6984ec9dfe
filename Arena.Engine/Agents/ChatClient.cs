using Arena.Rules.Play;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>Opens clients for chat agents.</summary>
public sealed class ChatClientSource(ChatEndpoint endpoint, ChatSpend spend, SecretVault vault, IDbContextFactory<ArenaDb> factory, IOptions<ChatOptions> options, TimeProvider time) : IAgentClientSource
{
    public AgentKind Kind => AgentKind.Chat;

    public IAgentClient Open(AgentVersion version) => new ChatClient(endpoint, spend, vault, factory, options.Value, time);
}

/// <summary>
/// Asks a chat agent's model: its system prompt, the observation's text, and the complaint about its last try. All that
/// can go wrong at its owner's endpoint is the agent's fault and said so; the key and the endpoint stay out of the record.
/// </summary>
internal sealed class ChatClient(ChatEndpoint endpoint, ChatSpend spend, SecretVault vault, IDbContextFactory<ArenaDb> factory, ChatOptions options, TimeProvider time) : IAgentClient
{
    // A busy model often recovers within the turn's clock.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5)];

    public async ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct)
    {
        if (turn.Config is not ChatConfig config)
        {
            return AgentReply.Failed(FaultKind.Crashed, "The agent's settings are not those of a chat agent.");
        }
        var question = Question(config, turn.Pending, options.MaxAnswerTokens);
        var key = await KeyAsync(turn.AgentId, ct);
        for (var failures = 0; ; failures++)
        {
            var held = ChatPrice.Most(question, config.InputMicroUsdPerMillionTokens, config.OutputMicroUsdPerMillionTokens);
            if (!await spend.TryHoldAsync(turn.AgentId, held, config.SpendCapMicroUsd, ct))
            {
                return AgentReply.Failed(FaultKind.OverBudget, "The agent's spend cap is reached: its owner set what it may cost, and one more answer could pass that.");
            }
            var outcome = await AskAsync(turn, config, key, question, held, ct);
            if (outcome is ChatAnswer answer)
            {
                return AgentReply.Said(answer.Text);
            }
            var trouble = (ChatTrouble)outcome;
            var mayPass = trouble.Kind is ChatTroubleKind.ServerError or ChatTroubleKind.TooMany or ChatTroubleKind.Unreachable or ChatTroubleKind.CutShort;
            if (!mayPass || failures == Pauses.Length || time.GetUtcNow() + Pauses[failures] >= turn.Deadline)
            {
                return AgentReply.Failed(trouble.Kind == ChatTroubleKind.TimedOut ? FaultKind.TimedOut : FaultKind.Crashed, trouble.Public());
            }
            await Task.Delay(Pauses[failures], time, ct);
        }
    }

    internal static ChatQuestion Question(ChatConfig config, PendingTurn pending, int maxTokens)
    {
        List<ChatLine> lines = [];
        if (!string.IsNullOrWhiteSpace(config.SystemPrompt))
        {
            lines.Add(new("system", config.SystemPrompt));
        }
        lines.Add(new("user", Prompt(pending)));
        return new(config.Model, lines, maxTokens, config.Temperature);
    }

    /// <summary>A turn in full text, as language models are asked: the observation, and the complaint about the last try.</summary>
    internal static string Prompt(PendingTurn pending) =>
        pending.Observation.Text + (pending.Complaint is null ? "" : $"\n\nYour last answer was refused: {pending.Complaint} Answer again.");

    private async Task<ChatOutcome> AskAsync(AgentTurn turn, ChatConfig config, string? key, ChatQuestion question, long held, CancellationToken ct)
    {
        var (prompt, answered, cost) = (0L, 0L, held);
        try
        {
            var outcome = await endpoint.AskAsync(config.Endpoint, key, question, turn.Deadline - time.GetUtcNow(), ct);
            if (outcome is ChatAnswer answer)
            {
                prompt = answer.PromptTokens ?? ChatPrice.MostPromptTokens(question);
                answered = answer.AnswerTokens ?? question.MaxTokens;
                cost = ChatPrice.Of(prompt, answered, config.InputMicroUsdPerMillionTokens, config.OutputMicroUsdPerMillionTokens);
            }
            else if (outcome is ChatTrouble { Kind: not (ChatTroubleKind.TimedOut or ChatTroubleKind.CutShort or ChatTroubleKind.TooLarge or ChatTroubleKind.WrongShape) })
            {
                // Nothing was generated, so nothing is owed. Otherwise the model may have worked and what was held stays booked.
                cost = 0;
            }
            return outcome;
        }
        finally
        {
            await spend.SettleAsync(turn.AgentId, held, cost, prompt, answered);
        }
    }

    private async Task<string?> KeyAsync(AgentId agent, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var kept = await db.AgentSecrets.AsNoTracking().FirstOrDefaultAsync(s => s.AgentId == agent && s.Name == AgentDesk.ChatKey, ct);
        return kept is null ? null : vault.Unprotect(kept.Protected);
    }
}
