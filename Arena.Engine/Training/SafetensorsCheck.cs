using System.Buffers.Binary;
using System.Text.Json;

namespace Arena.Engine.Training;

/// <summary>
/// Whether a file of weights can be what it says: header, shapes, byte ranges (as the format's own reader demands: in order,
/// without overlap or hole, to the end of the file), and numbers that are finite. The header alone could not show a NaN, so the numbers are read,
/// once, when a worker hands in a version.
/// </summary>
public static class SafetensorsCheck
{
    private const long LongestHeader = 100_000_000;

    private static readonly Dictionary<string, int> Sizes = new(StringComparer.Ordinal)
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U64"] = 8,
        ["U32"] = 4,
        ["U16"] = 2,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    /// <returns>Null, or what is wrong in one sentence.</returns>
    public static async Task<string?> ProblemAsync(Stream file, CancellationToken ct)
    {
        var prefix = new byte[8];
        if (await file.ReadAtLeastAsync(prefix, 8, throwOnEndOfStream: false, ct) < 8)
        {
            return "it is shorter than a header's length.";
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader || (long)length > file.Length - 8)
        {
            return FormattableString.Invariant($"its header claims {length} bytes, the file has {file.Length}.");
        }
        var header = new byte[length];
        await file.ReadExactlyAsync(header, ct);
        List<Tensor> tensors;
        try
        {
            tensors = Read(header);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            return "its header is not that of a safetensors file.";
        }
        var data = file.Length - 8 - (long)length;
        var at = 0L;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (!Sizes.TryGetValue(tensor.Type, out var size))
            {
                return $"{Cut(tensor.Name)} has the unknown type {Cut(tensor.Type)}.";
            }
            if (tensor.Begin != at || tensor.End < tensor.Begin || tensor.End > data || tensor.Count is not { } count || count * size != tensor.End - tensor.Begin)
            {
                return $"the bytes of {Cut(tensor.Name)} overlap others, leave a hole, leave the file, or do not fit its shape.";
            }
            if (!await FiniteAsync(file, tensor, ct))
            {
                return $"{Cut(tensor.Name)} holds a number that is not finite (NaN or infinity).";
            }
            at = tensor.End;
        }
        return at == data && tensors.Count > 0 ? null : tensors.Count == 0 ? "it holds no tensor." : "bytes follow its last tensor.";
    }

    private static List<Tensor> Read(byte[] header)
    {
        using var json = JsonDocument.Parse(header);
        var tensors = new List<Tensor>();
        foreach (var entry in json.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            long? count = 1;
            foreach (var side in entry.Value.GetProperty("shape").EnumerateArray())
            {
                // Above 2^40 elements nothing fits in a file that the site takes, and the product could overflow.
                count = count is { } so && side.GetInt64() is >= 0 and < 1L << 40 and var n && (n == 0 || so <= (1L << 40) / n) ? so * n : null;
            }
            tensors.Add(new(entry.Name, entry.Value.GetProperty("dtype").GetString() ?? "", count, offsets[0].GetInt64(), offsets[1].GetInt64()));
        }
        return tensors;
    }

    private static async Task<bool> FiniteAsync(Stream file, Tensor tensor, CancellationToken ct)
    {
        var buffer = new byte[65_536];
        for (var left = tensor.End - tensor.Begin; left > 0;)
        {
            var read = (int)Math.Min(buffer.Length, left);
            await file.ReadExactlyAsync(buffer.AsMemory(0, read), ct);
            left -= read;
            if (!Finite(tensor.Type, buffer.AsSpan(0, read)))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>A float is NaN or infinite when all bits of its exponent are set.</summary>
    private static bool Finite(string type, ReadOnlySpan<byte> bytes)
    {
        var (size, mask) = type switch { "F64" => (8, 0x7FF0UL), "F32" => (4, 0x7F80UL), "BF16" => (2, 0x7F80UL), "F16" => (2, 0x7C00UL), _ => (0, 0UL) };
        // Little-endian: sign and exponent lie in the last two bytes, whatever the size.
        for (var i = size - 2; size > 0 && i < bytes.Length; i += size)
        {
            if ((BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..]) & mask) == mask)
            {
                return false;
            }
        }
        return true;
    }

    private static string Cut(string text) => RunLog.Clean(text.Length <= 80 ? text : text[..80] + "…");

    /// <param name="Count">Elements; null when the shape is negative or absurd.</param>
    private sealed record Tensor(string Name, string Type, long? Count, long Begin, long End);
}
