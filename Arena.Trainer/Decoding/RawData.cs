using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Arena.Trainer.Decoding;

/// <summary>The memory under a tensor.</summary>
internal static unsafe class RawData
{
    /// <summary>Where a tensor's 32-bit numbers lie, row after row; good as long as the tensor lives.</summary>
    public static float* Of(Tensor tensor) => tensor.is_contiguous() && tensor.dtype == ScalarType.Float32
        ? (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes))
        : throw new InvalidOperationException("32-bit numbers that lie row after row are expected here.");
}
