using System.Text;

namespace Arena.Web.Site;

/// <summary>Where the site keeps everything: database, keys, secrets. Only this user may look inside.</summary>
public sealed class DataFolder
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public DataFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, Mine | UnixFileMode.UserExecute);
        }
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file of mode 600, replacing an older one.</summary>
    public void WriteSecret(string name, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mine;
        }
        using var stream = new FileStream(File(name), options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
