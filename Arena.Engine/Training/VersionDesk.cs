using Arena.Engine.Agents;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Training;

/// <summary>The kinds of <see cref="VersionSwitch"/>.</summary>
public static class VersionChanges
{
    public const string Promoted = "promoted";
    public const string Chosen = "chosen";
}

/// <summary>What became of an owner's wish to play with another version.</summary>
public abstract record SwitchResult;

public sealed record Switched(VersionSwitch Change) : SwitchResult;

/// <param name="Code">"agent-not-found", "version-not-found", "version-not-playable", "unchanged" or "note-too-long".</param>
public sealed record SwitchRefused(string Code, string Reason) : SwitchResult;

/// <summary>
/// Where an owner makes an older version the active one, and takes that back the same way. Nothing is deleted: versions never change, every switch is a row, and each
/// version has its own rating, which it resumes where it left it. Matches under way are finished by the version that began them.
/// </summary>
public sealed class VersionDesk(ArenaDb db, TimeProvider time)
{
    private const int LongestNote = 200;

    public async Task<SwitchResult> UseAsync(Guid owner, AgentId id, VersionId version, string? note = null, CancellationToken ct = default)
    {
        if (note?.Length > LongestNote)
        {
            return new SwitchRefused("note-too-long", $"The note has {note.Length} characters; the most is {LongestNote}.");
        }
        var agent = await db.Agents.FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        if (agent?.CurrentVersionId is not { } from)
        {
            return new SwitchRefused("agent-not-found", "You have no such agent.");
        }
        var wanted = await db.AgentVersions.AsNoTracking().FirstOrDefaultAsync(v => v.Id == version && v.AgentId == id, ct);
        if (wanted is null)
        {
            return new SwitchRefused("version-not-found", $"{agent.Name} has no such version.");
        }
        if (wanted.Status is VersionStatus.Candidate or VersionStatus.Rejected)
        {
            return new SwitchRefused("version-not-playable", wanted.Status == VersionStatus.Candidate
                ? $"Version {wanted.Number} is still in its gate; it becomes playable when it is promoted."
                : $"Version {wanted.Number} was rejected by its gate; only versions that passed one, or were made by hand, can play.");
        }
        if (version == from)
        {
            return new SwitchRefused("unchanged", $"{agent.Name} plays with version {wanted.Number} already.");
        }
        var change = new VersionSwitch
        {
            AgentId = id,
            At = time.GetUtcNow(),
            FromVersionId = from,
            ToVersionId = version,
            Kind = VersionChanges.Chosen,
            Note = string.IsNullOrWhiteSpace(note) ? null : RunLog.Clean(note),
        };
        agent.Use(version);
        db.VersionSwitches.Add(change);
        await db.SaveChangesAsync(ct);
        return new Switched(change);
    }

    /// <summary>Whether other owners' policies may train and be gated against this agent. Runs that were started before keep the opponents that they drew.</summary>
    public async Task<SwitchRefused?> SparAsync(Guid owner, AgentId id, bool allowed, CancellationToken ct = default)
    {
        var agent = await db.Agents.FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        if (agent is null)
        {
            return new("agent-not-found", "You have no such agent.");
        }
        if (agent.Kind != AgentKind.Policy)
        {
            return new("not-a-policy", "Only policies can be sparring partners: the trainer plays them itself, many games at a time.");
        }
        agent.Spar(allowed);
        await db.SaveChangesAsync(ct);
        return null;
    }
}
