using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>Where owners create agents and give them new versions.</summary>
public sealed class AgentDesk(ArenaDb db, ScriptSandbox sandbox, SecretVault vault, PolicyBases bases, IOptions<ArenaOptions> options, TimeProvider time)
{
    /// <summary>The name under which a chat agent's API key is kept.</summary>
    public const string ChatKey = "chat-key";

    public async Task<AgentResult> CreateAsync(Guid owner, NewAgent wish, CancellationToken ct = default)
    {
        var name = wish.Name.Trim();
        if (AgentRules.NameProblem(name) is { } badName)
        {
            return badName;
        }
        if (wish.About.Length > AgentRules.LongestAbout)
        {
            return AgentResult.Refuse("about-too-long", $"The description has {wish.About.Length} characters; the most is {AgentRules.LongestAbout}.");
        }
        if (AgentRules.ConfigProblem(wish.Kind, wish.Config, sandbox, options.Value.Scripts) is { } badConfig)
        {
            return badConfig;
        }
        var (config, unknown) = await KnownModelAsync(owner, wish.Config, null, ct);
        if (unknown is not null)
        {
            return unknown;
        }
        var most = options.Value.AgentsPerOwner;
        if (await db.Agents.CountAsync(a => a.OwnerId == owner, ct) >= most)
        {
            return AgentResult.Refuse("too-many-agents", $"You have {most} agents, the most this site allows for one owner.");
        }
        var now = time.GetUtcNow();
        var agent = new Agent(AgentId.New(time), owner, name, wish.Kind, wish.About.Trim(), now);
        if (await db.Agents.AnyAsync(a => a.NameKey == agent.NameKey, ct))
        {
            return NameTaken(name);
        }
        var version = new AgentVersion(VersionId.New(time), agent.Id, 1, config.ToJson(), config.Hash(), null, VersionStatus.Ready, now);
        agent.Use(version.Id);
        agent.Spar(wish.SparringPartner && wish.Kind == AgentKind.Policy);
        db.Agents.Add(agent);
        db.AgentVersions.Add(version);
        Keep(agent.Id, wish.Secret, null);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is SqliteException { SqliteErrorCode: 19 })
        {
            // Two owners chose the name in the same moment.
            db.ChangeTracker.Clear();
            return NameTaken(name);
        }
        return new AgentCreated(agent, version);
    }

    /// <summary>A new version, which becomes the current one.</summary>
    /// <param name="secret">A new key, or null to keep the old one.</param>
    public async Task<AgentResult> AddVersionAsync(Guid owner, AgentId id, AgentConfig config, string? secret = null, CancellationToken ct = default)
    {
        var agent = await db.Agents.FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        if (agent is null)
        {
            return AgentResult.Refuse("agent-not-found", "You have no such agent.");
        }
        if (AgentRules.ConfigProblem(agent.Kind, config, sandbox, options.Value.Scripts) is { } bad)
        {
            return bad;
        }
        var last = await db.AgentVersions.Where(v => v.AgentId == id).OrderByDescending(v => v.Number).FirstAsync(ct);
        var current = await db.AgentVersions.FirstOrDefaultAsync(v => v.Id == agent.CurrentVersionId, ct);
        (config, var unknown) = await KnownModelAsync(owner, config, current is null ? null : AgentConfig.FromJson(current.Config) as PolicyConfig, ct);
        if (unknown is not null)
        {
            return unknown;
        }
        if (current?.Hash == config.Hash() && secret is null)
        {
            return AgentResult.Refuse("unchanged", "These settings are those of the current version.");
        }
        var now = time.GetUtcNow();
        var version = new AgentVersion(VersionId.New(time), id, last.Number + 1, config.ToJson(), config.Hash(), agent.CurrentVersionId, VersionStatus.Ready, now);
        agent.Use(version.Id);
        db.AgentVersions.Add(version);
        Keep(id, secret, await db.AgentSecrets.FirstOrDefaultAsync(s => s.AgentId == id && s.Name == ChatKey, ct));
        await db.SaveChangesAsync(ct);
        return new AgentCreated(agent, version);
    }

    /// <summary>
    /// A policy's settings with the notation of its model: a base that the trainer offers, or trained weights, which are named by the version that they belong
    /// to; only versions of the same owner may be named.
    /// </summary>
    /// <param name="current">The agent's settings now: its model may go on while the trainer is away.</param>
    private async Task<(AgentConfig Config, AgentRefused? Refused)> KnownModelAsync(Guid owner, AgentConfig config, PolicyConfig? current, CancellationToken ct)
    {
        if (config is not PolicyConfig policy)
        {
            return (config, null);
        }
        if (policy.Files.Count == 0 && !Guid.TryParse(policy.Model, out _))
        {
            if (bases.Find(policy.Model) is { } known)
            {
                return (policy with { Notation = known.Notation }, null);
            }
            if (current is not null && policy.Model == current.Model)
            {
                return (policy with { Notation = current.Notation }, null);
            }
            return (config, AgentResult.Refuse("model-invalid", $"The trainer offers no base model of this name. It offers: {string.Join(", ", bases.Known.Select(b => b.Name))}."));
        }
        if (VersionId.TryParse(policy.Model, null, out var named)
            && await db.AgentVersions.Where(v => v.Id == named && db.Agents.Any(a => a.Id == v.AgentId && a.OwnerId == owner)).Select(v => v.Config).FirstOrDefaultAsync(ct) is { } own
            && AgentConfig.FromJson(own) is PolicyConfig trained && trained.Model == policy.Model && trained.Files.SequenceEqual(policy.Files))
        {
            return (policy with { Notation = trained.Notation }, null);
        }
        return (config, AgentResult.Refuse("model-invalid", "Trained weights can be used again only from a version of your own, with its files as they are."));
    }

    private static AgentRefused NameTaken(string name) => AgentResult.Refuse("name-taken", $"There is already an agent called “{name}”.");

    private void Keep(AgentId agent, string? secret, AgentSecret? known)
    {
        if (string.IsNullOrWhiteSpace(secret))
        {
            return;
        }
        var hidden = vault.Protect(secret.Trim());
        if (known is not null)
        {
            known.Protected = hidden;
            return;
        }
        db.AgentSecrets.Add(new AgentSecret { AgentId = agent, Name = ChatKey, Protected = hidden });
    }
}
