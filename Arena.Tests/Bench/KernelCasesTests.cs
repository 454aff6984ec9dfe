using Arena.Bench.Games;
using Arena.Rules;

namespace Arena.Tests.Bench;

/// <summary>The kernel benchmark keeps up with the registry.</summary>
public sealed class KernelCasesTests
{
    [Fact]
    public void EverySpaceHasARandomCaseAndNoCaseIsOfAnotherSpace()
    {
        var spaces = SpaceRegistry.All.Select(s => s.Card.Slug).Order().ToList();
        Assert.Equal(spaces, KernelCases.All.Where(c => c.Name.EndsWith("/random", StringComparison.Ordinal)).Select(c => c.Name[..^"/random".Length]).Order());
        Assert.Subset(spaces.ToHashSet(), KernelCases.All.Select(c => c.Name.Split('/')[0]).ToHashSet());
        Assert.Distinct(KernelCases.All.Select(c => c.Name));
    }

    [Fact]
    public void EveryCaseIsInTheBenchmarkOfItsFamilyToo()
    {
        var detailed = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "bench"), "Random*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(KernelCases.All, c => Assert.Contains($"\"{c.Name}", detailed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pitch/random")]
    [InlineData("debate/random")]
    public void JudgedSpacesArePlayedToTheirEnd(string name) => Assert.Equal(TextGames.Batch, KernelCases.All.Single(c => c.Name == name).Work());
}
