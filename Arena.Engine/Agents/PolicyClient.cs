using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>Asks the trainer's server for completions of compact notation.</summary>
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

    /// <param name="prompt">Compact notation, e.g. "tic-tac-toe:519".</param>
    /// <param name="choices">The only answers allowed, or null for any.</param>
    public Task<ChatOutcome> CompleteAsync(string model, string prompt, int maxTokens, double temperature, long seed, TimeSpan timeout, CancellationToken ct, IReadOnlyList<string>? choices = null) =>
        _endpoint.AskAsync(_serving.BaseAddress + "/v1", null, new(model, [new("user", prompt)], maxTokens, temperature, seed) { Choices = choices }, timeout, ct);

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
        if (turn.Pending.Observation.Compact is not { } prompt || turn.Card.CompactAnswerTokens == 0)
        {
            return AgentReply.Failed(FaultKind.Crashed, $"{turn.Card.Name} has no compact notation, which is all that hosted policies read.");
        }
        if (!server.Enabled)
        {
            throw new PlatformFaultException("The trainer is off on this site, so policies can't play.");
        }
        var seed = Seed(turn);
        var choices = config.LegalOnly && turn.Pending.Observation.Legal is { Count: > 0 } legal ? legal : null;
        // A whole action always has room: a token is a byte at least.
        var tokens = Math.Max(turn.Card.CompactAnswerTokens, choices?.Max(c => Encoding.UTF8.GetByteCount(c)) ?? 0);
        var began = time.GetUtcNow();
        // Stop a little before the turn's clock: a late platform is the platform's fault, not a time-out of the agent's.
        var end = Min(turn.Deadline - TimeSpan.FromMilliseconds(250), began + server.Patience);
        while (true)
        {
            var outcome = await server.CompleteAsync(config.Model, prompt, tokens, config.Temperature, seed, end - time.GetUtcNow(), ct, choices);
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
