using Arena.Engine.Settlement;

namespace Arena.Tests.Engine.Settlement;

public sealed class OutboxRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly OutboxView Quiet = new(null, true, 100, 7, CallNeed.Now);

    [Fact]
    public void AFreshCallIsSignedWithTheFreeNonceAndNothingIsSentYet() =>
        Assert.Equal(new OutboxStep.Sign(7, 0), Next(Row(OutboxState.Pending), Quiet));

    [Fact]
    public void StoredBytesAreSentAfterACrashBetweenSigningAndSending() =>
        Assert.Equal(new OutboxStep.Send(0), Next(Row(OutboxState.Signed, nonce: 7, versions: 1), Quiet));

    [Fact]
    public void BytesThatWereMinedBeforeACrashAreFoundAndNotSentAgain()
    {
        var mined = new MinedTransaction("0x0", 90, "0xb", true);
        Assert.Equal(new OutboxStep.Found(mined), Next(Row(OutboxState.Signed, nonce: 7, versions: 1), Quiet with { Mined = mined, NextNonce = 8 }));
    }

    [Fact]
    public void UnminedBytesAreSentAgainUnchangedAndLaterBumpedUnderTheSameNonce()
    {
        var row = Row(OutboxState.Broadcast, nonce: 7, versions: 1, sent: Start);
        Assert.IsType<OutboxStep.Wait>(Next(row, Quiet, Start + TimeSpan.FromSeconds(5)));
        Assert.Equal(new OutboxStep.Send(0), Next(row, Quiet, Start + OutboxRules.Resend));
        Assert.Equal(new OutboxStep.Sign(7, 1), Next(row, Quiet, Start + OutboxRules.BumpAfter));
    }

    [Fact]
    public void ANonceThatWasTakenByAnotherTransactionIsGivenUp() =>
        Assert.Equal(new OutboxStep.Sign(12, 1), Next(Row(OutboxState.Broadcast, nonce: 7, versions: 1, sent: Start), Quiet with { NextNonce = 12 }, free: 12));

    [Fact]
    public void ANonceAboveOneThatNobodyWillTakeIsGivenUp()
    {
        Assert.Equal(new OutboxStep.Sign(7, 1), Next(Row(OutboxState.Signed, nonce: 9, versions: 1), Quiet, free: 7));
        // Those between belong to rows that go out before it.
        Assert.Equal(new OutboxStep.Send(0), Next(Row(OutboxState.Signed, nonce: 9, versions: 1), Quiet, free: 9));
    }

    [Fact]
    public void AMinedRowIsFinalOnlyAtItsDepth()
    {
        var row = Row(OutboxState.Mined, nonce: 7, versions: 1, block: 98);
        Assert.IsType<OutboxStep.Wait>(Next(row, Quiet));
        Assert.IsType<OutboxStep.Settled>(Next(row, Quiet with { Head = 101 }));
    }

    [Fact]
    public void ABlockThatLeftTheChainSendsTheSameBytesAgain() =>
        Assert.IsType<OutboxStep.Unwound>(Next(Row(OutboxState.Mined, nonce: 7, versions: 1, block: 90), Quiet with { StillThere = false }));

    [Fact]
    public void ACallThatTheVaultNoLongerWaitsForIsDroppedWithAReason()
    {
        var step = Assert.IsType<OutboxStep.Drop>(Next(Row(OutboxState.Pending), Quiet with { Need = CallNeed.Done }));
        Assert.Contains("no longer waits", step.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void ACallWhoseTimeHasNotComeWaitsWhateverItsState()
    {
        var later = Quiet with { Need = CallNeed.Later };
        Assert.IsType<OutboxStep.Wait>(Next(Row(OutboxState.Pending), later));
        Assert.IsType<OutboxStep.Wait>(Next(Row(OutboxState.Signed, nonce: 7, versions: 1), later));
    }

    [Fact]
    public void ACallThatTheVaultRevertedIsTriedAgainUnderANewNonceWhileTheVaultWantsIt()
    {
        var reverted = Quiet with { Mined = new("0x0", 99, "0xb", Succeeded: false), NextNonce = 8 };
        var row = Row(OutboxState.Broadcast, nonce: 7, versions: 1, sent: Start);
        Assert.IsType<OutboxStep.Wait>(Next(row, reverted, Start + TimeSpan.FromSeconds(1), free: 8));
        Assert.Equal(new OutboxStep.Sign(8, 1), Next(row, reverted, Start + OutboxRules.Resend, free: 8));
        Assert.IsType<OutboxStep.Drop>(Next(row, reverted with { Need = CallNeed.Done }, Start + OutboxRules.Resend, free: 8));
    }

    [Fact]
    public void ADroppedCallThatIsTakenUpAgainKeepsItsEarlierVersions() =>
        Assert.Equal(new OutboxStep.Sign(9, 2), Next(Row(OutboxState.Pending, versions: 2), Quiet, free: 9));

    [Fact]
    public void AVaultThatIsBehindWantsEarlierCallsFirst()
    {
        var propose = new VaultCall.Propose(3, "0x", "0x", 0, "");
        var finalize = new VaultCall.Finalize(3);
        Assert.Equal(CallNeed.Later, OutboxRules.NeedOf(Vault(1), propose, Start));
        Assert.Equal(CallNeed.Now, OutboxRules.NeedOf(Vault(2), propose, Start));
        Assert.Equal(CallNeed.Done, OutboxRules.NeedOf(Vault(2, pending: 3), propose, Start));
        Assert.Equal(CallNeed.Done, OutboxRules.NeedOf(Vault(3), propose, Start));
        Assert.Equal(CallNeed.Later, OutboxRules.NeedOf(Vault(2), finalize, Start));
        Assert.Equal(CallNeed.Later, OutboxRules.NeedOf(Vault(2, pending: 3), finalize, Start));
        Assert.Equal(CallNeed.Now, OutboxRules.NeedOf(Vault(2, pending: 3), finalize, Start + OutboxRules.WindowMargin));
        Assert.Equal(CallNeed.Done, OutboxRules.NeedOf(Vault(3), finalize, Start));
        // Somebody else's proposal of the number is not ours done.
        Assert.Equal(CallNeed.Later, OutboxRules.NeedOf(Vault(2, pending: 3), propose with { PayoutRoot = "0xother" }, Start));
    }

    private static VaultState Vault(long last, long? pending = null) => new(
        "0x00", 31337, new(100, "0xb"), Start, last, last, pending is { } n ? new VaultEpoch(n, "0x", "0x", Start, false, false) : null, 7);

    private static OutboxStep Next(OutboxRow row, OutboxView view, DateTimeOffset? now = null, long free = 7) =>
        OutboxRules.Next(row, view, free, confirmations: 3, now ?? Start);

    private static OutboxRow Row(OutboxState state, long? nonce = null, int versions = 0, DateTimeOffset? sent = null, long? block = null) => new()
    {
        Key = "epoch/1/propose",
        Call = "{}",
        CreatedAt = Start,
        State = state,
        Nonce = nonce,
        SentAt = sent,
        Block = block,
        BlockHash = block is null ? null : "0xb",
        Versions = [.. Enumerable.Range(0, versions).Select(bump => new OutboxVersion { Key = "epoch/1/propose", Bump = bump, Raw = [1], Hash = $"0x{bump}", SignedAt = Start })],
    };
}
