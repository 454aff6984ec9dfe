using Arena.Rules.Play;

namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>What templates draw with: parameters of a task, then inputs of its tests.</summary>
/// <param name="size">About how many elements an input should have; 0 while parameters are drawn.</param>
public sealed class TaskDraws(Draws draws, int size)
{
    public const string Letters = "abcdefghijklmnopqrstuvwxyz";

    public int Size => size;

    /// <summary>Both bounds included.</summary>
    public int Int(int least, int most) => least + draws.Next(most - least + 1);

    public bool Yes() => draws.Next(2) == 0;

    public T Pick<T>(params IReadOnlyList<T> items) => draws.Pick(items);

    /// <summary>Different ones, in the order in which they were drawn.</summary>
    public T[] Some<T>(int count, IEnumerable<T> items)
    {
        var left = items.ToList();
        var some = new T[count];
        for (var i = 0; i < count; i++)
        {
            var at = draws.Next(left.Count);
            some[i] = left[at];
            left.RemoveAt(at);
        }
        return some;
    }

    /// <summary><see cref="Size"/> numbers, or <paramref name="count"/>.</summary>
    public int[] Ints(int least, int most, int? count = null) => Many(count ?? size, () => Int(least, most));

    public T[] Many<T>(int count, Func<T> make)
    {
        var made = new T[count];
        for (var i = 0; i < count; i++)
        {
            made[i] = make();
        }
        return made;
    }

    public string Text(string letters, int length) => string.Create(length, letters, (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = from[draws.Next(from.Length)];
        }
    });

    public string Word(int least, int most, string letters = Letters) => Text(letters, Int(least, most));

    public string[] Words(int least, int most, string letters = Letters, int? count = null) => Many(count ?? size, () => Word(least, most, letters));

    /// <summary>A text of runs of equal letters.</summary>
    public string Runs(string letters, int longest) => string.Concat(Many(size, () => new string(letters[draws.Next(letters.Length)], Int(1, longest))));

    /// <summary>A number whose digits grow with <see cref="Size"/>, from 0 to 900 million.</summary>
    public int Big() => Int(0, size < 4 ? 99 : size < 9 ? 9_999 : size < 30 ? 999_999 : 900_000_000);

    /// <summary>A side of a grid.</summary>
    public int Side(int most = 14) => Int(size < 4 ? 1 : size < 10 ? 2 : 3, Math.Min(most, 3 + size / 4));

    /// <summary>A grid of texts, rows of equal length.</summary>
    public string[] Map(string letters, int most = 14)
    {
        var (rows, columns) = (Side(most), Side(most));
        return Many(rows, () => Text(letters, columns));
    }

    /// <summary>A grid of numbers.</summary>
    public int[][] Grid(int least, int most)
    {
        var (rows, columns) = (Side(), Side());
        return Many(rows, () => Ints(least, most, columns));
    }
}
