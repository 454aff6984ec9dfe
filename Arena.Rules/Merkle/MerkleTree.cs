using Arena.Rules.Hashing;

namespace Arena.Rules.Merkle;

/// <summary>
/// The layout of OpenZeppelin's StandardMerkleTree over ready-made 32-byte leaf hashes: leaves sorted as bytes, written
/// from the end of an array of 2n-1 nodes; inner node i = keccak(min || max) of nodes 2i+1 and 2i+2. So its proofs check
/// with OpenZeppelin's MerkleProof.sol.
/// </summary>
public sealed class MerkleTree
{
    private readonly byte[][] _nodes;

    /// <param name="leaves">At least one, 32 bytes each, in any order.</param>
    public MerkleTree(IEnumerable<byte[]> leaves)
    {
        var sorted = leaves.ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(leaves));
        if (sorted.Any(l => l.Length != 32))
        {
            throw new ArgumentException("A leaf is 32 bytes.", nameof(leaves));
        }
        Array.Sort(sorted, Compare);
        _nodes = new byte[2 * sorted.Length - 1][];
        for (var i = 0; i < sorted.Length; i++)
        {
            _nodes[_nodes.Length - 1 - i] = sorted[i];
        }
        for (var i = sorted.Length - 2; i >= 0; i--)
        {
            _nodes[i] = Parent(_nodes[2 * i + 1], _nodes[2 * i + 2]);
        }
    }

    /// <summary>32 bytes.</summary>
    public byte[] Root => _nodes[0];

    /// <summary>Number of leaves.</summary>
    public int Count => (_nodes.Length + 1) / 2;

    /// <summary>The siblings from the leaf up to the root.</summary>
    /// <exception cref="ArgumentException">The leaf is not in the tree.</exception>
    public IReadOnlyList<byte[]> Proof(ReadOnlySpan<byte> leaf)
    {
        var proof = new List<byte[]>();
        for (var i = IndexOf(leaf); i > 0; i = (i - 1) / 2)
        {
            proof.Add(_nodes[i % 2 == 1 ? i + 1 : i - 1]);
        }
        return proof;
    }

    /// <summary>Whether <paramref name="leaf"/> and <paramref name="proof"/> lead to <paramref name="root"/>.</summary>
    public static bool Verify(ReadOnlySpan<byte> root, ReadOnlySpan<byte> leaf, IEnumerable<byte[]> proof)
    {
        var node = proof.Aggregate(leaf.ToArray(), Parent);
        return root.SequenceEqual(node);
    }

    private static byte[] Parent(byte[] a, byte[] b)
    {
        var (low, high) = Compare(a, b) <= 0 ? (a, b) : (b, a);
        return Keccak256.Hash([.. low, .. high]);
    }

    private static int Compare(byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b);

    private int IndexOf(ReadOnlySpan<byte> leaf)
    {
        // Leaves stand in descending order from index Count-1 to the end.
        int low = Count - 1, high = _nodes.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = leaf.SequenceCompareTo(_nodes[middle]);
            if (order == 0)
            {
                return middle;
            }
            (low, high) = order > 0 ? (low, middle - 1) : (middle + 1, high);
        }
        throw new ArgumentException("The leaf is not in the tree.", nameof(leaf));
    }
}
