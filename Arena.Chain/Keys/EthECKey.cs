using System.Numerics;
using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math.EC;
using BcInteger = Org.BouncyCastle.Math.BigInteger;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Arena.Chain.Keys;

/// <summary>
/// A secp256k1 secret key. Signatures are deterministic (RFC 6979, SHA-256) and low-s. BouncyCastle promises no constant
/// time here: keep the key of a signer that others can time behind something else.
/// </summary>
public sealed class EthECKey
{
    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters Curve = SecNamedCurves.GetByName("secp256k1");
    private static readonly ECDomainParameters Domain = new(Curve.Curve, Curve.G, Curve.N, Curve.H);
    private static readonly BcInteger HalfN = Curve.N.ShiftRight(1);

    private readonly BcInteger _secret;
    private readonly ECPoint _public;

    /// <param name="secret">32 bytes, 1..n-1 as a big-endian number.</param>
    /// <exception cref="ArgumentException">Not a secret key of the curve.</exception>
    public EthECKey(ReadOnlySpan<byte> secret)
    {
        _secret = new BcInteger(1, secret);
        if (secret.Length != 32 || _secret.SignValue == 0 || _secret.CompareTo(Curve.N) >= 0)
        {
            throw new ArgumentException("A secret key is 32 bytes, more than zero and less than the curve's order.", nameof(secret));
        }
        _public = Curve.G.Multiply(_secret).Normalize();
        Address = EthAddress.FromPublicKey(_public.GetEncoded(false).AsSpan(1));
    }

    /// <param name="hex">64 digits, with or without 0x.</param>
    public EthECKey(string hex) : this(Hex.ToBytes(hex))
    {
    }

    private EthAddress Address { get; }

    /// <summary>A new random key from the operating system's generator.</summary>
    public static EthECKey GenerateKey()
    {
        while (true)
        {
            var secret = RandomNumberGenerator.GetBytes(32);
            var number = new BcInteger(1, secret);
            if (number.SignValue > 0 && number.CompareTo(Curve.N) < 0)
            {
                return new(secret);
            }
        }
    }

    public EthAddress GetPublicAddress() => Address;

    /// <summary>The secret, 32 bytes. For a key file only; never log it.</summary>
    public byte[] GetPrivateKeyAsBytes() => Padded(_secret);

    /// <summary>Signs a 32-byte hash. The recovery bit is found by recovering and comparing, which also catches a faulty computation.</summary>
    /// <exception cref="CryptographicException">The signature doesn't lead back to this key.</exception>
    public EthECDSASignature SignAndCalculateYParityV(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, 32, nameof(hash));
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(_secret, Domain));
        var rs = signer.GenerateSignature(hash.ToArray());
        var s = rs[1].CompareTo(HalfN) > 0 ? Curve.N.Subtract(rs[1]) : rs[1];
        for (var parity = 0; parity < 2; parity++)
        {
            if (Recover(rs[0], s, parity, hash) is { } point && point.Equals(_public))
            {
                return new(ToNumber(rs[0]), ToNumber(s), parity);
            }
        }
        throw new CryptographicException("The signature does not lead back to the key that made it.");
    }

    /// <summary>Whether this key made the signature over the hash; a high s is refused.</summary>
    public bool VerifyAllowingOnlyLowS(ReadOnlySpan<byte> hash, EthECDSASignature signature)
    {
        if (!InRange(signature))
        {
            return false;
        }
        var signer = new ECDsaSigner();
        signer.Init(false, new ECPublicKeyParameters(_public, Domain));
        return signer.VerifySignature(hash.ToArray(), FromNumber(signature.R), FromNumber(signature.S));
    }

    /// <summary>Whose key made a signature over a 32-byte hash, or null where it is no low-s signature at all.</summary>
    public static EthAddress? RecoverFromSignature(EthECDSASignature signature, ReadOnlySpan<byte> hash)
    {
        if (hash.Length != 32 || !InRange(signature) || Recover(FromNumber(signature.R), FromNumber(signature.S), signature.YParity, hash) is not { } point)
        {
            return null;
        }
        return EthAddress.FromPublicKey(point.GetEncoded(false).AsSpan(1));
    }

    public override string ToString() => $"key of {Address}";

    private static bool InRange(EthECDSASignature signature) =>
        signature.YParity is 0 or 1 && signature.R.Sign > 0 && signature.S.Sign > 0
        && FromNumber(signature.R).CompareTo(Curve.N) < 0 && FromNumber(signature.S).CompareTo(HalfN) <= 0;

    // SEC 1, 4.1.6, with x = r: the case x = r + n has a chance of 2^-128 and never leaves the signer above.
    private static ECPoint? Recover(BcInteger r, BcInteger s, int parity, ReadOnlySpan<byte> hash)
    {
        ECPoint point;
        try
        {
            point = Curve.Curve.DecodePoint([(byte)(2 + parity), .. Padded(r)]);
        }
        catch (ArgumentException)
        {
            return null; // no point has this x
        }
        var inverse = r.ModInverse(Curve.N);
        var u1 = new BcInteger(1, hash).Negate().Multiply(inverse).Mod(Curve.N);
        var u2 = s.Multiply(inverse).Mod(Curve.N);
        var sum = ECAlgorithms.SumOfTwoMultiplies(Curve.G, u1, point, u2).Normalize();
        return sum.IsInfinity ? null : sum;
    }

    private static byte[] Padded(BcInteger value)
    {
        var bytes = value.ToByteArrayUnsigned();
        return bytes.Length == 32 ? bytes : [.. new byte[32 - bytes.Length], .. bytes];
    }

    private static BigInteger ToNumber(BcInteger value) => new(value.ToByteArrayUnsigned(), isUnsigned: true, isBigEndian: true);

    private static BcInteger FromNumber(BigInteger value) => new(1, value.ToByteArray(isUnsigned: true, isBigEndian: true));
}
