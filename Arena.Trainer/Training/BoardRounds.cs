using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Rounds of a board game: games forked from random openings, the policy against itself.</summary>
public sealed class BoardRounds(IBoardGame game, Policy policy) : IRoundSource
{
    private readonly GameTokens _tokens = new(game, policy.Tokenizer);

    /// <summary>Won games against lost ones; draws say too little.</summary>
    public (double Good, double Bad) PairBounds => (1, 0);

    public List<AnswerGroup> Sample(DecoderWeights weights, TrainOptions options, SeededChance chance)
    {
        var play = new LockstepPlay(policy.Decoder, weights, game, _tokens);
        var positions = SelfPlayRound.Play(play, game, options.RootsPerOpening, options.RolloutsPerRoot, new SamplingOptions(options.Temperature), options.OpponentNoise, chance);
        return [.. positions.Select(Group)];
    }

    public Score? Evaluate(DecoderWeights weights, string opponent, int games)
    {
        return (opponent, game) switch
        {
            ("random", _) => Against(Opponents.Random(game)),
            ("greedy", _) => Against(Opponents.Greedy(game)),
            ("perfect", TicTacToeGame) => Against(Opponents.PerfectTicTacToe()),
            _ => null,
        };

        Score Against(Opponent fixedOpponent) => Evaluation.Run(policy.Decoder, weights, game, _tokens, fixedOpponent, games, new SamplingOptions(), seed: 999);
    }

    private AnswerGroup Group(ForkedPosition position)
    {
        var from = position.Opening.Length;
        return new(
            $"{game.Slug}:{string.Concat(position.Opening.Select(c => c + 1))}",
            [.. position.Games.Select(g => new SampledAnswer(Mark(g, from), Text(g, from), g.Score(position.Side)))]);
    }

    /// <summary>The moves after the fork; a token that is no move is written as "?".</summary>
    private string Text(PlayedGame played, int from) => string.Concat(played.Tokens.Skip(from).Select(t => _tokens.Choice(t) is >= 0 and var c ? (c + 1).ToString() : "?"));

    /// <summary>Own moves count: every second one from the fork on.</summary>
    private MarkedSequence Mark(PlayedGame played, int from)
    {
        int[] all = [policy.Config.BosId, .. _tokens.Prefix, .. played.Tokens];
        var counted = new bool[all.Length];
        for (var t = all.Length - played.Tokens.Count + from; t < all.Length; t += 2)
        {
            counted[t] = true;
        }
        return new(all, counted);
    }
}
