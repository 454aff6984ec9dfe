namespace Arena.Web.Site;

/// <summary>Keeps redirects on this site.</summary>
public static class LocalUrl
{
    /// <summary><paramref name="url"/> where it is a path of this site, else <paramref name="otherwise"/>.</summary>
    public static string Or(string? url, string otherwise) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : otherwise;
}
