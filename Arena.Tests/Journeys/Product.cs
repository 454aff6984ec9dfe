using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Arena.Tests.Journeys;

/// <summary>The real product: ./run.sh in its own process group, on free ports and a folder of its own.</summary>
internal sealed partial class Product : IAsyncDisposable
{
    private readonly StringBuilder _printed = new();
    private Process _run = null!;

    private Product(string data, int port, IReadOnlyDictionary<string, string> settings)
    {
        Data = data;
        Port = port;
        Settings = settings;
        Http = new() { BaseAddress = new($"http://localhost:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public static string Repository { get; } = FindRepository();

    public string Data { get; }

    public int Port { get; }

    public HttpClient Http { get; }

    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>What run.sh has printed.</summary>
    public string Printed
    {
        get { lock (_printed) { return _printed.ToString(); } }
    }

    /// <summary>Starts run.sh with the build at hand and waits for its line with the address.</summary>
    public static async Task<Product> StartAsync(string arguments = "", IReadOnlyDictionary<string, string>? settings = null)
    {
        var data = Directory.CreateTempSubdirectory("arena-").FullName;
        var product = new Product(data, FreePort(), settings ?? new Dictionary<string, string>());
        try
        {
            await product.StartAgainAsync(arguments);
            return product;
        }
        catch
        {
            // Or a site that came up too late would play on beside the journeys that follow.
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts run.sh on the same data.</summary>
    public async Task StartAgainAsync(string arguments = "")
    {
        lock (_printed)
        {
            _printed.Clear();
        }
        // setsid gives the run a process group of its own, so that a kill reaches all of it and nothing else.
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A test run started in the background of a script is deaf to SIGINT, and so would be its children: a shell can't take that back by itself.
        string[] command = ["env", "--default-signal=INT", "./run.sh", "--no-build", "--port", $"{Port}", "--data", Data, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var part in command)
        {
            start.ArgumentList.Add(part);
        }
        start.Environment["Trainer__ServePort"] = $"{FreePort()}";
        start.Environment["Limits__Api"] = "1000000";
        start.Environment["Limits__SignIn"] = "1000";
        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }
        _run = Process.Start(start)!;
        _run.OutputDataReceived += Keep;
        _run.ErrorDataReceived += Keep;
        _run.BeginOutputReadLine();
        _run.BeginErrorReadLine();
        await UntilAsync("run.sh says that Arena is up", () => Task.FromResult(Printed.Contains("Arena is up", StringComparison.Ordinal)), TimeSpan.FromMinutes(2));
    }

    /// <summary>The demo owner's name and password, as run.sh printed them.</summary>
    public (string Name, string Password) Demo()
    {
        var match = SignIn().Match(Printed);
        Assert.True(match.Success, $"run.sh printed no sign-in:\n{Printed}");
        return (match.Groups[1].Value, match.Groups[2].Value);
    }

    public async Task<JsonNode> GetAsync(string path) =>
        await Http.GetFromJsonAsync<JsonNode>(path) ?? throw new InvalidOperationException($"{path} answered null.");

    /// <summary>SIGKILL for the site itself, as a crash or a power cut would end it.</summary>
    public async Task KillSiteAsync()
    {
        var site = Children(_run.Id).Single(p => CommandLine(p).Contains("Arena.Web.dll", StringComparison.Ordinal));
        Process.GetProcessById(site).Kill();
        await _run.WaitForExitAsync(Bounded(TimeSpan.FromSeconds(30)));
    }

    /// <summary>SIGINT for run.sh, as Ctrl-C; true when everything that it started is gone soon after.</summary>
    public async Task<bool> CtrlCAsync()
    {
        var family = Family(_run.Id);
        using (var kill = Process.Start("kill", ["-INT", $"{_run.Id}"]))
        {
            await kill.WaitForExitAsync();
        }
        await _run.WaitForExitAsync(Bounded(TimeSpan.FromSeconds(40)));
        for (var i = 0; i < 100; i++)
        {
            if (!family.Exists(IsAlive))
            {
                return true;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        return false;
    }

    /// <summary>Polls a condition; the bound is there to end a hopeless wait, it asserts nothing about speed.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan bound)
    {
        var ct = Bounded(bound);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // The site is starting, or was killed on purpose: ask again.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"Waited {bound} in vain until {what}.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_run.HasExited)
        {
            await CtrlCAsync();
        }
        if (!_run.HasExited)
        {
            _run.Kill(entireProcessTree: true);
        }
        _run.Dispose();
        Http.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static CancellationToken Bounded(TimeSpan bound) => new CancellationTokenSource(bound).Token;

    private static List<int> Family(int root)
    {
        List<int> all = [root];
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(Children(all[i]));
        }
        return all;
    }

    private static IEnumerable<int> Children(int process)
    {
        foreach (var task in SafeDirectories($"/proc/{process}/task"))
        {
            foreach (var child in Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return int.Parse(child, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    private static string[] SafeDirectories(string path) => Directory.Exists(path) ? Directory.GetDirectories(path) : [];

    private static bool IsAlive(int process)
    {
        var stat = Read($"/proc/{process}/stat");
        return stat.Length > 0 && !stat.Contains(") Z ", StringComparison.Ordinal);
    }

    private static string CommandLine(int process) => Read($"/proc/{process}/cmdline").Replace('\0', ' ');

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Arena.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }
        return folder;
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (_printed)
        {
            _printed.AppendLine(e.Data);
        }
    }

    [GeneratedRegex(@"sign in as (\S+) +(\S+?)\)")]
    private static partial Regex SignIn();
}
