using System.Runtime.InteropServices;
using System.Text;

namespace Arena.Trainer.Weights;

/// <summary>
/// Writes a file beside its place, flushes it to disk, renames it and flushes the folder: a crash leaves the old file or the new one, and once this
/// returns a power cut leaves the new one.
/// </summary>
public static partial class AtomicFile
{
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <exception cref="TrainerException">The disk is full or the folder can't be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var partial = path + ".partial";
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
            FlushFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
            throw new TrainerException($"Could not write {path}: {e.Message}", e);
        }
        catch
        {
            TryDelete(partial);
            throw;
        }
    }

    /// <summary>Puts a folder's entries on disk: a rename is only as durable as the folder that holds the name. Nothing on Windows, where .NET can't ask for it.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        const int readOnly = 0;
        var handle = Open(folder, readOnly);
        if (handle < 0)
        {
            throw new IOException($"The folder {folder} can't be opened (error {Marshal.GetLastPInvokeError()}).");
        }
        try
        {
            // Some file systems (network mounts) can't flush a folder and say EINVAL; there the rename is all there is.
            const int invalid = 22;
            if (Flush(handle) != 0 && Marshal.GetLastPInvokeError() is var error && error != invalid)
            {
                throw new IOException($"The folder {folder} can't be flushed (error {error}).");
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report.
        }
    }
}
