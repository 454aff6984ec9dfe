namespace Arena.Engine.Settlement;

/// <summary>A deposit that was credited, and whether it stands: the block that held it may leave the chain and come back.</summary>
public sealed class CreditedDeposit
{
    /// <summary>"deposit/{block hash}/{log index}".</summary>
    public required string Key { get; init; }

    /// <summary>The <see cref="ChainCursor"/> that it was read under.</summary>
    public required string Cursor { get; init; }

    public required long Block { get; init; }

    /// <summary>0x hex.</summary>
    public required string BlockHash { get; init; }

    /// <summary>The ledger's account.</summary>
    public required string Account { get; init; }

    public required long Gwei { get; init; }

    public required bool Stands { get; set; }

    /// <summary>How often it was taken back or credited again; part of the ledger's key of each but the first.</summary>
    public required int Turn { get; set; }

    /// <summary>The ledger's key of a deposit's turn.</summary>
    public static string Transfer(string key, int turn) => turn == 0 ? key : $"{key}/{turn}";
}
