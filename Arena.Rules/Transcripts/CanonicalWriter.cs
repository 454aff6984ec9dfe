using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Arena.Rules.Transcripts;

/// <summary>
/// Writes canonical JSON (RFC 8785) as UTF-8. The caller gives keys in UTF-16 code unit order; strings get the standard's
/// exact escapes (\b \t \n \f \r \" \\ and \u00xx in lower case for other controls, everything else literal).
/// </summary>
internal sealed class CanonicalWriter
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    private const int ShortText = 8;

    private readonly bool _rented;
    private byte[] _bytes;

    public CanonicalWriter(int capacity = 1024) => _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    private CanonicalWriter(byte[] rented) => (_bytes, _rented) = (rented, true);

    /// <summary>With bytes from the pool: they stay in the processor's cache from match to match. <see cref="GiveBack"/> when done; forgetting it costs only memory for the collector.</summary>
    public static CanonicalWriter Rent(int capacity) => new(ArrayPool<byte>.Shared.Rent(capacity));

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear() => Length = 0;

    /// <summary>Empties a rented writer and returns its bytes to the pool.</summary>
    public void GiveBack()
    {
        if (_rented && _bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
        (_bytes, Length) = ([], 0);
    }

    /// <summary>Bytes as they are: punctuation, ASCII keys. Inlined, so that a literal's few bytes are a store or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Raw(ReadOnlySpan<byte> ascii)
    {
        ascii.CopyTo(Room(ascii.Length));
        Length += ascii.Length;
    }

    /// <summary>Room for bytes that the caller writes himself, all of them.</summary>
    public Span<byte> Take(int count)
    {
        var room = Room(count)[..count];
        Length += count;
        return room;
    }

    public void Number(long value)
    {
        if (value is >= 0 and < 10)
        {
            Room(1)[0] = (byte)('0' + value);
            Length++;
            return;
        }
        if (value is >= 10 and < 100)
        {
            var (tens, ones) = ((int)value / 10, (int)value % 10);
            var room = Room(2);
            room[0] = (byte)('0' + tens);
            room[1] = (byte)('0' + ones);
            Length += 2;
            return;
        }
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        Length += written;
    }

    public void Hex(ReadOnlySpan<byte> value)
    {
        Raw("\""u8);
        Convert.TryToHexStringLower(value, Room(2 * value.Length), out var written);
        Length += written;
        Raw("\""u8);
    }

    /// <summary>An id in lower case with hyphens.</summary>
    public void Id(Guid value)
    {
        Raw("\""u8);
        Utf8Formatter.TryFormat(value, Room(36), out var written);
        Length += written;
        Raw("\""u8);
    }

    public void TextOrNull(string? value)
    {
        if (value is null)
        {
            Raw("null"u8);
        }
        else
        {
            Text(value);
        }
    }

    /// <exception cref="ArgumentException">The text holds a lone surrogate, which has no UTF-8 form.</exception>
    public void Text(ReadOnlySpan<char> value)
    {
        if (value.Length <= ShortText && Short(value))
        {
            return;
        }
        Raw("\""u8);
        while (true)
        {
            var plain = value.IndexOfAnyExcept(Plain);
            var run = plain < 0 ? value : value[..plain];
            var room = Room(run.Length);
            Encoding.Latin1.GetBytes(run, room);
            Length += run.Length;
            if (plain < 0)
            {
                break;
            }
            value = value[Special(value[plain..], plain)..];
        }
        Raw("\""u8);
    }

    /// <summary>A move, mostly: a few plain characters, one by one; false, with nothing written, where one is not.</summary>
    private bool Short(ReadOnlySpan<char> value)
    {
        var room = Room(value.Length + 2);
        room[0] = (byte)'"';
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] is < ' ' or > '~' or '"' or '\\')
            {
                return false;
            }
            room[i + 1] = (byte)value[i];
        }
        room[value.Length + 1] = (byte)'"';
        Length += value.Length + 2;
        return true;
    }

    private int Special(ReadOnlySpan<char> value, int offset)
    {
        var c = value[0];
        if (c == '\n')
        {
            Raw("\\n"u8);
            return offset + 1;
        }
        if (c < 0x20 || c is '"' or '\\')
        {
            Escape(c);
            return offset + 1;
        }
        if (Rune.DecodeFromUtf16(value, out var rune, out var consumed) != OperationStatus.Done)
        {
            throw new ArgumentException("A lone surrogate has no UTF-8 form.");
        }
        Length += rune.EncodeToUtf8(Room(4));
        return offset + consumed;
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\b': Raw("\\b"u8); break;
            case '\t': Raw("\\t"u8); break;
            case '\f': Raw("\\f"u8); break;
            case '\r': Raw("\\r"u8); break;
            default:
                Raw("\\u00"u8);
                ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
                Raw([digits[c >> 4], digits[c & 15]]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }
        return _bytes.AsSpan(Length);
    }

    private void Grow(int count)
    {
        var size = Math.Max(2 * _bytes.Length, Length + count);
        var larger = _rented ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
        Written.CopyTo(larger);
        if (_rented && _bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
        _bytes = larger;
    }
}
