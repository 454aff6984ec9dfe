using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Arena.Rules.Hashing;
using Arena.Rules.Merkle;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Trainer.Training.Proof;

/// <summary>The hashes of a learning proof, lower-case hex.</summary>
public static class ProofHashes
{
    /// <summary>SHA-256 of the trained numbers as they lie in memory (32-bit, little-endian, in the order of the slots).</summary>
    public static string Weights(FlatWeights weights) => Hex(Bytes(weights.Flat));

    /// <summary>SHA-256 of both moments and the number of steps taken.</summary>
    public static string Optimizer(FlatAdamW optimizer) => Hex(Bytes(optimizer.First), Bytes(optimizer.Second), BitConverter.GetBytes(optimizer.Steps));

    /// <summary>SHA-256 of the options as JSON.</summary>
    public static string Options(TrainOptions options) => Text(JsonSerializer.Serialize(options, JsonStyle.Wire));

    /// <summary>SHA-256 of UTF-8.</summary>
    public static string Text(string text) => Hex(Encoding.UTF8.GetBytes(text));

    /// <summary>Root of the tree (keccak-256) whose leaves are the hashes of the batch's items.</summary>
    /// <param name="items">Each item's JSON.</param>
    public static string Batch(IEnumerable<string> items) => Convert.ToHexStringLower(new MerkleTree(items.Select(i => Keccak256.Hash(Encoding.UTF8.GetBytes(i)))).Root);

    private static byte[] Bytes(Tensor tensor)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return tensor.detach().contiguous().bytes.ToArray();
    }

    private static string Hex(params byte[][] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(part);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
