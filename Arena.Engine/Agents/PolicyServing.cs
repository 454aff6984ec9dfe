using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Agents;

/// <summary>Where the trainer serves policies (configuration section "Trainer", shared with the host that starts it).</summary>
public sealed class PolicyServing
{
    public const string Section = "Trainer";

    /// <summary>Off where the site runs without a trainer; pages then say so.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Loopback port of the trainer's server.</summary>
    [Range(1, 65_535)]
    public int ServePort { get; set; } = 5081;

    /// <summary>Base address of a trainer elsewhere, without "/v1"; empty for the one on this machine.</summary>
    public string ServeUrl { get; set; } = "";

    /// <summary>How often the trainer's health is asked for.</summary>
    public TimeSpan HealthEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a turn waits for a trainer that does not answer, e.g. because it restarts, before the match is void.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Most tokens of an answer to a full text. Each costs a pass through the model, on a processor some hundredths of a second for half a billion weights.</summary>
    [Range(1, 100_000)]
    public int TextAnswerTokens { get; set; } = 256;

    public string BaseAddress => ServeUrl is { Length: > 0 } named ? named.TrimEnd('/') : $"http://127.0.0.1:{ServePort}";
}
