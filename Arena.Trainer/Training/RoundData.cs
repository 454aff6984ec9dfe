using System.Text.Json.Nodes;
using Arena.Trainer.Losses;

namespace Arena.Trainer.Training;

/// <summary>Turns groups of answers into what is learnt from: pairs for DPO, trajectories with advantages for GRPO. Each comes with its line for the record.</summary>
public static class RoundData
{
    /// <summary>
    /// The best answers against the policy's own worst to the same prompt, at most <paramref name="perGroup"/>, and only where their first choice differs
    /// (an opponent's answer: where they are not the same).
    /// </summary>
    /// <param name="gap">Least difference of the two values.</param>
    public static List<(PreferencePair Pair, JsonObject Line)> Pairs(IEnumerable<AnswerGroup> groups, double gap, int perGroup, int round)
    {
        var pairs = new List<(PreferencePair, JsonObject)>();
        foreach (var group in groups)
        {
            // Both sorts are stable: equal values stay in the order in which they were sampled.
            var chosen = group.Answers.OrderByDescending(a => a.Value).ToList();
            var rejected = group.Answers.Where(a => a.Own).OrderBy(a => a.Value).ToList();
            for (var i = 0; i < Math.Min(perGroup, group.Answers.Count / 2) && chosen[i].Value - rejected[i].Value >= gap; i++)
            {
                if (chosen[i].Own ? chosen[i].Decision != rejected[i].Decision : chosen[i].Text != rejected[i].Text)
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

    /// <summary>What TRL logs of a round's sampled groups: deviation of rewards within them, groups that teach nothing, lengths of answers.</summary>
    /// <param name="trajectories">Learnt from.</param>
    public static Dictionary<string, double> Describe(IReadOnlyList<AnswerGroup> groups, int trajectories)
    {
        var metrics = new Dictionary<string, double> { ["trajectories"] = trajectories };
        var own = groups.Select(g => g.Answers.Where(a => a.Own).ToList()).ToList();
        var deviations = own.Where(g => g.Count > 1).Select(g => Deviation([.. g.Select(a => a.Value)])).ToList();
        var lengths = own.SelectMany(g => g).Select(a => a.Sequence.CountedTokens).ToList();
        if (deviations.Count > 0)
        {
            metrics["reward_std"] = deviations.Average();
            metrics["frac_reward_zero_std"] = deviations.Average(d => d < 1e-6 ? 1.0 : 0);
        }
        if (lengths.Count > 0)
        {
            metrics["completions/mean_length"] = lengths.Average();
            metrics["completions/min_length"] = lengths.Min();
            metrics["completions/max_length"] = lengths.Max();
        }
        return metrics;
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    /// <summary>All own answers of groups where their values differ, with their advantage over each other.</summary>
    /// <param name="scaled">Advantages are divided by the group's deviation.</param>
    public static List<(ScoredTrajectory Trajectory, JsonObject Line)> Trajectories(IEnumerable<AnswerGroup> groups, int round, bool scaled = true)
    {
        var trajectories = new List<(ScoredTrajectory, JsonObject)>();
        foreach (var group in groups)
        {
            var own = group.Answers.Where(a => a.Own).ToList();
            if (PolicyGradientLoss.Advantages([.. own.Select(a => a.Value)], scaled) is not { } advantages)
            {
                continue;
            }
            for (var i = 0; i < advantages.Length; i++)
            {
                var answer = own[i];
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
