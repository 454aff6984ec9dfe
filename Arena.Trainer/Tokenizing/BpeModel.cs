using System.Collections.Concurrent;

namespace Arena.Trainer.Tokenizing;

/// <summary>How two neighbours become one token.</summary>
/// <param name="Rank">Lowest first; at the same rank the leftmost.</param>
internal readonly record struct Merge(int Rank, int Id);

/// <summary>
/// Byte-pair encoding (Sennrich et al. 2016): of all neighbours that may merge, those of the lowest rank, leftmost first, until none may.
/// Characters are looked up whole, so the same code serves bytes in their visible alphabet and plain text with byte fallback.
/// </summary>
internal sealed class BpeModel : WordModel
{
    // Words repeat; long ones do not. The bounds keep the cache below some 30 MB.
    private const int CachedWords = 100_000, CachedChars = 48;

    // Beyond this many symbols looking at all pairs for each merge costs more than a queue.
    private const int ShortWord = 24;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, Merge> _merges;
    private readonly UnknownText _unknown;
    private readonly bool _ignoreMerges;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private int _cached;

    /// <param name="ignoreMerges">A piece that is a token itself is that token, whatever the merges would make of it (Llama-3).</param>
    public BpeModel(Dictionary<string, int> vocabulary, Dictionary<long, Merge> merges, UnknownText unknown, bool ignoreMerges) =>
        (_vocabulary, _merges, _unknown, _ignoreMerges) = (vocabulary, merges, unknown, ignoreMerges);

    /// <summary>The key of a pair of neighbours.</summary>
    public static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    public override void Encode(string piece, List<int> ids)
    {
        if (_ignoreMerges && _vocabulary.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }
        if (piece.Length > CachedChars)
        {
            ids.AddRange(Merged(piece));
            return;
        }
        if (!_cache.TryGetValue(piece, out var known))
        {
            known = [.. Merged(piece)];
            if (Volatile.Read(ref _cached) < CachedWords && _cache.TryAdd(piece, known))
            {
                Interlocked.Increment(ref _cached);
            }
        }
        ids.AddRange(known);
    }

    private List<int> Merged(string piece)
    {
        var symbols = Symbols(piece);
        if (symbols.Count > 1)
        {
            if (symbols.Count <= ShortWord)
            {
                MergeShort(symbols);
            }
            else
            {
                MergeLong(symbols);
            }
        }
        return symbols;
    }

    private List<int> Symbols(string piece)
    {
        var symbols = new List<int>(piece.Length);
        var unknownBefore = false;
        for (var at = 0; at < piece.Length;)
        {
            var length = char.IsHighSurrogate(piece[at]) && at + 1 < piece.Length && char.IsLowSurrogate(piece[at + 1]) ? 2 : 1;
            var character = piece.Substring(at, length);
            at += length;
            if (_vocabulary.TryGetValue(character, out var id))
            {
                symbols.Add(id);
                unknownBefore = false;
            }
            else if (_unknown.ByBytes(character) is { } bytes)
            {
                symbols.AddRange(bytes);
                unknownBefore = false;
            }
            else if (_unknown.Unknown is { } unknown)
            {
                if (!(unknownBefore && _unknown.Fuse))
                {
                    symbols.Add(unknown);
                }
                unknownBefore = true;
            }
        }
        return symbols;
    }

    private void MergeShort(List<int> symbols)
    {
        while (true)
        {
            var (best, at) = (new Merge(int.MaxValue, 0), -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_merges.TryGetValue(Pair(symbols[i], symbols[i + 1]), out var merge) && merge.Rank < best.Rank)
                {
                    (best, at) = (merge, i);
                }
            }
            if (at < 0)
            {
                return;
            }
            symbols[at] = best.Id;
            symbols.RemoveAt(at + 1);
        }
    }

    private void MergeLong(List<int> symbols)
    {
        var count = symbols.Count;
        var (previous, next) = (new int[count], new int[count]);
        var queue = new PriorityQueue<(int At, int Left, int Right, int Id), long>(count);
        for (var i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
        }
        for (var i = 0; i + 1 < count; i++)
        {
            Offer(i);
        }
        while (queue.TryDequeue(out var pair, out _))
        {
            var right = next[pair.At];
            // What was offered may have been merged away since.
            if (symbols[pair.At] != pair.Left || right < 0 || symbols[right] != pair.Right)
            {
                continue;
            }
            symbols[pair.At] = pair.Id;
            symbols[right] = -1;
            next[pair.At] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = pair.At;
            }
            Offer(pair.At);
            if (previous[pair.At] >= 0)
            {
                Offer(previous[pair.At]);
            }
        }
        symbols.RemoveAll(s => s < 0);

        void Offer(int at)
        {
            if (next[at] >= 0 && _merges.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var merge))
            {
                queue.Enqueue((at, symbols[at], symbols[next[at]], merge.Id), ((long)merge.Rank << 32) | (uint)at);
            }
        }
    }
}
