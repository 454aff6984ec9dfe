using System.Security.Cryptography;
using System.Text;

namespace Arena.Engine.Verdicts;

/// <summary>The ways of asking a judge.</summary>
public static class JudgeMethods
{
    /// <summary>Both entries side by side, scored by the rubric, as JSON.</summary>
    public const string Pairwise = "pairwise";

    /// <summary>Each entry alone, scored by the rubric; the higher sum is preferred.</summary>
    public const string Absolute = "absolute";

    /// <summary>Side by side, beside an answer that the judge wrote itself first.</summary>
    public const string Reference = "reference";

    /// <summary>Side by side, ending in [[A]], [[B]] or [[C]]: for models that can't hold to JSON.</summary>
    public const string Brief = "brief";

    /// <summary>A learned reward model scores each entry alone; the higher score is preferred. It reads no rubric.</summary>
    public const string Reward = "reward";

    public static IReadOnlyList<string> All { get; } = [Pairwise, Absolute, Reference, Brief, Reward];

    /// <summary>Those that are asked in words, of a chat model.</summary>
    public static IReadOnlyList<string> OfChat { get; } = [Pairwise, Absolute, Reference, Brief];

    /// <summary>Names what a reliability belongs to: another served model or another prompt is another judge.</summary>
    /// <returns>12 hex digits.</returns>
    public static string Version(string method, string model, string edition) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{method}\n{model}\n{edition}")))[..12];
}
