using System.Runtime.InteropServices;
using TorchSharp;

namespace Arena.Trainer.Native;

/// <summary>Loads libtorch once, with an error that says what is wrong instead of a type initialiser's.</summary>
public static class TorchBootstrap
{
    /// <param name="threads">Threads within one operation. With 1, results are the same bit for bit on the same machine.</param>
    /// <exception cref="TrainerException">libtorch can't be loaded.</exception>
    public static void Start(int threads)
    {
        try
        {
            Allocator.KeepBlocks();
            torch.set_num_threads(threads);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or NotSupportedException or BadImageFormatException)
        {
            throw new TrainerException(Explain(e), e);
        }
    }

    private static string Explain(Exception error)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        var shim = new[] { folder, AppContext.BaseDirectory }.Select(f => Path.Combine(f, "libLibTorchSharp.so")).FirstOrDefault(File.Exists);
        if (shim is null)
        {
            return $"libtorch is not beside the program (looked in {folder}). This build is for Linux on x64; build Arena.Trainer there.";
        }
        return NativeLibrary.TryLoad(shim, out _)
            ? $"libtorch could not be started: {error.GetBaseException().Message}"
            : $"{shim} does not load: {LoadError(shim)}. Build Arena.Trainer again from clean (its build step adapts the library to this system's libstdc++).";
    }

    private static string LoadError(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return "no error";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }
}
