using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>What a run's answers are compared with: the policy as a round begins, as the run began, or the base with the adapter off.</summary>
[Collection(TorchCollection.Name)]
public sealed class ReferencePolicyTests : IDisposable
{
    private static readonly List<PreferencePair> Pairs =
        [.. Enumerable.Range(4, 6).Select(n => new PreferencePair(new([0, 3, 5, n], [false, false, false, true]), new([0, 3, 5, n + 1], [false, false, false, true])))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_frozen_copy_stays_while_the_policy_moves(int rank)
    {
        using var start = Adapted(rank > 0);
        using var policy = TrainedPolicy.For(start, new TrainOptions(Method: "dpo", LoraRank: rank));
        using var optimizer = new FlatAdamW(policy.Trained);
        using var frozen = ReferencePolicy.Of(policy, "start");
        using var moving = ReferencePolicy.Of(policy, "round");
        var (before, hash) = (Sums(moving), moving.WeightsHash());
        Assert.Equal((before, hash), (Sums(frozen), frozen.WeightsHash()), Same);
        Move(policy, optimizer);
        Assert.Equal((before, hash), (Sums(frozen), frozen.WeightsHash()), Same);
        Assert.NotEqual(hash, moving.WeightsHash());
        Assert.All(before.Zip(Sums(moving)), s => Assert.NotEqual(s.First, s.Second));
        Assert.Equal(policy.WeightsHash(), moving.WeightsHash());
    }

    [Fact]
    public void The_base_is_the_model_without_the_adapter_that_is_trained_further()
    {
        using var start = Adapted(true);
        using var plain = TinyModels.Shipped();
        using var policy = TrainedPolicy.For(start, new TrainOptions(Method: "dpo", LoraRank: 2));
        using var optimizer = new FlatAdamW(policy.Trained);
        using var off = ReferencePolicy.Of(policy, "base");
        using var whole = TrainedPolicy.From(plain, 0, new SeededChance(1));
        using var expected = ReferencePolicy.Of(whole, "round");
        Assert.Equal(Sums(expected), Sums(off));
        using var began = ReferencePolicy.Of(policy, "start");
        Assert.NotEqual(Sums(began), Sums(off));
        var hash = off.WeightsHash();
        Move(policy, optimizer);
        Assert.Equal((Sums(expected), hash), (Sums(off), off.WeightsHash()), Same);
        Assert.NotEqual(began.WeightsHash(), hash);
    }

    [Fact]
    public void Without_an_adapter_the_start_itself_is_the_frozen_copy()
    {
        using var start = TinyModels.Shipped();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(start.Weights.Flat.bytes));
        using (var policy = TrainedPolicy.For(start, new TrainOptions(Method: "dpo", Dtype: "bf16")))
        using (var optimizer = new FlatAdamW(policy.Trained))
        using (var frozen = ReferencePolicy.Of(policy, "start"))
        {
            var before = Sums(frozen);
            Move(policy, optimizer);
            Assert.Equal(before, Sums(frozen));
        }
        // Neither changed nor disposed.
        Assert.Equal(hash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(start.Weights.Flat.bytes)));
    }

    [Theory]
    [InlineData("round", 6, 12)]
    [InlineData("start", 12, 6)]
    [InlineData("base", 12, 6)]
    public void A_frozen_references_numbers_are_computed_once_a_run(string mode, int hits, int misses)
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "dpo", LoraRank: 2, Reference: mode);
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        using var reference = ReferencePolicy.Of(policy, mode);
        var cache = new ReferenceCache(_folder.File("reference"));
        // A round, the same again after a stop, and the next round with the same pairs.
        PairUpdate Round() => new(policy, optimizer, options, cache, reference);
        var first = Round().Reference(Pairs);
        Assert.Equal(first.Chosen, Round().Reference(Pairs).Chosen);
        Move(policy, optimizer);
        Assert.Equal(mode != "round", first.Chosen.SequenceEqual(Round().Reference(Pairs).Chosen));
        Assert.Equal((hits, misses), (cache.Hits, cache.Misses));
    }

    [Fact]
    public void GRPOs_divergence_is_from_the_reference_while_its_ratio_is_to_the_sampling_policy()
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "grpo", LoraRank: 2, KlBeta: 0.5, GrpoLoss: "grpo");
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        using var frozen = ReferencePolicy.Of(policy, "start");
        Move(policy, optimizer);
        var update = new TrajectoryUpdate(policy, optimizer, options);
        List<ScoredTrajectory> trajectories = [.. Pairs.Select((p, n) => new ScoredTrajectory(p.Chosen, n % 2 == 0 ? 1 : -1, n))];
        var sampled = update.Sampled(trajectories);
        var reference = update.Reference(trajectories, frozen)!;
        using var round = ReferencePolicy.Of(policy, "round");
        Assert.Null(update.Reference(trajectories, round));
        Assert.Null(new TrajectoryUpdate(policy, optimizer, options with { KlBeta = 0 }).Reference(trajectories, frozen));
        var metrics = update.Step(trajectories, sampled, reference: reference);
        // The first step after sampling: every ratio is 1, so gains are advantages, which sum to 0; what is left is the divergence.
        var differences = sampled.Zip(reference, (s, r) => (double)(r[0] - s[0])).ToList();
        var divergence = differences.Average(d => Math.Exp(d) - d - 1);
        Assert.True(divergence > 1e-6);
        Assert.Equal(divergence, metrics["kl"], 1e-5 * divergence);
        Assert.Equal(0.5 * divergence, metrics["loss"], 1e-5 * divergence);
        Assert.Equal(0, metrics["clip_ratio"]);
    }

    [Theory]
    [InlineData("start", 0)]
    [InlineData("start", 2)]
    [InlineData("base", 2)]
    public void A_run_with_a_frozen_reference_stopped_at_any_step_leaves_the_same_bytes(string mode, int rank)
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "mix", Rounds: 2, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 4, Seed: 3, LoraRank: rank, KlBeta: 0.1, Reference: mode).Checked();
        var whole = Weights(start, options, "whole");
        foreach (var at in new[] { 2, 9 })
        {
            using var stop = new CancellationTokenSource();
            var steps = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => new TrainingRun(start, options, "tic-tac-toe", "", _folder.File($"{at}")).Execute(p =>
            {
                if (p.Metrics.Count == 0 && p.Phase == "round" && ++steps == at)
                {
                    stop.Cancel();
                }
            }, stop.Token));
            Assert.Equal(whole, Weights(start, options, $"{at}"));
        }
        // In the first round the three are the same policy; from the second on they aren't.
        var one = options with { Method = "dpo", Rounds = 1 };
        Assert.Equal(Weights(start, one, "one"), Weights(start, one with { Reference = "round" }, "one-round"));
        Assert.NotEqual(whole, Weights(start, options with { Reference = "round" }, "two-round"));
    }

    [Theory]
    [InlineData("""{"reference":"last"}""", "known: round, start, base")]
    [InlineData("""{"reference":"base"}""", "loraRank must be above 0")]
    [InlineData("""{"reference":"start","method":"grpo","klBeta":0.1,"proofEvery":5}""", "keeps no reference of trajectories")]
    public void What_makes_no_sense_is_refused(string options, string reason)
    {
        using var json = System.Text.Json.JsonDocument.Parse(options);
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => TrainOptions.Parse(json.RootElement)).Message, StringComparison.Ordinal);
    }

    /// <summary>The shipped model, or an adapter over it that has learnt something.</summary>
    private Policy Adapted(bool adapter)
    {
        if (!adapter)
        {
            return TinyModels.Shipped();
        }
        using (var start = TinyModels.Shipped())
        using (var policy = TrainedPolicy.From(start, 2, new SeededChance(4)))
        using (var optimizer = new FlatAdamW(policy.Trained))
        {
            Move(policy, optimizer);
            policy.Save(_folder.File("adapter"));
        }
        return Policy.Load("adapter", _folder.File("adapter"), ShippedModel.Resolve);
    }

    private static void Move(TrainedPolicy policy, FlatAdamW optimizer)
    {
        var update = new PairUpdate(policy, optimizer, new TrainOptions(Method: "dpo", LearningRate: 0.01));
        var (chosen, rejected) = update.Reference(Pairs);
        for (var step = 0; step < 5; step++)
        {
            update.Step(Pairs, chosen, rejected);
        }
    }

    private static float[] Sums(ReferencePolicy reference)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return reference.Score(Pairs).PerSequence().data<float>().ToArray();
    }

    private byte[] Weights(Policy start, TrainOptions options, string name)
    {
        new TrainingRun(start, options, "tic-tac-toe", "", _folder.File(name)).Execute(_ => { }, default);
        return File.ReadAllBytes(_folder.File($"{name}/result/{(options.LoraRank > 0 ? "adapter_model" : "model")}.safetensors"));
    }

    private static bool Same((float[] Sums, string Hash) a, (float[] Sums, string Hash) b) => a.Hash == b.Hash && a.Sums.SequenceEqual(b.Sums);
}
