namespace Arena.Trainer.Sampling;

/// <summary>What every token of a vocabulary stands for, by its first byte. Unchanging; made once for a tokenizer.</summary>
public sealed class TokenBytes
{
    private readonly byte[][] _bytes;
    private readonly List<int>[] _byFirst = [.. Enumerable.Range(0, 256).Select(_ => new List<int>())];

    /// <param name="bytes">By token id; empty for those that are no text (control tokens).</param>
    public TokenBytes(IEnumerable<byte[]> bytes)
    {
        _bytes = [.. bytes];
        for (var id = 0; id < _bytes.Length; id++)
        {
            if (_bytes[id].Length > 0)
            {
                _byFirst[_bytes[id][0]].Add(id);
            }
        }
    }

    /// <summary>Whether some token is this byte alone.</summary>
    internal bool Writes(byte value) => _byFirst[value].Any(id => _bytes[id].Length == 1);

    internal ReadOnlySpan<byte> Of(int id) => id < _bytes.Length ? _bytes[id] : [];

    internal IReadOnlyList<int> StartingWith(byte first) => _byFirst[first];
}
