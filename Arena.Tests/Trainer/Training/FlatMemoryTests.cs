using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Sampling;
using Arena.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>A thousand steps leave memory as it was, whatever a step does: live tensors to the last one, resident memory within what a collector keeps.</summary>
[Collection(TorchCollection.Name)]
public sealed class FlatMemoryTests
{
    private static readonly List<PreferencePair> Pairs =
        [.. Enumerable.Range(4, 4).Select(n => new PreferencePair(new([0, 3, 5, 6, n], [false, false, false, false, true]), new([0, 3, 5, 6, n + 1], [false, false, false, false, true])))];

    [Theory]
    [InlineData(2, false)]
    [InlineData(0, true)]
    public void A_thousand_steps_on_pairs_leave_memory_flat(int rank, bool checkpointing)
    {
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "dpo", LoraRank: rank, GradientCheckpointing: checkpointing);
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        var update = new PairUpdate(policy, optimizer, options);
        var (chosen, rejected) = update.Reference(Pairs);
        Flat(100, () => update.Step(Pairs, chosen, rejected));
    }

    [Fact]
    public void A_thousand_steps_of_sampling_learning_and_now_and_then_a_checkpoint_leave_memory_flat()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new RunCheckpoint(folder.File("checkpoint"));
        using var start = TinyModels.Shipped();
        var options = new TrainOptions(Method: "grpo");
        using var policy = TrainedPolicy.For(start, options);
        using var optimizer = new FlatAdamW(policy.Trained);
        var update = new TrajectoryUpdate(policy, optimizer, options);
        var state = new RunState(options, start.WeightsHash, "", true, 0, 0, new SeededChance(1).State, 0, 0, null);
        var round = 0UL;
        Flat(100, () =>
        {
            // Through the cache of keys and values, as rounds sample.
            IReadOnlyList<SampleResult> answers;
            using (NewDisposeScope())
            using (no_grad())
            {
                round++;
                answers = BatchSampler.Run(policy.Decoder, policy.Bind(), [.. Enumerable.Range(0, 2).Select(n => new SampleRequest([0, 3, 4 + n], 2, new SamplingOptions(), new SeededChance(round, (ulong)n)))]);
            }
            var trajectories = answers.Select((a, n) => (Answer: a, Prompt: new[] { 0, 3, 4 + n })).Where(a => a.Answer.Tokens.Count > 0)
                .Select((a, n) => new ScoredTrajectory(new([.. a.Prompt, .. a.Answer.Tokens.Select(t => t.Id)], [false, false, false, .. a.Answer.Tokens.Select(_ => true)]), n % 2 == 0 ? 1 : -1, n)).ToList();
            if (trajectories.Count > 0)
            {
                update.Step(trajectories, update.Sampled(trajectories));
            }
            if (round % 100 == 0)
            {
                checkpoint.Save(state, policy, optimizer);
                Assert.NotNull(checkpoint.Load(policy, optimizer, _ => true));
            }
        });
    }

    private static void Flat(int warm, Action step)
    {
        Times(warm);
        var (live, resident) = (DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount, Resident());
        Times(1000);
        Assert.Equal(live, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        // A leak of one tensor of this model's weights a step would be 400 MB, of one of an adapter's 30 MB.
        Assert.True(Resident() - resident < 24 << 20, $"{(Resident() - resident) >> 20} MB more after a thousand steps");

        void Times(int count)
        {
            for (var n = 0; n < count; n++)
            {
                step();
            }
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Environment.WorkingSet;
        }
    }
}
