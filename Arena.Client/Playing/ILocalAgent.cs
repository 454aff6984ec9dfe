using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Client.Playing;

/// <summary>A competitor of a match on this machine.</summary>
internal interface ILocalAgent : IAsyncDisposable
{
    /// <summary>As the user named it.</summary>
    string Name { get; }

    /// <summary>SHA-256 of what decides its answers, lower-case hex: stands in the transcript.</summary>
    string Hash { get; }

    /// <summary>Whether several matches may ask it at once.</summary>
    bool Parallel { get; }

    ValueTask<AgentReply> ReplyAsync(MatchPlay play, PendingTurn turn, CancellationToken ct);
}

/// <summary>A built-in agent of the space, as on the site.</summary>
internal sealed class HouseLocalAgent(string space, IHouseAgent agent) : ILocalAgent
{
    public string Name => $"house:{agent.Slug}";

    public string Hash => LocalAgents.Sha256($"house/{space}/{agent.Slug}");

    public bool Parallel => true;

    public ValueTask<AgentReply> ReplyAsync(MatchPlay play, PendingTurn turn, CancellationToken ct) => ValueTask.FromResult(play.HouseReply(turn, agent));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A JavaScript file in the site's own sandbox, with the site's limits.</summary>
internal sealed class ScriptLocalAgent(string name, string source, ScriptSandbox sandbox) : ILocalAgent
{
    public string Name => name;

    public string Hash => LocalAgents.Sha256(source);

    public bool Parallel => true;

    public async ValueTask<AgentReply> ReplyAsync(MatchPlay play, PendingTurn turn, CancellationToken ct) =>
        (await sandbox.ActAsync(source, turn, play.HouseDraws(turn), ct)).Reply;

    public ValueTask DisposeAsync()
    {
        sandbox.Dispose();
        return ValueTask.CompletedTask;
    }
}
