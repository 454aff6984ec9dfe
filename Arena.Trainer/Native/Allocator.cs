using System.Runtime.InteropServices;

namespace Arena.Trainer.Native;

/// <summary>
/// How the C library gives out large blocks. By default glibc maps each block of some megabytes anew and gives it back at once, so that every tensor of a step is
/// paid for in page faults: half the time of a step of a tiny model. Blocks up to the limit below are kept instead and used again by the next step.
/// </summary>
internal static partial class Allocator
{
    // Constants of malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    // Larger blocks, weights of real models among them, still come and go by themselves.
    private const int LargestKept = 32 << 20;

    // What may lie unused at the end of the heap before it goes back to the system.
    private const int MostUnused = 256 << 20;

    /// <summary>Does nothing where the C library is another one, or where the environment names these limits itself.</summary>
    public static void KeepBlocks()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null || Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is not null)
        {
            return;
        }
        if (NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallopt", out _))
        {
            _ = SetOption(MapThreshold, LargestKept);
            _ = SetOption(TrimThreshold, MostUnused);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int name, int value);
}
