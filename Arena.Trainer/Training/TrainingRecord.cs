using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>What a run was made of and what came out: enough to run it again and compare.</summary>
public static class TrainingRecord
{
    public const string File = "training-record.json";

    public static JsonObject Write(Policy start, TrainOptions options, string pairsJsonl, RunResult result)
    {
        return new JsonObject
        {
            ["base"] = start.WeightsHash,
            ["data"] = PreferenceData.Hash(pairsJsonl),
            ["options"] = JsonSerializer.SerializeToNode(options, JsonStyle.Wire),
            ["seed"] = options.Seed,
            ["result"] = Policy.HashFolder(result.Folder),
            ["steps"] = result.Steps,
            ["evaluation"] = new JsonObject
            {
                ["vsRandomBefore"] = Json(result.RandomBefore),
                ["vsRandomAfter"] = Json(result.RandomAfter),
                ["vsGreedyAfter"] = Json(result.GreedyAfter),
                ["vsPerfectAfter"] = Json(result.PerfectAfter),
            },
        };
    }

    private static JsonObject? Json(Score? score) => score is null ? null : new JsonObject
    {
        ["score"] = score.Value,
        ["low"] = score.Low,
        ["high"] = score.High,
        ["games"] = score.Games,
        ["draws"] = score.Draws,
        ["illegal"] = score.Illegal,
    };
}
