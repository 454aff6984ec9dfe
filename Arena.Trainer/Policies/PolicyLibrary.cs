using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>Fetches policies from a site, whole or not at all. Files go straight to the disk: a model's weights may be larger than the memory.</summary>
/// <param name="http">Its base address is the site; it carries the worker's token.</param>
public sealed class PolicyLibrary(HttpClient http)
{
    // More than any published model is cut into.
    private const int MostShards = 1000;

    private static readonly string[] Light = ["config.json", .. Policy.CompanionFiles, PeftAdapter.ConfigFile];

    /// <summary>Fetches the files that the site has under a name into a folder: weights in one file, shards with their index, or an adapter, and what goes with them; false when it has none.</summary>
    /// <exception cref="TrainerException">The site can't be reached or broke off, or lacks a shard that the index names.</exception>
    public async Task<bool> FetchAsync(string name, string folder, CancellationToken cancel)
    {
        var partial = Begin(folder);
        var whole = await FileAsync(name, Policy.WeightsFile, partial, cancel) is not null;
        if (!whole && await FileAsync(name, HfCheckpoint.IndexFile, partial, cancel) is not null)
        {
            foreach (var shard in Shards(name, Path.Combine(partial, HfCheckpoint.IndexFile)))
            {
                _ = await FileAsync(name, shard, partial, cancel) ?? throw new TrainerException($"The index of \"{name}\" names {shard}, which the site does not have.");
            }
            whole = true;
        }
        if (await FileAsync(name, PeftAdapter.WeightsFile, partial, cancel) is null && !whole)
        {
            return false;
        }
        foreach (var file in Light)
        {
            await FileAsync(name, file, partial, cancel);
        }
        Place(partial, folder);
        return true;
    }

    /// <summary>Fetches exactly the listed files and checks their hashes.</summary>
    /// <exception cref="TrainerException">A file is absent or differs.</exception>
    public async Task FetchAsync(string name, IReadOnlyList<(string File, string Sha256)> listed, string folder, CancellationToken cancel)
    {
        var partial = Begin(folder);
        foreach (var (file, sha256) in listed)
        {
            if (!IsPlain(file))
            {
                throw new TrainerException($"The site lists a file of \"{name}\" under a name that is no plain file name.");
            }
            var hash = await FileAsync(name, file, partial, cancel) ?? throw new TrainerException($"The site lists {file} for \"{name}\" but does not have it.");
            if (!hash.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new TrainerException($"{file} of \"{name}\" has SHA-256 {hash}, the site announced {sha256}.");
            }
        }
        Place(partial, folder);
    }

    /// <summary>Writes a file to a folder; its SHA-256, or null where the site has none of that name.</summary>
    private async Task<string?> FileAsync(string name, string file, string folder, CancellationToken cancel)
    {
        try
        {
            using var response = await http.GetAsync($"api/v1/worker/policies/{Uri.EscapeDataString(name)}/files/{Uri.EscapeDataString(file)}", HttpCompletionOption.ResponseHeadersRead, cancel);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            response.EnsureSuccessStatusCode();
            await using var from = await response.Content.ReadAsStreamAsync(cancel);
            await using var to = new FileStream(Path.Combine(folder, file), FileMode.Create, FileAccess.ReadWrite);
            await from.CopyToAsync(to, cancel);
            to.Flush(flushToDisk: true);
            to.Position = 0;
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(to, cancel));
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new TrainerException($"Could not fetch {file} of \"{name}\" from {http.BaseAddress}: {e.Message}", e);
        }
    }

    private static List<string> Shards(string name, string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            var shards = json.RootElement.GetProperty("weight_map").EnumerateObject().Select(t => t.Value.GetString() ?? "").Distinct().Order(StringComparer.Ordinal).ToList();
            return shards.Count <= MostShards && shards.All(s => IsPlain(s) && s.EndsWith(".safetensors", StringComparison.Ordinal))
                ? shards
                : throw new TrainerException($"The index of \"{name}\" names more than {MostShards} files, or one that is no plain name of a safetensors file.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TrainerException($"The index of \"{name}\" is not an index of shards: {e.Message}", e);
        }
    }

    private static bool IsPlain(string file) => file.Length is > 0 and <= 200 && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && !file.StartsWith('.');

    /// <summary>An empty folder beside, so that a half-fetched policy is never seen.</summary>
    private static string Begin(string folder)
    {
        var partial = folder + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }
        return Directory.CreateDirectory(partial).FullName;
    }

    private static void Place(string partial, string folder)
    {
        // The old version stands beside until the new one is in place; FindAsync brings it back after a stop in between.
        var old = folder + PolicyFolders.OldSuffix;
        if (Directory.Exists(folder))
        {
            if (Directory.Exists(old))
            {
                Directory.Delete(old, recursive: true);
            }
            Directory.Move(folder, old);
        }
        Directory.Move(partial, folder);
        if (Directory.Exists(old))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
