using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Instruct.Constraints;

/// <summary>One verifiable demand on an answer. The records of one family stand in one file.</summary>
public abstract record Constraint
{
    /// <summary>Its kind's slug, e.g. "words-at-least".</summary>
    public abstract string Kind { get; }

    /// <summary>The demand as the agent reads it, one sentence.</summary>
    public abstract string Ask { get; }

    /// <summary>Text that every answer which keeps to this constraint holds; others may forbid parts of it.</summary>
    public virtual string Fixed => "";

    /// <summary>Its numbers and words for programs.</summary>
    public virtual JsonObject Facts => [];

    /// <summary>Whether the answer keeps to it. Never throws; at most n log n in the length.</summary>
    public abstract bool Holds(WrittenText text);

    /// <summary>Whether it can be kept beside others that need this text.</summary>
    public virtual bool Allows(WrittenText othersNeed) => true;

    protected static string Many(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

/// <summary>What a prompt has at most one of: two of a slot would fight for the same part of an answer.</summary>
public enum Slot
{
    Length,
    Sentences,
    Structure,
    LineLength,
    Start,
    End,
    Case,
    Letters,
    Present,
    Absent,
    Frequency,
    Commas,
    Title,
    Highlights,
    Placeholders,
    Numbers,
    Palindrome,
    WordLength,
}

/// <summary>A kind of constraint.</summary>
/// <param name="Draw">Draws its numbers and words; the second argument is the task's sentence.</param>
public sealed record ConstraintKind(string Slug, Slot Slot, Func<Draws, string, Constraint> Draw);
