using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Training;

/// <summary>
/// The reference's log-probabilities of answers, by content: SHA-256 of the reference's weights, and of tokens and marks. A run that continues, or takes
/// the same pairs again, doesn't run the reference again; other weights never meet old numbers. One reference at a time: a round's new reference
/// forgets the last one's numbers, a frozen one keeps them.
/// </summary>
/// <param name="path">The file: 32 bytes for the weights, then 32 + 4 + 4 bytes a pair. A damaged one is begun anew.</param>
internal sealed class ReferenceCache(string path)
{
    private const int EntryBytes = 40;

    private readonly Dictionary<string, (float Chosen, float Rejected)> _known = new(StringComparer.Ordinal);
    private string? _weights;

    /// <summary>Pairs that needed no forward pass.</summary>
    public int Hits { get; private set; }

    /// <summary>Pairs that did.</summary>
    public int Misses { get; private set; }

    /// <param name="weights">SHA-256 of the reference's weights, hex.</param>
    /// <param name="pairs">Two sequences each: chosen and rejected, or an answer and its mismatch.</param>
    /// <param name="compute">Gives the sums of those at the places that it is asked for, in their order.</param>
    /// <param name="apart">The two are scored in rows of their own, whose last digits may differ from those of a pair that shares its prompt.</param>
    public (float[] Chosen, float[] Rejected) Get(
        string weights, IReadOnlyList<(MarkedSequence Chosen, MarkedSequence Rejected)> pairs, Func<IReadOnlyList<int>, (float[] Chosen, float[] Rejected)> compute, bool apart = false)
    {
        Open(weights);
        var keys = pairs.Select(p => Key(p.Chosen, p.Rejected, apart)).ToArray();
        var missing = Enumerable.Range(0, pairs.Count).Where(n => !_known.ContainsKey(keys[n])).ToList();
        (Hits, Misses) = (Hits + pairs.Count - missing.Count, Misses + missing.Count);
        if (missing.Count > 0)
        {
            var (chosen, rejected) = compute(missing);
            for (var i = 0; i < missing.Count; i++)
            {
                _known[keys[missing[i]]] = (chosen[i], rejected[i]);
            }
            Save();
        }
        return ([.. keys.Select(k => _known[k].Chosen)], [.. keys.Select(k => _known[k].Rejected)]);
    }

    private void Open(string weights)
    {
        if (_weights == weights)
        {
            return;
        }
        _weights = weights;
        _known.Clear();
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (bytes.Length < 32 || (bytes.Length - 32) % EntryBytes != 0 || Convert.ToHexStringLower(bytes.AsSpan(0, 32)) != weights)
        {
            return;
        }
        for (var at = 32; at < bytes.Length; at += EntryBytes)
        {
            _known[Convert.ToHexStringLower(bytes.AsSpan(at, 32))] = (BitConverter.ToSingle(bytes, at + 32), BitConverter.ToSingle(bytes, at + 36));
        }
    }

    private void Save()
    {
        using var memory = new MemoryStream();
        memory.Write(Convert.FromHexString(_weights!));
        foreach (var (key, (chosen, rejected)) in _known)
        {
            memory.Write(Convert.FromHexString(key));
            memory.Write(BitConverter.GetBytes(chosen));
            memory.Write(BitConverter.GetBytes(rejected));
        }
        AtomicFile.Write(path, stream => stream.Write(memory.ToArray()));
    }

    private static string Key(MarkedSequence chosen, MarkedSequence rejected, bool apart)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(apart ? "apart"u8 : []);
        foreach (var sequence in new[] { chosen, rejected })
        {
            hash.AppendData(BitConverter.GetBytes(sequence.Tokens.Length));
            hash.AppendData(MemoryMarshal.AsBytes<int>(sequence.Tokens));
            hash.AppendData(MemoryMarshal.AsBytes<bool>(sequence.Counted));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
