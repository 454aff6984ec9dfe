using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>A file as the store knows it.</summary>
/// <param name="Sha256">Lower-case hex; also its name on disk.</param>
public sealed record StoredFile(string Sha256, long Bytes);

/// <summary>Policies' files on disk, each under its SHA-256 (data/policies): the same bytes are kept once, and what was named can't change.</summary>
public sealed class PolicyStore(IOptions<ArenaOptions> arena, TimeProvider time)
{
    private readonly string _folder = Path.Combine(Path.GetFullPath(arena.Value.DataFolder), "policies");

    /// <summary>Whether <paramref name="name"/> may name a file of a policy: letters, digits, dot, dash, underscore; nothing that leaves a folder.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <returns>The file, or null when it has more than <paramref name="most"/> bytes.</returns>
    /// <exception cref="IOException">The disk refuses; nothing is left behind.</exception>
    public async Task<StoredFile?> SaveAsync(Stream content, long most, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        var draft = Path.Combine(_folder, $".{Guid.CreateVersion7(time.GetUtcNow()):N}.part");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var bytes = 0L;
            await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, 65_536, FileOptions.Asynchronous))
            {
                var buffer = new byte[65_536];
                int read;
                while ((read = await content.ReadAsync(buffer, ct)) > 0)
                {
                    bytes += read;
                    if (bytes > most)
                    {
                        return null;
                    }
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), ct);
                }
                file.Flush(flushToDisk: true);
            }
            var name = Convert.ToHexStringLower(hash.GetHashAndReset());
            File.Move(draft, Path.Combine(_folder, name), overwrite: true);
            return new(name, bytes);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    public bool Has(string sha256, long bytes) => new FileInfo(PathOf(sha256)) is { Exists: true } file && file.Length == bytes;

    /// <returns>Null when there is no such file.</returns>
    public Stream? Open(string sha256) =>
        File.Exists(PathOf(sha256)) ? new FileStream(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read, 65_536, FileOptions.Asynchronous) : null;

    private string PathOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(_folder, sha256)
        : throw new ArgumentException("Not a SHA-256 in lower-case hex.", nameof(sha256));
}
