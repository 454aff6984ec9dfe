using System.Text.RegularExpressions;

namespace Arena.Trainer.Policies;

/// <summary>Names become folders and addresses, so they hold nothing that means anything there.</summary>
public static partial class PolicyName
{
    public static bool IsValid(string name) => Shape().IsMatch(name);

    /// <summary>Whether a base model may have the name: dots are allowed ("Qwen2.5-0.5B-Instruct"), and ids are left to the versions that sites make.</summary>
    public static bool IsBase(string name) => BaseShape().IsMatch(name) && !Guid.TryParse(name, out _);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
    private static partial Regex Shape();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex BaseShape();
}
