using System.Numerics;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;

namespace Arena.Chain.DevChain;

/// <summary>What a development chain can do beyond the standard: money from nothing, snapshots, time. Works with whatever speaks anvil's methods.</summary>
public sealed class DevChainNode(EthApi eth, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the node answers, then repairs its clock.</summary>
    /// <param name="ended">Completes when the program ends by itself; its text goes into the error.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not answer within the limit, or is no development chain.</exception>
    public async Task ReadyAsync(TimeSpan limit, Task<string>? ended, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (await ChainIdAsync(ended, ct) is var answer && answer != DevKeys.ChainId)
        {
            if (answer is { } chain)
            {
                throw new InvalidOperationException($"What answers at {eth.Client.Url.Authority} is chain {chain}, not a development chain.");
            }
            if (ended is { IsCompleted: true })
            {
                throw new InvalidOperationException($"The development chain ended while it started: {await ended}");
            }
            if (time.GetElapsedTime(start) > limit)
            {
                throw new InvalidOperationException($"The development chain did not answer within {limit.TotalSeconds:0} s.");
            }
            await Task.Delay(Pause, time, ct);
        }
        await RepairClockAsync(ct);
    }

    /// <summary>The node's chain id; null while it doesn't answer, and as soon as it has ended (somebody else may hold its port and stay silent).</summary>
    private async Task<long?> ChainIdAsync(Task<string>? ended, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asked = eth.ChainIdAsync(stop.Token);
        try
        {
            if (ended is not null && await Task.WhenAny(asked, ended) == ended)
            {
                await stop.CancelAsync();
            }
            return await asked;
        }
        catch (RpcUnreachableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>After a restore the next block's time may fall back behind the head's (anvil 1.7.1); where the head is ahead of the clock, the next block comes after it.</summary>
    private async Task RepairClockAsync(CancellationToken ct)
    {
        var head = await eth.GetBlockAsync(null, ct) ?? throw new InvalidOperationException("The development chain has no block.");
        if (head.Timestamp > time.GetUtcNow())
        {
            await eth.Client.SendRequestAsync("evm_setNextBlockTimestamp", ct, head.Timestamp.ToUnixTimeSeconds() + 1);
        }
    }

    /// <summary>Sets a balance, wei.</summary>
    public Task SetBalanceAsync(EthAddress address, BigInteger wei, CancellationToken ct) =>
        eth.Client.SendRequestAsync("anvil_setBalance", ct, address.Value, Hex.Quantity(wei));

    public async Task<string> SnapshotAsync(CancellationToken ct) => (await eth.Client.SendRequestAsync("evm_snapshot", ct))!.GetValue<string>();

    public Task RevertAsync(string snapshot, CancellationToken ct) => eth.Client.SendRequestAsync("evm_revert", ct, snapshot);

    /// <summary>Mines empty blocks.</summary>
    public Task MineAsync(int blocks, CancellationToken ct) => eth.Client.SendRequestAsync("anvil_mine", ct, Hex.Quantity(blocks));

    /// <summary>Whether transactions are mined as they arrive.</summary>
    public Task SetAutomineAsync(bool on, CancellationToken ct) => eth.Client.SendRequestAsync("evm_setAutomine", ct, on);

    /// <summary>Moves time forward. Not on a chain that is kept: its clock falls back when it is started again.</summary>
    public async Task IncreaseTimeAsync(TimeSpan by, CancellationToken ct)
    {
        await eth.Client.SendRequestAsync("evm_increaseTime", ct, (long)by.TotalSeconds);
        await MineAsync(1, ct);
    }

    /// <summary>Takes the newest blocks off the chain, as a reorganisation does.</summary>
    public Task RollbackAsync(int blocks, CancellationToken ct) => eth.Client.SendRequestAsync("anvil_rollback", ct, blocks);
}
