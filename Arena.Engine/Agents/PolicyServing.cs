using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Agents;

/// <summary>Where the trainer serves policies (configuration section "Trainer").</summary>
public sealed class PolicyServing
{
    public const string Section = "Trainer";

    /// <summary>Off where the site runs without a trainer; pages then say so.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Base address of the trainer's server, without "/v1".</summary>
    [Required]
    public string ServeUrl { get; set; } = "http://127.0.0.1:5081";

    /// <summary>How often the trainer's health is asked for.</summary>
    public TimeSpan HealthEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time that a turn waits for a trainer that does not answer, e.g. because it restarts, before the match is void.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    public string ApiBase => ServeUrl.TrimEnd('/') + "/v1";
}
