using System.Runtime.CompilerServices;

namespace Arena.Tests;

/// <summary>Where the sources lie, for tests that read files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The contracts folder with its npm packages; skips the test, saying so, where they are not installed.</summary>
    public static string ContractsOrSkip()
    {
        var contracts = Path.Combine(Root, "contracts");
        Assert.SkipUnless(Directory.Exists(Path.Combine(contracts, "node_modules")), "The npm packages of contracts/ are not installed: run 'npm ci' there.");
        return contracts;
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetDirectoryName(Path.GetDirectoryName(here))!;
}
