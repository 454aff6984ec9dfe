using System.Text.RegularExpressions;
using Arena.Rules;

namespace Arena.Tests.Rules.Spaces;

/// <summary>docs/adding-a-space.md promises that a space is one folder and one line: here is what holds it to that.</summary>
public sealed partial class AddingASpaceTests
{
    [Fact]
    public void FoldersRegistryAndDocumentAgree()
    {
        var root = Repository.Root;
        var registered = SpaceRegistry.All.ToDictionary(s => s.Card.Slug, s => s.GetType().Namespace!.Split('.')[^1]);
        var folders = Directory.GetDirectories(Path.Combine(root, "Arena.Rules", "Spaces")).Select(f => Path.GetFileName(f)!);
        Assert.Equal(registered.Values.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));

        var table = Row().Matches(File.ReadAllText(Path.Combine(root, "docs", "adding-a-space.md"))).ToDictionary(m => m.Groups[1].Value, m => (Folder: m.Groups[2].Value, Board: m.Groups[3].Value));
        Assert.Equal(registered.OrderBy(r => r.Key, StringComparer.Ordinal), table.Select(t => KeyValuePair.Create(t.Key, t.Value.Folder)).OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.All(table, row => Assert.Equal(File.Exists(Path.Combine(root, "Arena.Web", "wwwroot", "viewer", "spaces", row.Key + ".js")) ? "own" : "tree", row.Value.Board));
    }

    [Fact]
    public void EverySpaceTellsPeopleAndProgramsWhatTheyNeed() => Assert.All(SpaceRegistry.All, space =>
    {
        Assert.Matches("^[a-z]+(-[a-z]+)*$", space.Card.Slug);
        Assert.DoesNotContain('\n', space.Card.Pitch);
        Assert.DoesNotContain('\n', space.Card.ActionHelp);
        Assert.True(space.Card.RulesText.Length > 100, space.Card.Slug);
        Assert.Equal(space.House.Count, space.House.Select(h => h.Slug).Distinct().Count());
        Assert.True(space.House.Count >= 3, $"{space.Card.Slug} has {space.House.Count} house agents");
        Assert.StartsWith("random", space.House[0].Slug, StringComparison.Ordinal);
        Assert.Matches(@"Examples?: \S", space.Card.ActionHelp);
    });

    [GeneratedRegex(@"^\| `([a-z-]+)` \| (\w+) \| (own|tree) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
