using System.Collections.Concurrent;
using Arena.Rules;
using Arena.Rules.Play;

namespace Arena.Engine.Agents;

/// <summary>The built-in agents of the spaces: deterministic, in process.</summary>
internal sealed class HouseClientSource : IAgentClientSource
{
    // A house agent remembers nothing between turns, so one client serves all its matches.
    private readonly ConcurrentDictionary<VersionId, IAgentClient> _clients = [];

    public AgentKind Kind => AgentKind.House;

    public IAgentClient Open(AgentVersion version) =>
        _clients.TryGetValue(version.Id, out var known) ? known : _clients.GetOrAdd(version.Id, Make(version));

    private static HouseClient Make(AgentVersion version)
    {
        var config = (HouseConfig)AgentConfig.FromJson(version.Config);
        var agent = SpaceRegistry.Find(config.Space)?.House.FirstOrDefault(h => h.Slug == config.Slug)
            ?? throw new PlatformFaultException($"The house agent {config.Slug} of {config.Space} is no longer part of this site.");
        return new HouseClient(agent);
    }

    private sealed class HouseClient(IHouseAgent agent) : IAgentClient
    {
        public ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct) =>
            ValueTask.FromResult(turn.Play!.HouseReply(turn.Pending, agent));
    }
}
