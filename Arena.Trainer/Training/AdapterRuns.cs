using Arena.Trainer.Policies;
using static TorchSharp.torch;

namespace Arena.Trainer.Training;

/// <summary>One of several adapters to be trained.</summary>
/// <param name="Name">Its run's folder.</param>
/// <param name="PairsJsonl">What it learns from.</param>
public sealed record AdapterJob(string Name, string PairsJsonl);

/// <summary>
/// Trains several adapters over one base at once. The base is in memory once; each adapter is a <see cref="TrainingRun"/> of its own with optimizer, metrics,
/// checkpoints and result in its own folder, and leaves the bytes that it would leave alone: runs share nothing that changes.
/// </summary>
/// <param name="start">The base, or an adapter over one that each continues by itself.</param>
/// <param name="folder">Each run's folder lies in it.</param>
/// <param name="keepEvery">As in <see cref="TrainingRun"/>.</param>
/// <param name="saveType">As in <see cref="TrainingRun"/>.</param>
public sealed class AdapterRuns(Policy start, TrainOptions options, string space, IReadOnlyList<AdapterJob> jobs, string folder, int keepEvery = 200, ScalarType saveType = ScalarType.Float32)
{
    /// <summary>Where a job's run lies.</summary>
    public string FolderOf(AdapterJob job) => Path.Combine(folder, job.Name);

    /// <param name="atOnce">Runs that compute at the same time, each on a thread of its own.</param>
    /// <param name="report">Gets the job's place; one call at a time.</param>
    /// <returns>In the order of the jobs.</returns>
    /// <exception cref="TrainerException">Names or options don't fit, or a run failed; the others then stop at a checkpoint.</exception>
    public IReadOnlyList<RunResult> Execute(int atOnce, Action<int, RunProgress> report, CancellationToken cancel)
    {
        if (Problem() is { } problem)
        {
            throw new TrainerException(problem);
        }
        var results = new RunResult[jobs.Count];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var telling = new Lock();
        (string Name, Exception Error)? first = null;
        using var places = new SemaphoreSlim(Math.Max(1, atOnce));
        var threads = jobs.Select((job, n) => new Thread(() =>
        {
            places.Wait();
            try
            {
                stop.Token.ThrowIfCancellationRequested();
                Directory.CreateDirectory(FolderOf(job));
                results[n] = new TrainingRun(start, options, space, job.PairsJsonl, FolderOf(job), keepEvery, saveType: saveType).Execute(p =>
                {
                    lock (telling)
                    {
                        report(n, p);
                    }
                }, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Said once, below.
            }
            catch (Exception e)
            {
                lock (telling)
                {
                    first ??= (job.Name, e);
                }
                stop.Cancel();
            }
            finally
            {
                places.Release();
            }
        })
        { Name = $"training {job.Name}" }).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (first is { Error: TrainerException known })
        {
            throw new TrainerException($"Adapter \"{first.Value.Name}\": {known.Message}", known);
        }
        if (first is { } other)
        {
            throw new InvalidOperationException($"Training adapter \"{other.Name}\" failed.", other.Error);
        }
        cancel.ThrowIfCancellationRequested();
        return results;
    }

    private string? Problem() =>
        options.LoraRank == 0 ? "Several adapters over one base need loraRank above 0 in the options."
        : jobs.FirstOrDefault(j => !PolicyName.IsValid(j.Name)) is { } bad ? $"\"{bad.Name}\" can't be the name of an adapter: letters, digits, - and _ are possible."
        : jobs.GroupBy(j => j.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"There are two adapters called \"{twice.Key}\"."
        : null;
}
