using System.Buffers.Binary;
using Arena.Rules.Hashing;

namespace Arena.Rules.Merkle;

/// <summary>A leaf or inner node: what it commits to, and the sum of all leaves under it.</summary>
/// <param name="Hash">32 bytes.</param>
/// <param name="Sum">Minor units.</param>
public sealed record SumNode(byte[] Hash, UInt128 Sum);

/// <summary>One step of a proof.</summary>
/// <param name="Sibling">The node beside.</param>
/// <param name="SiblingIsLeft">Whether it stands on the left.</param>
public sealed record SumProofStep(SumNode Sibling, bool SiblingIsLeft);

/// <summary>
/// A Merkle sum tree: every node commits to its children's hashes and sums, so the claims under one root can never add
/// up to more than the total that the root commits to. Leaves are sorted by hash; an odd node is carried up.
/// inner = keccak(0x01 || left hash || u128be left sum || right hash || u128be right sum); root = keccak(0x02 || top hash || u128be top sum).
/// </summary>
public sealed class SumTree
{
    private readonly List<SumNode[]> _levels = [];

    /// <param name="leaves">At least one; hashes of 32 bytes, all different.</param>
    /// <exception cref="OverflowException">The sums exceed 128 bits.</exception>
    public SumTree(IEnumerable<SumNode> leaves)
    {
        var level = leaves.ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(level.Length, nameof(leaves));
        Array.Sort(level, (a, b) => a.Hash.AsSpan().SequenceCompareTo(b.Hash));
        for (var i = 0; i < level.Length; i++)
        {
            if (level[i].Hash.Length != 32 || (i > 0 && level[i].Hash.AsSpan().SequenceEqual(level[i - 1].Hash)))
            {
                throw new ArgumentException("Leaf hashes are 32 bytes and all different.", nameof(leaves));
            }
        }
        _levels.Add(level);
        while (level.Length > 1)
        {
            var next = new SumNode[(level.Length + 1) / 2];
            for (var i = 0; i < next.Length; i++)
            {
                next[i] = 2 * i + 1 < level.Length ? Join(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            _levels.Add(level = next);
        }
    }

    /// <summary>The sum of all leaves.</summary>
    public UInt128 Total => _levels[^1][0].Sum;

    /// <summary>32 bytes; commits to <see cref="Total"/> too.</summary>
    public byte[] Root => RootOf(_levels[^1][0]);

    /// <summary>The siblings from the leaf upwards; a level where the node was carried up has none.</summary>
    /// <exception cref="ArgumentException">No such leaf.</exception>
    public IReadOnlyList<SumProofStep> Proof(byte[] leafHash)
    {
        var index = Array.FindIndex(_levels[0], n => n.Hash.AsSpan().SequenceEqual(leafHash));
        if (index < 0)
        {
            throw new ArgumentException("The leaf is not in the tree.", nameof(leafHash));
        }
        var proof = new List<SumProofStep>();
        foreach (var level in _levels.SkipLast(1))
        {
            var sibling = index ^ 1;
            if (sibling < level.Length)
            {
                proof.Add(new SumProofStep(level[sibling], sibling < index));
            }
            index /= 2;
        }
        return proof;
    }

    /// <summary>Whether the leaf and the proof lead to <paramref name="root"/>.</summary>
    public static bool Verify(ReadOnlySpan<byte> root, SumNode leaf, IEnumerable<SumProofStep> proof)
    {
        var node = leaf;
        foreach (var step in proof)
        {
            if (step.Sibling.Sum > UInt128.MaxValue - node.Sum)
            {
                return false;
            }
            node = step.SiblingIsLeft ? Join(step.Sibling, node) : Join(node, step.Sibling);
        }
        return root.SequenceEqual(RootOf(node));
    }

    private static SumNode Join(SumNode left, SumNode right)
    {
        var bytes = new byte[1 + 32 + 16 + 32 + 16];
        bytes[0] = 0x01;
        left.Hash.CopyTo(bytes, 1);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(33), left.Sum);
        right.Hash.CopyTo(bytes, 49);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(81), right.Sum);
        return new SumNode(Keccak256.Hash(bytes), checked(left.Sum + right.Sum));
    }

    private static byte[] RootOf(SumNode top)
    {
        var bytes = new byte[1 + 32 + 16];
        bytes[0] = 0x02;
        top.Hash.CopyTo(bytes, 1);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(33), top.Sum);
        return Keccak256.Hash(bytes);
    }
}
