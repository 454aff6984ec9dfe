using System.Diagnostics;
using System.Globalization;
using Arena.Trainer.Chance;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Trainer.Commands;

/// <summary>What length buckets save in padding and time, and gradient checkpointing in memory.</summary>
internal static partial class BenchCommand
{
    /// <summary>One pass over pairs whose answers have all kinds of lengths, in batches as they come and in batches of like length.</summary>
    private static Line Buckets()
    {
        const int Size = 8;
        using var model = new Model(0, ScalarType.Float32);
        var chance = new SeededChance(9);
        // Prompts of 8, answers of 8 and a long tail up to 256: as conversations have them.
        var pairs = Enumerable.Range(0, 64).Select(n =>
        {
            var prompt = Enumerable.Range(0, 8).Select(_ => 3 + chance.Next(4000)).ToArray();
            MarkedSequence Answer()
            {
                var answer = Enumerable.Range(0, Math.Min(256, 8 + (int)(-50 * Math.Log(1 - chance.NextDouble())))).Select(_ => 3 + chance.Next(4000)).ToArray();
                return new([.. prompt, .. answer], [.. prompt.Select(_ => false), .. answer.Select(_ => true)]);
            }
            return new PreferencePair(Answer(), Answer());
        }).ToList();
        var lengths = pairs.Select(p => Math.Max(p.Chosen.Tokens.Length, p.Rejected.Tokens.Length)).ToList();
        (double Seconds, double Padding) Pass(bool byLength)
        {
            var (filled, all) = (0L, 0L);
            var seconds = Fewest(1, [() =>
            {
                (filled, all) = (0, 0);
                foreach (var batch in BatchOrder.Draw(new SeededChance(1), lengths, Size, byLength))
                {
                    var scored = model.Step([.. batch.Select(i => pairs[i])], shared: true);
                    (filled, all) = (filled + scored.Filled, all + scored.Positions);
                }
            }], warm: false)[0];
            return (seconds, 1 - filled / (double)all);
        }
        model.Step(pairs[..Size]);
        var (mixed, sorted) = (Pass(false), Pass(true));
        return new("length-buckets", mixed.Seconds / sorted.Seconds, "times faster", 1)
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"64 pairs with answers of 8 to 256 in batches of {Size}: {mixed.Padding:P0} of positions are padding as they come, {sorted.Padding:P0} in batches of like length"),
        };
    }

    /// <summary>Peak resident memory of three steps, each form in a process of its own, and what recomputing costs in processor time.</summary>
    private static Line Checkpointing()
    {
        var (plain, recomputed) = (Peak("plain"), Peak("recomputed"));
        return new("checkpointing", plain.Steps / recomputed.Steps, "times smaller", 1)
        {
            Note = string.Create(CultureInfo.InvariantCulture,
                $"8 pairs of 192 + 64, memory that three steps add to model and libtorch: {plain.Steps:N0} MiB, recomputed {recomputed.Steps:N0} MiB (peaks {plain.Whole:N0} and {recomputed.Whole:N0}); {recomputed.Seconds / plain.Seconds:N2} times the processor time"),
        };
    }

    private static (double Steps, double Whole, double Seconds) Peak(string form)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Hosted(), "bench", "--peak", form]) { RedirectStandardOutput = true })!;
        var numbers = child.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        return child.ExitCode == 0 && numbers.Length == 3
            ? (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture), double.Parse(numbers[2], CultureInfo.InvariantCulture))
            : throw new TrainerException($"The process that measures memory ended with code {child.ExitCode}.");
    }

    // Under "dotnet Arena.Trainer.dll" the process is dotnet.
    private static string[] Hosted() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(BenchCommand).Assembly.Location] : [];

    private static void PrintPeak(bool recompute)
    {
        using var model = new Model(0, ScalarType.Float32, recompute);
        var pairs = new Batch(8, 192, 64).Pairs();
        model.Step(new Batch(1, 4, 4).Pairs());
        var before = ResidentMib("VmHWM");
        var seconds = Fewest(3, [() => model.Step(pairs, shared: false)], warm: false)[0];
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{ResidentMib("VmHWM") - before:F1} {ResidentMib("VmHWM"):F1} {seconds:F4}"));
    }

    /// <param name="field">Of /proc/self/status: VmHWM is the most that was ever resident.</param>
    private static double ResidentMib(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
}
