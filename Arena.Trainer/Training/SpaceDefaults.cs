using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Training;

/// <summary>The options that were chosen for a space, by method; docs/trainer.md says how.</summary>
public static class SpaceDefaults
{
    /// <param name="given">Options by their protocol names; they win over the defaults.</param>
    public static TrainOptions For(string space, string method, JsonObject given)
    {
        var chosen = JsonSerializer.SerializeToNode(Chosen(space, method), JsonStyle.Wire)!.AsObject();
        foreach (var (name, value) in given)
        {
            chosen[name] = value?.DeepClone();
        }
        return TrainOptions.Parse(JsonSerializer.SerializeToElement(chosen));
    }

    private static TrainOptions Chosen(string space, string method) => new(Method: method);
}
