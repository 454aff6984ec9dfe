using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Spaces;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>What an administrator gives to connect a judge.</summary>
/// <param name="Key">Null or empty where the endpoint needs none.</param>
public sealed record NewJudge(string Name, string Endpoint, string Model, string? Key, long InputMicroUsdPerMillionTokens = 0, long OutputMicroUsdPerMillionTokens = 0, string Method = JudgeMethods.Pairwise);

public abstract record JudgeResult;

public sealed record JudgeAdded(Judge Judge) : JudgeResult;

/// <param name="Code">"name-invalid", "endpoint-invalid", "model-invalid", "price-invalid", "method-invalid" or "judge-known".</param>
public sealed record JudgeRefused(string Code, string Reason) : JudgeResult;

/// <summary>Where judges are connected and switched. A judge's endpoint and model never change: another model is another judge.</summary>
public sealed class JudgeDesk(ArenaDb db, SpaceCatalog spaces, ChatEndpoint endpoint, SecretVault vault, OpenJudge open, IOptions<ChatOptions> chat, TimeProvider time)
{
    public const string FromAdmin = "admin";
    public const string FromConfiguration = "configuration";

    private const int LongestName = 60;
    private const int LongestModel = 200;

    /// <summary>Connects a judge and opens the judged spaces.</summary>
    public async Task<JudgeResult> AddAsync(NewJudge wish, CancellationToken ct = default)
    {
        if (Refusal(wish) is { } refused)
        {
            return refused;
        }
        var (address, model) = (wish.Endpoint.Trim().TrimEnd('/'), wish.Model.Trim());
        if (await db.Judges.AnyAsync(j => j.Endpoint == address && j.Model == model && j.Method == wish.Method, ct))
        {
            return new JudgeRefused("judge-known", $"{model} at {address} is a judge already, asked in the same way: its opinion would count twice.");
        }
        var now = time.GetUtcNow();
        var judge = Row(Guid.CreateVersion7(now), wish, FromAdmin, now);
        db.Judges.Add(judge);
        await db.SaveChangesAsync(ct);
        await ReopenAsync(ct);
        return new JudgeAdded(judge);
    }

    /// <returns>False when there is no such judge.</returns>
    public async Task<bool> SwitchAsync(Guid id, bool enabled, CancellationToken ct = default)
    {
        var known = await db.Judges.Where(j => j.Id == id).ExecuteUpdateAsync(set => set.SetProperty(j => j.Enabled, enabled), ct) == 1;
        await ReopenAsync(ct);
        return known;
    }

    /// <summary>Lets a compromised judge count again; canaries before now no longer speak against it.</summary>
    /// <returns>False when there is no such judge.</returns>
    public async Task<bool> ClearAsync(Guid id, CancellationToken ct = default)
    {
        var now = time.GetUtcNow();
        return await db.Judges.Where(j => j.Id == id).ExecuteUpdateAsync(set => set.SetProperty(j => j.Compromised, (string?)null).SetProperty(j => j.ClearedAt, now), ct) == 1;
    }

    /// <summary>Has a judge compare two short texts, as it will in a match.</summary>
    public async Task<ChatCheckResult> TestAsync(Guid id, CancellationToken ct = default) =>
        await db.Judges.AsNoTracking().FirstOrDefaultAsync(j => j.Id == id, ct) is { } judge
            ? await TestAsync(judge, ct)
            : new(false, "There is no such judge.");

    /// <summary>The same for a judge that is not connected yet.</summary>
    public async Task<ChatCheckResult> TestAsync(NewJudge wish, CancellationToken ct = default) =>
        Refusal(wish) is { } refused ? new(false, refused.Reason) : await TestAsync(Row(Guid.Empty, wish, FromAdmin, time.GetUtcNow()), ct);

    /// <summary>Judged spaces are open while a judge is enabled.</summary>
    public async Task ReopenAsync(CancellationToken ct = default)
    {
        if (await db.Judges.AnyAsync(j => j.Enabled, ct))
        {
            spaces.OpenJudged();
        }
        else
        {
            spaces.CloseJudged();
        }
    }

