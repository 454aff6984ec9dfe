namespace Arena.Trainer.Serving;

/// <summary>A queue for each name; names take turns, so that many requests for one do not hold up the others. First come, first served within a name.</summary>
internal sealed class FairQueue<T>
{
    private readonly Dictionary<string, Queue<T>> _byName = new(StringComparer.Ordinal);
    private readonly Queue<string> _turns = [];

    public int Count { get; private set; }

    public void Add(string name, T item)
    {
        if (!_byName.TryGetValue(name, out var queue))
        {
            _byName[name] = queue = [];
            _turns.Enqueue(name);
        }
        queue.Enqueue(item);
        Count++;
    }

    /// <summary>Whose turn it is, without taking it.</summary>
    public bool TryPeek(out T item)
    {
        item = default!;
        return _turns.TryPeek(out var name) && _byName[name].TryPeek(out item!);
    }

    /// <summary>Takes what <see cref="TryPeek"/> showed; the next name has the next turn.</summary>
    public T Take()
    {
        var name = _turns.Dequeue();
        var queue = _byName[name];
        var item = queue.Dequeue();
        Count--;
        if (queue.Count == 0)
        {
            _byName.Remove(name);
        }
        else
        {
            _turns.Enqueue(name);
        }
        return item;
    }

    /// <summary>Takes out all that match.</summary>
    public List<T> Remove(Predicate<T> which)
    {
        var removed = new List<T>();
        if (!_byName.Values.Any(q => q.Any(i => which(i))))
        {
            return removed;
        }
        foreach (var name in _turns.ToArray())
        {
            var kept = new Queue<T>();
            foreach (var item in _byName[name])
            {
                if (which(item)) { removed.Add(item); } else { kept.Enqueue(item); }
            }
            _byName[name] = kept;
        }
        if (removed.Count > 0)
        {
            Count -= removed.Count;
            var turns = _turns.Where(n => _byName[n].Count > 0).ToList();
            foreach (var empty in _turns.Where(n => _byName[n].Count == 0))
            {
                _byName.Remove(empty);
            }
            _turns.Clear();
            turns.ForEach(_turns.Enqueue);
        }
        return removed;
    }
}
