using System.Text;
using Arena.Rules.Hashing;
using Arena.Rules.Results;

namespace Arena.Tests.Rules.Results;

public sealed class ResultRecordTests
{
    private static readonly ResultRecord Record = new(
        Guid.Empty, "tic-tac-toe", "rated", new string('a', 64), [1_000_000, 0], null,
        [new RatingStep(Guid.Empty, 1_500_000, 1_520_000, 0, 40, null), new RatingStep(Guid.AllBitsSet, 1_500_000, 1_480_000, 3, 40, Guid.Empty)], 1_790_000_000_000);

    [Fact]
    public void TheBytesAreCanonicalAndReadBack()
    {
        var text = Encoding.UTF8.GetString(Record.ToBytes());
        Assert.StartsWith("{\"arena\":\"result/1\",\"closed\":1790000000000,\"kind\":\"rated\",\"match\":\"00000000-", text);
        var (read, problem) = ResultRecord.Read(Record.ToBytes());
        Assert.Null(problem);
        Assert.Equal(Record.ToBytes(), read!.ToBytes());
        Assert.Equal(Record.Ratings, read.Ratings);
    }

    [Fact]
    public void TheLeafIsHashedTwice() => Assert.Equal(Keccak256.Hash(Keccak256.Hash(Record.ToBytes())), Record.Leaf());

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"arena\":\"result/1\"}")]
    [InlineData("no")]
    public void OtherBytesAreRefusedWithAReason(string bytes) => Assert.NotNull(ResultRecord.Read(Encoding.UTF8.GetBytes(bytes)).Problem);
}
