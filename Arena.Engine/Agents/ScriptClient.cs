using Arena.Rules.Play;

namespace Arena.Engine.Agents;

/// <summary>Owners' scripts, in the sandbox.</summary>
internal sealed class ScriptClientSource(ScriptSandbox sandbox) : IAgentClientSource
{
    public AgentKind Kind => AgentKind.Script;

    public IAgentClient Open(AgentVersion version) => new ScriptClient(sandbox, ((ScriptConfig)AgentConfig.FromJson(version.Config)).Source);

    private sealed class ScriptClient(ScriptSandbox sandbox, string source) : IAgentClient
    {
        public async ValueTask<AgentReply> ActAsync(AgentTurn turn, CancellationToken ct) =>
            (await sandbox.ActAsync(source, turn.Pending, turn.Play!.HouseDraws(turn.Pending), ct)).Reply;
    }
}
