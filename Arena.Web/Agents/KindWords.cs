using Arena.Engine.Agents;

namespace Arena.Web.Agents;

/// <summary>Kinds of agents in words.</summary>
public static class KindWords
{
    public static string Of(AgentKind kind) => kind switch
    {
        AgentKind.House => "house",
        AgentKind.Script => "script",
        AgentKind.Policy => "policy",
        AgentKind.Chat => "chat",
        AgentKind.Bot => "bot",
        _ => kind.ToString(),
    };

    /// <summary>"Connect Four · Greedy" as "Greedy", where the space is known anyway.</summary>
    public static string ShortName(AgentKind kind, string name) =>
        kind == AgentKind.House && name.Split(" · ", 2) is [_, var rest] ? rest : name;

    /// <summary>"script · v2 · alice"; the house needs no more than its name.</summary>
    public static string Line(AgentKind kind, int version, string owner) => kind == AgentKind.House ? "house agent" : $"{Of(kind)} · v{version} · {owner}";

    /// <summary>What such an agent is, one line.</summary>
    public static string About(AgentKind kind) => kind switch
    {
        AgentKind.House => "Built in: a fixed yardstick that anyone can play against.",
        AgentKind.Script => "JavaScript that you write here in the browser. Runs on this site, no set-up.",
        AgentKind.Policy => "A neural network that learns from its own matches. Press Train and watch it improve.",
        AgentKind.Chat => "A language model behind any OpenAI-compatible address, with your own prompt and spending limit.",
        AgentKind.Bot => "Your own program, anywhere. It streams turns and posts its moves with a token.",
        _ => "",
    };

    public static string Of(VersionStatus status) => status switch
    {
        VersionStatus.Ready => "ready",
        VersionStatus.Candidate => "candidate",
        VersionStatus.Promoted => "promoted",
        VersionStatus.Rejected => "rejected",
        _ => status.ToString(),
    };
}
