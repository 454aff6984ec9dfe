using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Transcripts;

public sealed class CanonicalJsonTests
{
    private static string Written(JsonNode? value) => Encoding.UTF8.GetString(CanonicalJson.Write(value));

    // The sorting example of RFC 8785, section 3.2.3: keys in order of UTF-16 code units.
    [Fact]
    public void KeysSortByUtf16CodeUnits()
    {
        var value = new JsonObject { ["\u20ac"] = 1, ["\r"] = 2, ["\ufb33"] = 3, ["1"] = 4, ["\ud83d\ude00"] = 5, ["\u0080"] = 6, ["\u00f6"] = 7 };
        Assert.Equal("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\ud83d\ude00\":5,\"\ufb33\":3}", Written(value));
    }

    [Fact]
    public void StringsGetTheStandardsEscapes() =>
        Assert.Equal("\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\"/\\b\\t\\f\\r\\u001f\u007f\u2028\"", Written("\u20ac$\u000f\nA'B\"\\\"/\b\t\f\r\u001f\u007f\u2028"));

    [Theory]
    [InlineData("{\"b\":1,\"a\":2}")]
    [InlineData("{\"a\":1, \"b\":2}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("[1.0]")]
    [InlineData("[1e2]")]
    [InlineData("[-0]")]
    [InlineData("[9007199254740992]")]
    [InlineData("[-9223372036854775808]")]
    [InlineData("\"\\u0041\"")]
    [InlineData("\"\\/\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\u001F\"")]
    [InlineData("[1] ")]
    [InlineData("[1")]
    [InlineData("")]
    [InlineData("\u0001")]
    public void OtherFormsOfAValueAreRefusedWithAReason(string json)
    {
        var (_, problem) = CanonicalJson.Read(Encoding.UTF8.GetBytes(json));
        Assert.False(string.IsNullOrEmpty(problem));
    }

    [Fact]
    public void BytesThatAreNotUtf8AreRefused() => Assert.NotNull(CanonicalJson.Read([0x22, 0xC3, 0x28, 0x22]).Problem);

    [Fact]
    public void DeepNestingIsRefused() => Assert.NotNull(CanonicalJson.Read(Encoding.UTF8.GetBytes(new string('[', 100_000))).Problem);

    [Theory]
    [InlineData("null")]
    [InlineData("[true,false,null,0,-1,9007199254740991,\"\",{}]")]
    [InlineData("{\"a\":{\"b\":[]}}")]
    public void CanonicalBytesReadAndWriteBack(string json)
    {
        var (value, problem) = CanonicalJson.Read(Encoding.UTF8.GetBytes(json));
        Assert.Null(problem);
        Assert.Equal(json, Written(value));
    }

    [Fact]
    public void LoneSurrogatesBecomeReplacementCharacters()
    {
        Assert.Equal("a\ufffdb\ufffd\ud83d\ude00", CanonicalJson.Clean("a\ud800b\udc00\ud83d\ude00"));
        Assert.Throws<ArgumentException>(() => CanonicalJson.Write("\ud800"));
    }
}
