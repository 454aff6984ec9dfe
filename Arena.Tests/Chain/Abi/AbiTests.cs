using System.Numerics;
using System.Text;
using Arena.Chain;
using Arena.Chain.Abi;
using Arena.Chain.Contracts;
using Arena.Tests.Chain.Vectors;

namespace Arena.Tests.Chain.Abi;

/// <summary>Expected bytes are the examples of the contract ABI specification.</summary>
public sealed class AbiTests
{
    private static string Word(string hex) => hex.PadLeft(64, '0');

    private static string Padded(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text)).PadRight(64, '0');

    [Fact]
    public void StaticArguments()
    {
        var baz = new FunctionAbi("baz(uint32 x, bool y)");
        Assert.Equal("cdcd77c0" + Word("45") + Word("1"), Convert.ToHexStringLower(baz.Encode(69, true)));
        var bar = new FunctionAbi("bar(bytes3[2])");
        Assert.Equal("fce353f6" + Padded("abc") + Padded("def"), Convert.ToHexStringLower(bar.Encode(new object[] { new object[] { "abc"u8.ToArray(), "def"u8.ToArray() } })));
    }

    [Fact]
    public void DynamicArguments()
    {
        var sam = new FunctionAbi("sam(bytes,bool,uint256[])");
        Assert.Equal(
            "a5643bf2" + Word("60") + Word("1") + Word("a0") + Word("4") + Padded("dave") + Word("3") + Word("1") + Word("2") + Word("3"),
            Convert.ToHexStringLower(sam.Encode("dave"u8.ToArray(), true, new object[] { 1, 2, 3 })));
        var f = new FunctionAbi("f(uint256,uint32[],bytes10,bytes)");
        Assert.Equal(
            "8be65246" + Word("123") + Word("80") + Padded("1234567890") + Word("e0") + Word("2") + Word("456") + Word("789") + Word("d") + Padded("Hello, world!"),
            Convert.ToHexStringLower(f.Encode(0x123, new object[] { 0x456, 0x789 }, "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray())));
    }

    [Fact]
    public void NestedDynamicArguments()
    {
        var g = new FunctionAbi("g(uint256[][],string[])");
        Assert.Equal(
            "2289b18c" + Word("40") + Word("140")
            + Word("2") + Word("40") + Word("a0") + Word("2") + Word("1") + Word("2") + Word("1") + Word("3")
            + Word("3") + Word("60") + Word("a0") + Word("e0") + Word("3") + Padded("one") + Word("3") + Padded("two") + Word("5") + Padded("three"),
            Convert.ToHexStringLower(g.Encode(
                new object[] { new object[] { 1, 2 }, new object[] { 3 } }, new object[] { "one", "two", "three" })));
    }

    [Fact]
    public void AValueThatDoesNotFitItsTypeIsRefused()
    {
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("uint8", 256));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("uint8", -1));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("int8", 128));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("bytes4", new byte[3]));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("address", "0x00"));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("uint256[2]", new object[] { new object[] { 1 } }));
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode("uint256,bool", 1));
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("uint256[0]")]
    [InlineData("(uint256")]
    [InlineData("word")]
    [InlineData("[]")]
    public void WhatIsNoTypeIsRefused(string type) => Assert.Throws<FormatException>(() => AbiType.ParseList(type));

    [Theory]
    [InlineData("uint8", "100")]
    [InlineData("bool", "2")]
    [InlineData("int8", "80")]
    [InlineData("uint256[]", "20")]
    [InlineData("bytes", "40")]
    public void BitsOutsideAValueAndShortDataAreRefused(string type, string word) =>
        Assert.Throws<FormatException>(() => AbiDecoder.Decode(type, Convert.FromHexString(Word(word))));

    [Fact]
    public void NegativeNumbersReadBack() =>
        Assert.Equal(new BigInteger(-128), AbiDecoder.Decode("int8", AbiEncoder.Encode("int8", -128))[0]);

    [Fact]
    public void AnyDataIsReadOrRefusedAndNothingElseHappens()
    {
        var types = AbiType.ParseList(ChainVector.Types);
        var draws = new VectorDraws(5);
        var good = Hex.ToBytes(ChainVector.All().First()["abi"]!.GetValue<string>());
        for (var i = 0; i < 5_000; i++)
        {
            byte[] data = [.. good.AsSpan(0, draws.Between(0, good.Length))];
            for (var flips = draws.Between(0, 3); flips > 0 && data.Length > 0; flips--)
            {
                data[draws.Below(data.Length)] = (byte)draws.Below(256);
            }
            try
            {
                AbiDecoder.Decode(types, data);
            }
            catch (FormatException)
            {
                continue;
            }
        }
        // Every word is a length, an offset and a list of 32 lists at once: read naively, 32^8 of them.
        var knot = Convert.FromHexString(string.Concat(Enumerable.Repeat(Word("20"), 200)));
        Assert.Throws<FormatException>(() => AbiDecoder.Decode("uint256[][][][][][][][]", knot));
    }

    [Fact]
    public void EventsOfOtherSignaturesAreNotTaken()
    {
        var transfer = new EventAbi("Transfer(address indexed from,address indexed to,uint256 value)");
        Assert.Equal("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", Convert.ToHexStringLower(transfer.Topic));
    }

    [Fact]
    public void RefusalsAreNamed()
    {
        var errors = new ContractErrors("BadEpoch()");
        Assert.Equal("BadEpoch", errors.NameOf(new FunctionAbi("BadEpoch()").Selector));
        Assert.Equal("too late", errors.NameOf(new FunctionAbi("Error(string)").Encode("too late")));
        Assert.Null(errors.NameOf([1, 2, 3, 4]));
        Assert.Null(errors.NameOf([]));
    }
}
