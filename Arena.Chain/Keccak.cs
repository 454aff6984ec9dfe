using Org.BouncyCastle.Crypto.Digests;

namespace Arena.Chain;

/// <summary>Keccak-256 with the original padding, as Ethereum uses it.</summary>
public static class Keccak
{
    /// <summary>The 32-byte hash.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(data);
        var hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
