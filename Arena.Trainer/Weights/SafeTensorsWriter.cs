using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>Writes safetensors files: names sorted, header padded with spaces to 8 bytes, so equal tensors give equal bytes.</summary>
public static class SafeTensorsWriter
{
    /// <summary>Writes beside <paramref name="path"/>, flushes to disk, then renames: a reader sees the old file or the whole new one.</summary>
    /// <param name="tensors">By name.</param>
    /// <param name="dtype">Element type in the file of all that is floating; null = as they are. Converted one at a time.</param>
    /// <exception cref="TrainerException">The disk is full, or a number is too large for <paramref name="dtype"/>.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, ScalarType? dtype = null)
    {
        var ordered = tensors.OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Header(ordered, metadata, dtype));
            foreach (var (name, tensor) in ordered)
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var type = TypeInFile(tensor, dtype);
                var written = tensor.detach().cpu().to_type(type).contiguous();
                if (type != tensor.dtype && tensor.isfinite().logical_and(written.isfinite().logical_not()).any().item<bool>())
                {
                    throw new TrainerException($"Could not write {path}: \"{name}\" holds numbers that are too large for {TypeName(type)}.");
                }
                foreach (var (_, piece) in SafeTensorsReader.Pieces(written))
                {
                    stream.Write(piece.bytes);
                }
            }
        });
    }

    private static ScalarType TypeInFile(Tensor tensor, ScalarType? dtype) => dtype is { } type && tensor.is_floating_point() ? type : tensor.dtype;

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata, ScalarType? dtype)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var type = TypeInFile(tensor, dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", TypeName(type));
                json.WriteStartArray("shape");
                foreach (var side in tensor.shape)
                {
                    json.WriteNumberValue(side);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.NumberOfElements * SafeTensorsReader.ElementSize(type));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 8);
        return bytes;
    }

    private static string TypeName(ScalarType type) => type switch
    {
        ScalarType.Float64 => "F64",
        ScalarType.Float32 => "F32",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Int64 => "I64",
        ScalarType.Int32 => "I32",
        ScalarType.Int16 => "I16",
        ScalarType.Int8 => "I8",
        ScalarType.Byte => "U8",
        ScalarType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no safetensors name"),
    };
}
