using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Agents;

/// <summary>What a match needs to know of a version; it never changes, so it is kept.</summary>
/// <param name="Config">Read from the version's JSON.</param>
public sealed record KnownVersion(AgentVersion Version, AgentKind Kind, string AgentName, Guid OwnerId, string OwnerName, AgentConfig Config)
{
    /// <summary>Whether its answers come from outside the process, so that they are recorded before use.</summary>
    public bool IsExternal => Kind is AgentKind.Chat or AgentKind.Policy or AgentKind.Bot;
}

/// <summary>Finds versions and opens clients for them, by kind.</summary>
public sealed class AgentClients(IEnumerable<IAgentClientSource> sources, IDbContextFactory<ArenaDb> factory)
{
    private readonly Dictionary<AgentKind, IAgentClientSource> _sources = sources.ToDictionary(s => s.Kind);
    private readonly ConcurrentDictionary<VersionId, KnownVersion> _known = [];

    /// <exception cref="PlatformFaultException">No source for the version's kind is registered.</exception>
    public IAgentClient Open(KnownVersion version) =>
        _sources.TryGetValue(version.Kind, out var source)
            ? source.Open(version.Version)
            : throw new PlatformFaultException($"This site runs no {version.Kind.ToString().ToLowerInvariant()} agents.");

    /// <exception cref="PlatformFaultException">The version does not exist.</exception>
    public async ValueTask<KnownVersion> KnowAsync(VersionId id, CancellationToken ct)
    {
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }
        await using var db = await factory.CreateDbContextAsync(ct);
        var row = await db.AgentVersions.AsNoTracking()
            .Where(v => v.Id == id)
            .Join(db.Agents, v => v.AgentId, a => a.Id, (v, a) => new { Version = v, a.Kind, a.Name, a.OwnerId, OwnerName = db.Users.Where(u => u.Id == a.OwnerId).Select(u => u.UserName).FirstOrDefault() })
            .FirstOrDefaultAsync(ct) ?? throw new PlatformFaultException($"Agent version {id} does not exist.");
        return _known.GetOrAdd(id, new KnownVersion(row.Version, row.Kind, row.Name, row.OwnerId, row.OwnerName ?? "unknown", AgentConfig.FromJson(row.Version.Config)));
    }
}
