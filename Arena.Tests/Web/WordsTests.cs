using Arena.Web.Site;

namespace Arena.Tests.Web;

public sealed class WordsTests
{
    [Theory]
    [InlineData(1_000_000, "1")]
    [InlineData(500_000, "½")]
    [InlineData(0, "0")]
    [InlineData(666_666, "0.67")]
    public void ScoresReadAsPeopleWriteThem(long micro, string words) => Assert.Equal(words, Words.Score(micro));

    [Theory]
    [InlineData(14_900, "+14.9")]
    [InlineData(-300, "−0.3")]
    [InlineData(0, "±0.0")]
    public void RatingChangesCarryTheirSign(long milli, string words) => Assert.Equal(words, Words.Change(milli));

    [Theory]
    [InlineData(100_000, "0.0001 ETH")]
    [InlineData(0, "0 ETH")]
    [InlineData(2_500_000_000, "2.5 ETH")]
    public void MoneyHasNoNeedlessZeros(long gwei, string words) => Assert.Equal(words, Words.Eth(gwei));

    [Theory]
    [InlineData("/me", "/me")]
    [InlineData("/enter?agent=1#x", "/enter?agent=1#x")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\nSet-Cookie: b", "/")]
    [InlineData(null, "/")]
    public void RedirectsStayOnThisSite(string? asked, string goes) => Assert.Equal(goes, LocalUrl.Or(asked, "/"));

    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("![x](https://evil.example/p.png)", "evil.example")]
    public void MarkdownNeverBecomesCode(string source, string never) => Assert.DoesNotContain(never, Markdown.Render(source).Value);

    [Fact]
    public void MarkdownKeepsItsForm() => Assert.Contains("<li>one</li>", Markdown.Render("- one\n- two").Value);
}
