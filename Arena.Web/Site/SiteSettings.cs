using Microsoft.Extensions.Configuration.Json;

namespace Arena.Web.Site;

/// <summary>
/// Where settings come from, weakest first: the defaults below, ./arena.json, appsettings, environment
/// (Arena__DataFolder=…), command line (--Arena:DataFolder …).
/// </summary>
internal static class SiteSettings
{
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["urls"] = "http://localhost:5080",
        ["AllowedHosts"] = "*",
        ["Arena:DataFolder"] = "data",
    };

    public static IConfiguration AddTo(WebApplicationBuilder builder)
    {
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        var file = new JsonConfigurationSource { Path = Path.GetFullPath("arena.json"), Optional = true };
        file.ResolveFileProvider();
        sources.Insert(0, file);
        sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = Defaults });
        if (builder.Configuration["urls"] is { Length: > 0 } urls)
        {
            builder.WebHost.UseUrls(urls.Split(';'));
        }
        // Files under wwwroot are found wherever the site is started from, also without publishing it.
        builder.WebHost.UseStaticWebAssets();
        return builder.Configuration;
    }
}
