using System.Text.Json.Nodes;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Turns forked games into what is learnt from: pairs for DPO, trajectories with advantages for GRPO.</summary>
public sealed class RoundData(IBoardGame game, GameTokens tokens, ModelConfig config)
{
    /// <summary>
    /// Winners against losers of one position, at most <paramref name="perRoot"/>, and only where the first move after the fork differs: both
    /// answer the same prompt. Each comes with its line for the record.
    /// </summary>
    public List<(PreferencePair Pair, JsonObject Line)> Pairs(IEnumerable<ForkedPosition> positions, int perRoot, int round)
    {
        var pairs = new List<(PreferencePair, JsonObject)>();
        foreach (var position in positions)
        {
            var length = position.Opening.Length;
            var winners = position.Games.Where(g => g.Score(position.Side) is 1).ToList();
            var losers = position.Games.Where(g => g.Score(position.Side) is 0).ToList();
            for (var i = 0; i < Math.Min(perRoot, Math.Min(winners.Count, losers.Count)); i++)
            {
                var (good, bad) = (winners[i], losers[i]);
                if (good.Tokens[length] != bad.Tokens[length])
                {
                    pairs.Add((new(Mark(good, length), Mark(bad, length)), new JsonObject
                    {
                        ["prompt"] = Prompt(position.Opening),
                        ["chosen"] = Text(good, length),
                        ["rejected"] = Text(bad, length),
                        ["round"] = round,
                        ["counted"] = "every second move, from the first",
                    }));
                }
            }
        }
        return pairs;
    }

    /// <summary>All games of positions where results differ, with their advantage in the group.</summary>
    public List<(ScoredTrajectory Trajectory, JsonObject Line)> Trajectories(IEnumerable<ForkedPosition> positions, int round)
    {
        var trajectories = new List<(ScoredTrajectory, JsonObject)>();
        foreach (var position in positions)
        {
            var values = position.Games.Select(g => g.Score(position.Side)).ToList();
            if (PolicyGradientLoss.Advantages(values) is not { } advantages)
            {
                continue;
            }
            for (var i = 0; i < values.Count; i++)
            {
                trajectories.Add((new(Mark(position.Games[i], position.Opening.Length), advantages[i], values[i]), new JsonObject
                {
                    ["prompt"] = Prompt(position.Opening),
                    ["completion"] = Text(position.Games[i], position.Opening.Length),
                    ["reward"] = values[i],
                    ["advantage"] = advantages[i],
                    ["round"] = round,
                }));
            }
        }
        return trajectories;
    }

    private string Prompt(int[] opening) => $"{game.Slug}:{string.Concat(opening.Select(c => c + 1))}";

    /// <summary>The moves after the fork; a token that is no move is written as "?".</summary>
    private string Text(PlayedGame played, int from) => string.Concat(played.Tokens.Skip(from).Select(t => tokens.Choice(t) is >= 0 and var c ? (c + 1).ToString() : "?"));

    private MarkedSequence Mark(PlayedGame played, int from)
    {
        int[] all = [config.BosId, .. tokens.Prefix, .. played.Tokens];
        var start = all.Length - played.Tokens.Count + from;
        var counted = new bool[all.Length];
        for (var t = start; t < all.Length; t += 2)
        {
            counted[t] = true;
        }
        return new(all, counted);
    }
}
