using System.Numerics;
using System.Text;
using Arena.Chain.Rlp;
using Arena.Tests.Chain.Vectors;

namespace Arena.Tests.Chain.Rlp;

public sealed class RlpTests
{
    private static byte[] Text(string text) => RlpWriter.Bytes(Encoding.ASCII.GetBytes(text));

    // The examples of Ethereum's RLP page.
    [Fact]
    public void TheExamplesOfTheSpecificationComeOut()
    {
        Assert.Equal("83646f67", Convert.ToHexStringLower(Text("dog")));
        Assert.Equal("c88363617483646f67", Convert.ToHexStringLower(RlpWriter.List(Text("cat"), Text("dog"))));
        Assert.Equal("80", Convert.ToHexStringLower(Text("")));
        Assert.Equal("c0", Convert.ToHexStringLower(RlpWriter.List()));
        Assert.Equal("80", Convert.ToHexStringLower(RlpWriter.Number(0)));
        Assert.Equal("0f", Convert.ToHexStringLower(RlpWriter.Number(15)));
        Assert.Equal("820400", Convert.ToHexStringLower(RlpWriter.Number(1024)));
        Assert.Equal("c7c0c1c0c3c0c1c0", Convert.ToHexStringLower(RlpWriter.List(
            RlpWriter.List(), RlpWriter.List(RlpWriter.List()), RlpWriter.List(RlpWriter.List(), RlpWriter.List(RlpWriter.List())))));
        Assert.StartsWith("b8384c6f72656d20", Convert.ToHexStringLower(Text("Lorem ipsum dolor sit amet, consectetur adipisicing elit")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(70_000)]
    public void WhatIsWrittenReadsBack(int length)
    {
        var bytes = new VectorDraws((ulong)length).Bytes(length);
        var item = RlpItem.Read(RlpWriter.List(RlpWriter.Bytes(bytes), RlpWriter.Number(length)));
        Assert.Equal(bytes, item.Items![0].Data);
        Assert.Equal(new BigInteger(length), item.Items[1].ToNumber());
    }

    [Theory]
    [InlineData("8100")] // a single small byte is its own encoding
    [InlineData("b800")] // a short length in the long form
    [InlineData("b90001aa")] // a length with a leading zero
    [InlineData("8361")] // ends too early
    [InlineData("6161")] // something after the item
    [InlineData("c281")]
    [InlineData("bfffffffffffffffff")]
    [InlineData("")]
    public void OnlyTheShortestWholeEncodingIsAccepted(string hex) => Assert.Throws<FormatException>(() => RlpItem.Read(Convert.FromHexString(hex)));

    [Fact]
    public void AnyBytesAreReadOrRefusedAndNothingElseHappens()
    {
        var draws = new VectorDraws(3);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = draws.Bytes(draws.Between(0, 40));
            try
            {
                RlpItem.Read(bytes);
            }
            catch (FormatException)
            {
                continue;
            }
        }
        Assert.Throws<FormatException>(() => RlpItem.Read([.. Enumerable.Repeat((byte)0xc1, 100_000), 0xc0]));
    }
}
