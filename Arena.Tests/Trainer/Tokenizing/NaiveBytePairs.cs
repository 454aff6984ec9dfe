using System.Text;
using System.Text.Json.Nodes;

namespace Arena.Tests.Trainer.Tokenizing;

/// <summary>
/// Byte-level BPE the slow and plain way, by its own reading of the file, for comparison: a hand-written scanner instead of a regular
/// expression, bytes instead of characters, and a full look at all pairs for every merge.
/// </summary>
internal sealed class NaiveBytePairs
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly List<(string Text, int Id)> _special = [];
    private readonly string[] _bytes = new string[256];
    private readonly int _digits;
    private readonly bool _ignoreMerges;

    /// <param name="digits">Digits in a row that stay together: 1 (Qwen2) or 3 (Llama-3).</param>
    public NaiveBytePairs(string file, int digits)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        foreach (var (token, id) in json["model"]!["vocab"]!.AsObject())
        {
            _ids[token] = id!.GetValue<int>();
        }
        foreach (var merge in json["model"]!["merges"]!.AsArray())
        {
            var parts = merge is JsonArray two ? (two[0]!.GetValue<string>(), two[1]!.GetValue<string>()) : (merge!.GetValue<string>().Split(' ')[0], merge.GetValue<string>().Split(' ')[1]);
            _ranks[parts] = _ranks.Count;
        }
        _special = [.. json["added_tokens"]!.AsArray().Select(a => (a!["content"]!.GetValue<string>(), a["id"]!.GetValue<int>()))];
        (_digits, _ignoreMerges) = (digits, json["model"]!["ignore_merges"]!.GetValue<bool>());
        var extra = 256;
        for (var b = 0; b < 256; b++)
        {
            _bytes[b] = ((char)(b is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? b : extra++)).ToString();
        }
    }

    public List<int> Encode(string text)
    {
        var ids = new List<int>();
        var from = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var (token, id) = _special.Where(s => string.CompareOrdinal(text, at, s.Text, 0, s.Text.Length) == 0).OrderByDescending(s => s.Text.Length).FirstOrDefault();
            if (token is not null)
            {
                Words(text[from..at], ids);
                ids.Add(id);
                from = at + token.Length;
                at = from - 1;
            }
        }
        Words(text[from..], ids);
        return ids;
    }

    private void Words(string text, List<int> ids)
    {
        var runes = text.EnumerateRunes().ToList();
        for (var at = 0; at < runes.Count;)
        {
            var length = WordLength(runes, at);
            var utf8 = Encoding.UTF8.GetBytes(string.Concat(runes.Skip(at).Take(length).Select(r => r.ToString())));
            Merge([.. utf8.Select(b => _bytes[b])], ids);
            at += length;
        }
    }

    private int WordLength(List<Rune> runes, int at)
    {
        bool Letter(int i) => i < runes.Count && Rune.IsLetter(runes[i]);
        bool Number(int i) => i < runes.Count && Rune.IsNumber(runes[i]);
        bool Space(int i) => i < runes.Count && Rune.IsWhiteSpace(runes[i]);
        bool Break(int i) => i < runes.Count && runes[i].Value is '\r' or '\n';
        bool Other(int i) => i < runes.Count && !Letter(i) && !Number(i) && !Space(i);
        if (runes[at].Value == '\'')
        {
            var two = string.Concat(runes.Skip(at + 1).Take(2)).ToLowerInvariant();
            if (two.Length > 0 && two[0] is 's' or 't' or 'm' or 'd')
            {
                return 2;
            }
            if (two is "re" or "ve" or "ll")
            {
                return 3;
            }
        }
        var lead = !Break(at) && !Letter(at) && !Number(at) ? 1 : 0;
        if (Letter(at + lead))
        {
            return lead + Run(at + lead, Letter);
        }
        if (Number(at))
        {
            return Math.Min(_digits, Run(at, Number));
        }
        var blank = runes[at].Value == ' ' ? 1 : 0;
        if (Other(at + blank))
        {
            var others = blank + Run(at + blank, Other);
            return others + Run(at + others, Break);
        }
        var spaces = Run(at, Space);
        // Up to the last line break of the white space; else all but the last space when a word follows.
        for (var i = at + spaces - 1; i >= at; i--)
        {
            if (Break(i))
            {
                return i - at + 1;
            }
        }
        return at + spaces < runes.Count && spaces > 1 ? spaces - 1 : spaces;

        int Run(int from, Func<int, bool> holds)
        {
            var length = 0;
            while (holds(from + length))
            {
                length++;
            }
            return length;
        }
    }

    private void Merge(List<string> parts, List<int> ids)
    {
        if (_ignoreMerges && _ids.TryGetValue(string.Concat(parts), out var whole))
        {
            ids.Add(whole);
            return;
        }
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (_ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }
            if (at < 0)
            {
                break;
            }
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
        ids.AddRange(parts.Select(p => _ids[p]));
    }
}
