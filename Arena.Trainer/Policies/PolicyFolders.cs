using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>Where policies lie: the shipped one beside the program, the others in the data folder, fetched from a site when asked for.</summary>
/// <param name="dataFolder">Policies lie in its "policies" folder, one folder a name.</param>
/// <param name="library">Fetches what is not there, or null without a site.</param>
public sealed class PolicyFolders(string dataFolder, PolicyLibrary? library)
{
    private readonly string _root = Path.Combine(dataFolder, "policies");

    /// <summary>Names that lie on disk now, the shipped one first.</summary>
    public IReadOnlyList<string> Names()
    {
        var stored = Directory.Exists(_root) ? Directory.GetDirectories(_root).Select(d => Path.GetFileName(d)!).Where(PolicyName.IsValid) : [];
        return [ShippedModel.Name, .. stored.Order(StringComparer.Ordinal)];
    }

    /// <summary>The folder of a name, fetched if need be, or null when nobody knows it.</summary>
    public async Task<string?> FindAsync(string name, CancellationToken cancel)
    {
        if (name == ShippedModel.Name)
        {
            return ShippedModel.Folder;
        }
        if (!PolicyName.IsValid(name))
        {
            return null;
        }
        var folder = Path.Combine(_root, name);
        return Directory.Exists(folder) || (library is not null && await library.FetchAsync(name, folder, cancel)) ? folder : null;
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
            baseFolder = await FindAsync(baseName, cancel) ?? throw new TrainerException($"\"{name}\" is an adapter over \"{baseName}\", which nobody here knows.");
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
