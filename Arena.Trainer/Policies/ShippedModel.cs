namespace Arena.Trainer.Policies;

/// <summary>The tiny base model that comes with the program.</summary>
public static class ShippedModel
{
    public const string Name = "arena-tiny";

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", Name);

    /// <summary>The folder of a policy given on the command line: the shipped name, or a path.</summary>
    public static string Resolve(string nameOrPath) => nameOrPath == Name ? Folder : nameOrPath;

    /// <summary>Loads a policy given on the command line.</summary>
    public static Policy Load(string nameOrPath) => Policy.Load(nameOrPath == Name ? Name : Path.GetFileName(Path.TrimEndingDirectorySeparator(nameOrPath)), Resolve(nameOrPath), Resolve);
}
