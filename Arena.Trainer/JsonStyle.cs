using System.Text.Encodings.Web;
using System.Text.Json;

namespace Arena.Trainer;

internal static class JsonStyle
{
    /// <summary>Files for people: indented with line feeds on every system, no escapes that HTML would need.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object a line, names in camel case.</summary>
    public static JsonSerializerOptions Wire { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
