using System.Diagnostics;

namespace Arena.Web.Hosting;

/// <summary>
/// A program that runs beside the site and ends with it, also when the site is killed: a shell waits on a pipe that
/// only the site holds open, and ends the program when the pipe closes. (Linux's parent-death signal would follow
/// the thread that started the child, which a thread pool may end at any time.) What watches holds none of the program's
/// output: the end of the program is the end of its output.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string Watch = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        child=$!
        trap 'kill -TERM $child 2>/dev/null' TERM INT
        ( trap '' TERM INT; exec >/dev/null 2>&1; read -r _ <&3; kill -TERM $child ) &
        watch=$!
        wait $child; status=$?
        while kill -0 $child 2>/dev/null; do wait $child; status=$?; done
        kill -KILL $watch 2>/dev/null
        exit $status
        """;

    private readonly Process _shell;

    private ChildProcess(Process shell) => _shell = shell;

    /// <summary>Starts <paramref name="program"/>; what it prints goes line by line to <paramref name="print"/>.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string folder, Action<string> print)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])["-c", Watch, "watch", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        // The site's own addresses are not the child's.
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment.Remove("ASPNETCORE_HTTP_PORTS");
        var shell = new Process { StartInfo = start };
        shell.OutputDataReceived += (_, e) => { if (e.Data is { } line) print(line); };
        shell.ErrorDataReceived += (_, e) => { if (e.Data is { } line) print(line); };
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        return new(shell);
    }

    /// <summary>Completes with the program's exit status when it has ended.</summary>
    public async Task<int> EndedAsync(CancellationToken ct)
    {
        await _shell.WaitForExitAsync(ct);
        return _shell.ExitCode;
    }

    /// <summary>Asks the program to end, and ends it by force after <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        if (_shell.HasExited)
        {
            return;
        }
        _shell.StandardInput.Close();
        using var deadline = new CancellationTokenSource(grace, time);
        try
        {
            await _shell.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        _shell.Dispose();
    }
}
