using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.Models.Fused;
using Arena.Trainer.Native;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Sampling;
using Arena.Trainer.Training;
using Spectre.Console;
using static TorchSharp.torch;

namespace Arena.Trainer.Commands;

/// <summary>
/// The machine's matrix-product ceiling and the share of it that training steps reach, what shared prompts save, tokens a second of sampling.
/// Training cases run on one thread and count processor time, so that other programs matter less; sampling counts time on the clock.
/// </summary>
internal static partial class BenchCommand
{
    // The size that goals are stated for: 4 layers of 256, 16 pairs of 16 prompt and 48 answer tokens.
    private static readonly ModelConfig Size = new(4096, 256, 688, 4, 8, 8, 32, 320, 1e-5, 10000, true, 0, 1, 2);

    public static Command Create()
    {
        var threads = new Option<int>("--threads") { Description = "Threads of sampling; training cases use one", DefaultValueFactory = _ => 2 };
        var full = new Option<bool>("--full") { Description = "More repetitions" };
        var only = new Option<string?>("--only") { Description = "One case; an unknown name lists them" };
        var peak = new Option<string?>("--peak") { Description = "Only prints this process's peak memory over three steps: plain or recomputed", Hidden = true };
        var command = new Command("bench", "Measures matrix products, DPO steps and sampling on this machine") { threads, full, only, peak };
        command.SetAction(parse =>
        {
            var tries = parse.GetValue(full) ? 10 : 4;
            TorchBootstrap.Start(1);
            if (parse.GetValue(peak) is { } form)
            {
                PrintPeak(form == "recomputed");
                return;
            }
            var lines = Measure(Wanted(parse.GetValue(only)), tries, parse.GetValue(threads)).ToList();
            var table = new Table().AddColumns("case", "value", "unit", "of ceiling", "note");
            foreach (var line in lines)
            {
                table.AddRow(line.Case, line.Value < 100 ? $"{line.Value:N2}" : $"{line.Value:N0}", line.Unit, line.Ceiling is { } most ? $"{line.Value / most:P0}" : "", line.Remark + line.Note);
            }
            AnsiConsole.Write(table);
            lines.ForEach(line => Console.WriteLine(line.ToJson()));
        });
        return command;
    }

    private static readonly string[] Cases =
    [
        "matmul-f32", "matmul-own-f32", "dpo-full-f32", "dpo-lora-f32", "dpo-lora-bf16", "prompt-sharing", "prompt-sharing-plain", "prompt-sharing-1", "length-buckets", "checkpointing", "sampling-1", "sampling-32", "sampling-128",
    ];

    /// <param name="only">Null = all.</param>
    private static IReadOnlyList<string> Wanted(string? only) =>
        only is not null && !Cases.Contains(only) ? throw new TrainerException($"There is no case \"{only}\". There are: {string.Join(", ", Cases)}.")
        : [.. Cases.Where(c => only is null || c == only)];

    private static IEnumerable<Line> Measure(IReadOnlyList<string> wanted, int tries, int threads)
    {
        foreach (var name in wanted.Where(w => !w.StartsWith("prompt-sharing", StringComparison.Ordinal) && !w.StartsWith("sampling", StringComparison.Ordinal) && w is not ("length-buckets" or "checkpointing")))
        {
            yield return name switch
            {
                "matmul-f32" => new(name, Matmul(own: false, tries), "GFLOP/s", tries) { Note = "libtorch's products of 1024-cubed matrices, one thread" },
                "matmul-own-f32" => new(name, Matmul(own: true, tries), "GFLOP/s", tries) { Note = "the same by Models/Fused/MatrixProducts.cs, which training uses", Remark = RowProducts.IsSupported ? "" : "this processor has no AVX2, these are libtorch's again; " },
                "dpo-full-f32" => Step(name, new Batch(16, 16, 48), 0, ScalarType.Float32, tries),
                "dpo-lora-f32" => Step(name, new Batch(16, 16, 48), 8, ScalarType.Float32, tries),
                _ => HasFastBfloat16() ? Step(name, new Batch(16, 16, 48), 8, ScalarType.BFloat16, tries)
                    : Step(name, new Batch(2, 16, 48), 8, ScalarType.BFloat16, 1) with { Remark = "this processor has no bfloat16 products, libtorch emulates them; " },
            };
        }
        if (wanted.Any(w => w.StartsWith("prompt-sharing", StringComparison.Ordinal)))
        {
            // The three are measured in turns with each other.
            foreach (var line in Sharing(new Batch(4, 192, 64), tries).Where(l => wanted.Contains(l.Case)))
            {
                yield return line;
            }
        }
        if (wanted.Contains("length-buckets"))
        {
            yield return Buckets();
        }
        if (wanted.Contains("checkpointing"))
        {
            yield return Checkpointing();
        }
        TorchBootstrap.Start(threads);
        foreach (var rows in new[] { 1, 32, 128 }.Where(rows => wanted.Contains($"sampling-{rows}")))
        {
            yield return Sampling(rows, threads, tries);
        }
    }

