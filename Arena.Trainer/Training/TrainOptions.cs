using System.Text.Json;
using System.Text.Json.Serialization;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>How a policy is trained. The names are those of the worker protocol; what is left out has these defaults.</summary>
/// <param name="Method">"dpo" (any comparison of pairs, see <paramref name="Loss"/>), "grpo", "mix" (each round is learnt from both ways, pairs first), "kto" or "sft".</param>
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
/// <param name="Loss">DPO: which comparison, by TRL's name, or several with weights ("sigmoid:1,sft:0.2"); see <see cref="PreferenceObjective"/>.</param>
/// <param name="LabelSmoothing">DPO: share of labels taken to be wrong (robust, cdpo, exo_pair).</param>
/// <param name="Gamma">DPO: SimPO's target margin.</param>
/// <param name="GrpoLoss">GRPO: over what is averaged. "trajectory" (sums of tokens, mean of trajectories), "grpo" (means of tokens, mean of trajectories) or "dapo" (mean of all tokens).</param>
/// <param name="ScaleRewards">GRPO: advantages are divided by the group's deviation.</param>
/// <param name="ClipLow">GRPO: ratios below 1 - this earn nothing more.</param>
/// <param name="ClipHigh">GRPO: ratios above 1 + this earn nothing more; DAPO takes 0.28.</param>
/// <param name="KlBeta">GRPO: weight of the divergence from the policy at the start of the round.</param>
/// <param name="DesirableWeight">KTO: of good answers.</param>
/// <param name="UndesirableWeight">KTO: of bad answers.</param>
/// <param name="LoraTargets">Layers that a fresh adapter covers: names with commas ("q_proj,v_proj"), or "all-linear".</param>
/// <param name="LoraAlpha">A fresh adapter's alpha; 0 = twice the rank.</param>
/// <param name="Opponents">Who is met in rounds of a board game and in which shares: "self", "start" (the policy as the run began), "random" and the
/// space's house agents, e.g. "self=0.5,greedy=0.5".</param>
/// <param name="PoolShare">Share of the games that a job's pool gets, when the job brings one.</param>
/// <param name="IllegalValue">What an answer against the rules is worth; a lost game is 0.</param>
/// <param name="FinalRate">The learning rate falls in a straight line to this share at the last round.</param>
/// <param name="ProofEvery">Above 0: the run leaves a learning proof, with a checkpoint to replay from at least every so many steps.</param>
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
    int EvaluationGames = 1000,
    string Loss = "sigmoid",
    double LabelSmoothing = 0,
    double Gamma = 0.5,
    string GrpoLoss = "trajectory",
    bool ScaleRewards = true,
    double ClipLow = 0.2,
    double ClipHigh = 0.2,
    double KlBeta = 0,
    double DesirableWeight = 1,
    double UndesirableWeight = 1,
    string LoraTargets = LoraConfig.AllLinear,
    double LoraAlpha = 0,
    string Opponents = "self",
    double PoolShare = 0.5,
    double IllegalValue = 0,
    double FinalRate = 1,
    int ProofEvery = 0)
{
    [JsonIgnore]
    public bool LearnsPairs => Method != "grpo";

    [JsonIgnore]
    public bool LearnsTrajectories => Method is "grpo" or "mix";

    /// <summary>The learning rate of a round, from 1 on.</summary>
    public double RateOf(int round) => LearningRate * (Rounds < 2 || round < 1 ? 1 : 1 - (1 - FinalRate) * (round - 1) / (Rounds - 1));

    /// <summary>Learns from single answers, good or bad, that are taken from pairs or given as such.</summary>
    [JsonIgnore]
    public bool IsByAnswer => Method is "kto" or "sft";

    /// <summary>What a fresh adapter would be, or null without one.</summary>
    public LoraConfig? Lora() => LoraRank == 0 ? null : new(
        LoraRank, LoraAlpha > 0 ? LoraAlpha : 2 * LoraRank,
        LoraTargets == LoraConfig.AllLinear ? LoraConfig.AllTargets : LoraTargets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <exception cref="TrainerException">An unknown loss.</exception>
    public PreferenceObjective Preference() => PreferenceObjective.Parse(Loss, Beta, LabelSmoothing, Gamma, RpoAlpha);

    /// <exception cref="TrainerException">An unknown loss.</exception>
    public PolicyGradientLoss PolicyGradient() => new(ClipLow)
    {
        ClipHigh = ClipHigh,
        Beta = KlBeta,
        Mean = GrpoLoss switch
        {
            "trajectory" => PolicyGradientMean.Trajectories,
            "grpo" => PolicyGradientMean.TrajectoryMeans,
            "dapo" => PolicyGradientMean.Tokens,
            _ => throw new TrainerException($"Training options: grpoLoss is \"{GrpoLoss}\"; known: trajectory, grpo, dapo."),
        },
    };

    /// <exception cref="TrainerException">A value makes no sense; the message names it.</exception>
    public TrainOptions Checked()
    {
        string? problem = this switch
        {
            { Method: not ("dpo" or "grpo" or "mix" or "kto" or "sft") } => $"method is \"{Method}\"; known: dpo, grpo, mix, kto, sft",
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
            { Loss: null } => "loss must be a name",
            { LoraTargets: null or "" } => "loraTargets must name layers",
            { LoraAlpha: not (>= 0 and <= 65_536) } => "loraAlpha must not be negative",
            { ClipLow: not (> 0 and < 1) } => "clipLow must be between 0 and 1",
            { ClipHigh: not (> 0 and <= 100) } => "clipHigh must be above 0",
            { KlBeta: not (>= 0 and <= 100) } => "klBeta must not be negative",
            { DesirableWeight: not (>= 0 and <= 100) } or { UndesirableWeight: not (>= 0 and <= 100) } => "desirableWeight and undesirableWeight must not be negative",
            { PoolShare: not (>= 0 and <= 1) } => "poolShare must be between 0 and 1",
            { IllegalValue: not (>= -10 and <= 0) } => "illegalValue must be between -10 and 0",
            { FinalRate: not (>= 0 and <= 1) } => "finalRate must be between 0 and 1",
            { ProofEvery: < 0 } => "proofEvery must not be negative",
            { ProofEvery: > 0, IsByAnswer: true } => "a learning proof covers dpo, grpo and mix; proofEvery must be 0 with " + Method,
            _ => null,
        };
        problem ??= OpponentMix.Problem(Opponents);
        if (problem is null)
        {
            // Names of losses are looked up now, not after the first round.
            Preference();
            PolicyGradient();
        }
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
