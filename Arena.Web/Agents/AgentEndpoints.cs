using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Agents;

internal static class AgentEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("Agents");
        agents.MapGet("", List);
        agents.MapGet("/{id}", Read);
        agents.MapGet("/{id}/versions", Versions);
        agents.MapGet("/{id}/ratings", Ratings);
        agents.MapPost("", Create).RequireAuthorization(Access.Owner);
        agents.MapPost("/{id}/versions", AddVersion).RequireAuthorization(Access.Owner);
        agents.MapPost("/dry-run", DryRunEndpoint.Play).Produces<DryRunEndpoint.DryRunAnswer>().RequireAuthorization(Access.Owner).RequireRateLimiting(Limits.Tries);
    }

    /// <summary>Agents by name.</summary>
    /// <param name="owner">Only this owner's.</param>
    /// <param name="kind">"house", "script", "policy", "chat" or "bot".</param>
    private static async Task<Results<Ok<IReadOnlyList<AgentAnswer>>, ProblemHttpResult>> List(IDbContextFactory<ArenaDb> databases, CancellationToken ct, Guid? owner = null, string? kind = null, int limit = 100)
    {
        AgentKind? wanted = null;
        if (kind is not null)
        {
            if (!Enum.TryParse<AgentKind>(kind, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            {
                return Problems.Because("kind-invalid", "A kind is house, script, policy, chat or bot.");
            }
            wanted = parsed;
        }
        await using var db = await databases.CreateDbContextAsync(ct);
        return TypedResults.Ok(await AnswersAsync(db, db.Agents.Where(a => (owner == null || a.OwnerId == owner) && (wanted == null || a.Kind == wanted)).OrderBy(a => a.NameKey).Take(Math.Clamp(limit, 1, 500)), ct));
    }

    private static async Task<Results<Ok<AgentAnswer>, ProblemHttpResult>> Read(AgentId id, IDbContextFactory<ArenaDb> databases, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return (await AnswersAsync(db, db.Agents.Where(a => a.Id == id), ct)) is [var answer] ? TypedResults.Ok(answer) : Problems.NotFound("agent");
    }

    private static async Task<Results<Ok<IReadOnlyList<VersionAnswer>>, ProblemHttpResult>> Versions(AgentId id, ClaimsPrincipal user, IDbContextFactory<ArenaDb> databases, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Agents.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { } agent)
        {
            return Problems.NotFound("agent");
        }
        // How an agent plays is its owner's secret; that it did not change is for everybody (the hash).
        var mine = agent.OwnerId == user.OwnerId();
        var versions = await db.AgentVersions.Where(v => v.AgentId == id).OrderByDescending(v => v.Number).AsNoTracking().ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<VersionAnswer>>([.. versions.Select(v => Answer(v, mine))]);
    }

    /// <summary>The rating of one version in one space after each of its last rated matches, oldest first.</summary>
    /// <param name="version">A version's id; the current one unless named.</param>
    private static async Task<Results<Ok<HistoryAnswer>, ProblemHttpResult>> Ratings(AgentId id, string space, IDbContextFactory<ArenaDb> databases, RatingHistory history, CancellationToken ct, VersionId? version = null)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if ((version ?? await db.Agents.Where(a => a.Id == id).Select(a => a.CurrentVersionId).SingleOrDefaultAsync(ct)) is not { } wanted)
        {
            return Problems.NotFound("agent");
        }
        var points = await history.OfAsync(space, wanted, 500, ct);
        return TypedResults.Ok(new HistoryAnswer([.. points.Select(p => new PointAnswer(p.Games, p.MilliElo / 1000.0, p.Match.Value, p.At))], Done: true));
    }

    /// <summary>A new agent with its first version.</summary>
    private static async Task<Results<Created<CreatedAnswer>, ProblemHttpResult>> Create(AgentWish wish, ClaimsPrincipal user, AgentDesk desk, CancellationToken ct)
    {
        if (!Enum.TryParse<AgentKind>(wish.Kind, ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
        {
            return Problems.Because("kind-invalid", "A kind is script, policy, chat or bot.");
        }
        if (Config(wish.Kind, wish.Config) is not { } config)
        {
            return Problems.Because("config-invalid", "\"config\" does not hold the settings of this kind; see the API reference.");
        }
        return await desk.CreateAsync(user.RequiredOwner(), new(wish.Name, kind, wish.About ?? "", config, wish.Secret, wish.SparringPartner ?? false), ct) switch
        {
            AgentCreated created => TypedResults.Created($"/api/v1/agents/{created.Agent.Id}", new CreatedAnswer(created.Agent.Id.Value, created.Version.Id.Value, created.Version.Number)),
            AgentRefused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };
    }

    /// <summary>A new version, which becomes the current one.</summary>
    private static async Task<Results<Created<CreatedAnswer>, ProblemHttpResult>> AddVersion(AgentId id, VersionWish wish, ClaimsPrincipal user, AgentDesk desk, ArenaDb db, CancellationToken ct)
    {
        var kind = await db.Agents.Where(a => a.Id == id).Select(a => (AgentKind?)a.Kind).SingleOrDefaultAsync(ct);
        if (kind is null)
        {
            return Problems.NotFound("agent");
        }
        if (Config(KindWords.Of(kind.Value), wish.Config) is not { } config)
        {
            return Problems.Because("config-invalid", "\"config\" does not hold the settings of this agent's kind; see the API reference.");
        }
        return await desk.AddVersionAsync(user.RequiredOwner(), id, config, wish.Secret, ct) switch
        {
            AgentCreated created => TypedResults.Created($"/api/v1/agents/{id}/versions", new CreatedAnswer(id.Value, created.Version.Id.Value, created.Version.Number)),
            AgentRefused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };
    }

    private static AgentConfig? Config(string kind, JsonObject? config)
    {
        // The discriminator must come first for the reader; "kind" is the wish's own.
        var whole = new JsonObject { ["kind"] = kind.ToLowerInvariant() };
        foreach (var (name, value) in config ?? [])
        {
            if (name != "kind")
            {
                whole[name] = value?.DeepClone();
            }
        }
        try
        {
            var read = AgentConfig.FromJson(whole.ToJsonString());
            return read is ScriptConfig { Source: null } or ChatConfig { Endpoint: null } or ChatConfig { Model: null } or ChatConfig { SystemPrompt: null } or PolicyConfig { Model: null } or PolicyConfig { Files: null } or HouseConfig ? null : read;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<AgentAnswer>> AnswersAsync(ArenaDb db, IQueryable<Agent> agents, CancellationToken ct)
    {
        var rows = await (from agent in agents
                          join owner in db.Users on agent.OwnerId equals owner.Id into owners
                          from owner in owners.DefaultIfEmpty()
                          select new { agent, Owner = owner == null ? "house" : owner.UserName }).AsNoTracking().ToListAsync(ct);
        return [.. rows.Select(r => new AgentAnswer(r.agent.Id.Value, r.agent.Name, KindWords.Of(r.agent.Kind), r.agent.About, r.agent.OwnerId, r.Owner ?? "", r.agent.CurrentVersionId?.Value, r.agent.CreatedAt, r.agent.SparringPartner))];
    }

    private static VersionAnswer Answer(AgentVersion version, bool mine) => new(
        version.Id.Value, version.Number, version.Hash, version.ParentId?.Value, KindWords.Of(version.Status), version.CreatedAt, mine ? JsonNode.Parse(version.Config) : null);

    /// <param name="SparringPartner">Whether other owners' training runs may play against it; policies only.</param>
    public sealed record AgentAnswer(Guid Id, string Name, string Kind, string About, Guid OwnerId, string Owner, Guid? CurrentVersionId, DateTimeOffset CreatedAt, bool SparringPartner);

    /// <param name="Config">The settings; only for the agent's owner.</param>
    public sealed record VersionAnswer(Guid Id, int Number, string Hash, Guid? ParentId, string Status, DateTimeOffset CreatedAt, JsonNode? Config);

    /// <param name="Kind">"script", "policy", "chat" or "bot".</param>
    /// <param name="Config">script: {source}; policy: {model, files, temperature}; chat: {systemPrompt, endpoint, model, temperature, spendCapMicroUsd, inputMicroUsdPerMillionTokens, outputMicroUsdPerMillionTokens}; bot: {}.</param>
    /// <param name="Secret">A chat agent's API key.</param>
    /// <param name="SparringPartner">Policies: whether other owners' training runs may play against it. Left out: no. Later: PUT agents/{id}/sparring.</param>
    public sealed record AgentWish([Required] string Name, [Required] string Kind, string? About, JsonObject? Config, string? Secret, bool? SparringPartner = null);

    public sealed record VersionWish(JsonObject? Config, string? Secret);

    /// <param name="Done">True: nothing more is being added to this answer.</param>
    public sealed record HistoryAnswer(IReadOnlyList<PointAnswer> Points, bool Done);

    /// <param name="Step">Number of rated matches.</param>
    /// <param name="Rating">Elo points.</param>
    public sealed record PointAnswer(int Step, double Rating, Guid Match, DateTimeOffset At);

    public sealed record CreatedAnswer(Guid AgentId, Guid VersionId, int Version);
}
