using System.Numerics;

namespace Arena.Rules.Spaces.Countdown;

/// <summary>
/// Exhaustive search by subsets: all values that each subset of the numbers can reach, once each, from those of its two-part
/// splits, smallest subsets first. Values of the whole set are only compared with the target, not stored: they are the many.
/// </summary>
internal sealed class CountdownSearch
{
    private readonly IReadOnlyList<int> _numbers;
    private readonly long _target;
    private readonly List<Node> _nodes = new(1 << 16);
    private readonly (int Start, int End)[] _ranges;
    private readonly ValueSet _seen = new();
    private Node _best;
    private long _distance = long.MaxValue;

    public CountdownSearch(IReadOnlyList<int> numbers, int target)
    {
        (_numbers, _target) = (numbers, target);
        _ranges = new (int, int)[1 << numbers.Count];
    }

    /// <summary>A closest expression; the one with fewest numbers among the first found.</summary>
    public Expression Best()
    {
        var all = (1 << _numbers.Count) - 1;
        foreach (var subset in Enumerable.Range(1, all).OrderBy(m => BitOperations.PopCount((uint)m)))
        {
            var start = _nodes.Count;
            _seen.Clear();
            if (BitOperations.IsPow2(subset))
            {
                Add(new Node(_numbers[BitOperations.TrailingZeroCount(subset)], '\0', 0, 0), store: true);
            }
            else
            {
                // Each split once: the part with the lowest number, and the rest.
                var lowest = subset & -subset;
                for (var part = (subset - 1) & subset; part > 0 && _distance > 0; part = (part - 1) & subset)
                {
                    if ((part & lowest) != 0)
                    {
                        Join(_ranges[part], _ranges[subset & ~part], store: subset != all);
                    }
                }
            }
            if (_distance == 0)
            {
                break;
            }
            _ranges[subset] = (start, _nodes.Count);
        }
        return Build(_best);
    }

    private void Join((int Start, int End) left, (int Start, int End) right, bool store)
    {
        for (var i = left.Start; i < left.End; i++)
        {
            for (var j = right.Start; j < right.End; j++)
            {
                // Larger first: differences and quotients the other way round are negative or fractions.
                var (big, small) = _nodes[i].Value >= _nodes[j].Value ? (i, j) : (j, i);
                long a = _nodes[big].Value, b = _nodes[small].Value;
                Add(new Node(a + b, '+', big, small), store);
                if (a > b)
                {
                    Add(new Node(a - b, '-', big, small), store);
                }
                if (b > 1)
                {
                    Add(new Node(a * b, '*', big, small), store);
                    if (a % b == 0)
                    {
                        Add(new Node(a / b, '/', big, small), store);
                    }
                }
            }
        }
    }

    private void Add(Node node, bool store)
    {
        var distance = Math.Abs(node.Value - _target);
        if (distance < _distance)
        {
            (_distance, _best) = (distance, node);
        }
        if (store && _seen.Add(node.Value))
        {
            _nodes.Add(node);
        }
    }

    private Expression Build(Node node) => node.Op == '\0'
        ? Expression.Of((int)node.Value)
        : Expression.Combine(node.Op, Build(_nodes[node.Left]), Build(_nodes[node.Right])).Result!;

    private readonly record struct Node(long Value, char Op, int Left, int Right);

    /// <summary>A set of positive numbers that is cleared by counting up, not by writing.</summary>
    private sealed class ValueSet
    {
        private long[] _values = new long[1 << 12];
        private int[] _marks = new int[1 << 12];
        private int _mark = 1;
        private int _count;

        public void Clear()
        {
            _mark++;
            _count = 0;
        }

        public bool Add(long value)
        {
            if (2 * _count >= _values.Length)
            {
                Grow();
            }
            return Insert(value);
        }

        private bool Insert(long value)
        {
            var mask = _values.Length - 1;
            var at = (int)((ulong)value * 0x9E3779B97F4A7C15 >> 40) & mask;
            for (; _marks[at] == _mark; at = (at + 1) & mask)
            {
                if (_values[at] == value)
                {
                    return false;
                }
            }
            (_marks[at], _values[at]) = (_mark, value);
            _count++;
            return true;
        }

        private void Grow()
        {
            var old = _values.Where((_, i) => _marks[i] == _mark).ToArray();
            _values = new long[2 * _values.Length];
            _marks = new int[_values.Length];
            _count = 0;
            foreach (var value in old)
            {
                Insert(value);
            }
        }
    }
}
