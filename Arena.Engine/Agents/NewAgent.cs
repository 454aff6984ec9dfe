namespace Arena.Engine.Agents;

/// <summary>What an owner gives to create an agent.</summary>
/// <param name="Secret">A chat agent's API key; kept encrypted, never shown again.</param>
/// <param name="SparringPartner">Whether other owners' training runs may play against it; of policies only.</param>
public sealed record NewAgent(string Name, AgentKind Kind, string About, AgentConfig Config, string? Secret = null, bool SparringPartner = false);

/// <summary>What became of a wish to create an agent or a version.</summary>
public abstract record AgentResult
{
    /// <summary>Refuses with a stable code and a reason for the owner.</summary>
    public static AgentRefused Refuse(string code, string reason) => new(code, reason);
}

public sealed record AgentCreated(Agent Agent, AgentVersion Version) : AgentResult;

/// <param name="Code">"name-taken", "name-invalid", "about-too-long", "kind-invalid", "script-syntax", "script-too-long", "endpoint-invalid", "model-invalid", "prompt-too-long", "cap-invalid", "temperature-invalid", "too-many-agents", "agent-not-found" or "unchanged".</param>
public sealed record AgentRefused(string Code, string Reason) : AgentResult;
