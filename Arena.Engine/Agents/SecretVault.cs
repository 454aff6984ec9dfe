using Microsoft.AspNetCore.DataProtection;

namespace Arena.Engine.Agents;

/// <summary>Encrypts secrets at rest with the site's own keys (ASP.NET Core Data Protection).</summary>
public sealed class SecretVault(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Arena.Secrets.v1");

    public string Protect(string secret) => _protector.Protect(secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The site's keys are not those that encrypted it.</exception>
    public string Unprotect(string secret) => _protector.Unprotect(secret);
}
