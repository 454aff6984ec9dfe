namespace Arena.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void TheSolutionBuilds() => Assert.Equal(4, 2 + 2);
}
