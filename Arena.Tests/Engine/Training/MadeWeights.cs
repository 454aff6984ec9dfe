using System.Buffers.Binary;
using System.Text;

namespace Arena.Tests.Engine.Training;

/// <summary>Tiny safetensors files, good and bad.</summary>
internal static class MadeWeights
{
    /// <summary>One tensor of eight F32 zeros, all bytes below 128, so that it can be sent as text.</summary>
    public static string Text() => Encoding.ASCII.GetString(File("""{"w":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]}}""", new byte[32]));

    public static byte[] File(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file, 8);
        data.CopyTo(file, 8 + text.Length);
        return file;
    }

    public static byte[] Floats(params float[] values)
    {
        var data = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * 4), values[i]);
        }
        return data;
    }
}
