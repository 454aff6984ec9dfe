namespace Arena.Engine.Spaces;

/// <summary>What a space is given to play with, kept for as long as a match names it: a running match finds it again after a restart, whatever the operator has configured since.</summary>
public sealed class SpaceMaterial
{
    /// <summary>SHA-256 of <see cref="Json"/> in UTF-8, lower-case hex.</summary>
    public required string Hash { get; init; }

    public required string Space { get; init; }

    /// <summary>Canonical JSON, as in the transcripts.</summary>
    public required string Json { get; init; }
}
