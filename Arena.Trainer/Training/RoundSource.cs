using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Where a space's rounds come from, and how a policy is measured there.</summary>
public interface IRoundSource
{
    /// <summary>By how much a chosen answer's value must be above a rejected one's.</summary>
    double PairGap { get; }

    /// <summary>The fixed opponents that a policy is measured against here.</summary>
    IReadOnlyList<string> Opponents { get; }

    /// <summary>One round of answers by the policy as it is.</summary>
    List<AnswerGroup> Sample(DecoderWeights weights, TrainOptions options, SeededChance chance);

    /// <summary>The policy's score, its illegal moves not masked, against one of <see cref="Opponents"/>; null where the space has no such opponent.</summary>
    /// <param name="seed">Decides deals, the opponent's choices and the policy's.</param>
    Score? Evaluate(DecoderWeights weights, string opponent, int games, ulong seed = 999, double temperature = 1);
}

/// <summary>The round sources by space.</summary>
public static class RoundSources
{
    /// <summary>Null for a space whose policies can only learn from given pairs, and for a policy that reads the full text: rounds are thousands of games in compact notation.</summary>
    /// <param name="pool">Opponents that a job brought; board games only.</param>
    public static IRoundSource? For(string space, Policy policy, IReadOnlyList<PoolOpponent>? pool = null) =>
        policy.Chat.HasTemplate ? null
        : BoardGames.TryFind(space) is { } game ? new BoardRounds(game, policy, pool ?? [])
        : space == CountdownRounds.Space ? new CountdownRounds(policy)
        : null;
}
