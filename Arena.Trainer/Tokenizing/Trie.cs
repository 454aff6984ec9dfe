namespace Arena.Trainer.Tokenizing;

/// <summary>Texts by their beginnings: which of them stand at a place.</summary>
internal sealed class Trie
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<int> _ids = [-1];

    /// <summary>Adds a text that is not empty; the last id of a text counts.</summary>
    public void Add(string text, int id)
    {
        var node = 0;
        foreach (var c in text)
        {
            if (!_edges.TryGetValue((node, c), out var next))
            {
                next = _ids.Count;
                _ids.Add(-1);
                _edges[(node, c)] = next;
            }
            node = next;
        }
        _ids[node] = id;
    }

    /// <summary>The texts that stand at a place, shortest first: length and id.</summary>
    public IEnumerable<(int Length, int Id)> Prefixes(string text, int at)
    {
        var node = 0;
        for (var i = at; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_ids[node] >= 0)
            {
                yield return (i - at + 1, _ids[node]);
            }
        }
    }

    /// <summary>The longest text that stands at a place, or length 0.</summary>
    public (int Length, int Id) Longest(string text, int at)
    {
        var (node, found) = (0, (0, -1));
        for (var i = at; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_ids[node] >= 0)
            {
                found = (i - at + 1, _ids[node]);
            }
        }
        return found;
    }
}
