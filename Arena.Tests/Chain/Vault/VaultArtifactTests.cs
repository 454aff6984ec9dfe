using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Chain.Contracts;
using Arena.Chain.Vault;

namespace Arena.Tests.Chain.Vault;

public sealed class VaultArtifactTests
{
    [Fact]
    public void TheCheckedInBytecodeBelongsToTheSourcesBesideIt()
    {
        var contracts = Path.Combine(Repository.Root, "contracts");
        var names = Directory.GetFiles(Path.Combine(contracts, "src"), "*.sol").Select(Path.GetFileName).Order(StringComparer.Ordinal).Select(n => $"src/{n}").ToList();
        Assert.Equal(names, VaultArtifact.Current.Sources);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0"));
            hash.AppendData(File.ReadAllBytes(Path.Combine(contracts, name)));
            hash.AppendData([0]);
        }
        Assert.True(
            VaultArtifact.Current.SourcesSha256 == Convert.ToHexStringLower(hash.GetHashAndReset()),
            "contracts/src has changed: run 'npm run compile' in contracts/ and commit artifacts/ArenaVault.json.");
    }

    [Fact]
    public void EverySignatureOfTheBindingIsInTheContractsAbi()
    {
        var artifact = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "contracts", "artifacts", "ArenaVault.json")))!;
        var declared = artifact["abi"]!.AsArray().Select(Signature).ToHashSet();
        List<string> bound =
        [
            .. typeof(VaultAbi).GetFields().Select(f => f.GetValue(null)!).Where(f => f is FunctionAbi or EventAbi).Select(f => f.ToString()!),
            .. VaultAbi.Errors.Signatures.Select(s => $"error {s}"),
            $"constructor ({VaultAbi.Constructor})",
        ];
        Assert.All(bound, s => Assert.Contains(s, declared));
        // Errors: the other way round, so that none stays without a name.
        Assert.All(declared.Where(d => d.StartsWith("error ", StringComparison.Ordinal)), e => Assert.Contains(e, bound));
    }

    private static string Signature(JsonNode? entry)
    {
        var inputs = string.Join(',', entry!["inputs"]?.AsArray().Select(TypeOf) ?? []);
        return entry["type"]!.GetValue<string>() switch
        {
            "function" => $"function {entry["name"]}({inputs}) returns ({string.Join(',', entry["outputs"]!.AsArray().Select(TypeOf))})",
            var kind => $"{kind} {entry["name"]}({inputs})",
        };
    }

    private static string TypeOf(JsonNode? p)
    {
        var type = p!["type"]!.GetValue<string>();
        return type.StartsWith("tuple", StringComparison.Ordinal) ? $"({string.Join(',', p["components"]!.AsArray().Select(TypeOf))}){type[5..]}" : type;
    }
}
