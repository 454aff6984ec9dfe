namespace Arena.Tests.Rules.Ratings;

/// <summary>Public data sets that lie beside the repository, in shared/data; tests that read them are skipped where it is absent.</summary>
internal static class PublicData
{
    /// <summary>The file's path; skips the test, saying so, when there is none.</summary>
    public static string File(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine([folder.FullName, "shared", "data", .. parts]);
            if (System.IO.File.Exists(path))
            {
                return path;
            }
        }
        Assert.Skip($"shared/data/{string.Join('/', parts)} is not beside the repository.");
        return "";
    }
}
