using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class TextStyleTests
{
    [Theory]
    [InlineData("", 0, 0, 0, 0)]
    [InlineData("Two words.", 9, 0, 0, 0)]
    [InlineData("# One\n## Two\n#none\n####### seven\nno # here", 33, 2, 0, 0)]
    [InlineData("- a\n* b\n  + c\n• d\n1. e\n 22) f\n-no\n3.5 no\n1234. no", 30, 0, 6, 0)]
    [InlineData("**bold** and __also__, not **\n*nor ** nor *it*", 38, 0, 0, 2)]
    [InlineData("***both*** and ****", 17, 0, 0, 1)]
    public void LengthHeadersListsAndBoldAreCounted(string text, int length, int headers, int lists, int bold) =>
        Assert.Equal(new TextStyle(length, headers, lists, bold), TextStyle.Of(text));

    [Fact]
    public void InvisibleCharactersAreNoLengthAndACharacterOfTwoHalvesIsOne() =>
        Assert.Equal(3, TextStyle.Of("a\u200B\u200Bb\u202E \u0007\U0001F600\u00A0").Length);

    [Fact]
    public void AHugeHostileTextIsReadOnce()
    {
        // Nothing may look from every mark to the end: that would be 10^11 steps.
        var text = string.Concat(Enumerable.Repeat("**_", 200_000));
        Assert.Equal(600_000, TextStyle.Of(text).Length);
        Assert.Equal(200_001, TextStyle.Of(new string('*', 200_001)).Length);
    }
}
