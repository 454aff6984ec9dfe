using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using static TorchSharp.torch;

namespace Arena.Trainer.Serving;

/// <summary>
/// The policies that can be served: the shipped one, those in the data folder, and those that a site hands out. Loaded
/// ones stay in memory, the least recently used leaves first. Used by one thread (the generation loop).
/// </summary>
/// <param name="folders">Where they lie.</param>
/// <param name="capacity">Most kept in memory.</param>
public sealed class PolicyShelf(PolicyFolders folders, int capacity = 16) : IDisposable
{
    private readonly LinkedList<Loaded> _loaded = [];

    /// <summary>Names that lie on disk now.</summary>
    public IReadOnlyList<string> Names() => folders.Names();

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
            if (await folders.LoadAsync(name, cancel) is not { } policy)
            {
                return null;
            }
            node = new LinkedListNode<Loaded>(new Loaded(name, policy));
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
