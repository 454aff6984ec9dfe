using System.ComponentModel.DataAnnotations;

namespace Arena.Engine.Agents;

/// <summary>How the site calls chat models (configuration section "Chat"): agents', judges' and the trainer's.</summary>
public sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>Call models on this machine, e.g. Ollama.</summary>
    public bool AllowLoopback { get; set; } = true;

    /// <summary>Call models in private networks (RFC 1918, RFC 6598, RFC 4193).</summary>
    public bool AllowPrivateNetworks { get; set; } = true;

    /// <summary>Use the machine's proxy settings. Off by default: a proxy resolves names itself, so the address check can't see where a call goes.</summary>
    public bool UseProxy { get; set; }

    /// <summary>Most bytes of one answer.</summary>
    [Range(1_024, 64 * 1_048_576)]
    public int MaxAnswerBytes { get; set; } = 1_048_576;

    /// <summary>Most tokens that an agent's answer may have.</summary>
    [Range(1, 100_000)]
    public int MaxAnswerTokens { get; set; } = 1_024;

    /// <summary>How long "test connection" waits.</summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
