using System.Net;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>Fetches policies from a site, whole or not at all.</summary>
/// <param name="http">Its base address is the site; it carries the worker's token.</param>
public sealed class PolicyLibrary(HttpClient http)
{
    // Either the first or the second of these makes a policy; the others are optional.
    private static readonly string[] Weighty = [Policy.WeightsFile, PeftAdapter.WeightsFile];
    private static readonly string[] Light = ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json", PeftAdapter.ConfigFile];

    /// <summary>Fetches the files that the site has under a name into a folder; false when it has none.</summary>
    /// <exception cref="TrainerException">The site can't be reached or broke off.</exception>
    public async Task<bool> FetchAsync(string name, string folder, CancellationToken cancel)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var file in Weighty.Concat(Light))
        {
            if (await FileAsync(name, file, cancel) is { } bytes)
            {
                files[file] = bytes;
            }
            else if (file == Weighty[^1] && files.Count == 0)
            {
                return false;
            }
        }
        Place(folder, files);
        return true;
    }

    /// <summary>Fetches exactly the listed files and checks their hashes.</summary>
    /// <exception cref="TrainerException">A file is absent or differs.</exception>
    public async Task FetchAsync(string name, IReadOnlyList<(string File, string Sha256)> listed, string folder, CancellationToken cancel)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var (file, sha256) in listed)
        {
            if (!file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') || file.StartsWith('.'))
            {
                throw new TrainerException($"The site lists a file of \"{name}\" under a name that is no plain file name.");
            }
            var bytes = await FileAsync(name, file, cancel) ?? throw new TrainerException($"The site lists {file} for \"{name}\" but does not have it.");
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
            if (!hash.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new TrainerException($"{file} of \"{name}\" has SHA-256 {hash}, the site announced {sha256}.");
            }
            files[file] = bytes;
        }
        Place(folder, files);
    }

    private async Task<byte[]?> FileAsync(string name, string file, CancellationToken cancel)
    {
        try
        {
            using var response = await http.GetAsync($"api/v1/worker/policies/{Uri.EscapeDataString(name)}/files/{Uri.EscapeDataString(file)}", cancel);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsByteArrayAsync(cancel);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new TrainerException($"Could not fetch {file} of \"{name}\" from {http.BaseAddress}: {e.Message}", e);
        }
    }

    /// <summary>Writes to a folder beside, then renames, so that a half-fetched policy is never seen.</summary>
    private static void Place(string folder, Dictionary<string, byte[]> files)
    {
        var partial = folder + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }
        foreach (var (file, bytes) in files)
        {
            AtomicFile.Write(Path.Combine(partial, file), stream => stream.Write(bytes));
        }
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
