using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Ratings;

/// <summary>A flag with its log, oldest line first.</summary>
public sealed record FlagFile(Flag Flag, IReadOnlyList<FlagNote> Log);

/// <summary>Where flags are read, objected to and decided.</summary>
public sealed class FlagDesk(ArenaDb db, TimeProvider time)
{
    private const int LongestText = 2_000;

    /// <summary>All flags, newest first.</summary>
    /// <param name="state">Null for all.</param>
    public Task<IReadOnlyList<FlagFile>> ListAsync(string? state, CancellationToken ct) =>
        FilesAsync(db.Flags.Where(f => state == null || f.State == state), ct);

    /// <summary>The flags that concern an owner.</summary>
    public Task<IReadOnlyList<FlagFile>> OfOwnerAsync(Guid owner, CancellationToken ct) =>
        FilesAsync(db.Flags.Where(f => f.OwnerA == owner || f.OwnerB == owner), ct);

    /// <summary>An owner's objection: shown to the administrator beside the flag.</summary>
    /// <returns>Null when it was noted, else a code and why not.</returns>
    public async Task<(string Code, string Reason)?> ObjectAsync(Guid id, Guid owner, string text, CancellationToken ct)
    {
        if (await db.Flags.FirstOrDefaultAsync(f => f.Id == id && (f.OwnerA == owner || f.OwnerB == owner), ct) is not { } flag)
        {
            return ("flag-not-found", "There is no such flag on anything of yours.");
        }
        if (flag.State != Flag.Open)
        {
            return ("flag-decided", "This flag is decided; its log says how and why.");
        }
        if (Trim(text) is not { } words)
        {
            return ("text-needed", "Say why the flag is wrong.");
        }
        db.FlagNotes.Add(Note(id, owner, FlagNote.Objection, words));
        await db.SaveChangesAsync(ct);
        return null;
    }

    /// <summary>An administrator's decision, which may be changed by another one: each is a line of the log.</summary>
    /// <param name="state"><see cref="Flag.Upheld"/> or <see cref="Flag.Dismissed"/>.</param>
    /// <returns>Null when it is done, else a code and why not.</returns>
    public async Task<(string Code, string Reason)?> DecideAsync(Guid id, Guid admin, string state, string reason, CancellationToken ct)
    {
        if (state is not (Flag.Upheld or Flag.Dismissed))
        {
            return ("decision-invalid", "A flag is upheld or dismissed.");
        }
        if (Trim(reason) is not { } words)
        {
            return ("text-needed", "Every decision has a reason, which the owners read.");
        }
        if (await db.Flags.FirstOrDefaultAsync(f => f.Id == id, ct) is not { } flag)
        {
            return ("flag-not-found", "There is no such flag.");
        }
        (flag.State, flag.DecidedAt) = (state, time.GetUtcNow());
        db.FlagNotes.Add(Note(id, admin, state, words));
        await db.SaveChangesAsync(ct);
        return null;
    }

    /// <summary>Stores a flag that is not known yet, with the first line of its log.</summary>
    /// <returns>False when this pair or person was flagged for the same before.</returns>
    internal static async Task<bool> RaiseAsync(ArenaDb db, Flag flag, CancellationToken ct)
    {
        if (await db.Flags.AnyAsync(f => f.Space == flag.Space && f.Kind == flag.Kind && f.First == flag.First && f.Second == flag.Second && f.OwnerA == flag.OwnerA, ct))
        {
            return false;
        }
        db.Flags.Add(flag);
        db.FlagNotes.Add(new FlagNote { Id = Guid.CreateVersion7(flag.At), FlagId = flag.Id, By = Guid.Empty, What = FlagNote.Raised, Text = flag.Seen, At = flag.At });
        await db.SaveChangesAsync(ct);
        return true;
    }

    private async Task<IReadOnlyList<FlagFile>> FilesAsync(IQueryable<Flag> flags, CancellationToken ct)
    {
        var rows = await flags.AsNoTracking().OrderByDescending(f => f.At).ThenBy(f => f.Id).Take(500).ToListAsync(ct);
        var ids = rows.Select(r => r.Id).ToList();
        var notes = (await db.FlagNotes.AsNoTracking().Where(n => ids.Contains(n.FlagId)).OrderBy(n => n.At).ThenBy(n => n.Id).ToListAsync(ct)).ToLookup(n => n.FlagId);
        return [.. rows.Select(r => new FlagFile(r, [.. notes[r.Id]]))];
    }

    private FlagNote Note(Guid flag, Guid by, string what, string text)
    {
        var now = time.GetUtcNow();
        return new() { Id = Guid.CreateVersion7(now), FlagId = flag, By = by, What = what, Text = text, At = now };
    }

    private static string? Trim(string text)
    {
        var words = (text ?? "").Trim();
        return words.Length == 0 ? null : words.Length <= LongestText ? words : words[..LongestText];
    }
}
