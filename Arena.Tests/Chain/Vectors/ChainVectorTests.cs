using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Arena.Chain;
using Arena.Chain.Abi;
using Arena.Chain.Keys;
using Arena.Chain.Transactions;

namespace Arena.Tests.Chain.Vectors;

/// <summary>
/// 500 vectors that viem, ethers and this client agree on. The fixture was checked by contracts/scripts/check-vectors.mjs when it was made;
/// ARENA_WRITE_FIXTURES=1 makes it anew.
/// </summary>
public sealed class ChainVectorTests
{
    private static string Fixture => Path.Combine(Repository.Root, "Arena.Tests", "Chain", "Fixtures", "vectors.json.gz");

    [Fact]
    public void FiveHundredTransactionsSignaturesAndBlobsEqualThoseOfViemAndEthers()
    {
        if (Environment.GetEnvironmentVariable("ARENA_WRITE_FIXTURES") == "1")
        {
            Write();
        }
        var stored = Read();
        Assert.Equal(ChainVector.Count, stored.Count);
        var i = 0;
        foreach (var vector in ChainVector.All())
        {
            Assert.True(JsonNode.DeepEquals(stored[i], vector), $"Vector {i} differs: {vector.ToJsonString()}");
            i++;
        }
    }

    [Fact]
    public void EveryVectorReadsBackAsWhatItWasMadeFrom()
    {
        foreach (var vector in Read())
        {
            var raw = Hex.ToBytes(vector!["raw"]!.GetValue<string>());
            var (transaction, from) = Transaction1559.Decode(raw);
            Assert.Equal(vector["address"]!.GetValue<string>(), from.Value);
            Assert.Equal(vector["tx"]!["nonce"]!.GetValue<string>(), transaction.Nonce.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(raw, Transaction1559Signer.Sign(transaction, new EthECKey(vector["secret"]!.GetValue<string>())).Raw);

            var blob = Hex.ToBytes(vector["abi"]!.GetValue<string>());
            Assert.Equal(blob, AbiEncoder.Encode(ChainVector.Types, AbiDecoder.Decode(ChainVector.Types, blob)));
            Assert.Equal(from, EthereumMessageSigner.EncodeUTF8AndEcRecover(vector["message"]!.GetValue<string>(), vector["signature"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task ViemAndEthersAgreeWithTheStoredVectorsToday()
    {
        var contracts = Repository.ContractsOrSkip();
        var start = new ProcessStartInfo("node") { WorkingDirectory = contracts, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("scripts/check-vectors.mjs");
        start.ArgumentList.Add(Fixture);
        using var node = Process.Start(start)!;
        var output = await node.StandardOutput.ReadToEndAsync();
        var errors = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, errors);
        Assert.Contains($"{ChainVector.Count}/{ChainVector.Count} raw transactions, {ChainVector.Count}/{ChainVector.Count} signatures, {ChainVector.Count}/{ChainVector.Count} blobs", output);
    }

    private static JsonArray Read()
    {
        using var file = new GZipStream(File.OpenRead(Fixture), CompressionMode.Decompress);
        return JsonNode.Parse(file)!.AsArray();
    }

    private static void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Fixture)!);
        using var file = new GZipStream(File.Create(Fixture), CompressionLevel.SmallestSize);
        file.Write(System.Text.Encoding.UTF8.GetBytes(new JsonArray([.. ChainVector.All()]).ToJsonString()));
    }
}
