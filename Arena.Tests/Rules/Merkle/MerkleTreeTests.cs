using System.Buffers.Binary;
using Arena.Rules.Hashing;
using Arena.Rules.Merkle;

namespace Arena.Tests.Rules.Merkle;

public sealed class MerkleTreeTests
{
    // abi.encode(address i, uint256 1000 i), hashed twice, as StandardMerkleTree does.
    private static byte[] Leaf(int i)
    {
        var encoded = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(28), i);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(60), 1000 * i);
        return Keccak256.Hash(Keccak256.Hash(encoded));
    }

    [Fact]
    public void AThousandLeavesHaveTheRootThatOpenZeppelinsLibraryGives()
    {
        var tree = new MerkleTree(Enumerable.Range(1, 1000).Select(Leaf));
        Assert.Equal("a83dd464b55d65a18596a5ab6b40b29b57aaf2af55447c8bb7773940fd8156ab", Convert.ToHexStringLower(tree.Root));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public void EveryLeafProvesItselfAndNothingElse(int count)
    {
        var leaves = Enumerable.Range(1, count).Select(Leaf).ToArray();
        var tree = new MerkleTree(leaves);
        foreach (var leaf in leaves)
        {
            var proof = tree.Proof(leaf);
            Assert.True(MerkleTree.Verify(tree.Root, leaf, proof));
            Assert.False(MerkleTree.Verify(tree.Root, Leaf(count + 1), proof));
            byte[] other = [.. tree.Root];
            other[5] ^= 1;
            Assert.False(MerkleTree.Verify(other, leaf, proof));
        }
        Assert.Throws<ArgumentException>(() => tree.Proof(Leaf(count + 1)));
    }
}
