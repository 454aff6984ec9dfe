using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Arena.Tests.Trainer.Tokenizing;

/// <summary>The files of fixtures/: small tokenizers, strings, and what other programs made of them.</summary>
internal static class TokenizerFixtures
{
    public static IReadOnlyList<string> Strings { get; } = [.. JsonNode.Parse(File.ReadAllText(Path("strings.json")))!.AsArray().Select(s => s!.GetValue<string>())];

    public static string Path(string file) => System.IO.Path.Combine(Folder(), file);

    /// <summary>Ids and decoded text, in the order of the strings.</summary>
    public static IReadOnlyList<(int[] Ids, string Text)> Expected(string path) =>
        [.. JsonNode.Parse(File.ReadAllText(path))!.AsArray().Select(e => (e![0]!.AsArray().Select(i => i!.GetValue<int>()).ToArray(), e[1]!.GetValue<string>()))];

    private static string Folder([CallerFilePath] string here = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "fixtures");
}
