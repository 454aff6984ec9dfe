using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Agents;

/// <summary>A fresh token. <paramref name="Secret"/> is shown this once.</summary>
public sealed record IssuedToken(ApiToken Row, string Secret);

/// <summary>Issues, finds and revokes API tokens: "arena_" and 32 random bytes in base64url; only their SHA-256 is kept.</summary>
public sealed class TokenDesk(ArenaDb db, TimeProvider time)
{
    private const string Start = "arena_";

    /// <param name="agent">The bot agent that a <see cref="TokenScope.Bot"/> token plays as.</param>
    public async Task<IssuedToken> IssueAsync(Guid owner, AgentId? agent, TokenScope scope, string name, CancellationToken ct = default)
    {
        var secret = Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var row = new ApiToken
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner,
            AgentId = agent,
            Scope = scope,
            Name = name.Length <= 100 ? name : name[..100],
            Hash = HashOf(secret),
            Prefix = secret[..(Start.Length + 6)],
            CreatedAt = now,
        };
        db.ApiTokens.Add(row);
        await db.SaveChangesAsync(ct);
        return new IssuedToken(row, secret);
    }

    /// <summary>The token's row, or null when it is unknown or revoked.</summary>
    public async Task<ApiToken?> FindAsync(string secret, CancellationToken ct = default)
    {
        if (!secret.StartsWith(Start, StringComparison.Ordinal) || secret.Length > 100)
        {
            return null;
        }
        var hash = HashOf(secret);
        return await db.ApiTokens.AsNoTracking().FirstOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null, ct);
    }

    /// <returns>False when the owner has no such token.</returns>
    public async Task<bool> RevokeAsync(Guid owner, Guid id, CancellationToken ct = default)
    {
        var row = await db.ApiTokens.FirstOrDefaultAsync(t => t.Id == id && t.OwnerId == owner, ct);
        if (row is null)
        {
            return false;
        }
        row.RevokedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(ct);
        return true;
    }

    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
