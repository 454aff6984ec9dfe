using System.Text.Json;
using System.Text.Json.Serialization;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.SelfPlay;
using static TorchSharp.torch;

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
/// <param name="KlBeta">GRPO: weight of the divergence from the reference.</param>
/// <param name="DesirableWeight">KTO: of good answers.</param>
/// <param name="UndesirableWeight">KTO: of bad answers.</param>
/// <param name="LoraTargets">Layers that a fresh adapter covers: names with commas ("q_proj,v_proj"), or "all-linear".</param>
/// <param name="LoraAlpha">A fresh adapter's alpha; 0 = twice the rank.</param>
/// <param name="Opponents">Who is met in rounds and in which shares: "self", "start" (the policy as the run began; board games), "random" and the
/// space's house agents, e.g. "self=0.5,greedy=0.5". In countdown a house agent answers the same problem; pairs may choose its answer.</param>
/// <param name="PoolShare">Share of the games that a job's pool gets, when the job brings one.</param>
/// <param name="IllegalValue">What an answer against the rules is worth; a lost game is 0.</param>
/// <param name="FinalRate">The learning rate falls in a straight line to this share at the last round.</param>
/// <param name="Schedule">How the learning rate goes over the steps: "constant", "linear" or "cosine"; see <see cref="RateSchedule"/>.</param>
/// <param name="WarmupSteps">Steps over which the rate rises from 0; wins over <paramref name="WarmupRatio"/>.</param>
/// <param name="WarmupRatio">The same as a share of the schedule's steps.</param>
/// <param name="ScheduleSteps">Steps that the schedule spans; 0 = those of the given set, which only a run without rounds has in advance.</param>
/// <param name="AccumulationSteps">Each step's batch goes through the model in this many parts, whose gradients add up to the whole batch's: less memory, the same step.</param>
/// <param name="LengthBuckets">Batches hold answers of like length; each pass still sees every item once.</param>
/// <param name="GradientCheckpointing">Steps keep what goes into each block and compute its inside again on the way back: less memory, a third more work.</param>
/// <param name="Dtype">Numbers that steps are computed in: "f32", or "bf16" over 32-bit weights.</param>
/// <param name="Reference">What is compared with: "round" (the policy as each round begins), "start" (as the run began) or "base" (the base with the adapter off).</param>
/// <param name="PairShare">mix: of the rounds, the share from the first on that learn from pairs; those after it learn from trajectories alone, which sharpens what pairs taught.</param>
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
    int ProofEvery = 0,
    string Schedule = "constant",
    int WarmupSteps = 0,
    double WarmupRatio = 0,
    int ScheduleSteps = 0,
    int AccumulationSteps = 1,
    bool LengthBuckets = false,
    bool GradientCheckpointing = false,
    string Dtype = "f32",
    string Reference = "round",
    double PairShare = 1)
{
    [JsonIgnore]
    public bool LearnsPairs => Method != "grpo";

    /// <summary>Whether a round, from 1 on, learns from pairs.</summary>
    public bool LearnsPairsIn(int round) => LearnsPairs && (Method != "mix" || round <= Math.Ceiling(PairShare * Rounds));

    [JsonIgnore]
    public bool LearnsTrajectories => Method is "grpo" or "mix";

    /// <summary>The number type of training steps.</summary>
    [JsonIgnore]
    public ScalarType StepType => Dtype == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>The learning rate of a step: the schedule's share by step, and the share left by round.</summary>
    /// <param name="round">From 1 on; 0 = the given set.</param>
    /// <param name="step">Steps taken before it, over the whole run.</param>
    /// <param name="phaseSteps">Steps of its phase, from <see cref="StepsOf"/>.</param>
    public double RateOf(int round, int step, int phaseSteps)
    {
        var share = Rounds < 2 || round < 1 ? 1 : 1 - (1 - FinalRate) * (round - 1) / (Rounds - 1);
        return LearningRate * share * RateSchedule.Share(Schedule, step, ScheduleSteps > 0 ? ScheduleSteps : phaseSteps, WarmupSteps, WarmupRatio);
    }

    /// <summary>Optimizer steps of a phase.</summary>
    /// <param name="items">Its pairs, answers or trajectories.</param>
    /// <param name="batch">Items a step.</param>
    public int StepsOf(int items, int batch) => (items + batch - 1) / batch * Epochs;

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
            { PairShare: not (>= 0 and <= 1) } => "pairShare must be between 0 and 1",
            { ProofEvery: < 0 } => "proofEvery must not be negative",
            { ProofEvery: > 0, IsByAnswer: true } => "a learning proof covers dpo, grpo and mix; proofEvery must be 0 with " + Method,
            { Schedule: not ("constant" or "linear" or "cosine") } => $"schedule is \"{Schedule}\"; known: constant, linear, cosine",
            { WarmupSteps: < 0 or > 100_000_000 } => "warmupSteps must not be negative",
            { WarmupRatio: not (>= 0 and <= 1) } => "warmupRatio must be between 0 and 1",
            { ScheduleSteps: < 0 or > 100_000_000 } => "scheduleSteps must not be negative",
            { Rounds: > 0, ScheduleSteps: 0 } when Schedule != "constant" || (WarmupRatio > 0 && WarmupSteps == 0) =>
                "the steps of rounds are not known in advance: schedule and warmupRatio need scheduleSteps (or rounds 0)",
            { AccumulationSteps: < 1 or > 65_536 } => "accumulationSteps must be between 1 and 65536",
            { LengthBuckets: true, ProofEvery: > 0 } => "a learning proof shows that batches follow from the seed alone; with it lengthBuckets must be false",
            { Reference: not ("round" or "start" or "base") } => $"reference is \"{Reference}\"; known: round, start, base",
            { Reference: "base", LoraRank: 0 } => "reference \"base\" is the model with its adapter off, so loraRank must be above 0",
            { Reference: not "round", ProofEvery: > 0, KlBeta: > 0, LearnsTrajectories: true } => "a learning proof keeps no reference of trajectories; with it and klBeta, reference must be \"round\"",
            { Dtype: not ("f32" or "bf16") } => $"dtype is \"{Dtype}\"; known: f32, bf16",
            _ => null,
        };
        problem ??= OpponentMix.Problem(Opponents);
        if (problem is null)
        {
            // Names of losses are looked up now, not after the first round.
            if (Preference().NeedsWholeBatch && AccumulationSteps > 1)
            {
                problem = $"\"{Loss}\" sorts over the whole batch, so accumulationSteps must be 1";
            }
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
