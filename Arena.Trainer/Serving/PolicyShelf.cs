using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>
/// The policies that can be served: the shipped one, those in the data folder, those named on the command line, and those that a site hands out.
/// Loaded ones stay in memory, the least recently used leaves first. When a policy's files are replaced, requests that come after get the new
/// version and those under way end on the old one; when the new files can't be read, the old version goes on. Safe from any thread.
/// </summary>
/// <param name="folders">Where they lie.</param>
/// <param name="capacity">Most kept in memory.</param>
/// <param name="say">Told when a version is replaced or can't be.</param>
public sealed class PolicyShelf(PolicyFolders folders, TimeProvider time, ServeOptions options, int capacity = 16, Action<string>? say = null) : IDisposable
{
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly Lock _lock = new();
    private readonly LinkedList<Loaded> _loaded = [];

    /// <summary>Names that lie on disk now.</summary>
    public IReadOnlyList<string> Names() => folders.Names();

    /// <summary>When a policy's files were written, seconds since 1970; 0 where that is not known.</summary>
    public long Created(string name) => folders.Written(name)?.ToUnixTimeSeconds() ?? 0;

    /// <summary>The policy, loaded if need be, or null when nobody knows it.</summary>
    /// <exception cref="TrainerException">Its files are broken and no earlier version is in memory, or the site can't be reached.</exception>
    public async Task<PolicyLease?> TakeAsync(string name, CancellationToken cancel)
    {
        if (TakeFresh(name) is { } fresh)
        {
            return fresh;
        }
        await _loading.WaitAsync(cancel);
        try
        {
            return await TakeNewAsync(name, cancel);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>One at a time.</summary>
    private async Task<PolicyLease?> TakeNewAsync(string name, CancellationToken cancel)
    {
        if (TakeFresh(name) is { } meanwhile)
        {
            return meanwhile;
        }
        var old = Find(name);
        var stamp = folders.Stamp(name);
        if (old is not null && (stamp is null || stamp == old.Stamp || stamp == old.Refused))
        {
            return Take(old);
        }
        try
        {
            if (await LoadAsync(name, cancel) is not { } loaded)
            {
                return null;
            }
            if (loaded.Stamp is not null && folders.Stamp(name) != loaded.Stamp)
            {
                loaded.Leave();
                throw new TrainerException($"The files of \"{name}\" changed while they were read.");
            }
            if (old is not null)
            {
                say?.Invoke($"\"{name}\" was replaced: new requests get {loaded.Served.Fingerprint}, those under way end on {old.Served.Fingerprint}.");
            }
            return Take(Place(loaded, old));
        }
        catch (TrainerException e) when (old is not null)
        {
            old.Refused = stamp;
            say?.Invoke($"\"{name}\" has new files that can't be served; the version in memory goes on. {e.Message}");
            return Take(old);
        }
    }

    /// <summary>Reads a policy from its files. An adapter takes its base from this shelf, so that a base is in memory once.</summary>
    private async Task<Loaded?> LoadAsync(string name, CancellationToken cancel)
    {
        // What a site hands out is on disk only after it was asked for.
        if (await folders.FindAsync(name, cancel) is not { } folder)
        {
            return null;
        }
        var stamp = folders.Stamp(name);
        if (!File.Exists(Path.Combine(folder, PeftAdapter.ConfigFile)) || await folders.ServedBaseAsync(PeftAdapter.BaseName(folder), cancel) is not { } baseName)
        {
            var policy = await Task.Run(() => folders.LoadAsync(name, cancel), cancel);
            return policy is null ? null : Loaded.Whole(name, policy, folder, stamp, time);
        }
        if (await folders.FindAsync(baseName, cancel) is { } below && File.Exists(Path.Combine(below, PeftAdapter.ConfigFile)))
        {
            throw new TrainerException($"{folder} is an adapter over \"{baseName}\", which is an adapter itself; merge that one first.");
        }
        var basis = await TakeNewAsync(baseName, cancel) ?? throw new TrainerException($"\"{name}\" is an adapter over \"{baseName}\", which nobody here knows.");
        try
        {
            return await Task.Run(() => Loaded.Adapter(name, folder, basis, stamp, options), cancel);
        }
        catch
        {
            basis.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var loaded in _loaded)
            {
                loaded.Leave();
            }
            _loaded.Clear();
        }
    }

    /// <summary>The policy when it is in memory and was looked at a moment ago.</summary>
    private PolicyLease? TakeFresh(string name)
    {
        lock (_lock)
        {
            if (Find(name) is not { } loaded)
            {
                return null;
            }
            var now = time.GetTimestamp();
            if (time.GetElapsedTime(loaded.Looked, now) >= options.LookAgain)
            {
                loaded.Looked = now;
                if (folders.Stamp(name) is { } stamp && stamp != loaded.Stamp && stamp != loaded.Refused)
                {
                    return null;
                }
            }
            return Take(loaded);
        }
    }

    private Loaded? Find(string name)
    {
        lock (_lock)
        {
            return _loaded.FirstOrDefault(l => l.Name == name);
        }
    }

    private PolicyLease Take(Loaded loaded)
    {
        lock (_lock)
        {
            if (_loaded.First!.Value != loaded)
            {
                _loaded.Remove(loaded);
                _loaded.AddFirst(loaded);
            }
            loaded.Users++;
        }
        return new PolicyLease(loaded.Served, () =>
        {
            lock (_lock)
            {
                loaded.GiveBack();
            }
        });
    }

    private Loaded Place(Loaded loaded, Loaded? old)
    {
        lock (_lock)
        {
            loaded.Looked = time.GetTimestamp();
            _loaded.AddFirst(loaded);
            if (old is not null && _loaded.Remove(old))
            {
                old.Leave();
            }
            while (_loaded.Count > capacity)
            {
                _loaded.Last!.Value.Leave();
                _loaded.RemoveLast();
            }
        }
        return loaded;
    }

    /// <summary>One version in memory. It goes when it has left the shelf and nobody uses it.</summary>
    private sealed class Loaded(string name, string? stamp, ServedPolicy served, PolicyLease? basis)
    {
        private bool _left;

        public string Name => name;

        public string? Stamp => stamp;

        /// <summary>Files that were there but can't be served.</summary>
        public string? Refused { get; set; }

        public long Looked { get; set; }

        public int Users { get; set; }

        public ServedPolicy Served => served;

        /// <summary>A model of its own.</summary>
        public static Loaded Whole(string name, Policy policy, string folder, string? stamp, TimeProvider time)
        {
            using (policy)
            {
                var format = ChatFormat.Load(folder, policy.Tokenizer, time);
                var model = new LaneModel(new Decoder(policy.Config, policy.Weights.Flat.dtype), policy.MergedWeights());
                return new(name, stamp, new ServedPolicy(name, model, null, format, [.. policy.Generation.EosIds.Union(format.EosIds)], Print(policy.WeightsHash)) { BaseHash = policy.Adapter is null ? policy.BaseHash : null }, null);
            }
        }

        /// <summary>An adapter over a base on the shelf: merged into a copy where that is small, else beside it.</summary>
        /// <param name="basis">Kept for as long as the adapter.</param>
        public static Loaded Adapter(string name, string folder, PolicyLease basis, string? stamp, ServeOptions options)
        {
            using var _ = no_grad();
            var of = basis.Served;
            var adapter = PeftAdapter.Load(folder, of.Config, of.BaseHash);
            var print = Print(Policy.HashFolder(folder));
            if (of.Model.Products > options.MergeBelow)
            {
                return new(name, stamp, of with { Name = name, Adapter = adapter, Fingerprint = print, BaseHash = null }, basis);
            }
            using (adapter)
            {
                var model = new LaneModel(new Decoder(of.Config, of.Model.Type), of.Model.Merged(adapter));
                return new(name, stamp, new ServedPolicy(name, model, null, of.Format, of.EndIds, print), basis);
            }
        }

        public void Leave()
        {
            _left = true;
            Free();
        }

        public void GiveBack()
        {
            Users--;
            Free();
        }

        private static string Print(string hash) => "fp_" + hash[..12];

        private void Free()
        {
            if (!_left || Users > 0)
            {
                return;
            }
            if (served.Adapter is { } adapter)
            {
                served.Model.Bank.Forget(adapter);
                adapter.Dispose();
            }
            else
            {
                served.Model.Dispose();
            }
            basis?.Dispose();
        }
    }
}
