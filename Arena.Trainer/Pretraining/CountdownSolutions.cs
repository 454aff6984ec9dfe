using Arena.Trainer.Chance;

namespace Arena.Trainer.Pretraining;

/// <summary>Random solved countdown problems: six numbers, a target, and an expression that reaches it.</summary>
public static class CountdownSolutions
{
    private static readonly int[] Large = [25, 50, 75, 100];

    /// <summary>"countdown:25,50,75,100,3,6=952|" and an expression over some of the numbers; each step a positive integer.</summary>
    public static (string Prompt, string Answer) Next(SeededChance chance)
    {
        while (true)
        {
            var numbers = Deal(chance);
            var pool = numbers.Take(2 + chance.Next(2)).Select(n => (Value: n, Text: n.ToString(), Atom: true)).ToList();
            while (pool.Count > 1 && Combine(pool, chance))
            {
            }
            if (pool.Count == 1 && pool[0].Value is >= 100 and <= 999)
            {
                var target = pool[0].Value;
                var shown = numbers.ToList();
                chance.Shuffle(shown);
                return ($"countdown:{string.Join(',', shown)}={target}|", pool[0].Text);
            }
        }
    }

    /// <summary>Whether two or three of the numbers reach the target.</summary>
    public static bool IsShort(IReadOnlyList<int> numbers, int target)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            for (var j = i + 1; j < numbers.Count; j++)
            {
                foreach (var value in Values(numbers[i], numbers[j]))
                {
                    if (value == target || Enumerable.Range(0, numbers.Count).Any(k => k != i && k != j && Values(value, numbers[k]).Contains(target)))
                    {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static IEnumerable<int> Values(int a, int b)
    {
        var (high, low) = (Math.Max(a, b), Math.Min(a, b));
        yield return high + low;
        yield return high - low;
        yield return high * low;
        if (low > 0 && high % low == 0)
        {
            yield return high / low;
        }
    }

    /// <summary>One to four of 25, 50, 75, 100 and small numbers, each at most twice, in random order.</summary>
    private static List<int> Deal(SeededChance chance)
    {
        var large = Large.ToList();
        chance.Shuffle(large);
        var small = Enumerable.Range(1, 10).SelectMany(n => new[] { n, n }).ToList();
        chance.Shuffle(small);
        var count = 1 + chance.Next(4);
        var numbers = large.Take(count).Concat(small.Take(6 - count)).ToList();
        chance.Shuffle(numbers);
        return numbers;
    }

    /// <summary>Replaces two members by a random combination; false when the one drawn is not a positive integer.</summary>
    private static bool Combine(List<(int Value, string Text, bool Atom)> pool, SeededChance chance)
    {
        chance.Shuffle(pool);
        var (a, b) = (pool[^1], pool[^2]);
        if (a.Value < b.Value)
        {
            (a, b) = (b, a);
        }
        var (sign, value) = chance.Next(4) switch
        {
            0 => ('+', a.Value + b.Value),
            1 => ('-', a.Value - b.Value),
            2 => ('*', a.Value * b.Value),
            _ => ('/', a.Value % b.Value == 0 ? a.Value / b.Value : 0),
        };
        if (value <= 0 || value > 9999)
        {
            return false;
        }
        pool.RemoveRange(pool.Count - 2, 2);
        pool.Add((value, $"{Wrap(a.Text, a.Atom)}{sign}{Wrap(b.Text, b.Atom)}", false));
        return true;

        static string Wrap(string text, bool atom) => atom ? text : $"({text})";
    }
}
