using System.Text.Json;
using Arena.Chain;
using Arena.Chain.Keys;
using Arena.Web.Site;

namespace Arena.Web.Settlement;

/// <summary>The embedded chain's three keys: made once at random, kept in a file that only this user can read.</summary>
internal sealed record ChainKeys(EthECKey Settler, EthECKey Arbiter, EthECKey Guardian)
{
    private const string KeyFile = "chain/keys.json";

    public static ChainKeys LoadOrMake(DataFolder data)
    {
        var path = data.File(KeyFile);
        if (File.Exists(path))
        {
            var read = JsonSerializer.Deserialize<Stored>(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty.");
            return new(new EthECKey(read.Settler), new EthECKey(read.Arbiter), new EthECKey(read.Guardian));
        }
        var made = new ChainKeys(EthECKey.GenerateKey(), EthECKey.GenerateKey(), EthECKey.GenerateKey());
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        data.WriteSecret(KeyFile, JsonSerializer.Serialize(new Stored(Text(made.Settler), Text(made.Arbiter), Text(made.Guardian))) + "\n");
        return made;
    }

    private static string Text(EthECKey key) => Hex.Of(key.GetPrivateKeyAsBytes());

    private sealed record Stored(string Settler, string Arbiter, string Guardian);
}
