using Arena.Trainer.Chance;
using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Sampling;
using Arena.Trainer.Serving;
using Arena.Trainer.Tokenizing;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Serving;

[Collection(TorchCollection.Name)]
public sealed class LaneTests : IDisposable
{
    private static readonly ModelConfig Config = TinyModels.Config();
    private static readonly ChatFormat Format = ChatFormat.Load(ShippedModel.Folder, Tokenizer.LoadFolder(ShippedModel.Folder), TimeProvider.System);

    // Prompts are read in pieces of 16 tokens.
    private static readonly ServeOptions Options = new() { PieceWork = 1, KvBytes = 64 << 20 };

    private readonly LaneModel _model;
    private readonly List<LoraAdapter> _adapters = [];
    private readonly ServeCounts _counts = new();
    private int _held;

    public LaneTests()
    {
        var weights = TinyModels.Weights(Config, ScalarType.Float32);
        TinyModels.Randomise(weights, 5);
        _model = new LaneModel(new Decoder(Config), weights);
        foreach (var seed in new ulong[] { 1, 2 })
        {
            var adapter = LoraAdapter.Initialise(Config, new LoraConfig(3, 6, LoraConfig.AllTargets), new SeededChance(seed));
            TinyModels.Randomise(adapter.Weights, seed, 0.3);
            _adapters.Add(adapter);
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _adapters.ForEach(a => a.Dispose());
    }

    [Fact]
    public async Task Answers_are_the_same_alone_and_in_company_whoever_joins_or_leaves()
    {
        var specs = Enumerable.Range(0, 14).Select(i => new Spec(
            PromptLength: 1 + i * 5 % 24, MaxTokens: 1 + i * 3 % 8, Temperature: i % 3 == 0 ? 0 : 1, Rows: 1 + i % 3, Adapter: i % 4 == 1 ? 0 : i % 4 == 2 ? 1 : null)).ToList();
        var alone = new List<IReadOnlyList<SampleResult>>();
        foreach (var (spec, i) in specs.Select((s, i) => (s, i)))
        {
            using var lane = new Lane(_model, Options, _counts);
            var job = Job(spec, i);
            lane.Waiting.Add("p", job);
            Run(lane);
            alone.Add(await job.Done);
        }
        using var shared = new Lane(_model, Options, _counts);
        var jobs = new List<GenerationJob>();
        for (var i = 0; i < specs.Count; i++)
        {
            jobs.Add(Job(specs[i], i));
            shared.Waiting.Add("p" + i % 3, jobs[i]);
            for (var turn = 0; turn < i % 3; turn++)
            {
                shared.Turn(0);
            }
        }
        Run(shared);
        for (var i = 0; i < specs.Count; i++)
        {
            var results = await jobs[i].Done;
            Assert.Equal(alone[i].Select(Shape), results.Select(Shape));
        }
        Assert.True(_counts.LargestBatch > 5, $"{_counts.LargestBatch} rows at most were together");
        Assert.Equal(0, _held);
    }

    [Fact]
    public async Task A_lane_answers_as_the_plain_sampler_does()
    {
        using var lane = new Lane(_model, Options, _counts);
        var spec = new Spec(PromptLength: 20, MaxTokens: 9, Temperature: 1, Rows: 2, Adapter: null);
        var job = Job(spec, 3);
        lane.Waiting.Add("p", job);
        Run(lane);
        using var _ = no_grad();
        var plain = BatchSampler.Run(_model.Decoder, _model.Bank.Base, Job(spec, 3).Rows);
        Assert.Equal(plain.Select(Shape), (await job.Done).Select(Shape));
    }

    [Fact]
    public void A_long_prompt_does_not_hold_up_running_answers()
    {
        using var lane = new Lane(_model, Options, _counts);
        var drawn = 0;
        lane.Waiting.Add("p", Job(new(3, 20, 0, 1, null), 1, _ => { drawn++; return false; }));
        lane.Turn(0);
        var before = drawn;
        var started = false;
        lane.Waiting.Add("p", Job(new(24, 3, 0, 1, null), 2, _ => started = true));
        lane.Turn(0);
        Assert.False(started, "24 tokens are two pieces");
        Assert.Equal(before + 1, drawn);
        lane.Turn(0);
        Assert.True(started);
        Assert.Equal(before + 2, drawn);
    }

    [Fact]
    public async Task Whoever_goes_away_leaves_the_batch_at_once_and_lets_go_of_the_policy()
    {
        using var lane = new Lane(_model, Options, _counts);
        using var caller = new CancellationTokenSource();
        var stays = Job(new(4, 8, 0, 1, null), 1);
        var goes = Job(new(5, 20, 0, 3, null), 2, cancel: caller.Token);
        lane.Waiting.Add("p", stays);
        lane.Waiting.Add("p", goes);
        lane.Turn(0);
        lane.Turn(0);
        Assert.Equal(4, lane.RowCount);
        await caller.CancelAsync();
        lane.Turn(0);
        Assert.Equal(1, lane.RowCount);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => goes.Done);
        Run(lane);
        Assert.Equal(8, (await stays.Done)[0].Tokens.Count);
        Assert.Equal(0, _held);
    }

