using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Trainer.Policies;
using Arena.Trainer.Training;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Working;

/// <summary>How a job ended for this worker.</summary>
public enum JobEnd
{
    Completed,
    Failed,
    Cancelled,

    /// <summary>Another worker has it, or the site forgot it; the checkpoint stays.</summary>
    Lost,
}

/// <summary>Carries one job through: fetch, train (or continue), tell, hand in. Outages of the site pause the telling, not the training.</summary>
/// <param name="dataFolder">Jobs lie in its "jobs" folder by id.</param>
/// <param name="say">One line for people.</param>
public sealed class JobRunner(SiteClient site, PolicyFolders folders, string dataFolder, TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    public async Task<JobEnd> RunAsync(Job job, CancellationToken stop)
    {
        var folder = Path.Combine(dataFolder, "jobs", job.Id.ToString("N"));
        var patience = new Patience(time, say);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var teller = new Teller(site, job, time, patience, ended);
        var telling = teller.RunAsync(ended.Token);
        try
        {
            var pairs = await PairsAsync(job, patience, ended.Token);
            await patience.TryAsync(() => folders.EnsureAsync(job.Policy.Name, [.. (job.Policy.Files ?? []).Select(f => (f.Name, f.Sha256))], ended.Token), ended.Token);
            using var policy = await folders.LoadAsync(job.Policy.Name, ended.Token) ?? throw new TrainerException($"Nobody here knows the policy \"{job.Policy.Name}\".");
            var notation = BaseCatalog.NotationOf(policy.Chat);
            if (job.Pairs.Notation is { } expected && expected != notation)
            {
                throw new TrainerException($"The job's pairs are in {expected} notation, but \"{job.Policy.Name}\" reads {notation}: the model under this name is another one here than on the site.");
            }
            // What the site's options leave open is the recipe.
            var options = SpaceDefaults.For(job.Space, null, JsonNode.Parse(job.Options.GetRawText()) as JsonObject ?? throw new TrainerException("Training options: not an object."), notation == BaseCatalog.Text);
            // Without rounds nobody is played: the pool is the gate's alone, and the site plays that.
            using var pool = new Pool(options.Rounds == 0 ? [] : await PoolAsync(job, patience, ended.Token));
            var run = new TrainingRun(policy, options, job.Space, pairs, folder, pool: pool.Members);
            var result = await PoliteThread.RunAsync(() => run.Execute(teller.Report, ended.Token));
            // The last lines, and all lines of a run that took less than a second.
            await patience.TryAsync(() => teller.TellAsync(ended.Token), ended.Token);
            var record = TrainingRecord.Write(policy, options, pairs, result);
            var answer = await HandInAsync(job, result.Folder, record, patience, ended.Token);
            return await EndAsync(answer == JobAnswer.Lost ? JobEnd.Lost : JobEnd.Completed);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (teller.Answer == JobAnswer.Lost)
            {
                return await EndAsync(JobEnd.Lost);
            }
            var cancelled = teller.Answer == JobAnswer.Cancel;
            var reason = cancelled ? "cancelled by its owner" : Reason(e);
            await patience.TryAsync(() => site.FailAsync(job, reason, stop), stop);
            say(cancelled ? $"Job {job.Id}: {reason}." : $"Job {job.Id} failed: {reason}");
            return await EndAsync(cancelled ? JobEnd.Cancelled : JobEnd.Failed);
        }
        finally
        {
            await ended.CancelAsync();
            await telling;
        }

        Task<JobEnd> EndAsync(JobEnd end)
        {
            if (end != JobEnd.Lost && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            return Task.FromResult(end);
        }
    }

    private static string Reason(Exception e) => e switch
    {
        TrainerException or SiteRefusedException => e.Message,
        IOException => $"The trainer's disk: {e.Message}",
        _ => $"{e.GetType().Name}: {e.Message}",
    };

    /// <summary>The job's opponents, their files fetched and checked.</summary>
    private async Task<List<PoolOpponent>> PoolAsync(Job job, Patience patience, CancellationToken cancel)
    {
        var members = new List<PoolOpponent>();
        foreach (var member in job.Opponents ?? [])
        {
            if (member.Kind != "policy")
            {
                members.Add(new(member.Name, member.Weight));
                continue;
            }
            await patience.TryAsync(() => folders.EnsureAsync(member.Name, [.. (member.Files ?? []).Select(f => (f.Name, f.Sha256))], cancel), cancel);
            var rival = await folders.LoadAsync(member.Name, cancel) ?? throw new TrainerException($"Nobody here knows the opponent \"{member.Name}\".");
            members.Add(new(member.Name, member.Weight, rival, member.Temperature ?? 1));
        }
        return members;
    }

    /// <summary>Disposes the pool's policies with the job.</summary>
    private sealed record Pool(IReadOnlyList<PoolOpponent> Members) : IDisposable
    {
        public void Dispose()
        {
            foreach (var member in Members)
            {
                member.Policy?.Dispose();
            }
        }
    }

    private async Task<string> PairsAsync(Job job, Patience patience, CancellationToken cancel)
    {
        if (job.Pairs.Count == 0)
        {
            return "";
        }
        byte[] bytes = [];
        await patience.TryAsync(async () => bytes = await site.PairsAsync(job.Id, cancel), cancel);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return job.Pairs.Sha256 is { } expected && !expected.Equals(hash, StringComparison.OrdinalIgnoreCase)
            ? throw new TrainerException($"The preference set has SHA-256 {hash}, the job announced {expected}.")
            : Encoding.UTF8.GetString(bytes);
    }

    private async Task<JobAnswer> HandInAsync(Job job, string folder, JsonObject record, Patience patience, CancellationToken cancel)
    {
        AtomicFile.Write(Path.Combine(folder, TrainingRecord.File), record.ToJsonString(JsonStyle.Indented) + "\n");
        var files = new List<JobFile>();
        var answer = JobAnswer.Continue;
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            await patience.TryAsync(async () => answer = await site.PutFileAsync(job, name, path, cancel), cancel);
            if (answer == JobAnswer.Lost)
            {
                return answer;
            }
            files.Add(new(name, Policy.HashFile(path), new FileInfo(path).Length));
        }
        await patience.TryAsync(async () => answer = await site.CompleteAsync(job, files, record, cancel), cancel);
        return answer;
    }

    /// <summary>Tells the site how the run goes, about every second, which also keeps the lease.</summary>
    private sealed class Teller(SiteClient site, Job job, TimeProvider time, Patience patience, CancellationTokenSource ended)
    {
        private readonly ConcurrentQueue<JsonObject> _metrics = new();
        private readonly List<JsonObject> _unsent = [];
        private readonly SemaphoreSlim _one = new(1, 1);
        private volatile string _phase = "pairs";
        private double _done;

        /// <summary>What the site last said.</summary>
        public JobAnswer Answer { get; private set; } = JobAnswer.Continue;

        /// <summary>Called on the training thread.</summary>
        public void Report(RunProgress progress)
        {
            _phase = progress.Phase;
            Volatile.Write(ref _done, progress.Done);
            foreach (var line in progress.Metrics)
            {
                _metrics.Enqueue(line.ToJson());
            }
        }

        /// <summary>Tells everything that was not told yet; what can't be told stays for the next time.</summary>
        public async Task TellAsync(CancellationToken cancel)
        {
            await _one.WaitAsync(cancel);
            try
            {
                while (_metrics.TryDequeue(out var line))
                {
                    _unsent.Add(line);
                }
                Answer = await site.ProgressAsync(job, _phase, Volatile.Read(ref _done), _unsent, cancel);
                _unsent.Clear();
            }
            finally
            {
                _one.Release();
            }
        }

        public async Task RunAsync(CancellationToken cancel)
        {
            using var timer = new PeriodicTimer(TellEvery, time);
            try
            {
                do
                {
                    try
                    {
                        await TellAsync(cancel);
                        patience.Reached();
                    }
                    catch (Exception e) when (Patience.IsOutage(e, cancel))
                    {
                        // The training goes on; what was not told stays for the next time.
                        patience.Missed(e);
                    }
                    if (Answer != JobAnswer.Continue)
                    {
                        await ended.CancelAsync();
                        return;
                    }
                }
                while (await timer.WaitForNextTickAsync(cancel));
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // The job is over.
            }
            catch (SiteRefusedException)
            {
                Answer = JobAnswer.Lost;
                await ended.CancelAsync();
            }
        }
    }
}
