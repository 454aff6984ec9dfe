using System.Text;

namespace Arena.Chain.Keys;

/// <summary>EIP-191 personal messages: what a wallet signs when a person is asked to sign a text.</summary>
public static class EthereumMessageSigner
{
    /// <summary>The hash that is signed: keccak(0x19 "Ethereum Signed Message:\n" length text).</summary>
    public static byte[] HashPrefixedMessage(ReadOnlySpan<byte> message) =>
        Keccak.Hash([.. Encoding.ASCII.GetBytes($"\u0019Ethereum Signed Message:\n{message.Length}"), .. message]);

    /// <summary>Signs a text; 0x and 65 bytes r || s || v.</summary>
    public static string EncodeUTF8AndSign(string message, EthECKey key) =>
        Hex.Of(key.SignAndCalculateYParityV(HashPrefixedMessage(Encoding.UTF8.GetBytes(message))).ToBytes());

    /// <summary>Who signed a text, or null where the signature is no signature.</summary>
    /// <param name="signature">0x and 65 bytes.</param>
    public static EthAddress? EncodeUTF8AndEcRecover(string message, string signature)
    {
        byte[] bytes;
        try
        {
            bytes = Hex.ToBytes(signature);
        }
        catch (FormatException)
        {
            return null;
        }
        return EthECDSASignature.FromBytes(bytes) is { } read
            ? EthECKey.RecoverFromSignature(read, HashPrefixedMessage(Encoding.UTF8.GetBytes(message)))
            : null;
    }
}
