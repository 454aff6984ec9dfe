using System.Globalization;
using System.Text.RegularExpressions;
using Arena.Engine.Agents;

namespace Arena.Web.Agents;

/// <summary>Finds the line that a refusal of a script names, so that the editor can mark it.</summary>
internal static partial class ErrorLine
{
    public static int? In(AgentRefused refused) => In(refused.Code, refused.Reason);

    public static int? In(string code, string reason) =>
        code == "script-syntax" && Named().Match(reason) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^Line (\d{1,7}),")]
    private static partial Regex Named();
}
