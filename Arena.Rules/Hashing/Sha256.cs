using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Arena.Rules.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) for the kernel's many short messages: draws are 60 to 100 bytes, turns some 400. The base library's way to OpenSSL costs .6 microseconds a call
/// whatever is hashed, several times the hashing. Where OpenSSL 3 itself is loaded (Linux), its low-level functions are called instead, which cost next to nothing; everywhere
/// else, in browsers too, and for long messages the base library answers. Both give the same bytes; OpenSSL is called only after it has shown that it does.
/// </summary>
public static unsafe class Sha256
{
    /// <summary>A switch of <see cref="AppContext"/>, read once: where it is set, OpenSSL is never called.</summary>
    public const string BaseLibraryOnly = "Arena.Rules.Hashing.BaseLibraryOnly";

    // The native calls hold up the collector, so they must be over within a microsecond or so.
    private const int LongestNative = 1_024;

    private static readonly Native? Short = Native.Load();

    /// <summary>Writes the hash of <paramref name="data"/> to the first 32 bytes of <paramref name="hash"/>; they may overlap.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="hash"/> is shorter than 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        hash = hash[..32];
        if (Short is { } native && data.Length <= LongestNative)
        {
            native.Hash(data, hash);
        }
        else
        {
            SHA256.HashData(data, hash);
        }
    }

    /// <summary>OpenSSL's SHA256_Update on whole blocks; start, padding and end are a few words that are written here. Deprecated in favour of what costs more, and part of every OpenSSL 3.</summary>
    private sealed class Native
    {
        private const int Block = 64;

        private readonly delegate* unmanaged[SuppressGCTransition]<Context*, byte*, nuint, int> _update;

        private Native(nint update) => _update = (delegate* unmanaged[SuppressGCTransition]<Context*, byte*, nuint, int>)update;

        /// <summary>Null where there is no OpenSSL 3, or one that gives other bytes than the base library, and where nobody wants it.</summary>
        public static Native? Load()
        {
            if (AppContext.TryGetSwitch(BaseLibraryOnly, out var only) && only)
            {
                return null;
            }
            if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libcrypto.so.3", out var library) || !NativeLibrary.TryGetExport(library, "SHA256_Update", out var update))
            {
                return null;
            }
            var native = new Native(update);
            Span<byte> message = stackalloc byte[LongestNative];
            Span<byte> one = stackalloc byte[32], other = stackalloc byte[32];
            for (var i = 0; i < message.Length; i++)
            {
                message[i] = (byte)(37 * i + 1);
            }
            // Every length of padding twice, then some longer ones.
            for (var length = 0; length <= LongestNative; length += length < 2 * Block ? 1 : 128)
            {
                native.Hash(message[..length], one);
                SHA256.HashData(message[..length], other);
                if (!one.SequenceEqual(other))
                {
                    return null;
                }
            }
            return native;
        }

        [SkipLocalsInit]
        public void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
        {
            var context = default(Context);
            Start.CopyTo(MemoryMarshal.CreateSpan(ref context.State[0], 8));
            var whole = data.Length & -Block;
            // FIPS 180-4, 5.1.1: a one bit, zeros up to eight bytes before a block's end, the length in bits.
            Span<byte> last = stackalloc byte[2 * Block];
            var left = data.Length - whole;
            last = last[..(left < Block - 8 ? Block : 2 * Block)];
            data[whole..].CopyTo(last);
            last[left..].Clear();
            last[left] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(last[^8..], 8L * data.Length);
            fixed (byte* from = data, end = last)
            {
                if (whole > 0)
                {
                    _update(&context, from, (nuint)whole);
                }
                _update(&context, end, (nuint)last.Length);
            }
            for (var i = 0; i < 8; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], context.State[i]);
            }
        }

        // FIPS 180-4, 5.3.3.
        private static ReadOnlySpan<uint> Start => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

        /// <summary>SHA256_CTX of openssl/sha.h: state, bits so far (two words), a block that waits, how many bytes of it, length of the result.</summary>
        [StructLayout(LayoutKind.Sequential)]
        private struct Context
        {
            public fixed uint State[8];
            private fixed uint _bits[2];
            private fixed uint _waiting[16];
            private uint _number;
            private uint _length;
        }
    }
}
