using System.Diagnostics;
using System.Globalization;

namespace Arena.Bench;

/// <summary>One measured case, as DESIGN.md section 14 has its JSON line.</summary>
/// <param name="PerCpuSecond">Median by processor time instead of the clock: what an idle machine would come near to.</param>
/// <param name="Ceiling">The limit measured in the same run, or null.</param>
/// <param name="N">Rounds behind the median.</param>
internal sealed record BenchLine(string Bench, string Case, double Value, double Low, double High, double PerCpuSecond, string Unit, double? Ceiling, int N)
{
    public string ToJson() => string.Create(CultureInfo.InvariantCulture,
        $$"""{"bench":"{{Bench}}","case":"{{Case}}","value":{{Round(Value)}},"unit":"{{Unit}}","ceiling":{{(Ceiling is { } c ? Round(c) : "null")}},"ratio":{{(Ceiling is { } d ? (Value / d).ToString("0.000", CultureInfo.InvariantCulture) : "null")}},"n":{{N}}}""");

    private static string Round(double value) => value.ToString(value >= 100 ? "0" : value >= 1 ? "0.###" : "G4", CultureInfo.InvariantCulture);
}

/// <summary>Rates over timed rounds: warm-up, then the median with its extremes, since runs on a shared machine spread.</summary>
internal static class Rounds
{
    /// <param name="work">Does a batch and returns how much it was.</param>
    public static BenchLine Rate(string bench, string name, string unit, bool full, Func<long> work, double? ceiling = null)
    {
        var (rounds, seconds) = full ? (15, 2.0) : (5, 0.5);
        Once(work, 1.0);
        var rates = Enumerable.Range(0, rounds).Select(_ => Once(work, seconds)).ToArray();
        var clock = rates.Select(r => r.Clock).Order().ToArray();
        return new BenchLine(bench, name, clock[rounds / 2], clock[0], clock[^1], rates.Select(r => r.Cpu).Order().ElementAt(rounds / 2), unit, ceiling, rounds);
    }

    /// <summary>The table for people, then the lines for programs.</summary>
    public static void Print(IReadOnlyList<BenchLine> lines)
    {
        Console.WriteLine($"{"case",-28}{"median",14}{"lowest",14}{"highest",14}{"per CPU s",14}  unit");
        foreach (var line in lines)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.Case,-28}{line.Value,14:N0}{line.Low,14:N0}{line.High,14:N0}{line.PerCpuSecond,14:N0}  {line.Unit}"));
        }
        Console.WriteLine();
        foreach (var line in lines)
        {
            Console.WriteLine(line.ToJson());
        }
    }

    private static (double Clock, double Cpu) Once(Func<long> work, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        long done = 0;
        do
        {
            done += work();
        }
        while (watch.Elapsed.TotalSeconds < seconds);
        return (done / watch.Elapsed.TotalSeconds, done / Math.Max(0.001, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
    }
}
