using System.Text;

namespace Arena.Trainer.Sampling;

/// <summary>The UTF-8 bytes of a list of texts, as a tree: a node is a beginning that at least one text has. Unchanging.</summary>
public sealed class ChoiceTrie
{
    private readonly List<SortedDictionary<byte, int>> _children = [[]];
    private readonly List<bool> _whole = [false];

    /// <param name="choices">At least one, none empty.</param>
    public ChoiceTrie(IEnumerable<string> choices)
    {
        foreach (var choice in choices)
        {
            ArgumentException.ThrowIfNullOrEmpty(choice, nameof(choices));
            var node = 0;
            foreach (var value in Encoding.UTF8.GetBytes(choice))
            {
                if (!_children[node].TryGetValue(value, out var next))
                {
                    next = _children.Count;
                    _children.Add([]);
                    _whole.Add(false);
                    _children[node].Add(value, next);
                }
                node = next;
            }
            _whole[node] = true;
        }
    }

    /// <summary>The node where a text begins.</summary>
    internal const int Root = 0;

    internal IReadOnlyDictionary<byte, int> Children(int node) => _children[node];

    /// <summary>Whether the bytes up to this node are one of the texts.</summary>
    internal bool IsWhole(int node) => _whole[node];

    /// <summary>The node after more bytes, or -1 when no text goes on like that.</summary>
    internal int Walk(int node, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (!_children[node].TryGetValue(value, out node))
            {
                return -1;
            }
        }
        return node;
    }
}

/// <summary>What every token of a vocabulary stands for, by its first byte. Unchanging; made once for a tokenizer.</summary>
public sealed class TokenBytes
{
    private readonly byte[][] _bytes;
    private readonly List<int>[] _byFirst = [.. Enumerable.Range(0, 256).Select(_ => new List<int>())];

    /// <param name="bytes">By token id; empty for those that are no text (control tokens).</param>
    public TokenBytes(IEnumerable<byte[]> bytes)
    {
        _bytes = [.. bytes];
        for (var id = 0; id < _bytes.Length; id++)
        {
            if (_bytes[id].Length > 0)
            {
                _byFirst[_bytes[id][0]].Add(id);
            }
        }
    }

    internal ReadOnlySpan<byte> Of(int id) => id < _bytes.Length ? _bytes[id] : [];

    internal IReadOnlyList<int> StartingWith(byte first) => _byFirst[first];
}

/// <summary>
/// Holds one answer to the texts of a list. A token is allowed when its bytes lead on towards at least one of them, whatever way the tokenizer
/// cuts; the end is allowed where a text is whole. Each token is drawn from the policy's own distribution over the allowed ones: for
/// answers of one token that is the policy's distribution given that it answers from the list; for longer ones it is so token by
/// token, which is not the same as drawing whole answers until one is on the list. Belongs to one row.
/// </summary>
public sealed class ChoiceGuide(ChoiceTrie choices, TokenBytes tokens, int endId)
{
    private int _node = ChoiceTrie.Root;

    /// <summary>The text is one of the list and none goes on from it.</summary>
    public bool IsComplete => choices.IsWhole(_node) && choices.Children(_node).Count == 0;

    /// <summary>Tokens that may come next, in order of id; none when the answer is complete.</summary>
    /// <exception cref="TrainerException">The vocabulary can't write any of the texts from here.</exception>
    public IReadOnlyList<int> Allowed()
    {
        if (IsComplete)
        {
            return [];
        }
        var allowed = new List<int>();
        foreach (var (first, _) in choices.Children(_node))
        {
            foreach (var id in tokens.StartingWith(first))
            {
                if (id != endId && choices.Walk(_node, tokens.Of(id)) is var next and >= 0 && CanFinish(next))
                {
                    allowed.Add(id);
                }
            }
        }
        if (choices.IsWhole(_node))
        {
            allowed.Add(endId);
        }
        if (allowed.Count == 0)
        {
            throw new TrainerException("The model's vocabulary can't write any of the choices.");
        }
        allowed.Sort();
        return allowed;
    }

    public void Advance(int id)
    {
        var next = choices.Walk(_node, tokens.Of(id));
        _node = next >= 0 ? next : throw new ArgumentException($"Token {id} was not allowed.", nameof(id));
    }

    /// <summary>Whether tokens exist that write a text from here to its end; a vocabulary may lack single characters.</summary>
    private bool CanFinish(int node)
    {
        if (choices.IsWhole(node))
        {
            return true;
        }
        if (_finishes.TryGetValue(node, out var known))
        {
            return known;
        }
        var found = choices.Children(node).Keys.Any(first => tokens.StartingWith(first).Any(id => id != endId && choices.Walk(node, tokens.Of(id)) is var next and >= 0 && CanFinish(next)));
        return _finishes[node] = found;
    }

    private readonly Dictionary<int, bool> _finishes = [];
}
