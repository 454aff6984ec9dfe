using Arena.Engine.Agents;

namespace Arena.Engine.Preferences;

/// <summary>How a pair came to be.</summary>
public enum PairSource
{
    /// <summary>Both completions answered the same prompt in one match.</summary>
    SamePrompt,

    /// <summary>One position of a match was continued in different ways and the continuations compared.</summary>
    Fork,

    /// <summary>An order-consistent verdict of AI judges.</summary>
    Judged,

    /// <summary>Brought by an owner from elsewhere, under one of their agents; no match stands behind it, and it shows to that owner only.</summary>
    Imported,
}

/// <summary>prompt, chosen, rejected: TRL's form, with provenance. Both completions answer the same prompt.</summary>
public sealed class PreferencePair
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of space, prompt, chosen and rejected, lower-case hex; unique.</summary>
    public required string Hash { get; init; }

    public required string Space { get; init; }

    /// <summary>"text" (the full observation), "compact" (compact notation) or "messages" (an imported conversation, <see cref="PairDraft.MessagesNotation"/>).</summary>
    public required string Notation { get; init; }

    public required string Prompt { get; init; }

    public required string Chosen { get; init; }

    public required string Rejected { get; init; }

    public required PairSource Source { get; init; }

    public required MatchId MatchId { get; init; }

    /// <summary>Turn of the match whose position was answered.</summary>
    public required int Turn { get; init; }

    public required VersionId ChosenVersion { get; init; }

    public required VersionId RejectedVersion { get; init; }

    /// <summary>Difference of value between the completions, 0 to 1.</summary>
    public required double Margin { get; init; }

    /// <summary>The version whose policy sampled both, or null when off-policy.</summary>
    public VersionId? OnPolicyOf { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
