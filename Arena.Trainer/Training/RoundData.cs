using System.Text.Json.Nodes;
using Arena.Trainer.Losses;

namespace Arena.Trainer.Training;

/// <summary>Turns groups of answers into what is learnt from: pairs for DPO, trajectories with advantages for GRPO. Each comes with its line for the record.</summary>
public static class RoundData
{
    /// <summary>Good answers against bad ones to the same prompt, at most <paramref name="perGroup"/>, and only where their first choice differs.</summary>
    /// <param name="good">Least value of a chosen answer.</param>
    /// <param name="bad">Most value of a rejected one.</param>
    public static List<(PreferencePair Pair, JsonObject Line)> Pairs(IEnumerable<AnswerGroup> groups, double good, double bad, int perGroup, int round)
    {
        var pairs = new List<(PreferencePair, JsonObject)>();
        foreach (var group in groups)
        {
            var chosen = group.Answers.Where(a => a.Value >= good).ToList();
            var rejected = group.Answers.Where(a => a.Value <= bad).ToList();
            for (var i = 0; i < Math.Min(perGroup, Math.Min(chosen.Count, rejected.Count)); i++)
            {
                if (chosen[i].Decision != rejected[i].Decision)
                {
                    pairs.Add((new(chosen[i].Sequence, rejected[i].Sequence), new JsonObject
                    {
                        ["prompt"] = group.Prompt,
                        ["chosen"] = chosen[i].Text,
                        ["rejected"] = rejected[i].Text,
                        ["round"] = round,
                    }));
                }
            }
        }
        return pairs;
    }

    /// <summary>All answers of groups where values differ, with their advantage in the group.</summary>
    /// <param name="scaled">Advantages are divided by the group's deviation.</param>
    public static List<(ScoredTrajectory Trajectory, JsonObject Line)> Trajectories(IEnumerable<AnswerGroup> groups, int round, bool scaled = true)
    {
        var trajectories = new List<(ScoredTrajectory, JsonObject)>();
        foreach (var group in groups)
        {
            if (PolicyGradientLoss.Advantages([.. group.Answers.Select(a => a.Value)], scaled) is not { } advantages)
            {
                continue;
            }
            for (var i = 0; i < advantages.Length; i++)
            {
                var answer = group.Answers[i];
                trajectories.Add((new(answer.Sequence, advantages[i], answer.Value), new JsonObject
                {
                    ["prompt"] = group.Prompt,
                    ["completion"] = answer.Text,
                    ["reward"] = answer.Value,
                    ["advantage"] = advantages[i],
                    ["round"] = round,
                }));
            }
        }
        return trajectories;
    }
}
