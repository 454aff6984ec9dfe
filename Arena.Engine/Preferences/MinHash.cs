using System.Text;

namespace Arena.Engine.Preferences;

/// <summary>
/// Finds texts that are nearly the same: 64 minimal hashes of the runs of five words (Broder 1997), in 16 bands of 4. Texts that share a band are
/// compared by the share of equal hashes, which estimates the Jaccard similarity of their runs to about ±0.06.
/// </summary>
public sealed class MinHash
{
    public const int Hashes = 64;
    private const int Bands = 16, Run = 5;

    private readonly Dictionary<(int Band, ulong Key), List<int>> _bands = [];
    private readonly List<ulong[]> _kept = [];

    /// <summary>The words of a text as comparisons see them: lower case, letters and digits only.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }
        return words;
    }

    /// <summary>Hashes of the text's runs of words; a shorter text is one run.</summary>
    public static HashSet<ulong> Runs(string text, int length = Run)
    {
        var words = Words(text);
        var runs = new HashSet<ulong>();
        for (var i = 0; i + length <= Math.Max(words.Count, length); i++)
        {
            runs.Add(Hash(words, i, Math.Min(words.Count, i + length)));
        }
        return runs;
    }

    public static ulong[] Sign(string text)
    {
        var signature = new ulong[Hashes];
        Array.Fill(signature, ulong.MaxValue);
        foreach (var run in Runs(text))
        {
            for (var i = 0; i < Hashes; i++)
            {
                // One good hash, mixed anew for each of the functions (splitmix64).
                signature[i] = Math.Min(signature[i], Mix(run + ((ulong)(i + 1) * 0x9E3779B97F4A7C15)));
            }
        }
        return signature;
    }

    /// <summary>The estimated Jaccard similarity, 0 to 1.</summary>
    public static double Similarity(ulong[] a, ulong[] b) => a.Zip(b).Count(p => p.First == p.Second) / (double)Hashes;

    /// <summary>Keeps a text unless one that was kept before is at least as similar as <paramref name="most"/>.</summary>
    public bool TryKeep(string text, double most)
    {
        var signature = Sign(text);
        var keys = Enumerable.Range(0, Bands).Select(b => (b, Key(signature, b))).ToList();
        foreach (var other in keys.SelectMany(k => _bands.GetValueOrDefault(k) ?? []).Distinct())
        {
            if (Similarity(signature, _kept[other]) >= most)
            {
                return false;
            }
        }
        foreach (var key in keys)
        {
            if (!_bands.TryGetValue(key, out var members))
            {
                _bands[key] = members = [];
            }
            members.Add(_kept.Count);
        }
        _kept.Add(signature);
        return true;
    }

    private static ulong Key(ulong[] signature, int band)
    {
        var key = 0ul;
        for (var i = 0; i < Hashes / Bands; i++)
        {
            key = Mix(key ^ signature[band * (Hashes / Bands) + i]);
        }
        return key;
    }

    /// <summary>FNV-1a over the words; HashCode would change with each process.</summary>
    private static ulong Hash(IReadOnlyList<string> words, int from, int to)
    {
        var hash = 0xCBF29CE484222325;
        for (var i = from; i < to; i++)
        {
            foreach (var c in words[i])
            {
                hash = (hash ^ c) * 0x100000001B3;
            }
            hash = (hash ^ ' ') * 0x100000001B3;
        }
        return Mix(hash);
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
