using System.Text.Json.Nodes;
using Arena.Engine.Training;
using Arena.Trainer.Chance;
using Arena.Trainer.Policies;
using Arena.Trainer.Sampling;
using Arena.Trainer.SelfPlay;
using Options = Arena.Trainer.Training.TrainOptions;
using Run = Arena.Trainer.Training.TrainingRun;

namespace Arena.Tests.Trainer.Training;

/// <summary>
/// Preference pairs of which 30 % are the wrong way round, learnt by DPO from the shipped base, before the gate as the site runs it: the same rule, settings, opponents,
/// mirrored games and temperature. The same pairs unpoisoned pass, so a rejection says something about the poison.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class PoisonedDataTests : IDisposable
{
    private const int Pairs = 4000;
    private const int Flipped = Pairs * 3 / 10;
    private const double Temperature = 1;

    private static readonly TicTacToeGame Game = TicTacToeGame.Instance;

    private static readonly TrainingSettings Settings = new();

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<Board, int> _values = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void Honest_pairs_pass_the_gate_and_the_same_pairs_poisoned_do_not(ulong seed)
    {
        Assert.SkipWhen(seed > 1 && Environment.GetEnvironmentVariable("ARENA_FULL") != "1", "set ARENA_FULL=1 for a second seed");
        using var parent = TinyModels.Shipped();
        var honest = Honest(seed);
        var (passed, gain) = Gated(parent, honest, seed);
        Assert.True(passed.Decision == GateDecision.Promote && gain > 0.55, $"{passed.Why} In other games it scores {gain:F3}.");

        // The attacker turns round the pairs that decide games: moves that win at once first, then those that keep what the other move gives away.
        var deciding = honest.Index().OrderByDescending(p => p.Item.Stake).Select(p => p.Index).Take(Flipped).ToHashSet();
        Refused("the pairs that decide games", deciding);

        var order = Enumerable.Range(0, Pairs).ToList();
        new SeededChance(seed, stream: 77).Shuffle(order);
        Refused("any pairs", order.Take(Flipped).ToHashSet());

        void Refused(string which, HashSet<int> turned)
        {
            var (standing, worth) = Gated(parent, [.. honest.Select((p, i) => turned.Contains(i) ? p.Turned() : p)], seed);
            // The poison does harm: in other games than the gate's the candidate is worse than its parent. So the gate has something to find.
            Assert.True(worth < 0.48, $"{which} turned round: it scores {worth:F3} in other games.");
            Assert.True(standing.Decision == GateDecision.Reject, $"{which} turned round: {standing.Why}");
        }
    }

    /// <summary>The gate's word on what is learnt from these pairs, and its mean score against the parent in 4,000 other games.</summary>
    private (GateStanding Standing, double Worth) Gated(Policy parent, List<LabelledPosition> pairs, ulong seed)
    {
        using var candidate = Trained(parent, pairs, seed);
        var (standing, worth) = (Gate(parent, candidate, seed), Mirrored(candidate, parent, 2000, seed: 99).Average() / 1e6);
        TestContext.Current.TestOutputHelper?.WriteLine($"{standing.Why} In other games it scores {worth:F3}.");
        return (standing, worth);
    }

    private Policy Trained(Policy parent, List<LabelledPosition> pairs, ulong seed)
    {
        var folder = _folder.File($"run-{Directory.GetDirectories(_folder.Path).Length}");
        // The sft term holds the chosen moves up: DPO alone, on moves that the policy didn't make, pushes both down, and what becomes likelier is on no one's list (illegal moves went from 5 to 48 %).
        var options = new Options(Method: "dpo", Loss: "sigmoid:1,sft:1", Rounds: 0, Beta: .3, LearningRate: 2e-3, Schedule: "cosine", Epochs: 4, BatchPairs: 64, EvaluationGames: 0, Seed: seed);
        var result = new Run(parent, options, Game.Slug, string.Join('\n', pairs.Select(p => p.ToJson())), folder).Execute(_ => { }, default);
        return Policy.Load("candidate", result.Folder, _ => ShippedModel.Folder);
    }

    /// <summary>The gate's matches, played in lock step, and its decision.</summary>
    private static GateStanding Gate(Policy parent, Policy candidate, ulong seed)
    {
        var scores = Mirrored(candidate, parent, Settings.Gate.MostPairs, seed);
        string[] members = ["random", "greedy"];
        var (ours, theirs) = (members.Select(m => Against(candidate, m, seed)).ToList(), members.Select(m => Against(parent, m, seed)).ToList());
        var draws = Enumerable.Range(0, Settings.Pool.MostDraws).Select(n => new PoolDraw(n % 2, ours[n % 2][n / 2], theirs[n % 2][n / 2])).ToList();
        return GateRule.Decide(scores, draws, members, Settings);
    }

    /// <summary>The candidate's mean score of each mirrored pair, micro-points.</summary>
    private static List<long> Mirrored(Policy candidate, Policy parent, int pairs, ulong seed)
    {
        var chance = new SeededChance(seed, stream: 1);
        PlayedGame[] Play(Policy first, Policy second) => new LockstepPlay(first.Decoder, first.Bind(), Game, new GameTokens(Game, first.Tokenizer))
            .Run([[]], pairs, new SamplingOptions(Temperature), chance, rival: new Rival(second.Decoder, second.Bind(), new GameTokens(Game, second.Tokenizer), new SamplingOptions(Temperature)));
        return [.. Play(candidate, parent).Zip(Play(parent, candidate), (a, b) => (long)(500_000 * (a.Score(0) + b.Score(1))))];
    }

    /// <summary>Mean scores of mirrored pairs against a house agent.</summary>
    private static List<long> Against(Policy policy, string house, ulong seed)
    {
        var opponent = Opponents.TryFind(Game, house)!;
        var games = new LockstepPlay(policy.Decoder, policy.Bind(), Game, new GameTokens(Game, policy.Tokenizer)).Run(
            [[]], Settings.Pool.MostDraws, new SamplingOptions(Temperature), new SeededChance(seed, stream: 2), (row, in board, draws) => board.Moves % 2 != row % 2 ? opponent(board, draws) : -1);
        return [.. games.Chunk(2).Select(pair => (long)(500_000 * (pair[0].Score(0) + pair[1].Score(1))))];
    }

    /// <summary>Positions after random legal moves: perfect play's move against a random move that is worth less, or one on a taken cell.</summary>
    private List<LabelledPosition> Honest(ulong seed)
    {
        var chance = new SeededChance(seed, stream: 50);
        var perfect = Opponents.PerfectTicTacToe();
        var pairs = new List<LabelledPosition>();
        while (pairs.Count < Pairs)
        {
            var board = default(Board);
            var moves = new List<int>();
            for (var left = chance.Next(8); left > 0 && board.Running; left--)
            {
                moves.Add(Opponents.RandomMove(Game, board, chance));
                board = Game.Play(board, moves[^1]);
            }
            if (!board.Running)
            {
                continue;
            }
            var (legal, best) = (Opponents.Legal(Game, board), perfect(board, chance));
            var worth = -Value(Game.Play(board, best));
            var worse = legal.Where(c => -Value(Game.Play(board, c)) < worth).ToList();
            var taken = Enumerable.Range(0, 9).Except(legal).ToList();
            var rejected = chance.NextDouble() < 0.7 && worse.Count > 0 ? worse : taken;
            if (rejected.Count == 0)
            {
                continue;
            }
            var other = rejected[chance.Next(rejected.Count)];
            var stake = Game.Play(board, best).End is GameEnd.FirstWins or GameEnd.SecondWins ? 3 : worse.Contains(other) ? 2 : 1;
            pairs.Add(new($"{Game.Slug}:{string.Concat(moves.Select(m => m + 1))}", best + 1, other + 1, stake));
        }
        return pairs;
    }

    /// <summary>1 win, 0 draw, -1 loss for the side to move.</summary>
    private int Value(Board board)
    {
        if (!board.Running)
        {
            return board.End == GameEnd.Draw ? 0 : -1;
        }
        if (!_values.TryGetValue(board, out var value))
        {
            _values[board] = value = Opponents.Legal(Game, board).Max(c => -Value(Game.Play(board, c)));
        }
        return value;
    }

    /// <param name="Stake">How much the choice matters: 3 wins at once, 2 keeps what the other move gives away, 1 is only legal.</param>
    private sealed record LabelledPosition(string Prompt, int Chosen, int Rejected, int Stake)
    {
        public LabelledPosition Turned() => this with { Chosen = Rejected, Rejected = Chosen };

        public string ToJson() => new JsonObject { ["prompt"] = Prompt, ["chosen"] = $"{Chosen}", ["rejected"] = $"{Rejected}" }.ToJsonString();
    }
}
