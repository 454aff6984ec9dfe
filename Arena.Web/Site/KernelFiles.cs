using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Arena.Web.Site;

/// <summary>
/// The rules kernel as WebAssembly under /kernel, from the folder that setting "Kernel:Folder" names (clients/browser, published).
/// It may come while the site runs; until then pages don't offer it.
/// </summary>
public sealed class KernelFiles(IConfiguration configuration)
{
    public const string Path = "/kernel";

    private readonly string? _folder = configuration["Kernel:Folder"] is { Length: > 0 } folder ? System.IO.Path.GetFullPath(folder) : null;

    public bool Here => _folder is not null && File.Exists(System.IO.Path.Combine(_folder, "_framework", "dotnet.js"));

    internal static void Use(WebApplication app)
    {
        if (app.Services.GetRequiredService<KernelFiles>()._folder is not { } folder)
        {
            return;
        }
        Directory.CreateDirectory(folder);
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".wasm"] = "application/wasm";
        app.UseStaticFiles(new StaticFileOptions
        {
            RequestPath = Path,
            FileProvider = new PhysicalFileProvider(folder),
            ContentTypeProvider = types,
            // Another release has other files under the same names.
            OnPrepareResponse = answer => answer.Context.Response.Headers.CacheControl = "no-cache",
        });
    }
}
