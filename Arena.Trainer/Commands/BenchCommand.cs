using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Native;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Sampling;
using Arena.Trainer.Training;
using Spectre.Console;
using static TorchSharp.torch;

namespace Arena.Trainer.Commands;

/// <summary>The machine's matrix-product ceiling and the share of it that training steps reach; tokens a second of sampling.</summary>
internal static class BenchCommand
{
    // The size that goals are stated for: 4 layers of 256, 16 pairs of 16 prompt and 48 answer tokens.
    private static readonly ModelConfig Size = new(4096, 256, 688, 4, 8, 8, 32, 160, 1e-5, 10000, true, 0, 1, 2);

    private const int Pairs = 16;
    private const int Prompt = 16;
    private const int Answer = 48;

    public static Command Create()
    {
        var threads = CommonOptions.Threads();
        var full = new Option<bool>("--full") { Description = "More repetitions" };
        var command = new Command("bench", "Measures matrix products, DPO steps and sampling on this machine") { threads, full };
        command.SetAction(parse =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            var repetitions = parse.GetValue(full) ? 10 : 3;
            var lines = new List<Line>();
            var ceiling = Matmul(repetitions);
            lines.Add(new("matmul-f32", ceiling, "GFLOP/s", null, repetitions));
            foreach (var (name, rank) in new[] { ("dpo-full-f32", 0), ("dpo-lora-f32", 8) })
            {
                var (rate, most) = Dpo(rank, ceiling, repetitions);
                lines.Add(new(name, rate, "tokens/s", most, repetitions));
            }
            foreach (var rows in new[] { 1, 32, 128 })
            {
                lines.Add(new($"sampling-{rows}", Sampling(rows, repetitions), "tokens/s", null, repetitions));
            }
            var table = new Table().AddColumns("case", "value", "unit", "of ceiling");
            foreach (var line in lines)
            {
                table.AddRow(line.Case, $"{line.Value:N0}", line.Unit, line.Ceiling is { } most ? $"{line.Value / most:P0}" : "");
            }
            AnsiConsole.Write(table);
            lines.ForEach(line => Console.WriteLine(line.ToJson()));
        });
        return command;
    }

    /// <summary>GFLOP/s of the best of several 1024-cubed products, in processor time: other programs on the machine then matter less.</summary>
    private static double Matmul(int repetitions)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(1024, 1024), rand(1024, 1024));
        a.mm(b);
        return 10 * 2 * Math.Pow(1024, 3) / 1e9 / Best(repetitions, () =>
        {
            using var inner = NewDisposeScope();
            for (var i = 0; i < 10; i++)
            {
                a.mm(b);
            }
        });
    }

    /// <summary>Tokens a second of a DPO step with the reference's pass, and what the ceiling would allow for the same useful products.</summary>
    private static (double Rate, double Ceiling) Dpo(int rank, double gigaflops, int repetitions)
    {
        using var decoder = new Decoder(Size);
        using var weights = DecoderLayout.Initialise(Size, new SeededChance(1));
        using var adapter = rank > 0 ? LoraAdapter.Initialise(Size, new LoraConfig(rank, 2 * rank, LoraConfig.AllTargets), new SeededChance(2)) : null;
        using var optimizer = new FlatAdamW(adapter?.Weights ?? weights);
        var chance = new SeededChance(3);
        var loss = new Losses.PreferenceLoss(Beta: .1);
        var rows = Enumerable.Range(0, 2 * Pairs).Select(_ => Row(chance)).ToList();
        var reference = zeros(Pairs);
        var best = Best(repetitions, () =>
        {
            using var scope = NewDisposeScope();
            var bound = DecoderWeights.Bind(Size, weights.Views(), adapter);
            var scored = SequenceScorer.Score(decoder, bound, rows);
            var sums = scored.PerSequence();
            var pair = new Losses.PairLogProbs(sums.narrow(0, 0, Pairs), sums.narrow(0, Pairs, Pairs), reference, reference, scored.Tokens.narrow(0, 0, Pairs), scored.Tokens.narrow(0, Pairs, Pairs));
            loss.PerPair(pair).mean().backward();
            optimizer.Step(1e-6, 1);
        });
        reference.Dispose();
        var tokens = 2.0 * Pairs * (Prompt + Answer);
        // Two operations a weight and token forward, four backward; with an adapter the weights' own gradients (two) fall away.
        var blocks = Size.Layers * DecoderLayout.LinearPaths.Sum(p => (double)DecoderLayout.LinearShape(Size, p).Out * DecoderLayout.LinearShape(Size, p).In);
        var head = (double)Size.VocabSize * Size.HiddenSize * Answer / (Prompt + Answer);
        var perToken = (blocks + head) * (rank > 0 ? 4 : 6);
        return (tokens / best, gigaflops * 1e9 / perToken);
    }

    private static double Sampling(int rows, int repetitions)
    {
        using var decoder = new Decoder(Size);
        using var weights = DecoderLayout.Initialise(Size, new SeededChance(1));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var bound = DecoderWeights.Bind(Size, weights.Views());
        var prompt = Enumerable.Range(3, Prompt).ToList();
        var tokens = 0;
        var best = Best(repetitions, () =>
        {
            var requests = Enumerable.Range(0, rows).Select(i => new SampleRequest(prompt, 64, new SamplingOptions(), new SeededChance(1, (ulong)i))).ToList();
            tokens = BatchSampler.Run(decoder, bound, requests).Sum(r => r.Tokens.Count);
        });
        return tokens / best;
    }

    private static MarkedSequence Row(SeededChance chance)
    {
        var tokens = Enumerable.Range(0, Prompt + Answer).Select(_ => 3 + chance.Next(Size.VocabSize - 3)).ToArray();
        return new(tokens, [.. Enumerable.Range(0, tokens.Length).Select(t => t >= Prompt)]);
    }

    /// <summary>Fewest seconds of processor time of several tries, after one to warm up.</summary>
    private static double Best(int repetitions, Action action)
    {
        action();
        using var process = Process.GetCurrentProcess();
        var best = double.PositiveInfinity;
        for (var i = 0; i < repetitions; i++)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            action();
            process.Refresh();
            best = Math.Min(best, (process.TotalProcessorTime - before).TotalSeconds);
        }
        return best;
    }

    private sealed record Line(string Case, double Value, string Unit, double? Ceiling, int Repetitions)
    {
        public string ToJson() => new JsonObject
        {
            ["bench"] = "trainer",
            ["case"] = Case,
            ["value"] = Math.Round(Value, 1),
            ["unit"] = Unit,
            ["ceiling"] = Ceiling is { } most ? Math.Round(most, 1) : null,
            ["ratio"] = Ceiling is { } limit ? Math.Round(Value / limit, 3) : null,
            ["n"] = Repetitions,
        }.ToJsonString(JsonStyle.Wire);
    }
}
