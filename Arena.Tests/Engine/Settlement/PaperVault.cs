using System.Text;
using Arena.Engine.Settlement;

namespace Arena.Tests.Engine.Settlement;

/// <summary>
/// The vault's rules for epochs (contracts/src/ArenaVault.sol) in memory, with a settler whose transactions are mined as they arrive, one a block.
/// It can be put back to an earlier block, as a chain that forgets.
/// </summary>
internal sealed class PaperVault(TimeProvider time) : ISettlementRail
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, VaultCall> _signed = [];
    private readonly HashSet<string> _reverted = [];
    private State _state = new(new Dictionary<long, VaultEpoch>(), [], 0, 0, 0, null);

    public int Confirmations { get; set; }

    /// <summary>The next transaction is mined and changes nothing but the nonce.</summary>
    public bool RevertNext { get; set; }

    /// <summary>Everything that was ever proposed, also what the chain has forgotten, in order.</summary>
    public List<VaultCall.Propose> Proposed { get; } = [];

    public VaultEpoch? this[long number] => _state.Epochs.GetValueOrDefault(number);

    public State Checkpoint() => _state;

    public void GoBackTo(State state) => _state = state;

    public void Mine() => Block(_state);

    /// <summary>A proposal by whoever holds the settler's key.</summary>
    public void Propose(VaultCall.Propose call)
    {
        var held = this[call.Number];
        if (call.Number != _state.LastFinalized + 1 || held is { Rejected: false })
        {
            throw new InvalidOperationException("BadEpoch");
        }
        if (call.TotalWei < _state.PayoutTotal)
        {
            throw new InvalidOperationException("BadTotal");
        }
        Proposed.Add(call);
        Set(new(call.Number, call.ResultRoot, call.PayoutRoot, time.GetUtcNow() + Window, false, false, false, (held?.Attempt ?? 0) + 1));
    }

    public void Dispute(long number) => Set(_state.Epochs[number] with { Disputed = true });

    public void Resolve(long number, bool upheld) =>
        Set(_state.Epochs[number] with { Disputed = false, Rejected = upheld, WindowEndsAt = time.GetUtcNow() + Window });

    public Task<VaultState> ReadAsync(CancellationToken ct)
    {
        var next = this[_state.LastFinalized + 1];
        return Task.FromResult(new VaultState(
            "0x0000000000000000000000000000000000000009", 1, new(_state.Blocks.Count, $"0x{_state.Blocks.Count}"), time.GetUtcNow(),
            _state.LastFinalized, _state.LastFinalized, next is { Rejected: false } ? next : null, _state.Nonce));
    }

    public Task<VaultEpoch?> EpochAsync(long number, CancellationToken ct) => Task.FromResult(this[number]);

    public Task<VaultEpoch?> ConfirmedEpochAsync(long number, CancellationToken ct)
    {
        var then = _state;
        for (var i = 0; i < Confirmations && then is not null; i++)
        {
            then = then.Before;
        }
        return Task.FromResult(then?.Epochs.GetValueOrDefault(number));
    }

    public Task<SignedTransaction> SignAsync(VaultCall call, long nonce, int bump, CancellationToken ct)
    {
        var hash = $"0x{nonce}/{bump}/{call}";
        _signed[hash] = call;
        return Task.FromResult(new SignedTransaction(Encoding.UTF8.GetBytes($"{nonce} {hash}"), hash));
    }

    public Task<string?> BroadcastAsync(byte[] raw, CancellationToken ct)
    {
        var text = Encoding.UTF8.GetString(raw);
        var hash = text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        if (text != $"{_state.Nonce} {hash}")
        {
            return Task.FromResult<string?>("nonce");
        }
        switch (_signed[hash])
        {
            case var _ when RevertNext:
                RevertNext = false;
                _reverted.Add(hash);
                Mine();
                break;
            case VaultCall.Propose propose:
                Propose(propose);
                break;
            case VaultCall.Finalize finalize:
                var epoch = _state.Epochs[finalize.Number];
                Assert.False(epoch.Disputed || epoch.Rejected || time.GetUtcNow() < epoch.WindowEndsAt);
                Set(epoch with { Finalized = true });
                _state = _state with { LastFinalized = finalize.Number, PayoutTotal = Proposed.Last(p => p.Roots == epoch.Roots).TotalWei };
                break;
            default:
                break;
        }
        _state = _state with { Nonce = _state.Nonce + 1, Blocks = [.. _state.Blocks.Take(_state.Blocks.Count - 1), hash] };
        return Task.FromResult<string?>(null);
    }

    public Task<MinedTransaction?> FindAsync(string hash, CancellationToken ct)
    {
        var block = _state.Blocks.ToList().IndexOf(hash) + 1;
        return Task.FromResult(block == 0 ? null : new MinedTransaction(hash, block, $"0x{block}", !_reverted.Contains(hash)));
    }

    public Task<string?> BlockHashAsync(long number, CancellationToken ct) => Task.FromResult(number <= _state.Blocks.Count ? $"0x{number}" : null);

    public Task<IReadOnlyList<VaultDeposit>> DepositsAsync(long fromBlock, long toBlock, CancellationToken ct) => Task.FromResult<IReadOnlyList<VaultDeposit>>([]);

    private void Set(VaultEpoch epoch) => Block(_state with { Epochs = new Dictionary<long, VaultEpoch>(_state.Epochs) { [epoch.Number] = epoch } });

    private void Block(State state) => _state = state with { Blocks = [.. state.Blocks, ""], Before = _state };

    /// <param name="Blocks">What each block holds: a transaction's hash, or nothing of ours.</param>
    /// <param name="Before">One block ago.</param>
    internal sealed record State(IReadOnlyDictionary<long, VaultEpoch> Epochs, IReadOnlyList<string> Blocks, long LastFinalized, UInt128 PayoutTotal, long Nonce, State? Before);
}
