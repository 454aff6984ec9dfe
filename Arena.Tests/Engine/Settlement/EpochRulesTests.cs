using Arena.Engine.Settlement;

namespace Arena.Tests.Engine.Settlement;

public sealed class EpochRulesTests
{
    private static readonly DateTimeOffset Ends = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly VaultEpoch Held = new(5, "0xr", "0xp", Ends, false, false);

    [Fact]
    public void AnEpochFollowsTheVaultFromBuiltToFinal()
    {
        Assert.IsType<EpochStep.AskPropose>(Next(EpochStatus.Built, null));
        Assert.Equal(new EpochStep.Proposed(Ends), Next(EpochStatus.Built, Held));
        Assert.IsType<EpochStep.Keep>(Next(EpochStatus.Proposed, Held));
        Assert.IsType<EpochStep.AskFinalize>(Next(EpochStatus.Proposed, Held, now: Ends + OutboxRules.WindowMargin));
        Assert.IsType<EpochStep.Keep>(Next(EpochStatus.Proposed, Held with { Finalized = true }, confirmed: 4));
        Assert.IsType<EpochStep.Finalized>(Next(EpochStatus.Proposed, Held with { Finalized = true }, confirmed: 5));
        Assert.IsType<EpochStep.Keep>(Next(EpochStatus.Finalized, Held with { Finalized = true }, confirmed: 5));
    }

    [Fact]
    public void AnEpochThatLeftTheChainGoesBack()
    {
        Assert.IsType<EpochStep.Back>(Next(EpochStatus.Proposed, null));
        Assert.IsType<EpochStep.Back>(Next(EpochStatus.Finalized, null));
        Assert.Equal(new EpochStep.Proposed(Ends), Next(EpochStatus.Finalized, Held, confirmed: 4));
    }

    [Fact]
    public void ADisputeHoldsTheEpochAndARestartedWindowIsLearned()
    {
        Assert.IsType<EpochStep.Keep>(Next(EpochStatus.Proposed, Held with { Disputed = true }, now: Ends + TimeSpan.FromDays(1)));
        var later = Ends + TimeSpan.FromHours(1);
        Assert.Equal(new EpochStep.Proposed(later), Next(EpochStatus.Proposed, Held with { WindowEndsAt = later }, now: Ends + TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void ForeignRootsAndFallenProposalsStopSettlementForAPerson()
    {
        Assert.Contains("other roots", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Proposed, Held with { ResultRoot = "0xo" })).Because);
        Assert.Contains("other roots", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Built, Held with { PayoutRoot = "0xo" })).Because);
        Assert.Contains("dispute", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Proposed, Held with { Rejected = true })).Because);
        Assert.Contains("did not make", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Built, Held with { ResultRoot = "0xo", Rejected = true })).Because);
    }

    [Fact]
    public void WhatFellAndWasCorrectedNoLongerStopsAnything()
    {
        var old = Held with { ResultRoot = "0xfell", Rejected = true };
        Assert.IsType<EpochStep.AskPropose>(Next(EpochStatus.Built, old));
        // The chain forgot the corrected proposal, but not the ruling.
        Assert.IsType<EpochStep.Back>(Next(EpochStatus.Proposed, old));
        Assert.IsType<EpochStep.Back>(Next(EpochStatus.Finalized, old));
        // The chain forgot the ruling too: nothing of ours may go out, for the vault would refuse it, and somebody has to dispute again.
        Assert.Contains("lost a ruling", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Built, old with { Rejected = false })).Because);
        Assert.Contains("lost that ruling", Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Built, old with { Rejected = false, Finalized = true })).Because);
        // What is ours now stops it when it falls, also where the chain counts its attempts anew.
        Assert.IsType<EpochStep.Halt>(Next(EpochStatus.Proposed, Held with { Rejected = true, Attempt = 1 }));
    }

    private static EpochStep Next(EpochStatus status, VaultEpoch? held, long confirmed = 4, DateTimeOffset? now = null) => EpochRules.Next(
        new SettlementEpoch
        {
            Number = 5,
            ResultRoot = "0xr",
            PayoutRoot = "0xp",
            PayoutTotalGwei = 0,
            Matches = 1,
            BuiltAt = Ends,
            Status = status,
            WindowEndsAt = status == EpochStatus.Built ? null : Ends,
        },
        held,
        [new("0xfell", "0xp")],
        confirmed,
        now ?? Ends);
}