    /// <summary>Makes the judges of the configuration those of the database: new ones are added, absent ones disabled; a switch that an administrator set stays.</summary>
    /// <returns>What is wrong with entries that were left out, for the log.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<ConfiguredJudge> configured, CancellationToken ct)
    {
        var problems = new List<string>();
        var named = new HashSet<Guid>();
        var known = await db.Judges.Where(j => j.Origin == FromConfiguration).ToListAsync(ct);
        foreach (var entry in configured)
        {
            var wish = new NewJudge(
                string.IsNullOrWhiteSpace(entry.Name) ? entry.Model : entry.Name, entry.Endpoint, entry.Model, entry.Key,
                entry.InputMicroUsdPerMillionTokens, entry.OutputMicroUsdPerMillionTokens, entry.Method);
            if (Refusal(wish) is { } refused)
            {
                problems.Add($"Judge \"{wish.Name}\" of the configuration is left out: {refused.Reason}");
                continue;
            }
            var fresh = Row(Identity(wish), wish, FromConfiguration, time.GetUtcNow());
            named.Add(fresh.Id);
            if (known.FirstOrDefault(j => j.Id == fresh.Id) is { } old)
            {
                (old.Name, old.ProtectedKey) = (fresh.Name, fresh.ProtectedKey);
                (old.InputMicroUsdPerMillionTokens, old.OutputMicroUsdPerMillionTokens) = (fresh.InputMicroUsdPerMillionTokens, fresh.OutputMicroUsdPerMillionTokens);
            }
            else
            {
                db.Judges.Add(fresh);
                known.Add(fresh);
            }
        }
        foreach (var gone in known.Where(j => !named.Contains(j.Id)))
        {
            gone.Enabled = false;
        }
        await db.SaveChangesAsync(ct);
        await ReopenAsync(ct);
        return problems;
    }

    private async Task<ChatCheckResult> TestAsync(Judge judge, CancellationToken ct)
    {
        if (judge.Method == JudgeMethods.Reward)
        {
            return await SampleAsync(judge, ct);
        }
        // First the plain connection: its troubles have the clearest words.
        var hello = await endpoint.AskAsync(
            judge.Endpoint, judge.ProtectedKey is { } key ? vault.Unprotect(key) : null, new(judge.Model, [new("user", "Answer with the single word: ready")], 16, 0), chat.Value.CheckTimeout, ct);
        if (hello is ChatTrouble trouble)
        {
            return new(false, trouble.Detail);
        }
        return await SampleAsync(judge, ct);
    }

    private async Task<ChatCheckResult> SampleAsync(Judge judge, CancellationToken ct)
    {
        var sample = new JudgingCase(
            new MatchId(Guid.Empty), "pitch", "Persuade a cyclist who rides in black at night to wear a light.",
            [new(0, "Drivers can't avoid what they can't see. A small clip-on lamp weighs less than your keys: fix it on tonight and arrive.", []), new(1, "Lights are good.", [])],
            new byte[32]);
        return await open(judge).JudgeAsync(sample, 0, ct) switch
        {
            JudgeOpinion said => new(true, $"It works: {said.Model} compared two sample texts in {said.Took.TotalSeconds:0.0} s and prefers the {said.Preferred switch { 0 => "longer one", 1 => "shorter one", _ => "neither" }}: \"{ChatReading.Excerpt(said.Reason)}\""),
            JudgeSilence silence when silence.EndpointDown || judge.Method == JudgeMethods.Reward => new(false, silence.Reason),
            JudgeSilence silence => new(false, $"The endpoint answers, but this model does not judge usably. {silence.Reason}"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private JudgeRefused? Refusal(NewJudge wish)
    {
        if (wish.Name.Trim().Length is 0 or > LongestName)
        {
            return new("name-invalid", $"A judge's name has 1 to {LongestName} characters.");
        }
        if (ChatAddress.Problem(wish.Endpoint, chat.Value, out _) is { } problem)
        {
            return new("endpoint-invalid", problem);
        }
        if (wish.Model.Trim().Length is 0 or > LongestModel)
        {
            return new("model-invalid", "Name the model, e.g. llama3.2.");
        }
        if (!JudgeMethods.All.Contains(wish.Method))
        {
            return new("method-invalid", $"A judge is asked in one of these ways: {string.Join(", ", JudgeMethods.All)}.");
        }
        return wish.InputMicroUsdPerMillionTokens < 0 || wish.OutputMicroUsdPerMillionTokens < 0 ? new("price-invalid", "Prices are zero or more.") : null;
    }

    private Judge Row(Guid id, NewJudge wish, string origin, DateTimeOffset now) => new()
    {
        Id = id,
        Name = wish.Name.Trim(),
        Endpoint = wish.Endpoint.Trim().TrimEnd('/'),
        Model = wish.Model.Trim(),
        Method = wish.Method,
        ProtectedKey = string.IsNullOrWhiteSpace(wish.Key) ? null : vault.Protect(wish.Key.Trim()),
        InputMicroUsdPerMillionTokens = wish.InputMicroUsdPerMillionTokens,
        OutputMicroUsdPerMillionTokens = wish.OutputMicroUsdPerMillionTokens,
        Origin = origin,
        CreatedAt = now,
    };

    /// <summary>A configured judge is the same judge after a restart.</summary>
    private static Guid Identity(NewJudge wish) => new(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{wish.Endpoint.Trim().TrimEnd('/')}\n{wish.Model.Trim()}{(wish.Method == JudgeMethods.Pairwise ? "" : $"\n{wish.Method}")}")).AsSpan(0, 16));
}
