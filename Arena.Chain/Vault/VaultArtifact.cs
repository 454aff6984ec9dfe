using System.Text.Json;

namespace Arena.Chain.Vault;

/// <summary>The compiled vault as it is checked in under contracts/artifacts; nothing is compiled at run time.</summary>
/// <param name="Bytecode">Creation code without the constructor's arguments.</param>
/// <param name="SourcesSha256">Hash of the Solidity sources it was compiled from, lower-case hex (contracts/scripts/compiler.mjs).</param>
/// <param name="Sources">Their paths under contracts/.</param>
public sealed record VaultArtifact(byte[] Bytecode, string SourcesSha256, IReadOnlyList<string> Sources)
{
    private const string Resource = "Arena.Chain.ArenaVault.json";

    private static readonly Lazy<VaultArtifact> Loaded = new(Load);

    public static VaultArtifact Current => Loaded.Value;

    private static VaultArtifact Load()
    {
        using var stream = typeof(VaultArtifact).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build.");
        using var json = JsonDocument.Parse(stream);
        var root = json.RootElement;
        return new(
            Hex.ToBytes(root.GetProperty("bytecode").GetString()!),
            root.GetProperty("sourcesSha256").GetString()!,
            [.. root.GetProperty("sources").EnumerateArray().Select(s => s.GetString()!)]);
    }
}
