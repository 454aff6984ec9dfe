using System.Reflection;
using System.Xml.Linq;
using NetArchTest.Rules;

namespace Arena.Tests;

/// <summary>The arrows of the code: which project may use which, and which feature of the engine may use which.</summary>
public sealed class ArchitectureTests
{
    /// <summary>
    /// Each may use those before it. Ratings come before matches, because the closing transaction moves ratings; their history
    /// and explanation are read from the seats of matches and so belong to these. ArenaDb, options and wiring, in the root, know all.
    /// </summary>
    private static readonly string[] Order =
        ["Store", "Agents", "Spaces", "Ledger", "Ratings", "Matches", "Matchmaking", "Verdicts", "Preferences", "Training", "Settlement"];

    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Arena.Rules"] = [],
        ["Arena.Engine"] = ["Arena.Rules"],
        ["Arena.Judges"] = ["Arena.Engine"],
        ["Arena.Chain"] = ["Arena.Rules", "Arena.Engine"],
        ["Arena.Trainer"] = ["Arena.Rules"],
        ["Arena.Client"] = ["Arena.Engine"],
        ["clients/browser"] = ["Arena.Rules"],
        ["Arena.Web"] = ["Arena.Engine", "Arena.Judges", "Arena.Chain", "Arena.Migrations.Sqlite"],
        ["migrations/Sqlite"] = ["Arena.Engine"],
        ["bench/Arena.Bench.Games"] = ["Arena.Rules"],
        ["bench/Boards.Bench"] = ["Arena.Bench.Games"],
        ["bench/Cards.Bench"] = ["Arena.Bench.Games"],
        ["bench/Text.Bench"] = ["Arena.Bench.Games"],
    };

    public static TheoryData<string, string> Forbidden()
    {
        var pairs = new TheoryData<string, string>();
        for (var i = 0; i < Order.Length; i++)
        {
            for (var j = i + 1; j < Order.Length; j++)
            {
                pairs.Add(Order[i], Order[j]);
            }
        }
        return pairs;
    }

    public static TheoryData<string> ProjectNames() => [.. Projects.Keys];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void AFeatureUsesOnlyThoseBeforeIt(string feature, string later)
    {
        var result = Types.InAssembly(typeof(Arena.Engine.ArenaDb).Assembly).That().ResideInNamespace($"Arena.Engine.{feature}")
            .ShouldNot().HaveDependencyOn($"Arena.Engine.{later}").GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void EveryFeatureHasItsPlaceInTheOrder()
    {
        var features = typeof(Arena.Engine.ArenaDb).Assembly.GetTypes()
            .Select(t => t.Namespace).Where(n => n?.StartsWith("Arena.Engine.", StringComparison.Ordinal) == true)
            .Select(n => n!.Split('.')[2]).Distinct().Order();
        Assert.Equal(Order.Order(), features);
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void AProjectUsesOnlyThoseItMay(string project)
    {
        var file = Directory.GetFiles(Path.Combine(Root(), project), "*.csproj").Single();
        var uses = XDocument.Load(file).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
        Assert.All(uses, used => Assert.Contains(used, Projects[project]));
    }

    [Fact]
    public void TheKernelKnowsNoDatabaseNoNetworkAndNoClock()
    {
        var result = Types.InAssembly(typeof(Arena.Rules.SpaceRegistry).Assembly)
            .ShouldNot().HaveDependencyOnAny("Microsoft.EntityFrameworkCore", "Microsoft.Data", "Microsoft.AspNetCore", "System.Net", "System.IO.File", "System.TimeProvider", "System.Diagnostics.Stopwatch")
            .GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void TorchLivesInNoProcessOfTheSite() =>
        Assert.DoesNotContain(Assembly.Load("Arena.Web").GetReferencedAssemblies(), a => a.Name!.Contains("Torch", StringComparison.Ordinal));

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Arena.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"Arena.sln is above none of the folders of {Assembly.GetExecutingAssembly().Location}.");
    }
}
