using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Arena.Trainer.Native;

/// <summary>What a machine has, as far as serving and training depend on it.</summary>
/// <param name="Cores">Processor cores that this process may use.</param>
/// <param name="Threads">OMP_NUM_THREADS, or null where it isn't set.</param>
/// <param name="Avx2">Vectors of eight 32-bit numbers.</param>
/// <param name="Bfloat16Slowness">Time of a bfloat16 product over that of a 32-bit one; null where libtorch does not load.</param>
/// <param name="MemoryBytes">That this process may use.</param>
/// <param name="DiskBytes">Free where data are written.</param>
/// <param name="NvidiaDevice">/dev/nvidia0 is there.</param>
/// <param name="CudaDriver">libcuda.so.1 can be loaded.</param>
/// <param name="CudaBuild">The program was built with -p:TorchBackend=cuda.</param>
public sealed record MachineFacts(
    bool IsLinuxX64, int Cores, string? Threads, bool Avx2, double? Bfloat16Slowness, long MemoryBytes, long DiskBytes, bool NvidiaDevice, bool CudaDriver, bool CudaBuild)
{
    /// <summary>Looks at this machine.</summary>
    /// <param name="folder">Where data are written.</param>
    /// <param name="torch">libtorch is loaded.</param>
    public static MachineFacts Here(string folder, bool torch) => new(
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
        Environment.ProcessorCount,
        Environment.GetEnvironmentVariable("OMP_NUM_THREADS"),
        System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported,
        torch ? MeasureBfloat16() : null,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Directory.Exists(folder) ? new DriveInfo(folder).AvailableFreeSpace : 0,
        File.Exists("/dev/nvidia0"),
        HasLibrary("libcuda.so.1"),
        File.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch_cuda.so")) || File.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libtorch_cuda.so")));

    /// <summary>Time of a bfloat16 product of 256-cubed matrices over that of a 32-bit one, the best of three each.</summary>
    public static double MeasureBfloat16()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.ones(256, 256), torch.ones(256, 256));
        var (c, d) = (a.to_type(torch.ScalarType.BFloat16), b.to_type(torch.ScalarType.BFloat16));
        static double Best(Action product)
        {
            product();
            return Enumerable.Range(0, 3).Min(_ =>
            {
                var clock = Stopwatch.GetTimestamp();
                product();
                return Stopwatch.GetElapsedTime(clock).TotalSeconds;
            });
        }
        return Best(() => c.mm(d)) / Best(() => a.mm(b));
    }

    private static bool HasLibrary(string name)
    {
        if (!NativeLibrary.TryLoad(name, out var handle))
        {
            return false;
        }
        NativeLibrary.Free(handle);
        return true;
    }
}

/// <summary>How serious a finding is.</summary>
public enum FindingKind
{
    /// <summary>All is well.</summary>
    Sound,

    /// <summary>It works, more slowly or within limits that are named.</summary>
    Note,

    /// <summary>Something is needed that is not there.</summary>
    Missing,
}

/// <summary>One thing that `doctor` has to say.</summary>
/// <param name="Detail">What is so, what follows, and what to do about it.</param>
public sealed record Finding(string Name, FindingKind Kind, string Detail)
{
    // Qwen2.5-0.5B, as a size that people know: 494 million weights.
    private const double KnownWeights = 494e6;

    private const double Gib = 1L << 30;

    /// <summary>All findings about a machine, in the order in which they are shown.</summary>
    public static IReadOnlyList<Finding> Of(MachineFacts m) =>
    [
        m.IsLinuxX64 ? new("system", FindingKind.Sound, "Linux on x64") : new("system", FindingKind.Missing, "The build is for Linux on x64; use such a machine, or a container of one."),
        m.Avx2 ? new("processor", FindingKind.Sound, "AVX2: steps and sampling use the operations written out by hand")
            : new("processor", FindingKind.Note, "No AVX2: everything works through libtorch's own operations, sampling several times slower. Nothing to install; a newer processor (2013 on) has it."),
        Threads(m),
        m.Bfloat16Slowness is not { } slowness ? new("bfloat16", FindingKind.Note, "Not measured: libtorch does not load.")
            : slowness < 3 ? new("bfloat16", FindingKind.Sound, FormattableString.Invariant($"products take {slowness:0.0} times as long as 32-bit ones: dtype bf16 is worth trying"))
            : new("bfloat16", FindingKind.Note, FormattableString.Invariant($"dtype bf16 works, but this processor emulates the products: {slowness:0} times as long as in 32 bits. Stay with f32.")),
        Memory(m.MemoryBytes),
        m.DiskBytes < 2 * Gib ? new("disk", FindingKind.Note, FormattableString.Invariant($"{m.DiskBytes / Gib:0.0} GiB free: enough for tiny policies. A checkpoint takes four times its weights (three in place, one being written).")) : new("disk", FindingKind.Sound, FormattableString.Invariant($"{m.DiskBytes / Gib:0} GiB free")),
        Cuda(m),
    ];

    private static Finding Threads(MachineFacts m) =>
        m.Threads is { } set && !(int.TryParse(set, out var threads) && threads >= 1) ? new("threads", FindingKind.Note, $"OMP_NUM_THREADS is \"{set}\", which libtorch passes over; unset it or give a number.")
        : m.Cores < 2 ? new("threads", FindingKind.Note, "One core: serving and training take turns. Runs are bit-for-bit repeatable with one thread anyway.")
        : new("threads", FindingKind.Sound, $"{m.Cores} cores{(m.Threads is null ? "" : $", OMP_NUM_THREADS={m.Threads}")}; train uses one thread unless --threads says otherwise (one thread repeats bit for bit)");

    private static Finding Memory(long bytes)
    {
        // Weights, gradients and two moments in 32 bits; under an adapter the weights alone.
        var (full, adapter) = (4 * 4 * KnownWeights / Gib, 4 * KnownWeights / Gib);
        var size = FormattableString.Invariant($"{bytes / Gib:0.0} GiB; a model of 494 million weights needs {full:0.0} GiB for full training and {adapter:0.0} GiB under an adapter, beside its activations (accumulationSteps and gradientCheckpointing shrink those)");
        return bytes < Gib ? new("memory", FindingKind.Missing, $"{size}. At least 1 GiB is needed for libtorch and the shipped policy.")
            : bytes < adapter * Gib * 1.5 ? new("memory", FindingKind.Note, $"{size}. Enough for tiny policies only.")
            : new("memory", FindingKind.Sound, size);
    }

    private static Finding Cuda(MachineFacts m) => m switch
    {
        { NvidiaDevice: false } => new("CUDA", FindingKind.Note, "No NVIDIA device here (/dev/nvidia0): everything runs on the processor."),
        { CudaDriver: false } => new("CUDA", FindingKind.Note, "There is an NVIDIA device but no driver library (libcuda.so.1). Install the driver (Debian: nvidia-driver and libcuda1; in a container, the NVIDIA container toolkit)."),
        { CudaBuild: false } => new("CUDA", FindingKind.Note, "A device and its driver are found; this build holds libtorch for processors. docs/trainer.md says how to build with -p:TorchBackend=cuda, and what that does not do yet."),
        _ => new("CUDA", FindingKind.Note, "A device, its driver and libtorch with CUDA are found. Training and serving place their tensors on the processor all the same: that part is not built."),
    };
}
