using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Arena.Trainer.Training;

/// <summary>One line of metrics in TRL's names: means over the steps of one pass.</summary>
/// <param name="Step">Optimizer steps so far.</param>
/// <param name="Round">0 = the given pairs; then rounds of self-play from 1.</param>
/// <param name="Values">By TRL's name.</param>
public sealed record StepMetrics(int Step, int Round, [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] IReadOnlyDictionary<string, double> Values)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["step"] = Step, ["round"] = Round };
        foreach (var (name, value) in Values)
        {
            // JSON has no NaN; such a number says nothing anyway.
            json[name] = double.IsFinite(value) ? value : null;
        }
        return json;
    }
}