    /// <summary>GFLOP/s of the best of several 1024-cubed products.</summary>
    private static double Matmul(bool own, int tries)
    {
        using var products = new Products(ScalarType.Float32, own && RowProducts.IsSupported);
        return products.Operations / 1e9 / Fewest(tries, [products.Run])[0];
    }

    /// <summary>Whether bfloat16 products are anywhere near 32-bit ones; without hardware they are fifty times slower, and so many steps would take minutes.</summary>
    private static bool HasFastBfloat16()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(256, 256), rand(256, 256));
        var (c, d) = (a.to_type(ScalarType.BFloat16), b.to_type(ScalarType.BFloat16));
        var seconds = Fewest(3, [() => a.mm(b.t()), () => c.mm(d.t())]);
        return seconds[1] < 3 * seconds[0];
    }

    /// <summary>A DPO step: forward, backward, AdamW. The ceiling's products, libtorch's and our own, are measured in turns with it; the faster ones count.</summary>
    private static Line Step(string name, Batch batch, int rank, ScalarType type, int tries)
    {
        using var products = new Products(type);
        using var own = new Products(type, type == ScalarType.Float32 && RowProducts.IsSupported);
        using var model = new Model(rank, type);
        var pairs = batch.Pairs();
        var seconds = Fewest(tries, [products.Run, () => model.Step(pairs), own.Run]);
        // Two operations a weight and position forward, four backward; with an adapter the weights' own gradients (two) fall away.
        var blocks = Size.Layers * DecoderLayout.LinearPaths.Sum(p => (double)DecoderLayout.LinearShape(Size, p).Out * DecoderLayout.LinearShape(Size, p).In);
        var head = (double)Size.VocabSize * Size.HiddenSize * batch.Answer / (batch.Prompt + batch.Answer);
        var perToken = (blocks + head) * (rank > 0 ? 4 : 6);
        var gigaflops = products.Operations / Math.Min(seconds[0], seconds[2]) / 1e9;
        return new(name, batch.Tokens / seconds[1], "tokens/s", tries)
        {
            Ceiling = gigaflops * 1e9 / perToken,
            Note = $"{batch.Count} pairs of {batch.Prompt} + {batch.Answer}, {1000 * seconds[1]:N0} ms a step; ceiling from {gigaflops:N0} GFLOP/s",
        };
    }

    /// <summary>
    /// How much faster a step is when answers to one prompt lie in one row behind it: beside rows for each answer whose head runs on the answer only, as here
    /// otherwise, and beside the plain step, whose head runs on every position.
    /// </summary>
    private static IEnumerable<Line> Sharing(Batch batch, int tries)
    {
        using var model = new Model(0, ScalarType.Float32);
        var (pairs, alone) = (batch.Pairs(perPrompt: 2), batch.Pairs());
        var seconds = Fewest(tries, [
            () => model.Step(pairs), () => model.Step(pairs, shared: false), model.HeadEverywhere(pairs),
            () => model.Step(alone), () => model.Step(alone, shared: false), model.HeadEverywhere(alone)]);
        var what = $"{batch.Count} pairs of {batch.Prompt} + {batch.Answer}, two to a prompt as rounds give them";
        yield return new("prompt-sharing", seconds[1] / seconds[0], "times faster", tries) { Note = $"{what}; one to a prompt: {seconds[4] / seconds[3]:N2} times" };
        yield return new("prompt-sharing-plain", seconds[2] / seconds[0], "times faster", tries) { Note = $"beside a head on every position; one to a prompt: {seconds[5] / seconds[3]:N2} times" };
        yield return new("prompt-sharing-1", seconds[4] / seconds[3], "times faster", tries) { Note = $"{batch.Count} pairs of {batch.Prompt} + {batch.Answer}, each with a prompt of its own, as given sets often have them" };
    }

    private static Line Sampling(int rows, int threads, int tries)
    {
        const int Prompt = 16;
        const int Answer = 64;
        using var decoder = new Decoder(Size);
        using var weights = DecoderLayout.Initialise(Size, new SeededChance(1));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var bound = DecoderWeights.Bind(Size, weights.Views());
        var prompt = Enumerable.Range(3, Prompt).ToList();
        var tokens = 0;
        void Run()
        {
            var requests = Enumerable.Range(0, rows).Select(i => new SampleRequest(prompt, Answer, new SamplingOptions(), new SeededChance(1, (ulong)i))).ToList();
            tokens = BatchSampler.Run(decoder, bound, requests).Sum(r => r.Tokens.Count);
        }
        var (wall, processor) = (double.PositiveInfinity, double.PositiveInfinity);
        Run();
        for (var i = 0; i < tries; i++)
        {
            var clock = Stopwatch.StartNew();
            processor = Math.Min(processor, Fewest(1, [Run], warm: false)[0]);
            wall = Math.Min(wall, clock.Elapsed.TotalSeconds);
        }
        return new($"sampling-{rows}", tokens / wall, "tokens/s", tries) { Note = $"{threads} threads, clock time; {tokens / processor:N0} a second of processor time" };
    }

    /// <summary>Fewest seconds of processor time of each action, in turns, after one round to warm up.</summary>
    private static double[] Fewest(int tries, Action[] actions, bool warm = true)
    {
        var best = new double[actions.Length];
        Array.Fill(best, double.PositiveInfinity);
        using var process = Process.GetCurrentProcess();
        for (var i = warm ? -1 : 0; i < tries; i++)
        {
            for (var n = 0; n < actions.Length; n++)
            {
                process.Refresh();
                var before = process.TotalProcessorTime;
                actions[n]();
                process.Refresh();
                if (i >= 0)
                {
                    best[n] = Math.Min(best[n], (process.TotalProcessorTime - before).TotalSeconds);
                }
            }
        }
        return best;
    }

    /// <param name="Count">Pairs.</param>
    /// <param name="Prompt">Tokens that both answers share.</param>
    /// <param name="Answer">Tokens of each answer.</param>
    private sealed record Batch(int Count, int Prompt, int Answer)
    {
        public double Tokens => 2.0 * Count * (Prompt + Answer);

        public List<PreferencePair> Pairs(int perPrompt = 1)
        {
            var chance = new SeededChance(3);
            int[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => 3 + chance.Next(Size.VocabSize - 3))];
            var counted = Enumerable.Range(0, Prompt + Answer).Select(t => t >= Prompt).ToArray();
            var prompts = Enumerable.Range(0, Count / perPrompt).Select(_ => Random(Prompt)).ToList();
            return [.. Enumerable.Range(0, Count).Select(n => prompts[n / perPrompt]).Select(prompt =>
                new PreferencePair(new([.. prompt, .. Random(Answer)], counted), new([.. prompt, .. Random(Answer)], counted)))];
        }
    }

    /// <summary>Products of 1024-cubed matrices, the right one transposed as in a linear layer: ten, or one where they are slow.</summary>
    /// <param name="own">By <see cref="MatrixProducts"/>, otherwise by libtorch.</param>
    private sealed class Products(ScalarType type, bool own = false) : IDisposable
    {
        private readonly Tensor _a = rand(1024, 1024).to_type(type).DetachFromDisposeScope();
        private readonly Tensor _b = rand(1024, 1024).to_type(type).DetachFromDisposeScope();

        private readonly int _count = type == ScalarType.Float32 || HasFastBfloat16() ? 10 : 1;

        public double Operations => _count * 2 * Math.Pow(1024, 3);

        public void Run()
        {
            using var scope = NewDisposeScope();
            for (var i = 0; i < _count; i++)
            {
                using var product = own ? FusedLinear.Forward(_a, _b) : _a.mm(_b.t());
            }
        }

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
        }
    }

    /// <summary>A model in training; bfloat16 computes on a rounded copy of 32-bit weights.</summary>
    private sealed class Model : IDisposable
    {
        private readonly Decoder _decoder;
        private readonly FlatWeights _weights;
        private readonly LoraAdapter? _adapter;
        private readonly FlatAdamW _optimizer;
        private readonly ScalarType _type;
        private readonly bool _recompute;
        private readonly PreferenceLoss _loss = new(Beta: .1);

        public Model(int rank, ScalarType type, bool recompute = false)
        {
            (_type, _recompute) = (type, recompute);
            _decoder = new Decoder(Size, type);
            _weights = DecoderLayout.Initialise(Size, new SeededChance(1));
            _adapter = rank > 0 ? LoraAdapter.Initialise(Size, new LoraConfig(rank, 2 * rank, LoraConfig.AllTargets), new SeededChance(2)) : null;
            _optimizer = new FlatAdamW(_adapter?.Weights ?? _weights);
        }

        /// <returns>What was scored; its tensors are gone.</returns>
        public ScoredTokens Step(List<PreferencePair> pairs, bool shared = true)
        {
            using var scope = NewDisposeScope();
            var bound = Bind();
            var scored = shared ? SequenceScorer.Score(_decoder, bound, pairs, describe: true) : SequenceScorer.Score(_decoder, bound, Stack(pairs), describe: true);
            Learn(scored, pairs.Count);
            return scored;
        }

        public Action HeadEverywhere(List<PreferencePair> pairs)
        {
            var everywhere = Stack(pairs).Select(s => new MarkedSequence(s.Tokens, [.. s.Counted.Select((_, t) => t > 0)])).ToList();
            return () =>
            {
                using var scope = NewDisposeScope();
                Learn(SequenceScorer.Score(_decoder, Bind(), everywhere, describe: true), pairs.Count);
            };
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _adapter?.Dispose();
            _weights.Dispose();
            _decoder.Dispose();
        }

        private static List<MarkedSequence> Stack(List<PreferencePair> pairs) => [.. pairs.Select(p => p.Chosen), .. pairs.Select(p => p.Rejected)];

        private DecoderWeights Bind() => DecoderWeights.Bind(Size, _weights.Views(_type), _adapter, _adapter?.Weights.Views(_type)) with { Recompute = _recompute };

        private void Learn(ScoredTokens scored, int pairs)
        {
            var sums = scored.PerSequence();
            var reference = zeros(pairs);
            var pair = new PairLogProbs(sums.narrow(0, 0, pairs), sums.narrow(0, pairs, pairs), reference, reference, scored.Tokens.narrow(0, 0, pairs), scored.Tokens.narrow(0, pairs, pairs));
            _loss.PerPair(pair).mean().backward();
            _optimizer.Step(1e-6, 1);
        }
    }

    private sealed record Line(string Case, double Value, string Unit, int Tries)
    {
        public double? Ceiling { get; init; }

        public string Note { get; init; } = "";

        public string Remark { get; init; } = "";

        public string ToJson() => new JsonObject
        {
            ["bench"] = "trainer",
            ["case"] = Case,
            ["value"] = Math.Round(Value, Value < 100 ? 3 : 1),
            ["unit"] = Unit,
            ["ceiling"] = Ceiling is { } most ? Math.Round(most, 1) : null,
            ["ratio"] = Ceiling is { } limit ? Math.Round(Value / limit, 3) : null,
            ["n"] = Tries,
            ["note"] = Remark + Note,
        }.ToJsonString(JsonStyle.Wire);
    }
}
