using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Arena.Chain.Rpc;

namespace Arena.Chain.DevChain;

/// <summary>An anvil of our own on a free port: for tests and tools. Ends with SIGTERM, so that its state is written.</summary>
public sealed partial class AnvilDevChain : IAsyncDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly HttpClient _http = new();

    private bool _disposed;

    private AnvilDevChain(Process process, int port, TimeProvider time)
    {
        _process = process;
        RpcUrl = new Uri($"http://127.0.0.1:{port}/");
        Eth = new EthApi(new JsonRpcClient(_http, RpcUrl, TimeSpan.FromSeconds(30), time));
        Node = new DevChainNode(Eth, time);
    }

    public Uri RpcUrl { get; }

    public EthApi Eth { get; }

    public DevChainNode Node { get; }

    /// <summary>Starts the chain and waits for its first answer.</summary>
    /// <param name="program">From <see cref="AnvilProgram.Find"/>.</param>
    /// <param name="stateFile">Where it is kept, or null to forget it.</param>
    /// <param name="port">0 takes a free one.</param>
    public static async Task<AnvilDevChain> StartAsync(string program, string? stateFile, int port, TimeProvider time, CancellationToken ct)
    {
        port = port == 0 ? FreePort() : port;
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in AnvilProgram.Arguments(port, stateFile))
        {
            start.ArgumentList.Add(argument);
        }
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var said = new StringBuilder();
        process.OutputDataReceived += (_, e) => Keep(said, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(said, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var chain = new AnvilDevChain(process, port, time);
        try
        {
            await chain.Node.ReadyAsync(StartLimit, EndedAsync(process, said), ct);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    /// <summary>A port of the loopback address that nobody uses now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends it as a power cut would: what was not written yet is lost.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Sigterm);
            using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }
        _process.Dispose();
        _http.Dispose();
    }

    private static async Task<string> EndedAsync(Process process, StringBuilder said)
    {
        await process.WaitForExitAsync();
        lock (said)
        {
            return said.ToString().Trim() is { Length: > 0 } text ? text : $"exit status {process.ExitCode}";
        }
    }

    private static void Keep(StringBuilder said, string? line)
    {
        lock (said)
        {
            if (line is not null && said.Length < 4_000)
            {
                said.AppendLine(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
