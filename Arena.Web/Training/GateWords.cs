using System.Globalization;

namespace Arena.Web.Training;

/// <summary>How the gate's numbers are written.</summary>
internal static class GateWords
{
    public static string Elo(double? elo) => elo is { } value ? value.ToString("+0.0;−0.0;0", CultureInfo.InvariantCulture) : "unbounded";

    /// <summary>A difference of scores, "+0.012".</summary>
    public static string Signed(double? difference) => difference is { } value ? value.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture) : "–";

    public static string Score(double score) => score.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>Names of the training methods.</summary>
internal static class MethodWords
{
    public static string Of(string method) => method.ToUpperInvariant() switch { "MIX" => "DPO and GRPO", var name => name };
}
