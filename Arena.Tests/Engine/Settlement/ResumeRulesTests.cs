using Arena.Engine.Settlement;

namespace Arena.Tests.Engine.Settlement;

/// <summary>When a corrected epoch may take the place of the one that fell: a table of everything that stands in the way.</summary>
public sealed class ResumeRulesTests
{
    private const string Payee = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ResumeOrder Order = new(5, "0xnew", "0xpay", "Ada", "the ledger was put right");

    [Fact]
    public void AFallenEpochThatComesOutDifferentlyMayGoOn() => Assert.Equal(new ResumeDecision.GoOn(1), Decide(Standing()));

    [Fact]
    public void RootsMayBeTypedInCapitalsAndWithBlanksAround() => Assert.Equal(new ResumeDecision.GoOn(1), Decide(Standing(), Order with { ResultRoot = " 0XNEW " }));

    [Theory]
    [InlineData("dispute-open", true, false, "the vault waits for the arbiter")]
    [InlineData("dispute-open", true, false, null)]
    [InlineData("not-rejected", false, false, "other roots")]
    [InlineData("foreign-final", false, true, "other roots")]
    [InlineData("not-halted", false, false, null)]
    [InlineData("not-halted", false, true, null)]
    public void WhatTheVaultSaysDecides(string code, bool disputed, bool finalized, string? halt) =>
        Assert.Equal(code, Code(Standing(Fell with { Rejected = false, Disputed = disputed, Finalized = finalized, Halt = halt })));

    [Fact]
    public void OtherDisputesOfAProposalThatFellDecideNothingAnyMore() => Assert.Equal(new ResumeDecision.GoOn(1), Decide(Standing(Fell with { Disputed = true })));

    [Fact]
    public void ALookThatIsMissingOldShallowOrOfAnotherEpochIsNoGround()
    {
        Assert.Equal("nothing-to-resume", Code(Standing() with { Look = null }));
        Assert.Equal("look-too-old", Code(Standing(Fell with { At = Now - ResumeRules.LookLasts - TimeSpan.FromSeconds(1) })));
        Assert.IsType<ResumeDecision.GoOn>(Decide(Standing(Fell with { At = Now - ResumeRules.LookLasts })));
        Assert.Equal("not-deep", Code(Standing(Fell with { Deep = false })));
        Assert.Equal("not-halted", Code(Standing(Fell with { Epoch = 4 })));
        Assert.Equal("not-halted", Code(Standing(Fell with { Halt = null })));
    }

    [Fact]
    public void WithoutAnEpochOfItsOwnTheSiteHasNothingToPropose()
    {
        var stranger = Assert.IsType<ResumeDecision.Refused>(Decide(Standing() with { Epoch = null }));
        Assert.Equal(("nothing-to-resume", true), (stranger.Code, stranger.Reason.Contains("this site did not make", StringComparison.Ordinal)));
        Assert.Equal("nothing-to-resume", Code(Standing(Fell with { Halt = null }) with { Epoch = null }));
    }

    [Fact]
    public void AFallIsCorrectedOnceAndTheNextOneThatFallsAgain()
    {
        // Corrected: the vault still holds what fell, the row holds what takes its place.
        var corrected = Standing() with { Epoch = Epoch("0xnew", "0xpay"), Corrections = [Correction("0xold", "0xoldpay")] };
        Assert.Equal("resumed-already", Code(corrected));
        Assert.Equal("resumed-already", Code(corrected with { Look = Fell with { Halt = null } }));
        // That fell too, whichever number the vault gives it: a chain that lost blocks counts anew.
        var again = corrected with { Look = Fell with { ResultRoot = "0xnew", PayoutRoot = "0xpay", Attempt = 1 } };
        Assert.Equal("same-again", Code(again));
        Assert.IsType<ResumeDecision.GoOn>(Decide(again with { Rebuilt = Rebuilt("0xnewer") }, Order with { ResultRoot = "0xnewer" }));
    }

    [Fact]
    public void NothingThatFellIsProposedAgainButOneRootThatDiffersIsEnough()
    {
        Assert.Equal("same-again", Code(Standing() with { Rebuilt = Rebuilt("0xold", "0xoldpay") }));
        Assert.IsType<ResumeDecision.GoOn>(Decide(Standing() with { Rebuilt = Rebuilt("0xold") }, Order with { ResultRoot = "0xold" }));
        Assert.IsType<ResumeDecision.GoOn>(Decide(Standing() with { Rebuilt = Rebuilt(pay: "0xoldpay") }, Order with { PayoutRoot = "0xoldpay" }));
        Assert.Equal("same-again", Code(Standing() with { Corrections = [Correction("0xnew", "0xpay")] }));
    }

    [Fact]
    public void AnEpochUnderALaterOneIsLeftAlone() => Assert.Equal("later-epoch", Code(Standing() with { Newest = 6 }));

