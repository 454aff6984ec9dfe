namespace Arena.Judges;

/// <summary>The prompts and rubrics built into this assembly.</summary>
internal static class JudgeFiles
{
    public static IEnumerable<string> Names(string folder) =>
        typeof(JudgeFiles).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public static byte[] Bytes(string name)
    {
        using var stream = typeof(JudgeFiles).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not built in.");
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
