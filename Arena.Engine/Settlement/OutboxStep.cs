namespace Arena.Engine.Settlement;

/// <summary>What the chain says about one outbox row.</summary>
/// <param name="Mined">The version that went through, otherwise the newest one where the vault reverted it; null where neither was mined.</param>
/// <param name="StillThere">Whether the block in which the row believes itself is still part of the chain.</param>
/// <param name="Head">Number of the head block.</param>
/// <param name="NextNonce">Next nonce by mined state.</param>
/// <param name="Need">Whether the vault waits for the call: the contract is the final guard.</param>
public sealed record OutboxView(MinedTransaction? Mined, bool StillThere, long Head, long NextNonce, CallNeed Need);

/// <summary>Whether the vault would take a call now.</summary>
public enum CallNeed
{
    Now,

    /// <summary>Something else has to happen first: an earlier epoch, or the end of a window.</summary>
    Later,

    /// <summary>It has happened, whoever did it.</summary>
    Done,
}

/// <summary>What to do next with an outbox row.</summary>
public abstract record OutboxStep
{
    public sealed record Wait : OutboxStep;

    /// <summary>Sign under this nonce and store the bytes; nothing is sent in this step.</summary>
    public sealed record Sign(long Nonce, int Bump) : OutboxStep;

    /// <summary>Send the newest stored bytes.</summary>
    public sealed record Send(int Bump) : OutboxStep;

    public sealed record Found(MinedTransaction Mined) : OutboxStep;

    public sealed record Settled : OutboxStep;

    /// <summary>The block is gone: the same bytes are sent again.</summary>
    public sealed record Unwound : OutboxStep;

    public sealed record Drop(string Because) : OutboxStep;
}

/// <summary>The outbox's rules (exactly once through crashes, reorganisations and fee bumps), decided without touching anything.</summary>
public static class OutboxRules
{
    /// <summary>Unmined bytes are sent again after this long, at the same fees.</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromSeconds(15);

    /// <summary>A block's time may lag behind ours: nothing is finalized closer to the end of its window.</summary>
    public static readonly TimeSpan WindowMargin = TimeSpan.FromSeconds(2);

    /// <summary>Unmined bytes are signed again with higher fees and the same nonce after this long.</summary>
    public static readonly TimeSpan BumpAfter = TimeSpan.FromSeconds(60);

    /// <summary>Whether the vault would take a call now.</summary>
    public static CallNeed NeedOf(VaultState vault, VaultCall call, DateTimeOffset now) => call switch
    {
        VaultCall.Propose p when vault.LastFinalized >= p.Number || (vault.Pending is { } held && held.Number == p.Number && held.Roots == p.Roots) => CallNeed.Done,
        VaultCall.Propose p => vault.LastFinalized == p.Number - 1 && vault.Pending is null ? CallNeed.Now : CallNeed.Later,
        VaultCall.Finalize f when vault.LastFinalized >= f.Number => CallNeed.Done,
        VaultCall.Finalize f => vault.Pending is { Disputed: false } pending && pending.Number == f.Number && now >= pending.WindowEndsAt + WindowMargin ? CallNeed.Now : CallNeed.Later,
        _ => CallNeed.Now,
    };

    /// <param name="row">The row with its versions.</param>
    /// <param name="view">What the chain says now.</param>
    /// <param name="freeNonce">The nonce for a first signature: the lowest from the chain's on that no other open row holds.</param>
    /// <param name="confirmations">Depth at which a block counts.</param>
    /// <param name="now">The moment.</param>
    public static OutboxStep Next(OutboxRow row, OutboxView view, long freeNonce, int confirmations, DateTimeOffset now)
    {
        switch (row.State)
        {
            case OutboxState.Final or OutboxState.Dropped:
                return new OutboxStep.Wait();
            case OutboxState.Mined:
                return !view.StillThere ? new OutboxStep.Unwound()
                    : view.Head - row.Block >= confirmations ? new OutboxStep.Settled()
                    : new OutboxStep.Wait();
            default:
                break;
        }
        if (view.Mined is { Succeeded: true } mined)
        {
            return new OutboxStep.Found(mined);
        }
        if (view.Need == CallNeed.Done)
        {
            return new OutboxStep.Drop("The vault no longer waits for it: somebody else did it.");
        }
        if (view.Need == CallNeed.Later)
        {
            return new OutboxStep.Wait();
        }
        var newest = row.Versions.Count == 0 ? null : row.Versions.MaxBy(v => v.Bump);
        if (row.Nonce is not { } nonce || newest is null)
        {
            return new OutboxStep.Sign(row.Nonce ?? freeNonce, newest is null ? 0 : newest.Bump + 1);
        }
        if (view.Mined is { Succeeded: false })
        {
            // It came too early or the vault was paused; signing asks the vault first, so this can't go on burning gas.
            return now - newest.SignedAt >= Resend ? new OutboxStep.Sign(freeNonce, newest.Bump + 1) : new OutboxStep.Wait();
        }
        if (view.NextNonce > nonce || freeNonce < nonce)
        {
            // Another transaction took the nonce (a chain that lost its last seconds and went on without us), or nothing will ever take
            // one before it (the chain went back past a transaction that is not sent again): this one can never be mined.
            return new OutboxStep.Sign(freeNonce, newest.Bump + 1);
        }
        if (row.State == OutboxState.Signed || row.SentAt is not { } sent)
        {
            return new OutboxStep.Send(newest.Bump);
        }
        return now - newest.SignedAt >= BumpAfter ? new OutboxStep.Sign(nonce, newest.Bump + 1)
            : now - sent >= Resend ? new OutboxStep.Send(newest.Bump)
            : new OutboxStep.Wait();
    }
}
