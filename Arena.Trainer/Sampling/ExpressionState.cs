using System.Globalization;
using System.Numerics;

namespace Arena.Trainer.Sampling;

/// <summary>
/// An arithmetic expression as far as it is written: + - * / and parentheses over given numbers, each at most as often as given, no blanks; every division
/// exact, nothing negative on the way, evaluated with the usual precedence from the left. A parenthesis holds an operation of its own ("((2))" is none), so an
/// expression of six numbers has at most five pairs. A pushdown automaton whose states also know which numbers are left and what values
/// stand: a sign is offered only where the left numbers can still finish the expression.
/// </summary>
internal sealed class ExpressionState : IAnswerState
{
    public const int MostNumbers = 6;

    /// <summary>Six of them multiplied stay within 64 bits.</summary>
    public const long LargestNumber = 999;

    private readonly Supply _supply;
    private readonly Level _level;
    private readonly int _left;
    private readonly string _digits;
    private readonly bool _expectsOperand;

    /// <param name="left">Bits of the numbers that are not used yet.</param>
    /// <param name="digits">Of a number that is being written.</param>
    private ExpressionState(Supply supply, Level level, int left, string digits, bool expectsOperand) =>
        (_supply, _level, _left, _digits, _expectsOperand) = (supply, level, left, digits, expectsOperand);

    /// <param name="numbers">1 to <see cref="MostNumbers"/> numbers, each 1 to <see cref="LargestNumber"/>.</param>
    public static ExpressionState Of(IReadOnlyList<long> numbers)
    {
        var supply = new Supply(numbers);
        return new(supply, Level.Opened(null), (1 << numbers.Count) - 1, "", true);
    }

    public bool IsWhole => _expectsOperand ? AfterNumber is { IsWhole: true } : _level is { Outer: null, IsClosable: true };

    public IReadOnlyDictionary<byte, IAnswerState> Next => field ??= _expectsOperand ? OperandNext() : OperatorNext();

    /// <summary>The state with the digits taken as a number, where they are one that can stand here.</summary>
    private ExpressionState? AfterNumber => field ??= _digits.Length > 0 && _supply.Find(_digits, _left) is >= 0 and var n && Put(n) is { } level && _supply.CanFinish(level, false, _left & ~(1 << n))
        ? new(_supply, level, _left & ~(1 << n), "", false) : null;

    private Dictionary<byte, IAnswerState> OperandNext()
    {
        var next = new Dictionary<byte, IAnswerState>();
        for (var d = '0'; d <= '9'; d++)
        {
            var digits = _digits + d;
            if (_supply.Starting(digits, _left).Any(n => Put(n) is { } level && _supply.CanFinish(level, false, _left & ~(1 << n))))
            {
                next[(byte)d] = new ExpressionState(_supply, _level, _left, digits, true);
            }
        }
        if (_digits.Length == 0)
        {
            if (_supply.CanPut(_level, _left, fewest: 2))
            {
                next[(byte)'('] = new ExpressionState(_supply, Level.Opened(_level), _left, "", true);
            }
            return next;
        }
        foreach (var (value, state) in AfterNumber?.Next ?? new Dictionary<byte, IAnswerState>())
        {
            next[value] = state;
        }
        return next;
    }

    private Dictionary<byte, IAnswerState> OperatorNext()
    {
        var next = new Dictionary<byte, IAnswerState>();
        foreach (var op in "+-*/")
        {
            if (_level.With(op) is { } level && _supply.CanFinish(level, true, _left))
            {
                next[(byte)op] = new ExpressionState(_supply, level, _left, "", true);
            }
        }
        if (_level.Close() is { } outer && _supply.CanFinish(outer, false, _left))
        {
            next[(byte)')'] = new ExpressionState(_supply, outer, _left, "", false);
        }
        return next;
    }

    private Level? Put(int number) => _level.Put(_supply.Numbers[number]);

    /// <summary>One depth of parentheses: what its terms come to so far, and the product that is being made.</summary>
    /// <param name="Outer">The depth around it, or null.</param>
    /// <param name="Sum">Of the terms before the present one.</param>
    /// <param name="Minus">The present term is taken from it.</param>
    /// <param name="Product">Of the present term's factors.</param>
    /// <param name="Divide">The next factor divides it.</param>
    /// <param name="Worked">It has an operation of its own.</param>
    private sealed record Level(Level? Outer, long Sum, bool Minus, long Product, bool Divide, bool Worked)
    {
        public static Level Opened(Level? outer) => new(outer, 0, false, 1, false, false);

