using Arena.Rules.Hashing;
using Arena.Rules.Merkle;

namespace Arena.Tests.Rules.Merkle;

public sealed class SumTreeTests
{
    private static SumNode Leaf(int i) => new(Keccak256.Hash([(byte)i, (byte)(i >> 8)]), (UInt128)(ulong)(i * 7));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(33)]
    public void EveryLeafProvesItselfWithItsOwnSumOnly(int count)
    {
        var leaves = Enumerable.Range(1, count).Select(Leaf).ToArray();
        var tree = new SumTree(leaves);
        Assert.Equal((UInt128)(ulong)(7 * count * (count + 1) / 2), tree.Total);
        foreach (var leaf in leaves)
        {
            var proof = tree.Proof(leaf.Hash);
            Assert.True(SumTree.Verify(tree.Root, leaf, proof));
            Assert.False(SumTree.Verify(tree.Root, leaf with { Sum = leaf.Sum + 1 }, proof));
        }
    }

    [Fact]
    public void SumsThatWouldOverflowAreNoProof()
    {
        var tree = new SumTree([Leaf(1), Leaf(2)]);
        var proof = new SumProofStep(new SumNode(new byte[32], UInt128.MaxValue), false);
        Assert.False(SumTree.Verify(tree.Root, Leaf(1), [proof]));
    }

    [Fact]
    public void TheRootCommitsToTheTotalEvenOfOneLeaf()
    {
        var hash = Leaf(1).Hash;
        Assert.NotEqual(new SumTree([new SumNode(hash, 1)]).Root, new SumTree([new SumNode(hash, 2)]).Root);
    }

    [Fact]
    public void TwoLeavesFoldAsTheProtocolSays()
    {
        SumNode a = new(new byte[32], 3), b = new([.. new byte[31], 1], 4);
        byte[] inner = [1, .. a.Hash, .. new byte[15], 3, .. b.Hash, .. new byte[15], 4];
        byte[] root = [2, .. Keccak256.Hash(inner), .. new byte[15], 7];
        Assert.Equal(Keccak256.Hash(root), new SumTree([b, a]).Root);
    }
}
