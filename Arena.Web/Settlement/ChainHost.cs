using Arena.Chain.DevChain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Vault;
using Arena.Web.Hosting;
using Arena.Web.Site;
using Microsoft.Extensions.Options;

namespace Arena.Web.Settlement;

/// <summary>
/// Keeps the way to the vault open: runs the embedded chain beside the site and starts it again when it ends, or connects to the
/// configured node. Settlement waits while there is none; nothing is lost.
/// </summary>
internal sealed partial class ChainHost(
    IOptions<ChainOptions> options, ChainLink link, DataFolder data, VaultDeployment deployment, IHttpClientFactory http, TimeProvider time, ILogger<ChainHost> log) : BackgroundService
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "chain";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = time.GetUtcNow();
            try
            {
                await (options.Value.IsEmbedded ? RunEmbeddedAsync(stoppingToken) : ConnectAsync(stoppingToken));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                link.Lost(e.Message);
                Log.Trouble(log, e.Message, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            pause = time.GetUtcNow() - started > StartLimit ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts anvil, finds or deploys the vault, and returns when anvil has ended.</summary>
    private async Task RunEmbeddedAsync(CancellationToken ct)
    {
        var program = AnvilProgram.Find(ContractsFolder());
        Directory.CreateDirectory(data.File("chain"));
        Directory.CreateDirectory(data.File("logs"));
        await using var lines = new StreamWriter(data.File("logs/chain.log")) { AutoFlush = true };
        var port = options.Value.Port == 0 ? AnvilDevChain.FreePort() : options.Value.Port;
        var last = "it said nothing";
        await using var child = ChildProcess.Start(program, AnvilProgram.Arguments(port, data.File("chain/state.json")), data.Path, line =>
        {
            lock (lines)
            {
                lines.WriteLine(line);
                last = line;
            }
        });
        try
        {
            var ended = EndedAsync(child, () => last, ct);
            var eth = new EthApi(new JsonRpcClient(http.CreateClient(Client), new Uri($"http://127.0.0.1:{port}/"), options.Value.Timeout, time));
            var node = new DevChainNode(eth, time);
            await node.ReadyAsync(StartLimit, ended, ct);
            var keys = ChainKeys.LoadOrMake(data);
            foreach (var key in (EthECKey[])[keys.Settler, keys.Arbiter, keys.Guardian])
            {
                await node.SetBalanceAsync(key.GetPublicAddress(), System.Numerics.BigInteger.Pow(10, 21), ct);
            }
            var vault = await deployment.FindOrDeployAsync(eth, keys, options.Value.Window, options.Value.BondGwei, ct);
            link.Connected(new(eth, vault, keys.Settler, DevKeys.ChainId, await vault.TermsAsync(ct)));
            Log.Running(log, port, vault.Address.Value);
            var words = await ended;
            link.Lost($"The embedded chain ended ({words}) and is started again.");
            Log.Ended(log, words);
        }
        finally
        {
            await child.StopAsync(Grace, time);
        }
    }

    private static async Task<string> EndedAsync(ChildProcess child, Func<string> last, CancellationToken ct) => $"status {await child.EndedAsync(ct)}: {last()}";

    /// <summary>Connects to the configured node once; the rail notices by itself when it is down later.</summary>
    private async Task ConnectAsync(CancellationToken ct)
    {
        var o = options.Value;
        var eth = new EthApi(new JsonRpcClient(http.CreateClient(Client), new Uri(o.RpcUrl), o.Timeout, time));
        var settler = new EthECKey((await File.ReadAllTextAsync(o.SettlerKeyFile, ct)).Trim());
        var chain = await eth.ChainIdAsync(ct);
        DevKeys.Refuse(settler.GetPublicAddress(), chain);
        var vault = new ArenaVault(eth, EthAddress.Parse(o.Vault));
        if ((await eth.GetCodeAsync(vault.Address, ct)).Length == 0)
        {
            throw new InvalidOperationException($"There is no contract at {vault.Address} on chain {chain}.");
        }
        var terms = await vault.TermsAsync(ct);
        if (terms.Settler != settler.GetPublicAddress())
        {
            throw new InvalidOperationException($"The settler of the vault is {terms.Settler}, but the key file holds the key of {settler.GetPublicAddress()}.");
        }
        link.Connected(new(eth, vault, settler, chain, terms));
        Log.Connected(log, eth.Client.Url.Authority, chain, vault.Address.Value);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }

    private string ContractsFolder() => options.Value.ContractsFolder is { Length: > 0 } named
        ? named
        // Arena.Web/bin/Release/net10.0 lies four folders below the repository.
        : Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../contracts"));

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Information, "The embedded chain runs on port {Port}; the vault is {Vault}.")]
        public static partial void Running(ILogger logger, int port, string vault);

        [LoggerMessage(7102, LogLevel.Warning, "The embedded chain ended ({Words}); it is started again.")]
        public static partial void Ended(ILogger logger, string words);

        [LoggerMessage(7103, LogLevel.Warning, "No chain: {Words}")]
        public static partial void Trouble(ILogger logger, string words, Exception e);

        [LoggerMessage(7104, LogLevel.Information, "Connected to {Node}, chain {Chain}; the vault is {Vault}.")]
        public static partial void Connected(ILogger logger, string node, long chain, string vault);
    }
}
