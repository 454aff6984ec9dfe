using System.Numerics;
using Arena.Chain.Keys;
using Arena.Chain.Transactions;

namespace Arena.Tests.Chain.Transactions;

public sealed class Transaction1559Tests
{
    private static readonly EthECKey Key = new("4646464646464646464646464646464646464646464646464646464646464646");

    private static Transaction1559 Plain => new(1, 9, 1, 2, 21_000, EthAddress.Zero, BigInteger.One, []);

    [Fact]
    public void ATipAboveTheMaximumFeeIsRefused() =>
        Assert.Throws<ArgumentException>(() => Transaction1559Signer.Sign(Plain with { MaxPriorityFeePerGas = 3 }, Key));

    [Fact]
    public void NumbersThatNoChainTakesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => Transaction1559Signer.Sign(Plain with { ChainId = 0 }, Key));
        Assert.Throws<ArgumentException>(() => Transaction1559Signer.Sign(Plain with { Nonce = -1 }, Key));
        Assert.Throws<ArgumentException>(() => Transaction1559Signer.Sign(Plain with { Value = BigInteger.One << 256 }, Key));
    }

    [Fact]
    public void AWellKnownDevelopmentKeySignsForADevelopmentChainOnly()
    {
        var known = new EthECKey("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
        Assert.Throws<InvalidOperationException>(() => Transaction1559Signer.Sign(Plain, known));
        Assert.NotEmpty(Transaction1559Signer.Sign(Plain with { ChainId = DevKeys.ChainId }, known).Raw);
    }

    [Fact]
    public void ASignedTransactionReadsBackWithItsSender()
    {
        var signed = Transaction1559Signer.Sign(Plain, Key);
        var (read, from) = Transaction1559.Decode(signed.Raw);
        Assert.Equal(Key.GetPublicAddress(), from);
        Assert.Equal(Plain.SigningHash(), read.SigningHash());
        Assert.Throws<FormatException>(() => Transaction1559.Decode(signed.Raw.AsSpan(1)));
        Assert.Throws<FormatException>(() => Transaction1559.Decode(signed.Raw.AsSpan(0, signed.Raw.Length - 1)));
    }
}
