using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Where a space's rounds come from, and how a policy is measured there.</summary>
public interface IRoundSource
{
    /// <summary>Values from which an answer is good enough to be chosen, and up to which bad enough to be rejected.</summary>
    (double Good, double Bad) PairBounds { get; }

    /// <summary>One round of answers by the policy as it is.</summary>
    List<AnswerGroup> Sample(DecoderWeights weights, TrainOptions options, SeededChance chance);

    /// <summary>The score at temperature 1 against "random", "greedy" or "perfect"; null where the space has no such opponent.</summary>
    Score? Evaluate(DecoderWeights weights, string opponent, int games);
}

/// <summary>The round sources by space.</summary>
public static class RoundSources
{
    /// <summary>Null for a space whose policies can only learn from given pairs.</summary>
    public static IRoundSource? For(string space, Policy policy) =>
        BoardGames.TryFind(space) is { } game ? new BoardRounds(game, policy)
        : space == CountdownRounds.Space ? new CountdownRounds(policy)
        : null;
}
