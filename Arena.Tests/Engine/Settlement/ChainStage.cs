using Arena.Chain.DevChain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Vault;
using Arena.Engine.Settlement;
using Arena.Engine.Store;
using Arena.Tests.Chain.DevChain;
using Arena.Web.Settlement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Settlement;

/// <summary>The engine, a real chain with its vault, and the site's rail between them. The engine's clock follows the chain's.</summary>
internal sealed class ChainStage : IAsyncDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly ChainLink _link = new();
    private readonly EthAddress _vault;
    private readonly int _port;

    private ChainStage(AnvilDevChain chain, EthECKey settler, EthECKey arbiter, EthAddress vault, int port, string folder)
    {
        (Chain, Settler, Arbiter, _vault, _port, _folder) = (chain, settler, arbiter, vault, port, folder);
        Rail = new CrashingRail(new VaultRail(_link, Options.Create(new ChainOptions { Confirmations = 0 })));
    }

    public EngineFixture Engine { get; } = new();

    public AnvilDevChain Chain { get; private set; }

    public EthECKey Settler { get; }

    public EthECKey Arbiter { get; }

    public CrashingRail Rail { get; }

    public ArenaVault Vault => _link.Require().Vault;

    private string StateFile => Path.Combine(_folder, "state.json");

    private string Checkpoint => Path.Combine(_folder, "checkpoint.json");

    public static async Task<ChainStage> OpenAsync()
    {
        Anvil.ProgramOrSkip();
        var port = AnvilDevChain.FreePort();
        var folder = Directory.CreateTempSubdirectory("arena-settle-").FullName;
        var chain = await Anvil.StartAsync(Path.Combine(folder, "state.json"), port);
        var settler = await chain.RichKeyAsync();
        var arbiter = await chain.RichKeyAsync();
        var terms = new VaultTerms(settler.GetPublicAddress(), arbiter.GetPublicAddress(), EthECKey.GenerateKey().GetPublicAddress(), Window, Anvil.Ether);
        var receipt = await chain.SendAsync(settler, null, ArenaVault.Creation(terms));
        var stage = new ChainStage(chain, settler, arbiter, receipt.ContractAddress!, port, folder);
        await stage.ConnectAsync();
        await stage.Engine.InitializeAsync();
        return stage;
    }

    /// <summary>One pass of the settlement worker, at the chain's time.</summary>
    public async Task StepAsync()
    {
        var head = await Chain.Eth.GetBlockAsync(null, default);
        var behind = Engine.Time.GetUtcNow() - head!.Timestamp;
        if (behind > TimeSpan.Zero)
        {
            await Chain.Node.IncreaseTimeAsync(behind + TimeSpan.FromSeconds(1), default);
        }
        else
        {
            Engine.Time.Advance(-behind);
        }
        await Engine.Get<SettlementWorker>().StepAsync(Rail, default);
    }

    public async Task StepsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await StepAsync();
        }
    }

    /// <summary>Steps until an epoch is final; moves time past its window on the way.</summary>
    public async Task SettleAsync(long epoch)
    {
        for (var i = 0; i < 40; i++)
        {
            await StepAsync();
            if (await EpochAsync(epoch) is { Status: var status })
            {
                if (status == EpochStatus.Finalized)
                {
                    return;
                }
                if (status == EpochStatus.Proposed)
                {
                    await Chain.Node.IncreaseTimeAsync(Window, default);
                }
            }
        }
        Assert.Fail($"Epoch {epoch} did not become final.");
    }

    /// <summary>Closed matches that wait for an epoch.</summary>
    public async Task PlayAsync(int matches)
    {
        const string space = "tic-tac-toe";
        for (var i = 0; i < matches; i++)
        {
            await Engine.PlayedAsync(space, await Engine.HouseAsync(space, "random"), await Engine.HouseAsync(space, "greedy"));
        }
    }

    public async Task<SettlementEpoch?> EpochAsync(long number)
    {
        await using var db = await Engine.DbAsync();
        return await db.EpochAsync(number, default);
    }

    public async Task<OutboxRow> OutboxAsync(string key)
    {
        await using var db = await Engine.DbAsync();
        return await db.Set<OutboxRow>().AsNoTracking().Include(r => r.Versions).SingleAsync(r => r.Key == key);
    }

    public Task RunAsync(string sql) => Engine.Get<GroupWriter>().WriteAsync(s => s.Run(sql));

    /// <summary>Every EpochProposed on the chain.</summary>
    public async Task<IReadOnlyList<EpochProposedEvent>> ProposalsAsync() => await Vault.ProposalsAsync(0, await Chain.Eth.BlockNumberAsync(default), default);

    /// <summary>Stops the node in an orderly way, keeps a copy of what it knows, and starts it again.</summary>
    public async Task CheckpointAsync()
    {
        await Chain.DisposeAsync();
        File.Copy(StateFile, Checkpoint, overwrite: true);
        await StartNodeAsync();
    }

    /// <summary>The node dies and has lost everything since the checkpoint.</summary>
    public async Task KillNodeAsync()
    {
        await Chain.KillAsync();
        File.Copy(Checkpoint, StateFile, overwrite: true);
    }

    /// <summary>Starts the node on its old port.</summary>
    public async Task StartNodeAsync()
    {
        await Chain.DisposeAsync();
        Chain = await Anvil.StartAsync(StateFile, _port);
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Chain.DisposeAsync();
        await Engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ConnectAsync()
    {
        var vault = new ArenaVault(Chain.Eth, _vault);
        _link.Connected(new(Chain.Eth, vault, Settler, DevKeys.ChainId, await vault.TermsAsync(default)));
    }
}

/// <summary>The rail of the site with a fault that the test sets: it breaks once, before or after the bytes have gone out.</summary>
internal sealed class CrashingRail(ISettlementRail rail) : ISettlementRail
{
    public bool BeforeSend { get; set; }

    public bool AfterSend { get; set; }

    public int Confirmations => rail.Confirmations;

    public Task<VaultState> ReadAsync(CancellationToken ct) => rail.ReadAsync(ct);

    public Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct) => rail.EpochAsync(number, ct);

    public Task<VaultEpoch?> ConfirmedEpochAsync(long number, CancellationToken ct) => rail.ConfirmedEpochAsync(number, ct);

    public Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct) => rail.SignAsync(call, nonce, bump, ct);

    public async Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct)
    {
        if (BeforeSend)
        {
            BeforeSend = false;
            throw new RpcUnreachableException("cut off before sending");
        }
        var answer = await rail.BroadcastAsync(raw, ct);
        if (AfterSend)
        {
            AfterSend = false;
            throw new RpcUnreachableException("cut off after sending");
        }
        return answer;
    }

    public Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct) => rail.FindAsync(hash, ct);

    public Task<string?> BlockHashAsync(long number, CancellationToken ct) => rail.BlockHashAsync(number, ct);

    public Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct) => rail.DepositsAsync(fromBlock, toBlock, ct);
}
