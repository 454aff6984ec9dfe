using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using static TorchSharp.torch;

namespace Arena.Trainer.Weights;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its key.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Row-major; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past its last byte.</param>
public sealed record SafeTensorEntry(string Name, ScalarType DType, long[] Shape, long Begin, long End);

/// <summary>
/// A memory-mapped safetensors file. Opening checks everything that the format promises: header length, known types,
/// shapes that fit their bytes, byte ranges without holes or overlaps that end with the file.
/// </summary>
public sealed unsafe class SafeTensorsReader : IDisposable
{
    // The reference implementation's limit.
    private const long MaxHeader = 100_000_000;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    private SafeTensorsReader(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* start, long length)
    {
        (Path, _file, _view) = (path, file, view);
        var header = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
        if (header > MaxHeader || (long)header > length - 8)
        {
            throw Bad($"the header claims {header} bytes, the file has {length}");
        }
        _data = start + 8 + header;
        (Entries, Metadata) = Parse(new ReadOnlySpan<byte>(start + 8, (int)header), length - 8 - (long)header);
    }

    public string Path { get; }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, SafeTensorEntry> Entries { get; }

    /// <summary>The optional "__metadata__" strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="TrainerException">The file is absent or breaks the format.</exception>
    public static SafeTensorsReader Open(string path)
    {
        MemoryMappedFile file;
        long length;
        try
        {
            length = new FileInfo(path).Length;
            if (length < 10)
            {
                throw new TrainerException($"{path} is not a safetensors file: only {length} bytes.");
            }
            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainerException($"There is no {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path} can't be read: {e.Message}", e);
        }
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return new SafeTensorsReader(path, file, view, start, length);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies one tensor out of the mapping, in the file's element type, into the caller's dispose scope.</summary>
    public Tensor Read(string name)
    {
        var entry = Entries.GetValueOrDefault(name) ?? throw Bad($"there is no tensor \"{name}\"");
        var result = empty(entry.Shape, entry.DType);
        foreach (var (at, piece) in Pieces(result))
        {
            var bytes = piece.bytes;
            new ReadOnlySpan<byte>(_data + entry.Begin + at, bytes.Length).CopyTo(bytes);
        }
        return result;
    }

    /// <summary>A contiguous tensor in parts whose bytes fit a span, with the byte at which each begins.</summary>
    internal static IEnumerable<(long At, Tensor Piece)> Pieces(Tensor tensor)
    {
        const long most = 1 << 27;
        var (size, count) = (ElementSize(tensor.dtype), tensor.NumberOfElements);
        for (var from = 0L; from < count; from += most)
        {
            using var piece = tensor.view(-1).narrow(0, from, Math.Min(most, count - from));
            yield return (from * size, piece);
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    internal static int ElementSize(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    private (Dictionary<string, SafeTensorEntry>, Dictionary<string, string>) Parse(ReadOnlySpan<byte> header, long dataLength)
    {
        var entries = new Dictionary<string, SafeTensorEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(header.ToArray());
            foreach (var field in json.RootElement.EnumerateObject())
            {
                if (field.Name == "__metadata__")
                {
                    foreach (var line in field.Value.EnumerateObject())
                    {
                        metadata[line.Name] = line.Value.GetString() ?? "";
                    }
                }
                else if (!entries.TryAdd(field.Name, Entry(field.Name, field.Value)))
                {
                    throw Bad($"\"{field.Name}\" occurs twice");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException or IndexOutOfRangeException)
        {
            throw new TrainerException($"{Path}: the header is not what safetensors prescribes ({e.Message})", e);
        }
        var expected = 0L;
        foreach (var entry in entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != expected)
            {
                throw Bad($"\"{entry.Name}\" begins at byte {entry.Begin}, expected {expected}: holes and overlaps are not allowed");
            }
            expected = entry.End;
        }
        return expected == dataLength ? (entries, metadata) : throw Bad($"the tensors end at byte {expected} of {dataLength}: the file is cut short or has extra bytes");
    }

    private SafeTensorEntry Entry(string name, JsonElement value)
    {
        var type = value.GetProperty("dtype").GetString() switch
        {
            "F64" => ScalarType.Float64,
            "F32" => ScalarType.Float32,
            "F16" => ScalarType.Float16,
            "BF16" => ScalarType.BFloat16,
            "I64" => ScalarType.Int64,
            "I32" => ScalarType.Int32,
            "I16" => ScalarType.Int16,
            "I8" => ScalarType.Int8,
            "U8" => ScalarType.Byte,
            "BOOL" => ScalarType.Bool,
            var other => throw Bad($"\"{name}\" has the type {other}, which is not supported"),
        };
        var shape = value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToArray();
        var offsets = value.GetProperty("data_offsets");
        var (begin, end) = offsets.GetArrayLength() == 2 ? (offsets[0].GetInt64(), offsets[1].GetInt64()) : throw Bad($"\"{name}\" needs two data_offsets");
        var count = shape.Aggregate(1L, (product, side) => side < 0 ? throw Bad($"\"{name}\" has a negative side") : checked(product * side));
        return begin >= 0 && end >= begin && end - begin == checked(count * ElementSize(type))
            ? new(name, type, shape, begin, end)
            : throw Bad($"\"{name}\" of shape [{string.Join(", ", shape)}] can't lie in bytes {begin} to {end}");
    }

    private TrainerException Bad(string what) => new($"{Path} is not a valid safetensors file: {what}.");
}
