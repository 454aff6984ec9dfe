using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Arena.Engine;
using Arena.Engine.Verdicts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Judges;

/// <summary>What an administrator gives to add a gold case.</summary>
/// <param name="Kind"><see cref="GoldCase.Quality"/> or <see cref="GoldCase.Canary"/>.</param>
public sealed record NewGold(string Space, string Task, string Better, string Worse, string Kind);

/// <summary>Where gold cases come from: the files built in, and what administrators add (which nobody can have trained on).</summary>
public sealed class GoldDesk(ArenaDb db, TimeProvider time)
{
    private const int LongestText = 8_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Adds the built-in cases that are not in the database yet.</summary>
    public async Task SeedAsync(CancellationToken ct)
    {
        var known = (await db.GoldCases.Select(g => g.Id).ToListAsync(ct)).ToHashSet();
        db.GoldCases.AddRange(BuiltIn(time.GetUtcNow()).Where(g => !known.Contains(g.Id)));
        await db.SaveChangesAsync(ct);
    }

    /// <returns>The case, or why it was refused.</returns>
    public async Task<(GoldCase? Case, string? Refused)> AddAsync(NewGold wish, CancellationToken ct)
    {
        if (Rubric.ForJudged(wish.Space) is null)
        {
            return (null, $"{wish.Space} is not a judged space.");
        }
        if (((string[])[wish.Task, wish.Better, wish.Worse]).Any(t => t.Length > LongestText) || string.IsNullOrWhiteSpace(wish.Task) || string.IsNullOrWhiteSpace(wish.Better))
        {
            return (null, $"Task and the better answer are needed; each text has at most {LongestText} characters.");
        }
        if (wish.Kind is not (GoldCase.Quality or GoldCase.Canary) || wish.Better.Trim() == wish.Worse.Trim())
        {
            return (null, "The kind is quality or canary, and the two answers differ.");
        }
        var added = Row(wish, "admin", time.GetUtcNow());
        if (await db.GoldCases.AnyAsync(g => g.Id == added.Id, ct))
        {
            return (null, "This case is known already.");
        }
        db.GoldCases.Add(added);
        await db.SaveChangesAsync(ct);
        return (added, null);
    }

    /// <summary>The cases of the files built in.</summary>
    public static IEnumerable<GoldCase> BuiltIn(DateTimeOffset now) =>
        from name in JudgeFiles.Names("Gold/")
        let file = JsonSerializer.Deserialize<GoldFile>(JudgeFiles.Bytes(name), Json)!
        from c in file.Cases
        select Row(new(file.Space, c.Task, c.Better, c.Worse, c.Kind), GoldCase.BuiltIn, now);

    /// <summary>The same case has the same id everywhere.</summary>
    internal static GoldCase Row(NewGold wish, string origin, DateTimeOffset now) => new()
    {
        Id = new(SHA256.HashData(Encoding.UTF8.GetBytes($"{wish.Space}\0{wish.Task}\0{wish.Better}\0{wish.Worse}")).AsSpan(0, 16)),
        Space = wish.Space,
        Task = wish.Task,
        Better = wish.Better,
        Worse = wish.Worse,
        Kind = wish.Kind,
        Origin = origin,
        CreatedAt = now,
    };

    private sealed record GoldFile(string Space, int Version, IReadOnlyList<GoldText> Cases);

    private sealed record GoldText(string Kind, string Task, string Better, string Worse);
}
