using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Arena.Tests.Chain.Vectors;

/// <summary>
/// The generator behind the vectors: a stream of bytes SHA-256(u64be seed || u64be block), block = 0, 1, 2, ...
/// Every draw takes the stream's next bytes, big-endian.
/// </summary>
internal sealed class VectorDraws(ulong seed)
{
    private readonly byte[] _block = new byte[32];
    private ulong _next;
    private int _used = 32;

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Span<byte> input = stackalloc byte[16];
        for (var i = 0; i < count; i++)
        {
            if (_used == 32)
            {
                BinaryPrimitives.WriteUInt64BigEndian(input, seed);
                BinaryPrimitives.WriteUInt64BigEndian(input[8..], _next++);
                SHA256.HashData(input, _block);
                _used = 0;
            }
            bytes[i] = _block[_used++];
        }
        return bytes;
    }

    /// <summary>0 to below - 1: eight bytes modulo the bound (the bias is of no matter here).</summary>
    public long Below(long below) => (long)(BinaryPrimitives.ReadUInt64BigEndian(Bytes(8)) % (ulong)below);

    public int Between(int least, int most) => least + (int)Below(most - least + 1);

    /// <summary>A number of that many bytes.</summary>
    public BigInteger Number(int bytes) => new(Bytes(bytes), isUnsigned: true, isBigEndian: true);
}
