using System.Text.Json;
using System.Text.Json.Serialization;

namespace Arena.Trainer.Training;

/// <summary>How a policy is trained. The names are those of the worker protocol; what is left out has these defaults.</summary>
/// <param name="Method">"dpo" or "grpo".</param>
/// <param name="Rounds">Rounds of self-play; 0 = only the given pairs.</param>
/// <param name="Beta">DPO's pull to the reference.</param>
/// <param name="LearningRate">AdamW's.</param>
/// <param name="Epochs">Passes over the data of a phase or round.</param>
/// <param name="BatchPairs">Pairs per step; GRPO takes four times as many trajectories.</param>
/// <param name="RpoAlpha">Weight of the chosen answer's likelihood.</param>
/// <param name="LoraRank">0 = full weights.</param>
/// <param name="Seed">Decides all chance.</param>
/// <param name="RootsPerOpening">Positions per opening length and round.</param>
/// <param name="RolloutsPerRoot">Games from each position.</param>
/// <param name="PairsPerRoot">Most pairs from one position.</param>
/// <param name="Temperature">Of sampling in self-play.</param>
/// <param name="OpponentNoise">Share of the opponent's moves that are random.</param>
/// <param name="ClipNorm">Longest gradient.</param>
/// <param name="EvaluationGames">Games per opponent before and after; 0 = no evaluation.</param>
public sealed record TrainOptions(
    string Method = "grpo",
    int Rounds = 20,
    double Beta = 0.3,
    double LearningRate = 1e-3,
    int Epochs = 2,
    int BatchPairs = 128,
    double RpoAlpha = 0,
    int LoraRank = 0,
    ulong Seed = 1,
    int RootsPerOpening = 32,
    int RolloutsPerRoot = 16,
    int PairsPerRoot = 4,
    double Temperature = 1.5,
    double OpponentNoise = 0.3,
    double ClipNorm = 1,
    int EvaluationGames = 1000)
{
    [JsonIgnore]
    public bool IsDpo => Method == "dpo";

    /// <exception cref="TrainerException">A value makes no sense; the message names it.</exception>
    public TrainOptions Checked()
    {
        string? problem = this switch
        {
            { Method: not ("dpo" or "grpo") } => $"method is \"{Method}\"; known: dpo, grpo",
            { Rounds: < 0 or > 10_000 } => "rounds must be between 0 and 10000",
            { Beta: not (> 0 and <= 100) } => "beta must be above 0",
            { LearningRate: not (> 0 and <= 1) } => "learningRate must be above 0 and at most 1",
            { Epochs: < 1 or > 100 } => "epochs must be between 1 and 100",
            { BatchPairs: < 1 or > 65_536 } => "batchPairs must be between 1 and 65536",
            { RpoAlpha: not (>= 0 and <= 100) } => "rpoAlpha must not be negative",
            { LoraRank: < 0 or > 1024 } => "loraRank must be between 0 and 1024",
            { RootsPerOpening: < 1 or > 65_536 } => "rootsPerOpening must be positive",
            { RolloutsPerRoot: < 2 or > 65_536 } => "rolloutsPerRoot must be at least 2",
            { PairsPerRoot: < 1 } => "pairsPerRoot must be positive",
            { Temperature: not (> 0 and <= 100) } => "temperature must be above 0",
            { OpponentNoise: not (>= 0 and <= 1) } => "opponentNoise must be between 0 and 1",
            { ClipNorm: not > 0 } => "clipNorm must be above 0",
            { EvaluationGames: < 0 } => "evaluationGames must not be negative",
            _ => null,
        };
        return problem is null ? this : throw new TrainerException($"Training options: {problem}.");
    }

    /// <exception cref="TrainerException">Not an object of options.</exception>
    public static TrainOptions Parse(JsonElement json)
    {
        try
        {
            return (json.Deserialize<TrainOptions>(JsonStyle.Wire) ?? throw new TrainerException("Training options: null.")).Checked();
        }
        catch (JsonException e)
        {
            throw new TrainerException($"Training options: {e.Message}", e);
        }
    }
}
