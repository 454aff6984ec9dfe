namespace Arena.Engine.Settlement;

/// <summary>What the chain says about one outbox row.</summary>
/// <param name="Mined">The version that was mined, or null.</param>
/// <param name="StillThere">Whether the block in which the row believes itself is still part of the chain.</param>
/// <param name="Head">Number of the head block.</param>
/// <param name="NextNonce">Next nonce by mined state.</param>
/// <param name="Needed">Whether the vault still waits for the call: the contract is the final guard.</param>
public sealed record OutboxView(MinedTransaction? Mined, bool StillThere, long Head, long NextNonce, bool Needed);

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

    /// <summary>Unmined bytes are signed again with higher fees and the same nonce after this long.</summary>
    public static readonly TimeSpan BumpAfter = TimeSpan.FromSeconds(60);

    /// <param name="row">The row with its versions.</param>
    /// <param name="view">What the chain says now.</param>
    /// <param name="freeNonce">The nonce for a first signature: the larger of the chain's and one past the outbox's highest.</param>
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
        if (view.Mined is { } mined)
        {
            return mined.Succeeded ? new OutboxStep.Found(mined) : new OutboxStep.Drop($"The vault refused it in block {mined.Block} ({mined.Hash}).");
        }
        if (!view.Needed)
        {
            return new OutboxStep.Drop("The vault no longer waits for it: somebody else did it, or it can't be done any more.");
        }
        if (row.Nonce is not { } nonce)
        {
            return new OutboxStep.Sign(freeNonce, 0);
        }
        var newest = row.Versions.Count == 0 ? null : row.Versions.MaxBy(v => v.Bump);
        if (newest is null)
        {
            return new OutboxStep.Sign(nonce, 0);
        }
        if (view.NextNonce > nonce)
        {
            // Another transaction took the nonce (a chain that lost its last seconds and went on without us): this one can never be mined.
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
