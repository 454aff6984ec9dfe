using System.Buffers.Binary;
using Arena.Rules.Hashing;
using Arena.Rules.Merkle;

namespace Arena.Engine.Settlement;

/// <summary>Roots of an epoch and proofs under them: pure.</summary>
public static class EpochBook
{
    /// <summary>Gwei to wei.</summary>
    public const long WeiPerGwei = 1_000_000_000;

    /// <summary>The root of nothing: no match in an epoch, or nobody ever paid.</summary>
    public static string Nothing { get; } = "0x" + new string('0', 64);

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.AsSpan(hex.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0));

    /// <summary>Root over the matches' leaves (32 bytes each, at least one).</summary>
    public static string ResultRoot(IReadOnlyList<byte[]> leaves) => Hex(new MerkleTree(leaves).Root);

    /// <summary>The sum tree over what each account may claim in total, or null where nobody may.</summary>
    public static SumTree? PayoutTree(long chainId, string vault, IEnumerable<EpochPayout> payouts)
    {
        var leaves = payouts.Select(p => PayoutLeaf(chainId, vault, p.Address, Wei(p.CumulativeGwei))).ToList();
        return leaves.Count == 0 ? null : new SumTree(leaves);
    }

    public static UInt128 Wei(long gwei) => (UInt128)gwei * WeiPerGwei;

    /// <summary>keccak(keccak(abi.encode(uint256 chainid, address vault, address account, uint256 cumulative))) with the cumulative wei as its sum.</summary>
    public static SumNode PayoutLeaf(long chainId, string vault, string account, UInt128 cumulativeWei)
    {
        Span<byte> encoded = stackalloc byte[128];
        encoded.Clear();
        BinaryPrimitives.WriteInt64BigEndian(encoded[24..32], chainId);
        Bytes(vault).CopyTo(encoded[44..64]);
        Bytes(account).CopyTo(encoded[76..96]);
        BinaryPrimitives.WriteUInt128BigEndian(encoded[112..128], cumulativeWei);
        return new(Keccak256.Hash(Keccak256.Hash(encoded)), cumulativeWei);
    }

    /// <summary>The claim of one address by an epoch, or null when it has none.</summary>
    public static VaultCall.Claim? ClaimOf(long chainId, string vault, IReadOnlyList<EpochPayout> payouts, string address)
    {
        if (payouts.FirstOrDefault(p => p.Address == address) is not { } payout || PayoutTree(chainId, vault, payouts) is not { } tree)
        {
            return null;
        }
        var leaf = PayoutLeaf(chainId, vault, payout.Address, Wei(payout.CumulativeGwei));
        return new(address, leaf.Sum, [.. tree.Proof(leaf.Hash).Select(s => new ClaimStep(Hex(s.Sibling.Hash), s.Sibling.Sum, s.SiblingIsLeft))]);
    }
}
