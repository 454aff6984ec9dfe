using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>Asks the trainer's server for answers.</summary>
public sealed class PolicyServer : IDisposable
{
    private readonly PolicyServing _serving;
    private readonly ChatEndpoint _endpoint;

    public PolicyServer(IOptions<PolicyServing> serving, TimeProvider time)
    {
        _serving = serving.Value;
        // The trainer is named by the operator, so the rules for addresses that owners name don't apply to it.
        _endpoint = new(Options.Create(new ChatOptions { AllowLoopback = true, AllowPrivateNetworks = true }), time);
    }

    public bool Enabled => _serving.Enabled;

    public TimeSpan Patience => _serving.Patience;

    /// <summary>Most tokens of an answer.</summary>
    public int MostTokens(PolicyNotation notation, SpaceCard card) => notation == PolicyNotation.Text ? _serving.TextAnswerTokens : card.CompactAnswerTokens;

    /// <param name="prompt">Compact notation, e.g. "tic-tac-toe:519", or a full text; the model's chat template, where it has one, is the trainer's business.</param>
    /// <param name="choices">The only answers allowed, or null for any.</param>
    /// <param name="grammar">What answers are held to where they can't be listed, or null.</param>
    public Task<ChatOutcome> CompleteAsync(
        string model, string prompt, int maxTokens, double temperature, long seed, TimeSpan timeout, CancellationToken ct, IReadOnlyList<string>? choices = null, string? grammar = null) =>
        _endpoint.AskAsync(_serving.BaseAddress + "/v1", null, new(model, [new("user", prompt)], maxTokens, temperature, seed) { Choices = choices, Grammar = grammar, AtOnce = true }, timeout, ct);

    public void Dispose() => _endpoint.Dispose();
}

/// <summary>Opens clients for policy agents.</summary>
public sealed class PolicyClientSource(PolicyServer server, TimeProvider time) : IAgentClientSource
{
    public AgentKind Kind => AgentKind.Policy;

    public IAgentClient Open(AgentVersion version) => new PolicyClient(server, time);
}

/// <summary>
/// Asks a hosted policy. The trainer is the platform's own: when it fails, the turn waits for it, then the match is void
/// and nobody loses. Only what the policy says is the agent's.
/// </summary>
internal sealed class PolicyClient(PolicyServer server, TimeProvider time) : IAgentClient
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct)
    {
        if (turn.Config is not PolicyConfig config)
        {
            return AgentReply.Failed(FaultKind.Crashed, "The agent's settings are not those of a policy.");
        }
        if (Prompt(config, turn) is not { } prompt)
        {
            return AgentReply.Failed(FaultKind.Crashed, $"{turn.Card.Name} has no compact notation, which is all that this policy reads.");
        }
        if (!server.Enabled)
        {
            throw new PlatformFaultException("The trainer is off on this site, so policies can't play.");
        }
        var seed = Seed(turn);
        var choices = config.LegalOnly && turn.Pending.Observation.Legal is { Count: > 0 } legal ? legal : null;
        var grammar = config.LegalOnly ? turn.Pending.Observation.Grammar : null;
        // A whole action always has room: a token is a byte at least.
        var tokens = Math.Max(server.MostTokens(config.Notation, turn.Card), choices?.Max(c => Encoding.UTF8.GetByteCount(c)) ?? 0);
        var began = time.GetUtcNow();
        // Stop a little before the turn's clock: a late platform is the platform's fault, not a time-out of the agent's.
        var clock = turn.Deadline - TimeSpan.FromMilliseconds(250);
        var end = Min(clock, began + server.Patience);
        // A large model at work has the whole clock; one that can't be reached is waited for as long as any.
        var answerBy = config.Notation == PolicyNotation.Text ? clock : end;
        while (true)
        {
            var outcome = await server.CompleteAsync(config.Model, prompt, tokens, config.Temperature, seed, answerBy - time.GetUtcNow(), ct, choices, grammar);
            switch (outcome)
            {
                case ChatAnswer answer:
                    return AgentReply.Said(answer.Text);
                case ChatTrouble { Kind: ChatTroubleKind.Refused } refused:
                    return AgentReply.Failed(FaultKind.Crashed, $"The policy can't answer this position. {refused.Detail}");
                case ChatTrouble trouble when time.GetUtcNow() + Pause >= end:
                    throw new PlatformFaultException($"The trainer, which serves policies, did not answer. {trouble.Detail}");
                default:
                    await Task.Delay(Pause, time, ct);
                    break;
            }
        }
    }

    /// <returns>Null where the space can't be put into what the policy reads.</returns>
    private static string? Prompt(PolicyConfig config, AgentTurn turn) =>
        !config.Reads(turn.Card) ? null
        : config.Notation == PolicyNotation.Text ? ChatClient.Prompt(turn.Pending)
        : turn.Pending.Observation.Compact;

    /// <summary>Each turn and try has its own seed, so that a resumed match samples what it would have sampled. 53 bits: JSON carries them exactly.</summary>
    internal static long Seed(AgentTurn turn)
    {
        Span<byte> key = stackalloc byte[24];
        turn.MatchId.Value.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key[16..], turn.Pending.Turn);
        BinaryPrimitives.WriteInt32BigEndian(key[20..], turn.Pending.Try);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(key)) >> 11);
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
