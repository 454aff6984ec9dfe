using Arena.Engine.Settlement;

namespace Arena.Tests.Engine.Settlement;

public sealed class OwnerReferenceTests
{
    [Theory]
    // EIP-55's own examples.
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void AddressesGetTheChecksumOfEip55(string address)
    {
        Assert.Equal(address, OwnerReference.Canonical(address.ToLowerInvariant()));
        Assert.Equal(address, OwnerReference.Canonical(address));
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData("")]
    public void TextThatIsNoAddressOrHasAWrongChecksumIsRefused(string text) => Assert.Null(OwnerReference.Canonical(text));

    [Fact]
    public void AReferenceLeadsBackToItsOwnerAndOthersLeadNowhere()
    {
        var owner = new Guid("0190c5a4-1234-7abc-8def-001122334455");
        var reference = OwnerReference.Of(owner);
        Assert.Equal(reference, OwnerReference.Canonical(reference));
        Assert.Equal(owner, OwnerReference.OwnerOf(reference));
        Assert.Null(OwnerReference.OwnerOf("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    }
}
