using System.Globalization;
using System.Runtime.InteropServices;

namespace Arena.Chain.DevChain;

/// <summary>The anvil program: where npm put it, and the arguments that make it keep what it knows.</summary>
public static class AnvilProgram
{
    /// <summary>
    /// The native program in a folder that holds node_modules. It is started directly: the package's node launcher leaves
    /// an orphan behind when it is told to stop.
    /// </summary>
    /// <param name="folder">The contracts folder.</param>
    /// <exception cref="FileNotFoundException">Not installed; the message says what to do.</exception>
    public static string Find(string folder)
    {
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var path = Path.Combine(Path.GetFullPath(folder), "node_modules", "@foundry-rs", $"anvil-{system}-{machine}", "bin", "anvil");
        return File.Exists(path) ? path : throw new FileNotFoundException($"The embedded chain is not installed: run 'npm ci' in {Path.GetFullPath(folder)} (it brings {path}).", path);
    }

    /// <summary>Arguments for a chain on the loopback address.</summary>
    /// <param name="stateFile">Where the chain is kept and read from, or null to forget it. Written every two seconds and at the end.</param>
    public static IReadOnlyList<string> Arguments(int port, string? stateFile)
    {
        List<string> arguments = ["--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--silent", "--hardfork", "prague"];
        if (stateFile is not null)
        {
            arguments.AddRange(["--state", stateFile, "--state-interval", "2", "--preserve-historical-states"]);
        }
        return arguments;
    }
}
