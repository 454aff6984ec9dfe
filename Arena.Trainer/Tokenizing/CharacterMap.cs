using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>
/// SentencePiece's precompiled character map: a double-array trie over UTF-8 (Aoe; the format of the darts-clone library) whose
/// values are places in a block of zero-ended replacements. File: trie's byte length (uint32), trie units (uint32), block.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _block;

    private CharacterMap(uint[] units, byte[] block) => (_units, _block) = (units, block);

    /// <exception cref="FormatException">The map is cut off or its trie points outside itself.</exception>
    public static CharacterMap Read(byte[] map)
    {
        if (map.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(map) is var size && (size % 4 != 0 || size > map.Length - 4))
        {
            throw new FormatException("the precompiled character map is cut off");
        }
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map.AsSpan(4 + 4 * i));
        }
        return new(units, map[(4 + (int)size)..]);
    }

    /// <summary>The longest match at each place replaced: SentencePiece's own way.</summary>
    public string ByPrefix(string text) => Bounded(text, (utf8, result) =>
    {
        for (var at = 0; at < utf8.Length;)
        {
            var (length, value) = Longest(utf8.AsSpan(at));
            if (length == 0)
            {
                Rune.DecodeFromUtf8(utf8.AsSpan(at), out _, out length);
                result.AddRange(utf8.AsSpan(at, length));
            }
            else
            {
                result.AddRange(Replacement(value));
            }
            at += length;
        }
    });

    /// <summary>Short graphemes whole, then character by character: the way of Hugging Face's tokenizers.</summary>
    public string ByGrapheme(string text) => Bounded(text, (utf8, result) =>
    {
        var graphemes = StringInfo.GetTextElementEnumerator(text);
        while (graphemes.MoveNext())
        {
            var grapheme = Encoding.UTF8.GetBytes((string)graphemes.Current);
            if (grapheme.Length < 6 && Shortest(grapheme) is { } whole)
            {
                result.AddRange(Replacement(whole));
                continue;
            }
            for (var at = 0; at < grapheme.Length;)
            {
                Rune.DecodeFromUtf8(grapheme.AsSpan(at), out _, out var length);
                var character = grapheme.AsSpan(at, length);
                result.AddRange(Shortest(character) is { } value ? Replacement(value) : character);
                at += length;
            }
        }
    });

    private static string Bounded(string text, Action<byte[], List<byte>> write)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var result = new List<byte>(utf8.Length);
        write(utf8, result);
        return result.Count <= (long)utf8.Length * TokenizerLimits.Expansion + TokenizerLimits.ExpansionFloor
            ? Encoding.UTF8.GetString([.. result])
            : throw new TrainerException($"The tokenizer's character map would make {result.Count} bytes of {utf8.Length}; at most {TokenizerLimits.Expansion} times as many are allowed.");
    }

    private (int Length, int Value) Longest(ReadOnlySpan<byte> text)
    {
        var found = (0, 0);
        Walk(text, (length, value) => { found = (length, value); return true; });
        return found;
    }

    /// <summary>The first value on the way, as Hugging Face's code takes it.</summary>
    private int? Shortest(ReadOnlySpan<byte> text)
    {
        int? found = null;
        Walk(text, (_, value) => { found = value; return false; });
        return found;
    }

    private void Walk(ReadOnlySpan<byte> text, Func<int, int, bool> onMatch)
    {
        var position = Offset(Unit(0));
        for (var i = 0; i < text.Length && text[i] != 0; i++)
        {
            position ^= text[i];
            var unit = Unit(position);
            // The label is the low byte, with the leaf bit.
            if ((unit & ((1u << 31) | 0xFF)) != text[i])
            {
                return;
            }
            position ^= Offset(unit);
            if (((unit >> 8) & 1) == 1 && !onMatch(i + 1, (int)(Unit(position) & ((1u << 31) - 1))))
            {
                return;
            }
        }
    }

    private uint Unit(uint at) => at < _units.Length ? _units[at] : throw new TrainerException("The tokenizer's character map points outside itself.");

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private ReadOnlySpan<byte> Replacement(int at)
    {
        if (at >= _block.Length)
        {
            throw new TrainerException("The tokenizer's character map points outside itself.");
        }
        var rest = _block.AsSpan(at);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }
}
