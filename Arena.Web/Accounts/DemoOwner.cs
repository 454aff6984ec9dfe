using System.Security.Cryptography;
using Arena.Engine;
using Arena.Web.Site;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Accounts;

/// <summary>
/// On the first start, with nobody registered, makes the owner "demo" (an admin) with a random password and leaves the
/// sign-in in the data folder, readable by this user only; run.sh prints it. Never touches an existing account.
/// </summary>
internal sealed class DemoOwner(IServiceScopeFactory scopes, DataFolder folder) : IHostedService
{
    public const string FileName = "demo-owner.txt";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ArenaDb>();
        if (await db.Users.AnyAsync(u => u.PasswordHash != null, cancellationToken))
        {
            return;
        }
        var password = string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));
        folder.WriteSecret(FileName, $"demo {password}\n");
        var (owner, problems) = await scope.ServiceProvider.GetRequiredService<Registration>().CreateAsync("demo", password, admin: true);
        if (owner is null)
        {
            throw new InvalidOperationException("The demo owner could not be made: " + string.Join(' ', problems));
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
