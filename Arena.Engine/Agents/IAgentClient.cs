using Arena.Rules.Play;

namespace Arena.Engine.Agents;

/// <summary>Asks one agent of one match. Opened for a match and disposed after it where it is disposable.</summary>
public interface IAgentClient
{
    /// <summary>
    /// The agent's answer. What goes wrong on the agent's side is a reply with a fault; the runner itself turns a missed
    /// deadline into one. An outage of ours is a <see cref="PlatformFaultException"/>: the match is void, nobody loses.
    /// </summary>
    ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct);
}

/// <summary>Opens clients for one kind of agent.</summary>
public interface IAgentClientSource
{
    AgentKind Kind { get; }

    IAgentClient Open(AgentVersion version);
}

/// <summary>Something of the platform's own failed while an agent was asked.</summary>
public sealed class PlatformFaultException : Exception
{
    /// <param name="message">For everybody: it becomes the reason why the match is void.</param>
    public PlatformFaultException(string message)
        : base(message)
    {
    }

    public PlatformFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
