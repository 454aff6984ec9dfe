using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;

namespace Arena.Trainer.Training;

/// <summary>Rounds of a board game: games forked from random openings, the policy against itself, house agents, its start and a job's pool.</summary>
/// <param name="policy">As the run began.</param>
/// <param name="pool">Opponents that a job brought.</param>
public sealed class BoardRounds(IBoardGame game, Policy policy, IReadOnlyList<PoolOpponent> pool) : IRoundSource
{
    private readonly GameTokens _tokens = new(game, policy.Tokenizer);

    /// <summary>A draw against a lost game counts, a win against a draw too.</summary>
    public double PairGap => 0.5;

    /// <summary>Three of different strength; the third is the strongest.</summary>
    public IReadOnlyList<string> Opponents { get; } = ["random", "greedy", game is TicTacToeGame ? "perfect" : "alpha-beta-2"];

    public List<AnswerGroup> Sample(DecoderWeights weights, TrainOptions options, SeededChance chance)
    {
        var play = new LockstepPlay(policy.Decoder, weights, game, _tokens);
        var positions = SelfPlayRound.Play(play, game, options.RootsPerOpening, options.RolloutsPerRoot, new SamplingOptions(options.Temperature), options.OpponentNoise, Sparrings(options), chance);
        return [.. positions.Select(p => Group(p, options.IllegalValue))];
    }

    public Score? Evaluate(DecoderWeights weights, string opponent, int games, ulong seed = 999, double temperature = 1) =>
        SelfPlay.Opponents.TryFind(game, opponent) is { } found ? Evaluation.Run(policy.Decoder, weights, game, _tokens, found, games, new SamplingOptions(temperature), seed) : null;

    /// <summary>The options' opponents, and the pool's where there is one.</summary>
    private List<Sparring> Sparrings(TrainOptions options)
    {
        var own = OpponentMix.Parse(options.Opponents);
        var share = pool.Count > 0 ? options.PoolShare : 0;
        return
        [
            .. own.Where(_ => share < 1).Select(o => Named(o.Name, (1 - share) * o.Weight / own.Sum(x => x.Weight), options)),
            .. pool.Where(_ => share > 0).Select(o => o.Policy is { } rival
                ? new Sparring(share * o.Weight / pool.Sum(x => x.Weight), Rival: Seat(rival, o.Temperature))
                : Named(o.Name, share * o.Weight / pool.Sum(x => x.Weight), options)),
        ];
    }

    private Sparring Named(string name, double weight, TrainOptions options) => name switch
    {
        "self" => new(weight),
        "start" => new(weight, Rival: Seat(policy, options.Temperature)),
        _ => new(weight, SelfPlay.Opponents.TryFind(game, name) ?? throw new TrainerException($"\"{name}\" is no opponent in \"{game.Slug}\".")),
    };

    private Rival Seat(Policy rival, double temperature) => new(rival.Decoder, rival.Bind(), new GameTokens(game, rival.Tokenizer), new SamplingOptions(temperature));

    private AnswerGroup Group(ForkedPosition position, double illegal)
    {
        var from = position.Opening.Length;
        return new(
            $"{game.Slug}:{string.Concat(position.Opening.Select(c => c + 1))}",
            [.. position.Games.Select(g => new SampledAnswer(Mark(g, from), Text(g, from), g.Score(position.Side) is var score && g.Illegal && score == 0 ? illegal : score))]);
    }

    /// <summary>The moves after the fork; a token that is no move is written as "?".</summary>
    private string Text(PlayedGame played, int from) => string.Concat(played.Tokens.Skip(from).Select(t => _tokens.Choice(t) is >= 0 and var c ? (c + 1).ToString() : "?"));

    /// <summary>Own moves count: every second one from the fork on.</summary>
    private MarkedSequence Mark(PlayedGame played, int from)
    {
        int[] all = [.. policy.Config.Beginning, .. _tokens.Prefix, .. played.Tokens];
        var counted = new bool[all.Length];
        for (var t = all.Length - played.Tokens.Count + from; t < all.Length; t += 2)
        {
            counted[t] = true;
        }
        return new(all, counted);
    }
}
