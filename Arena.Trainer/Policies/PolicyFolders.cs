using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>Where policies lie: the shipped one beside the program, the others in the data folder, fetched from a site when asked for.</summary>
/// <param name="dataFolder">Policies lie in its "policies" folder, one folder a name; models that an operator offers as bases in "bases".</param>
/// <param name="library">Fetches what is not there, or null without a site.</param>
/// <param name="named">Folders elsewhere, by the name that they are served under.</param>
public sealed class PolicyFolders(string dataFolder, PolicyLibrary? library, IReadOnlyDictionary<string, string>? named = null)
{
    internal const string OldSuffix = ".old";

    private readonly string _root = Path.Combine(dataFolder, "policies");

    /// <summary>Where an operator puts models for agents to start from.</summary>
    internal string BasesFolder { get; } = Path.Combine(dataFolder, "bases");

    /// <summary>Folders elsewhere, by the name that they are served under.</summary>
    internal IReadOnlyDictionary<string, string> Named { get; } = named ?? new Dictionary<string, string>();

    /// <summary>What tells versions apart: the files of a policy with their sizes and times; null where nothing lies on disk.</summary>
    public string? Stamp(string name)
    {
        if (OnDisk(name) is not { } folder)
        {
            return null;
        }
        try
        {
            var files = new DirectoryInfo(folder).EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}:{f.Length}:{f.LastWriteTimeUtc.Ticks}");
            return string.Join('|', files);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>When a policy's folder was written, or null where nothing lies on disk.</summary>
    public DateTimeOffset? Written(string name) => OnDisk(name) is { } folder ? Directory.GetLastWriteTimeUtc(folder) : null;

    /// <summary>Names that lie on disk now, the shipped one first.</summary>
    public IReadOnlyList<string> Names()
    {
        var stored = Directory.Exists(_root) ? Directory.GetDirectories(_root).Select(d => Path.GetFileName(d)!).Where(PolicyName.IsValid) : [];
        return [ShippedModel.Name, .. Named.Keys.Concat(InBases().Where(PolicyName.IsBase)).Concat(stored).Where(n => n != ShippedModel.Name).Distinct().Order(StringComparer.Ordinal)];
    }

    internal string? OnDisk(string name)
    {
        string?[] places =
        [
            name == ShippedModel.Name ? ShippedModel.Folder : Named.GetValueOrDefault(name), PolicyName.IsBase(name) ? Path.Combine(BasesFolder, name) : null,
            PolicyName.IsValid(name) ? Path.Combine(_root, name) : null,
        ];
        return places.FirstOrDefault(Directory.Exists);
    }

    /// <summary>What lies in the folder of bases, whatever it is called.</summary>
    internal IReadOnlyList<string> InBases() =>
        Directory.Exists(BasesFolder) ? [.. Directory.GetDirectories(BasesFolder).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>The folder of a name, fetched if need be, or null when nobody knows it.</summary>
    public async Task<string?> FindAsync(string name, CancellationToken cancel)
    {
        if (OnDisk(name) is { } there)
        {
            return there;
        }
        if (!PolicyName.IsValid(name))
        {
            return null;
        }
        var folder = Path.Combine(_root, name);
        if (Directory.Exists(folder + OldSuffix) && !Directory.Exists(folder))
        {
            // A stop came between the two renames of a replacement.
            Directory.Move(folder + OldSuffix, folder);
            return folder;
        }
        return library is not null && await library.FetchAsync(name, folder, cancel) ? folder : null;
    }

    /// <summary>The name under which the base that an adapter names is served here ("owner/name" also as "name"), or null.</summary>
    internal async Task<string?> ServedBaseAsync(string baseName, CancellationToken cancel)
    {
        foreach (var name in new[] { baseName, baseName[(baseName.LastIndexOf('/') + 1)..] })
        {
            if (await FindAsync(name, cancel) is not null)
            {
                return name;
            }
        }
        return null;
    }

    /// <summary>Loads a policy, with the base that an adapter names; null when nobody knows it.</summary>
    /// <exception cref="TrainerException">Files are broken, or the site can't be reached.</exception>
    public async Task<Policy?> LoadAsync(string name, CancellationToken cancel)
    {
        if (await FindAsync(name, cancel) is not { } folder)
        {
            return null;
        }
        // The base is fetched first: loading itself does not wait for the network.
        string? baseFolder = null;
        if (File.Exists(Path.Combine(folder, PeftAdapter.ConfigFile)))
        {
            var baseName = PeftAdapter.BaseName(folder);
            baseFolder = await FindAsync(baseName, cancel) ?? await FindAsync(baseName[(baseName.LastIndexOf('/') + 1)..], cancel)
                ?? (Directory.Exists(baseName) ? baseName : null) ?? throw new TrainerException($"\"{name}\" is an adapter over \"{baseName}\", which nobody here knows.");
        }
        return Policy.Load(name, folder, _ => baseFolder!);
    }

    /// <summary>Makes sure that a name's folder holds exactly the listed files.</summary>
    /// <param name="listed">File names with their SHA-256, lower-case hex; empty for the shipped policy.</param>
    public async Task EnsureAsync(string name, IReadOnlyList<(string File, string Sha256)> listed, CancellationToken cancel)
    {
        if (name == ShippedModel.Name || listed.Count == 0)
        {
            return;
        }
        if (!PolicyName.IsValid(name) || library is null)
        {
            throw new TrainerException($"\"{name}\" can't be the name of a policy here.");
        }
        var folder = Path.Combine(_root, name);
        var same = listed.All(l => Path.Combine(folder, l.File) is var path && File.Exists(path) && Policy.HashFile(path).Equals(l.Sha256, StringComparison.OrdinalIgnoreCase));
        if (!same)
        {
            await library.FetchAsync(name, listed, folder, cancel);
        }
    }
}
