using Microsoft.AspNetCore.Identity;

namespace Arena.Engine.Agents;

/// <summary>A person with an account. The house is an owner too (<see cref="HouseId"/>), so every agent has one.</summary>
public sealed class Owner : IdentityUser<Guid>
{
    /// <summary>The owner of all house agents.</summary>
    public static readonly Guid HouseId = new("00000000-0000-7000-8000-000000000001");

    /// <summary>Where winnings are paid, an EIP-55 address, or null until the owner names one.</summary>
    public string? PayoutAddress { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>May open the admin pages.</summary>
    public bool IsAdmin { get; set; }
}