        /// <summary>The present term may be its last.</summary>
        public bool IsClosable => !Minus || Product <= Sum;

        private long Value => Minus ? Sum - Product : Sum + Product;

        /// <summary>With the next factor; null where the division is not exact.</summary>
        public Level? Put(long factor) => !Divide ? this with { Product = Product * factor } : factor > 0 && Product % factor == 0 ? this with { Product = Product / factor, Divide = false } : null;

        /// <summary>With an operator behind a factor; null where the term can't end there.</summary>
        public Level? With(char op) => op is '*' or '/' ? this with { Divide = op == '/', Worked = true }
            : IsClosable ? new(Outer, Value, op == '-', 1, false, true) : null;

        /// <summary>The depth around it with this one's value put in; null where it can't be closed.</summary>
        public Level? Close() => Worked && IsClosable ? Outer?.Put(Value) : null;
    }

    /// <summary>The given numbers, and what is known of what they can make. Shared by the states of a grammar.</summary>
    private sealed class Supply(IReadOnlyList<long> numbers)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<int, long[]> _values = [];
        private readonly Dictionary<(Level, bool, int), bool> _finishes = [];
        private readonly string[] _texts = [.. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))];

        // Few numbers first: they are tried more quickly and nearly always do.
        private readonly int[] _subsets = [.. Enumerable.Range(1, (1 << numbers.Count) - 1).OrderBy(s => BitOperations.PopCount((uint)s))];

        public IReadOnlyList<long> Numbers => numbers;

        /// <summary>A left number that reads so, or -1.</summary>
        public int Find(string digits, int left) => Array.FindIndex(_texts, t => t == digits) is >= 0 and var first
            ? Enumerable.Range(first, _texts.Length - first).Where(n => (left >> n & 1) == 1 && _texts[n] == digits).DefaultIfEmpty(-1).First() : -1;

        public IEnumerable<int> Starting(string digits, int left) => Enumerable.Range(0, _texts.Length).Where(n => (left >> n & 1) == 1 && _texts[n].StartsWith(digits, StringComparison.Ordinal));

        /// <summary>Whether the left numbers can bring an expression from here to its end.</summary>
        public bool CanFinish(Level level, bool expectsOperand, int left)
        {
            lock (_lock)
            {
                return Finishes(level, expectsOperand, left);
            }
        }

        /// <summary>Whether something made of at least so many of the left numbers can stand here and the expression be finished.</summary>
        public bool CanPut(Level level, int left, int fewest)
        {
            lock (_lock)
            {
                return Puts(level, left, fewest);
            }
        }

        private bool Finishes(Level level, bool expectsOperand, int left)
        {
            var key = (level, expectsOperand, left);
            if (_finishes.TryGetValue(key, out var known))
            {
                return known;
            }
            var found = expectsOperand ? Puts(level, left, 1)
                : (level is { Outer: null, IsClosable: true })
                    || (level.Close() is { } outer && Finishes(outer, false, left))
                    || (left != 0 && "-/+*".Any(op => level.With(op) is { } next && Finishes(next, true, left)));
            return _finishes[key] = found;
        }

        private bool Puts(Level level, int left, int fewest) =>
            _subsets.Any(s => (s & ~left) == 0 && BitOperations.PopCount((uint)s) >= fewest && Values(s).Any(v => level.Put(v) is { } next && Finishes(next, false, left & ~s)));

        /// <summary>What can be made of exactly these numbers.</summary>
        private long[] Values(int subset)
        {
            if (_values.TryGetValue(subset, out var known))
            {
                return known;
            }
            var values = new SortedSet<long>();
            if (BitOperations.IsPow2(subset))
            {
                values.Add(numbers[BitOperations.TrailingZeroCount(subset)]);
            }
            for (var part = (subset - 1) & subset; part > 0; part = (part - 1) & subset)
            {
                foreach (var a in Values(part))
                {
                    foreach (var b in Values(subset & ~part))
                    {
                        values.Add(a + b);
                        values.Add(a * b);
                        if (a >= b) { values.Add(a - b); }
                        if (b > 0 && a % b == 0) { values.Add(a / b); }
                    }
                }
            }
            return _values[subset] = [.. values];
        }
    }
}