    [Fact]
    public async Task What_does_not_fit_the_memory_waits_and_what_never_fits_is_refused()
    {
        // Room for two rows of eight positions.
        var options = Options with { KvBytes = 2 * KvCache.BytesOf(Config, 8, 4) };
        using var lane = new Lane(_model, options, _counts);
        var first = Job(new(4, 4, 0, 2, null), 1);
        var second = Job(new(4, 4, 0, 1, null), 2);
        lane.Waiting.Add("p", first);
        lane.Waiting.Add("p", second);
        lane.Turn(0);
        Assert.Equal(1, lane.Waiting.Count);
        Assert.True(lane.Bytes <= options.KvBytes);
        Run(lane);
        Assert.Equal(4, (await second.Done)[0].Tokens.Count);
        var never = Job(new(4, 4, 0, 3, null), 3);
        lane.Waiting.Add("p", never);
        Run(lane);
        Assert.Contains("more room than", (await Assert.ThrowsAsync<BadRequestException>(() => never.Done)).Message);
        Assert.Equal(0, _held);
    }

    [Fact]
    public async Task A_fault_in_one_request_ends_that_one_only()
    {
        using var lane = new Lane(_model, Options, _counts);
        var sound = Job(new(4, 6, 0, 1, null), 1);
        var faulty = Job(new(4, 6, 0, 1, null), 2, _ => throw new InvalidOperationException("broken"));
        lane.Waiting.Add("p", sound);
        lane.Waiting.Add("p", faulty);
        Run(lane);
        Assert.Equal(6, (await sound.Done)[0].Tokens.Count);
        await Assert.ThrowsAsync<InvalidOperationException>(() => faulty.Done);
    }

    private GenerationJob Job(Spec spec, int seed, Func<SampledToken, bool>? onToken = null, CancellationToken cancel = default)
    {
        _held++;
        var adapter = spec.Adapter is { } n ? _adapters[n] : null;
        // No end token, so that lengths are the test's.
        var policy = new ServedPolicy("p", _model, adapter, Format, [-1], "fp_test");
        int[] prompt = [.. TinyModels.Ids(spec.PromptLength, Config.VocabSize, (ulong)seed).Select(i => (int)i)];
        return new(new PolicyLease(policy, () => _held--), [.. Enumerable.Range(0, spec.Rows).Select(row =>
            new SampleRequest(prompt, spec.MaxTokens, new SamplingOptions(spec.Temperature), new SeededChance((ulong)seed, (ulong)row), 2) { EndIds = [-1], OnToken = onToken })], cancel);
    }

    private static void Run(Lane lane)
    {
        for (var turn = 0; !lane.IsIdle; turn++)
        {
            Assert.True(turn < 500, "the lane does not come to an end");
            lane.Turn(0);
        }
    }

    /// <summary>Bit for bit: tokens, and log-probabilities as they are.</summary>
    private static string Shape(SampleResult result) => string.Join(' ', result.Tokens.Select(t => $"{t.Id}:{BitConverter.DoubleToInt64Bits(t.LogProbability):x}")) + (result.Ended ? " end" : "");

    private sealed record Spec(int PromptLength, int MaxTokens, double Temperature, int Rows, int? Adapter);
}
