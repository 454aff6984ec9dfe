using System.Globalization;
using System.Reflection;
using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>
/// Unicode's normalization forms (UAX 15). Our own, because the program runs without ICU, where .NET's Normalize changes nothing.
/// The table's Unicode version stands in its first line.
/// </summary>
internal static class UnicodeForm
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, Vowels = 21, Tails = 28, Syllables = 11_172;
    private static readonly Lazy<Tables> Known = new(Tables.Load);

    /// <summary>The text in a form; lone surrogates become U+FFFD.</summary>
    /// <param name="compatible">NFKC and NFKD rather than NFC and NFD.</param>
    public static string Of(string text, bool compose, bool compatible)
    {
        // Everything below U+00C0 is normal in NFC, everything in ASCII in all forms.
        if (Ascii.IsValid(text) || (compose && !compatible && !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00BF')))
        {
            return text;
        }
        var tables = Known.Value;
        var codes = new List<(int Code, byte Class)>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            tables.Decompose(rune.Value, compatible, codes);
        }
        Order(codes);
        if (compose)
        {
            tables.Compose(codes);
        }
        var result = new StringBuilder(codes.Count);
        Span<char> units = stackalloc char[2];
        foreach (var (code, _) in codes)
        {
            result.Append(units[..new Rune(code).EncodeToUtf16(units)]);
        }
        return result.ToString();
    }

    /// <summary>Marks that follow each other, by class; equal classes keep their order.</summary>
    private static void Order(List<(int Code, byte Class)> codes)
    {
        for (var start = 0; start < codes.Count; start++)
        {
            if (codes[start].Class == 0)
            {
                continue;
            }
            var end = start + 1;
            while (end < codes.Count && codes[end].Class != 0)
            {
                end++;
            }
            if (end - start > 1)
            {
                var sorted = codes.GetRange(start, end - start).OrderBy(c => c.Class).ToList();
                sorted.CopyTo(0, codes, start);
            }
            start = end - 1;
        }
    }

    private static void CopyTo(this List<(int Code, byte Class)> from, int at, List<(int Code, byte Class)> to, int start)
    {
        for (var i = at; i < from.Count; i++)
        {
            to[start + i] = from[i];
        }
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, byte> _classes = [];
        private readonly Dictionary<int, int[]> _canonical = [];
        private readonly Dictionary<int, int[]> _compatible = [];
        private readonly Dictionary<(int, int), int> _composed = [];

        public static Tables Load()
        {
            var tables = new Tables();
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("unicode-normalization.txt")!;
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (reader.ReadLine() is { } line)
            {
                if (line[0] == '#')
                {
                    continue;
                }
                var fields = line.Split(' ');
                var code = Hex(fields[0]);
                if (fields[1] != "0")
                {
                    tables._classes[code] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                }
                if (fields.Length == 2)
                {
                    continue;
                }
                int[] parts = [Hex(fields[2][1..]), .. fields.Skip(3).Select(Hex)];
                (fields[2][0] == '~' ? tables._compatible : tables._canonical)[code] = parts;
                if (fields[2][0] == '=')
                {
                    tables._composed[(parts[0], parts[1])] = code;
                }
            }
            return tables;
        }

        public void Decompose(int code, bool compatible, List<(int Code, byte Class)> into)
        {
            if (code - HangulBase is >= 0 and < Syllables and var syllable)
            {
                into.Add((LeadBase + syllable / (Vowels * Tails), 0));
                into.Add((VowelBase + syllable % (Vowels * Tails) / Tails, 0));
                if (syllable % Tails != 0)
                {
                    into.Add((TailBase + syllable % Tails, 0));
                }
            }
            else if (_canonical.TryGetValue(code, out var parts) || (compatible && _compatible.TryGetValue(code, out parts)))
            {
                foreach (var part in parts)
                {
                    Decompose(part, compatible, into);
                }
            }
            else
            {
                into.Add((code, _classes.GetValueOrDefault(code)));
            }
        }

        public void Compose(List<(int Code, byte Class)> codes)
        {
            var (starter, kept, last) = (-1, 0, -1);
            for (var i = 0; i < codes.Count; i++)
            {
                var (code, rank) = codes[i];
                // Blocked when something of the same or a higher class stands between.
                if (starter >= 0 && (last < rank || last == -1) && Pair(codes[starter].Code, code) is { } joined)
                {
                    codes[starter] = (joined, 0);
                    continue;
                }
                if (rank == 0)
                {
                    (starter, last) = (kept, -1);
                }
                else
                {
                    last = rank;
                }
                codes[kept++] = codes[i];
            }
            codes.RemoveRange(kept, codes.Count - kept);
        }

        private int? Pair(int first, int second)
        {
            if (first - LeadBase is >= 0 and < 19 and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
            {
                return HangulBase + (lead * Vowels + vowel) * Tails;
            }
            if (first - HangulBase is >= 0 and < Syllables and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail)
            {
                return HangulBase + syllable + tail;
            }
            return _composed.TryGetValue((first, second), out var code) ? code : null;
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
