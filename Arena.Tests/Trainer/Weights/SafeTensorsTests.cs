using System.Buffers.Binary;
using System.Text;
using Arena.Trainer;
using Arena.Trainer.Weights;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Weights;

[Collection(TorchCollection.Name)]
public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back_in_every_type()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["b"] = arange(6).to_type(ScalarType.Float32).view(2, 3) / 7,
            ["a"] = tensor(new long[] { -1, long.MaxValue }),
            ["half"] = (arange(4).to_type(ScalarType.Float32) / 3).to_type(ScalarType.Float16),
            ["brain"] = (arange(4).to_type(ScalarType.Float32) / 3).to_type(ScalarType.BFloat16),
            ["scalar"] = tensor(2.5),
            ["turned"] = arange(6).to_type(ScalarType.Float64).view(2, 3).t(),
        };
        SafeTensorsWriter.Write(_folder.File("x.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        using var file = SafeTensorsReader.Open(_folder.File("x.safetensors"));
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var (name, expected) in tensors)
        {
            var actual = file.Read(name);
            Assert.Equal(expected.shape, actual.shape);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.True(actual.eq(expected).all().item<bool>(), name);
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var scope = NewDisposeScope();
        SafeTensorsWriter.Write(_folder.File("x.safetensors"), new Dictionary<string, Tensor> { ["w"] = tensor(new[] { 1f, 2f }) });
        // Length of the header (little-endian), the header padded to a multiple of 8, then the numbers.
        var header = """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""".PadRight(56);
        byte[] expected = [56, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40];
        Assert.Equal(expected, File.ReadAllBytes(_folder.File("x.safetensors")));
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "cut short")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "extra bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "can't lie in bytes")]
    [InlineData("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "holes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "prescribes")]
    [InlineData("""{"w":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"w":{"shape":[2]}}""", 8, "prescribes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "two data_offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "can't lie in bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "can't lie in bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "can't lie in bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,8]}}""", 8, "prescribes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "occurs twice")]
    [InlineData("""{"w":7}""", 8, "prescribes")]
    [InlineData("""[1,2,3]""", 8, "prescribes")]
    [InlineData("""not json""", 8, "prescribes")]
    public void A_file_that_breaks_the_format_is_refused_with_the_reason(string header, int dataBytes, string reason)
    {
        var error = Assert.Throws<TrainerException>(() => SafeTensorsReader.Open(Made((ulong)header.Length, header, dataBytes)));
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void A_header_longer_than_the_file_is_refused() =>
        Assert.Contains("header claims", Assert.Throws<TrainerException>(() => SafeTensorsReader.Open(Made(1UL << 60, "{}        ", 0))).Message);

    [Fact]
    public void An_absent_file_is_named() =>
        Assert.Contains("nowhere.safetensors", Assert.Throws<TrainerException>(() => SafeTensorsReader.Open(_folder.File("nowhere.safetensors"))).Message);

    private string Made(ulong length, string header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        File.WriteAllBytes(_folder.File("made.safetensors"), bytes);
        return _folder.File("made.safetensors");
    }
}
