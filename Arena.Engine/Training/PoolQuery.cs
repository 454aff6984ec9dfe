using Arena.Engine.Agents;
using Arena.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>Reads who may be drawn as a run's opponent, and draws.</summary>
public sealed class PoolQuery(ArenaDb db, IOptions<TrainingSettings> settings)
{
    // Sparring partners looked at: those nearest in strength, so that a crowded site costs no more than a quiet one.
    private const int Nearest = 50;

    public async Task<IReadOnlyList<PoolMember>> DrawAsync(AgentId agent, VersionId parent, string space, CancellationToken ct)
    {
        var from = await db.AgentVersions.AsNoTracking().Where(v => v.Id == parent).Select(v => new { v.Hash, v.Config }).FirstAsync(ct);
        var notation = (AgentConfig.FromJson(from.Config) as PolicyConfig)?.Notation ?? PolicyNotation.Compact;
        var strength = await db.Ratings.Where(r => r.Space == space && r.VersionId == parent).Select(r => (long?)r.MilliElo).FirstOrDefaultAsync(ct);
        return OpponentPool.Draw(
            strength, from.Hash, [.. await HouseAsync(space, ct), .. await PastAsync(agent, parent, space, notation, ct), .. await SparringAsync(agent, space, notation, strength ?? OpponentPool.Unrated, ct)], settings.Value.Pool);
    }

    private async Task<List<PoolCandidate>> HouseAsync(string space, CancellationToken ct)
    {
        var rows = await RowsAsync(db.Agents.Where(a => a.Kind == AgentKind.House).Join(db.AgentVersions, a => a.CurrentVersionId, v => v.Id, (a, v) => new AgentAndVersion { Agent = a, Version = v }), space, ct);
        return [.. rows
            .Select(r => (Row: r, Config: AgentConfig.FromJson(r.Config) as HouseConfig))
            .Where(r => r.Config?.Space == space && SpaceRegistry.Find(space)?.House.Any(h => h.Slug == r.Config.Slug) == true)
            .Select(r => new PoolCandidate(PoolMember.House, r.Config!.Slug, r.Row.Name, r.Row.Agent, r.Row.Version, r.Row.Hash, r.Row.MilliElo, null, null))];
    }

    private async Task<List<PoolCandidate>> PastAsync(AgentId agent, VersionId parent, string space, PolicyNotation notation, CancellationToken ct)
    {
        var past = db.Agents.Where(a => a.Id == agent).Join(
            db.AgentVersions.Where(v => v.Id != parent && (v.Status == VersionStatus.Ready || v.Status == VersionStatus.Promoted)), a => a.Id, v => v.AgentId, (a, v) => new AgentAndVersion { Agent = a, Version = v });
        return Policies(PoolMember.Past, notation, await RowsAsync(past, space, ct));
    }

    private async Task<List<PoolCandidate>> SparringAsync(AgentId agent, string space, PolicyNotation notation, long strength, CancellationToken ct)
    {
        // Without the settings first: they hold lists of files.
        var near = await (
            from a in db.Agents
            where a.SparringPartner && a.Kind == AgentKind.Policy && a.Id != agent && a.CurrentVersionId != null
            join r in db.Ratings.Where(r => r.Space == space) on a.CurrentVersionId equals r.VersionId into ratings
            from r in ratings.DefaultIfEmpty()
            orderby Math.Abs((r == null ? OpponentPool.Unrated : r.MilliElo) - strength), a.Id
            select a.Id).Take(Nearest).ToListAsync(ct);
        return Policies(PoolMember.Sparring, notation, await RowsAsync(
            db.Agents.Where(a => near.Contains(a.Id)).Join(db.AgentVersions, a => a.CurrentVersionId, v => v.Id, (a, v) => new AgentAndVersion { Agent = a, Version = v }), space, ct));
    }

    /// <summary>Of the trained policy's own notation only: rounds play it in lock step with its opponents, and a small policy can't be asked in every space.</summary>
    private static List<PoolCandidate> Policies(string source, PolicyNotation notation, List<Row> rows) =>
    [
        .. rows.Select(r => (Row: r, Config: AgentConfig.FromJson(r.Config) as PolicyConfig)).Where(r => r.Config?.Notation == notation)
            .Select(r => new PoolCandidate(source, r.Config!.Model, $"{r.Row.Name} v{r.Row.Number}", r.Row.Agent, r.Row.Version, r.Row.Hash, r.Row.MilliElo, r.Config.Temperature, r.Config.Files)),
    ];

    private async Task<List<Row>> RowsAsync(IQueryable<AgentAndVersion> versions, string space, CancellationToken ct) => await (
        from x in versions
        join r in db.Ratings.Where(r => r.Space == space) on x.Version.Id equals r.VersionId into ratings
        from r in ratings.DefaultIfEmpty()
        orderby x.Version.Id
        select new Row(x.Agent.Id, x.Agent.Name, x.Version.Id, x.Version.Number, x.Version.Hash, x.Version.Config, r == null ? null : r.MilliElo)).AsNoTracking().ToListAsync(ct);

    private sealed class AgentAndVersion
    {
        public required Agent Agent { get; init; }

        public required AgentVersion Version { get; init; }
    }

    private sealed record Row(AgentId Agent, string Name, VersionId Version, int Number, string Hash, string Config, long? MilliElo);
}
