using System.Buffers.Binary;
using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class SafetensorsCheckTests
{
    private static Task<string?> Check(byte[] file) => SafetensorsCheck.ProblemAsync(new MemoryStream(file), default);

    [Fact]
    public async Task AWellFormedFileIsTaken()
    {
        var header = """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},"none":{"dtype":"I64","shape":[0],"data_offsets":[12,12]}}   """;
        Assert.Null(await Check(MadeWeights.File(header, [0x80, 0x3F, 0, 0, .. MadeWeights.Floats(1, -3e38f)])));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}""", 8, "leave the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1099511627775,1099511627775],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "bytes follow")]
    [InlineData("""{"a":{"dtype":"X9","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "header")]
    [InlineData("""["a"]""", 8, "header")]
    [InlineData("""{"a":""", 8, "header")]
    [InlineData("{}", 0, "no tensor")]
    public async Task ALyingHeaderIsRefusedWithTheReason(string header, int bytes, string reason) =>
        Assert.Contains(reason, await Check(MadeWeights.File(header, new byte[bytes])), StringComparison.Ordinal);

    [Fact]
    public async Task TruncatedFilesAndHugeHeadersAreRefused()
    {
        var good = MadeWeights.File("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", MadeWeights.Floats(1, 2));
        for (var length = 0; length < good.Length; length++)
        {
            Assert.NotNull(await Check(good[..length]));
        }
        BinaryPrimitives.WriteUInt64LittleEndian(good, ulong.MaxValue);
        Assert.Contains("claims", await Check(good), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F32", "0000C07F")]
    [InlineData("F32", "000080FF")]
    [InlineData("BF16", "C07F")]
    [InlineData("F16", "017C")]
    [InlineData("F64", "000000000000F07F")]
    public async Task NotANumberAndInfinityAreRefused(string type, string hex)
    {
        var bad = Convert.FromHexString(hex);
        byte[] data = [.. new byte[bad.Length * 3], .. bad];
        var refused = await Check(MadeWeights.File($$$"""{"a":{"dtype":"{{{type}}}","shape":[4],"data_offsets":[0,{{{data.Length}}}]}}""", data));
        Assert.Contains("not finite", refused, StringComparison.Ordinal);
        bad[^1] = 0;
        Assert.Null(await Check(MadeWeights.File($$$"""{"a":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{bad.Length}}}]}}""", bad)));
    }
}
