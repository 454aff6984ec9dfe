using System.Text.RegularExpressions;

namespace Arena.Trainer.Policies;

/// <summary>Names become folders and addresses, so they hold nothing that means anything there.</summary>
public static partial class PolicyName
{
    public static bool IsValid(string name) => Shape().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
    private static partial Regex Shape();
}
