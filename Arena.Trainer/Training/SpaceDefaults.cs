using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Rules.Spaces;

namespace Arena.Trainer.Training;

/// <summary>The options that were chosen for a space, or for policies on the full text: <see cref="TrainingRecipes"/> as training options.</summary>
public static class SpaceDefaults
{
    /// <param name="method">Null = the one that <paramref name="given"/> names, else the one recommended for the space.</param>
    /// <param name="given">Options by their protocol names; they win over the defaults.</param>
    /// <param name="fullText">For a policy that reads the full text: its recipe is the same in every space.</param>
    public static TrainOptions For(string space, string? method, JsonObject given, bool fullText = false)
    {
        var wanted = method ?? (given["method"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null);
        var chosen = JsonSerializer.SerializeToNode(Chosen(fullText ? TrainingRecipes.FullText(wanted) : TrainingRecipes.For(space, wanted)), JsonStyle.Wire)!.AsObject();
        foreach (var (key, option) in given)
        {
            chosen[key] = option?.DeepClone();
        }
        return TrainOptions.Parse(JsonSerializer.SerializeToElement(chosen));
    }

    private static TrainOptions Chosen(TrainingRecipe r) => new(
        r.Method, r.Rounds, r.Beta, r.LearningRate, r.Epochs, r.BatchPairs, r.RpoAlpha, r.LoraRank, RootsPerOpening: r.RootsPerOpening, RolloutsPerRoot: r.RolloutsPerRoot,
        PairsPerRoot: r.PairsPerRoot, Temperature: r.Temperature, OpponentNoise: r.OpponentNoise, ScaleRewards: r.ScaleRewards, Opponents: r.Opponents,
        IllegalValue: r.IllegalValue, FinalRate: r.FinalRate, PairShare: r.PairShare);
}
