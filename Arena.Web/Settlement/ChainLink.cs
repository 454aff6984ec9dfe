using Arena.Chain.Keys;
using Arena.Chain.Rpc;
using Arena.Chain.Vault;

namespace Arena.Web.Settlement;

/// <summary>A vault that can be reached.</summary>
/// <param name="Terms">Read from the vault when the connection was made.</param>
public sealed record VaultConnection(EthApi Eth, ArenaVault Vault, EthECKey Settler, long ChainId, VaultTerms Terms);

/// <summary>There is no chain now; the message is for people.</summary>
public sealed class ChainUnavailableException(string message) : Exception(message);

/// <summary>The way to the vault as it is at the moment: its host connects and disconnects it, everybody else asks for it.</summary>
public sealed class ChainLink
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile VaultConnection? _connection;
    private volatile string _trouble = "The chain is starting.";

    /// <summary>The vault, or null while there is none.</summary>
    public VaultConnection? Connection => _connection;

    /// <summary>Why there is none, for people.</summary>
    public string Trouble => _trouble;

    /// <exception cref="ChainUnavailableException">There is none now.</exception>
    public VaultConnection Require() => _connection ?? throw new ChainUnavailableException(_trouble);

    /// <summary>Completes when the first attempt to connect has ended, well or not: a chain that is starting is no trouble yet.</summary>
    public Task TriedAsync(CancellationToken ct) => _known.Task.WaitAsync(ct);

    public void Connected(VaultConnection connection)
    {
        _connection = connection;
        _known.TrySetResult();
    }

    public void Lost(string trouble)
    {
        _trouble = trouble;
        _connection = null;
        _known.TrySetResult();
    }
}
