using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>
/// The policies that can be served: the shipped one, those in the data folder, and those that a site hands out. Loaded
/// ones stay in memory, the least recently used leaves first. Used by one thread (the generation loop).
/// </summary>
/// <param name="dataFolder">Policies lie in its "policies" folder, one folder a name.</param>
/// <param name="library">Fetches what is not there, or null without a site.</param>
public sealed class PolicyShelf(string dataFolder, PolicyLibrary? library, int capacity = 16) : IDisposable
{
    private readonly LinkedList<Loaded> _loaded = [];

    /// <summary>Names that lie on disk now, the shipped one first.</summary>
    public IReadOnlyList<string> Names()
    {
        var folder = Path.Combine(dataFolder, "policies");
        var stored = Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)!).Where(PolicyName.IsValid) : [];
        return [ShippedModel.Name, .. stored.Order(StringComparer.Ordinal)];
    }

    /// <summary>The policy, loaded if need be, or null when nobody knows it.</summary>
    public async Task<ServedPolicy?> FindAsync(string name, CancellationToken cancel)
    {
        var node = _loaded.First;
        while (node is not null && node.Value.Name != name)
        {
            node = node.Next;
        }
        if (node is null)
        {
            if (await FolderAsync(name, cancel) is not { } folder)
            {
                return null;
            }
            node = new LinkedListNode<Loaded>(await LoadAsync(name, folder, cancel));
            while (_loaded.Count >= capacity)
            {
                _loaded.Last!.Value.Dispose();
                _loaded.RemoveLast();
            }
        }
        else
        {
            _loaded.Remove(node);
        }
        _loaded.AddFirst(node);
        return node.Value.Served;
    }

    public void Dispose()
    {
        foreach (var loaded in _loaded)
        {
            loaded.Dispose();
        }
        _loaded.Clear();
    }

    private async Task<string?> FolderAsync(string name, CancellationToken cancel)
    {
        if (name == ShippedModel.Name)
        {
            return ShippedModel.Folder;
        }
        if (!PolicyName.IsValid(name))
        {
            return null;
        }
        var folder = Path.Combine(dataFolder, "policies", name);
        if (Directory.Exists(folder))
        {
            return folder;
        }
        return library is not null && await library.FetchAsync(name, folder, cancel) ? folder : null;
    }

    private async Task<Loaded> LoadAsync(string name, string folder, CancellationToken cancel)
    {
        // An adapter's base is fetched first: loading itself does not wait for the network.
        string? baseFolder = null;
        if (File.Exists(Path.Combine(folder, Weights.PeftAdapter.ConfigFile)))
        {
            var baseName = Weights.PeftAdapter.BaseName(folder);
            baseFolder = await FolderAsync(baseName, cancel) ?? throw new TrainerException($"\"{name}\" is an adapter over \"{baseName}\", which nobody here knows.");
        }
        return new Loaded(name, Policy.Load(name, folder, _ => baseFolder!));
    }

    private sealed class Loaded : IDisposable
    {
        private readonly Policy _policy;
        private readonly FlatWeights _weights;

        public Loaded(string name, Policy policy)
        {
            using var _ = no_grad();
            (Name, _policy, _weights) = (name, policy, policy.MergedWeights());
            var views = _weights.Views().ToDictionary(v => v.Key, v => v.Value.DetachFromDisposeScope());
            Served = new ServedPolicy(name, policy.Decoder, DecoderWeights.Bind(policy.Config, views), policy.Tokenizer, views);
        }

        public string Name { get; }

        public ServedPolicy Served { get; }

        public void Dispose()
        {
            foreach (var view in Served.Views.Values)
            {
                view.Dispose();
            }
            _weights.Dispose();
            _policy.Dispose();
        }
    }
}

/// <summary>A policy ready to continue texts: adapters merged, views bound.</summary>
public sealed record ServedPolicy(string Name, Decoder Decoder, DecoderWeights Weights, Tokenizing.Tokenizer Tokenizer, IReadOnlyDictionary<string, Tensor> Views);
