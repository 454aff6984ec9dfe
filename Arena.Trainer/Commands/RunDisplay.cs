using System.Globalization;
using Arena.Trainer.Training;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>Shows how runs go: a bar each on a terminal, a line a pass in a log.</summary>
internal static class RunDisplay
{
    /// <param name="isLog">Nobody looks: lines in place of bars.</param>
    /// <param name="names">Of the runs; one alone is not named.</param>
    /// <param name="work">Gets what is to be told of a run, by its place.</param>
    public static T Follow<T>(IAnsiConsole console, bool isLog, IReadOnlyList<string> names, Func<Action<int, RunProgress>, T> work)
    {
        if (isLog)
        {
            return work((n, progress) =>
            {
                foreach (var line in progress.Metrics)
                {
                    // Not through the console, which breaks lines at its width.
                    console.Profile.Out.Writer.WriteLine($"{(names.Count > 1 ? names[n] + "  " : "")}{progress.Done,4:P0}  {Describe(line)}");
                }
            });
        }
        T? result = default;
        console.Progress().AutoClear(false).Start(context =>
        {
            var tasks = names.Select(name => context.AddTask(Markup.Escape(name), maxValue: 1)).ToList();
            result = work((n, progress) =>
            {
                tasks[n].Value = progress.Done;
                if (progress.Metrics.LastOrDefault() is { } line)
                {
                    tasks[n].Description = Markup.Escape(names.Count > 1 ? $"{names[n]}  {Describe(line)}" : Describe(line));
                }
            });
            tasks.ForEach(t => t.Value = 1);
        });
        return result!;
    }

    private static string Describe(StepMetrics line)
    {
        var numbers = string.Join("  ", new[] { "loss", "rewards/margins", "rewards/accuracies", "reward" }.Where(line.Values.ContainsKey).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} {line.Values[n]:F3}")));
        return $"round {line.Round}  step {line.Step}  {numbers}";
    }
}
