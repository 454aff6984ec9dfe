using Arena.Engine.Agents;
using Microsoft.AspNetCore.Identity;

namespace Arena.Web.Accounts;

/// <summary>Makes accounts.</summary>
public sealed class Registration(UserManager<Owner> owners, TimeProvider time)
{
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase) { "house", "arena", "admin", "system", "protocol" };

    /// <summary>The new owner, or every reason why not, in words for the person.</summary>
    public async Task<(Owner? Owner, IReadOnlyList<string> Problems)> CreateAsync(string name, string password, bool admin)
    {
        name = name.Trim();
        if (name.Length is < 3 or > 24)
        {
            return (null, ["A name has 3 to 24 characters."]);
        }
        if (Reserved.Contains(name))
        {
            return (null, [$"The name \"{name}\" is taken. Pick another."]);
        }
        if (password.Contains(name, StringComparison.OrdinalIgnoreCase))
        {
            return (null, ["The password must not contain the name."]);
        }
        var now = time.GetUtcNow();
        var owner = new Owner { Id = Guid.CreateVersion7(now), UserName = name, CreatedAt = now, IsAdmin = admin };
        var result = await owners.CreateAsync(owner, password);
        return result.Succeeded ? (owner, []) : (null, [.. result.Errors.Select(e => e.Description)]);
    }
}
