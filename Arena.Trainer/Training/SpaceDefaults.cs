using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Rules.Spaces;

namespace Arena.Trainer.Training;

/// <summary>The options that were chosen for a space: <see cref="TrainingRecipes"/> as training options.</summary>
public static class SpaceDefaults
{
    /// <param name="method">Null = the one that <paramref name="given"/> names, else the one recommended for the space.</param>
    /// <param name="given">Options by their protocol names; they win over the defaults.</param>
    public static TrainOptions For(string space, string? method, JsonObject given)
    {
        var wanted = method ?? (given["method"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null);
        var chosen = JsonSerializer.SerializeToNode(Chosen(space, wanted), JsonStyle.Wire)!.AsObject();
        foreach (var (key, option) in given)
        {
            chosen[key] = option?.DeepClone();
        }
        return TrainOptions.Parse(JsonSerializer.SerializeToElement(chosen));
    }

    private static TrainOptions Chosen(string space, string? method)
    {
        var r = TrainingRecipes.For(space, method);
        return new(r.Method, r.Rounds, r.Beta, r.LearningRate, r.Epochs, r.BatchPairs, r.RpoAlpha, RootsPerOpening: r.RootsPerOpening, RolloutsPerRoot: r.RolloutsPerRoot,
            PairsPerRoot: r.PairsPerRoot, Temperature: r.Temperature, OpponentNoise: r.OpponentNoise, ScaleRewards: r.ScaleRewards, Opponents: r.Opponents,
            IllegalValue: r.IllegalValue, FinalRate: r.FinalRate);
    }
}
