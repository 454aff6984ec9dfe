using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("browser")]

namespace Arena.Browser;

/// <summary>The runtime wants an entry point; pages and node call <see cref="Kernel"/>.</summary>
internal static class Program
{
    private static void Main()
    {
    }
}
