using System.Numerics;
using System.Security.Cryptography;
using Arena.Chain.Keys;
using Arena.Tests.Chain.Vectors;

namespace Arena.Tests.Chain.Keys;

public sealed class EthECKeyTests
{
    private static readonly BigInteger Order = BigInteger.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337", System.Globalization.CultureInfo.InvariantCulture);

    // The first account of every development chain, known from their documentation.
    private static readonly EthECKey First = new("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

    [Fact]
    public void AKnownSecretHasItsKnownAddress() =>
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", First.GetPublicAddress().Value);

    [Fact]
    public void SigningIsDeterministicLowSAndLeadsBackToTheKey()
    {
        var draws = new VectorDraws(7);
        for (var i = 0; i < 50; i++)
        {
            var hash = draws.Bytes(32);
            var signature = First.SignAndCalculateYParityV(hash);
            Assert.Equal(signature, First.SignAndCalculateYParityV(hash));
            Assert.True(signature.S <= Order / 2);
            Assert.Equal(First.GetPublicAddress(), EthECKey.RecoverFromSignature(signature, hash));
            Assert.True(First.VerifyAllowingOnlyLowS(hash, signature));
        }
    }

    [Fact]
    public void TheHighTwinOfASignatureIsRefused()
    {
        var hash = new VectorDraws(8).Bytes(32);
        var low = First.SignAndCalculateYParityV(hash);
        var high = low with { S = Order - low.S, YParity = 1 - low.YParity };
        Assert.False(First.VerifyAllowingOnlyLowS(hash, high));
        Assert.Null(EthECKey.RecoverFromSignature(high, hash));
    }

    [Fact]
    public void OpenSslAcceptsOurSignatures()
    {
        var draws = new VectorDraws(9);
        for (var i = 0; i < 20; i++)
        {
            var secret = draws.Bytes(32);
            secret[0] &= 0x7f;
            using var other = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), D = secret });
            var hash = draws.Bytes(32);
            var signature = new EthECKey(secret).SignAndCalculateYParityV(hash).ToBytes();
            Assert.True(other.VerifyHash(hash, signature.AsSpan(0, 64)));
            hash[3] ^= 1;
            Assert.False(other.VerifyHash(hash, signature.AsSpan(0, 64)));
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("01")]
    public void WhatIsNoSecretOfTheCurveIsRefused(string hex) => Assert.Throws<ArgumentException>(() => new EthECKey(hex));

    [Fact]
    public void AKeyNeverShowsItsSecretAsText() => Assert.DoesNotContain("ac0974", First.ToString(), StringComparison.OrdinalIgnoreCase);

    // The test cases of EIP-55.
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void AddressesCarryTheirChecksum(string text)
    {
        Assert.Equal(text, EthAddress.Parse(text.ToLowerInvariant()).Value);
        Assert.Equal(text, EthAddress.Parse(text).Value);
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    public void AnAddressWithAWrongLetterIsRefused(string text) => Assert.False(EthAddress.TryParse(text, out _));

    [Fact]
    public void ASignedTextNamesItsSignerAndNothingElseDoes()
    {
        var signature = EthereumMessageSigner.EncodeUTF8AndSign("wägen", First);
        Assert.Equal(First.GetPublicAddress(), EthereumMessageSigner.EncodeUTF8AndEcRecover("wägen", signature));
        Assert.NotEqual(First.GetPublicAddress(), EthereumMessageSigner.EncodeUTF8AndEcRecover("wagen", signature));
        Assert.Null(EthereumMessageSigner.EncodeUTF8AndEcRecover("wägen", signature[..^2] + "ff"));
        Assert.Null(EthereumMessageSigner.EncodeUTF8AndEcRecover("wägen", "0xzz"));
    }
}
