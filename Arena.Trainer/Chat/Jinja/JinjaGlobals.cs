using System.Globalization;
using System.Text;

namespace Arena.Trainer.Chat.Jinja;

/// <summary>The functions that every template has: Jinja's, and those that transformers adds.</summary>
internal static class JinjaGlobals
{
    private const int LongestRange = 100_000;

    public static Callable? Find(string name) => name switch
    {
        "range" => Range,
        "namespace" => (_, positional, named) => Space(positional, named),
        "dict" => (_, _, named) => Dict(named),
        "raise_exception" => (_, a, _) => throw new JinjaException(a.Count > 0 ? Values.Text(a[0]) : "The template raised an exception.", raised: true),
        "strftime_now" => (run, a, _) => Time(run.Time.GetLocalNow(), a.Count > 0 ? Values.Text(a[0]) : ""),
        _ => null,
    };

    private static object? Range(JinjaRun run, IReadOnlyList<object?> a, IReadOnlyDictionary<string, object?> named)
    {
        long At(int i) => a[i] is long n ? n : throw new JinjaException("range needs whole numbers.");
        var (from, to, by) = a.Count switch
        {
            1 => (0L, At(0), 1L),
            2 => (At(0), At(1), 1L),
            3 => (At(0), At(1), At(2)),
            _ => throw new JinjaException("range needs one to three numbers."),
        };
        if (by == 0)
        {
            throw new JinjaException("range needs a step.");
        }
        var numbers = new List<object?>();
        for (Int128 i = from; by > 0 ? i < to : i > to; i += by)
        {
            if (numbers.Count >= LongestRange)
            {
                throw new JinjaException($"range would have more than {LongestRange} numbers.");
            }
            numbers.Add((long)i);
        }
        run.Step(0, numbers.Count);
        return numbers;
    }

    private static Namespace Space(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
    {
        var space = new Namespace();
        foreach (var (key, value) in positional.Count > 0 && positional[0] is DictValue from ? from.Select(e => (Values.Text(e.Key), e.Value)) : [])
        {
            space.Fields[key] = value;
        }
        foreach (var (key, value) in named)
        {
            space.Fields[key] = value;
        }
        return space;
    }

    private static DictValue Dict(IReadOnlyDictionary<string, object?> named)
    {
        var dict = new DictValue();
        foreach (var (key, value) in named)
        {
            dict[key] = value;
        }
        return dict;
    }

    /// <summary>C's strftime, in English.</summary>
    private static string Time(DateTimeOffset now, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            var part = format[i] switch
            {
                'Y' => now.ToString("yyyy", CultureInfo.InvariantCulture),
                'y' => now.ToString("yy", CultureInfo.InvariantCulture),
                'm' => now.ToString("MM", CultureInfo.InvariantCulture),
                'd' => now.ToString("dd", CultureInfo.InvariantCulture),
                'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
                'B' => now.ToString("MMMM", CultureInfo.InvariantCulture),
                'b' or 'h' => now.ToString("MMM", CultureInfo.InvariantCulture),
                'A' => now.ToString("dddd", CultureInfo.InvariantCulture),
                'a' => now.ToString("ddd", CultureInfo.InvariantCulture),
                'H' => now.ToString("HH", CultureInfo.InvariantCulture),
                'I' => now.ToString("hh", CultureInfo.InvariantCulture),
                'M' => now.ToString("mm", CultureInfo.InvariantCulture),
                'S' => now.ToString("ss", CultureInfo.InvariantCulture),
                'p' => now.ToString("tt", CultureInfo.InvariantCulture),
                'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                'F' => now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                'T' => now.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
                '%' => "%",
                var other => throw new JinjaException($"strftime_now does not know %{other}."),
            };
            text.Append(bare ? part.TrimStart('0') : part);
        }
        return text.ToString();
    }
}
