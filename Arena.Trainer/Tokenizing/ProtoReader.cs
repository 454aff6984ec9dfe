using System.Buffers.Binary;

namespace Arena.Trainer.Tokenizing;

/// <summary>One field of a protocol buffer: its number, and either a number (varint or fixed) or bytes.</summary>
internal readonly record struct ProtoField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    public float AsFloat() => BitConverter.UInt32BitsToSingle((uint)Value);
}

/// <summary>Reads the wire format of protocol buffers, field by field.</summary>
internal static class ProtoReader
{
    /// <exception cref="FormatException">The message is cut off or uses groups.</exception>
    public static IEnumerable<ProtoField> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message.Span, ref at);
            var (number, kind) = ((int)(tag >> 3), tag & 7);
            switch (kind)
            {
                case 0:
                    yield return new(number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, ref at, 8).Span), default);
                    break;
                case 2:
                    var length = Varint(message.Span, ref at);
                    yield return new(number, 0, Take(message, ref at, length > int.MaxValue ? int.MaxValue : (int)length));
                    break;
                case 5:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, ref at, 4).Span), default);
                    break;
                default:
                    throw new FormatException($"field {number} has wire type {kind}");
            }
        }
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message, ref int at, int length)
    {
        if (length > message.Length - at)
        {
            throw new FormatException("it is cut off");
        }
        at += length;
        return message.Slice(at - length, length);
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= message.Length)
            {
                throw new FormatException("it is cut off");
            }
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
        throw new FormatException("a number has more than 64 bits");
    }
}