    [Fact]
    public void WhatIsFinalIsNeverTakenBack()
    {
        Assert.Equal("payout-falls", Code(Standing() with { Rebuilt = Rebuilt(gwei: 99) }));
        Assert.Equal("payout-falls", Code(Standing() with { Rebuilt = Rebuilt() with { Payouts = [] } }));
        Assert.IsType<ResumeDecision.GoOn>(Decide(Standing() with { Rebuilt = Rebuilt(gwei: 100) }));
    }

    [Fact]
    public void AMissingRecordIsNotGuessed() => Assert.Equal("papers-missing", Code(Standing() with { Rebuilt = Rebuilt() with { WithoutRecord = ["m"] } }));

    [Fact]
    public void EverythingIsTypedBackAndTheReasonIsNotLeftOut()
    {
        Assert.Equal("other-epoch", Code(Standing(), Order with { Epoch = 6 }));
        Assert.Equal("other-roots", Code(Standing(), Order with { ResultRoot = "0xold" }));
        Assert.Equal("other-roots", Code(Standing(), Order with { PayoutRoot = "" }));
        Assert.Equal("reason-missing", Code(Standing(), Order with { Reason = " " }));
        Assert.Equal("reason-missing", Code(Standing(), Order with { By = "" }));
        Assert.Equal("reason-missing", Code(Standing(), Order with { Reason = "two\u001b[2Klines" }));
        Assert.Equal("reason-missing", Code(Standing(), Order with { Reason = new string('x', ResumeRules.LongestReason + 1) }));
        Assert.Equal("reason-missing", Code(Standing(), Order with { By = new string('x', ResumeRules.LongestName + 1) }));
    }

    [Fact]
    public void APayoutIsPutRightWithinWhatIsPromisedAndWhatWasDeposited()
    {
        Assert.Null(ResumeRules.Adjustment(Payee, -50, "why", total: 150, promised: 100, protocol: 0));
        Assert.Equal("payout-falls", ResumeRules.Adjustment(Payee, -51, "why", 150, 100, 0)?.Code);
        Assert.Equal("payout-falls", ResumeRules.Adjustment(Payee, long.MinValue, "why", 150, 100, 0)?.Code);
        Assert.Null(ResumeRules.Adjustment(Payee, 7, "why", 0, 0, protocol: 7));
        Assert.Equal("protocol-short", ResumeRules.Adjustment(Payee, 8, "why", 0, 0, 7)?.Code);
        Assert.Equal("protocol-short", ResumeRules.Adjustment(Payee, long.MaxValue, "why", 150, 0, 7)?.Code);
        Assert.Equal("amount-invalid", ResumeRules.Adjustment(Payee, 0, "why", 150, 100, 0)?.Code);
        Assert.Equal("reason-missing", ResumeRules.Adjustment(Payee, 7, "", 0, 0, 7)?.Code);
    }

    private static string Code(SettlementStanding standing, ResumeOrder? order = null) => Assert.IsType<ResumeDecision.Refused>(Decide(standing, order)).Code;

    private static ResumeDecision Decide(SettlementStanding standing, ResumeOrder? order = null) => ResumeRules.Decide(standing, order ?? Order, Now);

    private static VaultLook Fell { get; } = new()
    {
        At = Now,
        Epoch = 5,
        Attempt = 1,
        ResultRoot = "0xold",
        PayoutRoot = "0xoldpay",
        WindowEndsAt = Now,
        Rejected = true,
        Halt = "fell",
        Deep = true,
    };

    /// <summary>Epoch 5 fell and comes out differently.</summary>
    private static SettlementStanding Standing(VaultLook? look = null) =>
        new(Epoch("0xold", "0xoldpay"), look ?? Fell, Rebuilt(), new Dictionary<string, long> { [Payee] = 100 }, [], 5);

    private static SettlementEpoch Epoch(string result, string pay) => new()
    {
        Number = 5,
        ResultRoot = result,
        PayoutRoot = pay,
        PayoutTotalGwei = 100,
        Matches = 1,
        BuiltAt = Now,
        Status = EpochStatus.Proposed,
    };

    private static RebuiltEpoch Rebuilt(string result = "0xnew", string pay = "0xpay", long gwei = 150) =>
        new(result, pay, gwei, [new EpochPayout { Epoch = 5, Address = Payee, CumulativeGwei = gwei }], [], []);

    private static EpochCorrection Correction(string fellResult, string fellPay) => new()
    {
        Epoch = 5,
        Number = 1,
        Attempt = 1,
        FellResultRoot = fellResult,
        FellPayoutRoot = fellPay,
        ResultRoot = "",
        PayoutRoot = "",
        Changes = "",
        By = "Ada",
        Reason = "why",
        At = Now,
    };
}
