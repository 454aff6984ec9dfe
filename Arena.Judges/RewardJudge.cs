using System.Globalization;
using System.Text.Json.Nodes;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;

namespace Arena.Judges;

/// <summary>
/// A judge that is a learned reward model, as Arena.Trainer serves one. It scores each entry alone, so no order can sway it; the difference of two scores is the
/// log-odds that the first is better, as it was trained (Bradley and Terry). It reads the task and what other judges read of an entry, but no rubric, and
/// gives no reason but its numbers. Its version holds the hash of its weights: a model that is trained on is another judge.
/// </summary>
public sealed class RewardJudge(Judge judge, string? key, ChatEndpoint endpoint, JudgeOptions options) : IJudge
{
    /// <summary>Log-odds below which it calls a tie: the better one would be preferred fewer than 53 times of 100.</summary>
    public const double Tie = 0.1;

    /// <summary>Stands where other judges have the hash of their prompt; it changes when entries are shown to the model in another way.</summary>
    public static string PromptHash { get; } = VerdictRecord.Sha256("arena-reward-judge-v1: prompt = task; answers = entries as quoted to judges, without fence or rubric"u8);

    public async Task<JudgeOutcome> JudgeAsync(JudgingCase @case, int first, CancellationToken ct)
    {
        if (Rubric.For(@case.Space) is null)
        {
            return new JudgeSilence(false, $"{@case.Space} is not a judged space.");
        }
        List<string> names = [.. @case.Contestants.SelectMany(c => c.Names)];
        // There is no fence to protect; control characters are taken out before.
        string[] entries = [.. ((int[])[first, 1 - first]).Select(p => QuotedEntry.Of(@case.Contestants.Single(c => c.Player == p).Text, "\0", names))];
        var outcome = await endpoint.ScoreAsync(judge.Endpoint, key, new(judge.Model, @case.Task, entries), options.AnswerTimeout, ct);
        return outcome switch
        {
            ScoreAnswer said => Opinion(said, first),
            // The endpoint is there, but has no such model or the entries don't fit it.
            ChatTrouble { Kind: ChatTroubleKind.NotFound or ChatTroubleKind.Refused or ChatTroubleKind.WrongShape or ChatTroubleKind.NotJson } trouble => new JudgeSilence(false, trouble.Detail),
            ChatTrouble trouble => new JudgeSilence(true, trouble.Detail),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    private JudgeOpinion Opinion(ScoreAnswer said, int first)
    {
        var margin = said.Scores[0] - said.Scores[1];
        var chance = 1 / (1 + Math.Exp(-Math.Abs(margin)));
        int? preferred = Math.Abs(margin) < Tie ? null : margin > 0 ? first : 1 - first;
        var words = string.Create(CultureInfo.InvariantCulture, $"Scores {said.Scores[0]:0.000} for the first and {said.Scores[1]:0.000} for the second: ")
            + (preferred is null ? "too near to call." : string.Create(CultureInfo.InvariantCulture, $"the {(margin > 0 ? "first" : "second")} is better with a probability of {chance:0.000}."));
        var raw = new JsonObject { ["scores"] = new JsonArray(said.Scores[0], said.Scores[1]), ["firstBetter"] = margin > 0 ? chance : 1 - chance, ["weights"] = said.Weights };
        var none = new Dictionary<string, int>();
        return new(
            preferred, new Dictionary<int, IReadOnlyDictionary<string, int>> { [0] = none, [1] = none }, words,
            $"{judge.Model}@{said.Weights[..12]}", PromptHash, raw.ToJsonString(), said.Took, 0, 1);
    }
}
