using System.Globalization;

namespace Arena.Engine.Settlement;

/// <summary>What the operator typed back: the corrected epoch as they read it, their name and why.</summary>
/// <param name="ResultRoot">0x hex, in any case and with blanks around.</param>
/// <param name="PayoutRoot">Likewise.</param>
/// <param name="By">Who answers for it, 1 to <see cref="ResumeRules.LongestName"/> characters.</param>
/// <param name="Reason">For everybody, 1 to <see cref="ResumeRules.LongestReason"/> characters.</param>
public sealed record ResumeOrder(long Epoch, string ResultRoot, string PayoutRoot, string By, string Reason);

/// <summary>Whether the corrected epoch takes the place of the one that fell.</summary>
public abstract record ResumeDecision
{
    /// <param name="Attempt">The attempt that fell, as the vault counts.</param>
    public sealed record GoOn(long Attempt) : ResumeDecision;

    /// <param name="Code">Stable.</param>
    /// <param name="Reason">What stands in the way and what to do about it.</param>
    public sealed record Refused(string Code, string Reason) : ResumeDecision;
}

/// <summary>How settlement stands: everything that the decision to resume is made of, read at one moment.</summary>
/// <param name="Epoch">The epoch that stopped settlement, otherwise the newest; null before the first.</param>
/// <param name="Look">What the worker last saw of the vault, or null before its first look.</param>
/// <param name="Rebuilt">The epoch made again from the papers; null where nothing speaks against it.</param>
/// <param name="Final">What each address may claim by the epoch before this one, gwei.</param>
/// <param name="Corrections">This epoch's, oldest first.</param>
/// <param name="Newest">Number of the newest epoch; 0 before the first.</param>
public sealed record SettlementStanding(
    SettlementEpoch? Epoch, VaultLook? Look, RebuiltEpoch? Rebuilt, IReadOnlyDictionary<string, long> Final, IReadOnlyList<EpochCorrection> Corrections, long Newest)
{
    /// <summary>What stands in the way of proposing the epoch again, whatever is typed; null where nothing does.</summary>
    public ResumeDecision.Refused? Obstacle { get; init; }
}

/// <summary>When a corrected epoch may take the place of the one that fell: pure.</summary>
public static class ResumeRules
{
    public const int LongestReason = 500;
    public const int LongestName = 80;

    /// <summary>How long a look at the vault is ground for a decision. The worker writes one at least every <see cref="LookEvery"/>.</summary>
    public static readonly TimeSpan LookLasts = TimeSpan.FromMinutes(2);

    /// <summary>A look that says the same again is written this often.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(20);

    public static ResumeDecision Decide(SettlementStanding standing, ResumeOrder order, DateTimeOffset now) =>
        (ResumeDecision?)Obstacle(standing, now) ?? Mistyped(standing.Epoch!, standing.Rebuilt!, order) ?? (ResumeDecision)new ResumeDecision.GoOn(standing.Look!.Attempt);

    /// <summary>What stands in the way, whatever is typed.</summary>
    public static ResumeDecision.Refused? Obstacle(SettlementStanding standing, DateTimeOffset now)
    {
        if (standing.Look is not { } look)
        {
            return No("nothing-to-resume", "The site has never looked at its vault. Start it with its chain; it settles by itself.");
        }
        if (now - look.At > LookLasts)
        {
            return No("look-too-old", string.Create(CultureInfo.InvariantCulture, $"The site last saw its vault at {look.At:u}. Start the site, or bring its chain back (its status page says why it is down), and try again."));
        }
        if (standing.Epoch is not { } epoch)
        {
            return No("nothing-to-resume", look.Halt is null
                ? "This site has no epoch yet; settlement has not stopped."
                : $"The vault holds a proposal of epoch {look.Epoch} that this site did not make. Dispute it before its window ends, and let the arbiter replace the settler's key: somebody else has it.");
        }
        if (epoch.Number != look.Epoch)
        {
            return No("not-halted", $"Settlement has not stopped at epoch {epoch.Number}.");
        }
        return Held(epoch, look, standing) ?? Made(epoch, look, standing);
    }

    /// <summary>Why a payout may not be put right so; null where it may.</summary>
    /// <param name="gwei">The change.</param>
    /// <param name="total">What the address may claim in total by the ledger, gwei.</param>
    /// <param name="promised">What of that an epoch has promised, gwei: never taken back.</param>
    /// <param name="protocol">What the protocol's account holds, gwei: the vault pays no more than was deposited.</param>
    public static ResumeDecision.Refused? Adjustment(string address, long gwei, string reason, long total, long promised, long protocol)
    {
        if (gwei == 0)
        {
            return No("amount-invalid", "The change is a whole number of gwei other than zero.");
        }
        if (gwei < 0 && (Int128)total + gwei < promised)
        {
            return No("payout-falls", string.Create(CultureInfo.InvariantCulture, $"{address} may claim {total} gwei in total, of which an epoch has promised {promised}: no more than the rest can be taken back."));
        }
        if (gwei > protocol && gwei > 0)
        {
            return No("protocol-short", string.Create(CultureInfo.InvariantCulture, $"The protocol's account holds {protocol} gwei: what is paid must have been deposited. Take back first what somebody else was given wrongly."));
        }
        return Fits(reason, LongestReason) ? null
            : No("reason-missing", $"A reason of at most {LongestReason} characters belongs to it, without line breaks: it stands in the ledger.");
    }

    /// <summary>What the vault says.</summary>
    private static ResumeDecision.Refused? Held(SettlementEpoch epoch, VaultLook look, SettlementStanding standing)
    {
        if (!look.Rejected)
        {
            return look switch
            {
                // After a proposal has fallen its other disputes stay open for ever; before that one decides.
                { Disputed: true } => No("dispute-open", $"A dispute of epoch {epoch.Number} is open. The arbiter decides it first; where it is rejected, settlement goes on by itself."),
                { Halt: null } => No("not-halted", $"Settlement has not stopped at epoch {epoch.Number}."),
                { Finalized: true } => No("foreign-final", $"The vault has made other roots final for epoch {epoch.Number}. Nothing can take their place: this database and this vault no longer fit each other. Is it an older copy of the database?"),
                _ => No("not-rejected", $"The vault still holds a proposal of epoch {epoch.Number} that is not this site's. Dispute it before its window ends; it can be replaced once the arbiter has upheld that."),
            };
        }
        if (standing.Corrections.Any(c => c.Fell == look.Roots) && look.Roots != epoch.Roots)
        {
            return No("resumed-already", $"Epoch {epoch.Number} is corrected already. The running site proposes it.");
        }
        if (look.Halt is null)
        {
            return No("not-halted", $"Settlement has not stopped at epoch {epoch.Number}.");
        }
        if (!look.Deep)
        {
            return No("not-deep", "The arbiter's ruling is not yet as deep in the chain as the site's confirmations (Arena:Chain:Confirmations). Try again some blocks later.");
        }
        return standing.Newest != epoch.Number
            ? No("later-epoch", $"The chain went back past epoch {epoch.Number} after it was final here, and epoch {standing.Newest} was built upon it. No command can put that right.")
            : null;
    }

    /// <summary>What the papers give.</summary>
    private static ResumeDecision.Refused? Made(SettlementEpoch epoch, VaultLook look, SettlementStanding standing)
    {
        var rebuilt = standing.Rebuilt!;
        if (rebuilt.WithoutRecord.Count > 0)
        {
            return No("papers-missing", $"{Listed(rebuilt.WithoutRecord)} of epoch {epoch.Number} without a readable result record: put the rows of MatchTranscripts back from a copy of the database. A record is not guessed.");
        }
        if (rebuilt.Roots == look.Roots || standing.Corrections.Any(c => c.Fell == rebuilt.Roots))
        {
            return No("same-again", "Made again from the papers, the epoch is exactly the one that was rejected. Find what the dispute was about and put it right first: payouts by `settlement adjust`, records from a copy of the database.");
        }
        var totals = rebuilt.Payouts.ToDictionary(p => p.Address, p => p.CumulativeGwei);
        var less = standing.Final.Where(f => totals.GetValueOrDefault(f.Key) < f.Value).Select(f => f.Key).Order(StringComparer.Ordinal).ToList();
        return less.Count == 0 ? null
            : No("payout-falls", string.Create(CultureInfo.InvariantCulture, $"{less[0]} would get {totals.GetValueOrDefault(less[0])} gwei in total, but epoch {epoch.Number - 1} gave it {standing.Final[less[0]]}. What is final is never taken back: correct the books so that no address falls below that."));
    }

    private static ResumeDecision.Refused? Mistyped(SettlementEpoch epoch, RebuiltEpoch rebuilt, ResumeOrder order)
    {
        if (order.Epoch != epoch.Number)
        {
            return No("other-epoch", $"Settlement has stopped at epoch {epoch.Number}; another number was typed.");
        }
        if (!Same(order.ResultRoot, rebuilt.ResultRoot) || !Same(order.PayoutRoot, rebuilt.PayoutRoot))
        {
            return No("other-roots", "The roots that were typed are not those of the corrected epoch. Where they were read from the screen, the papers have changed since: look again.");
        }
        return Fits(order.By, LongestName) && Fits(order.Reason, LongestReason) ? null
            : No("reason-missing", $"A name of at most {LongestName} characters and a reason of at most {LongestReason} belong to a correction, without line breaks: they stand on the epoch's page.");
    }

    private static bool Same(string typed, string root) => typed.Trim().Equals(root, StringComparison.OrdinalIgnoreCase);

    private static bool Fits(string typed, int longest) => typed.Trim() is { Length: > 0 } text && text.Length <= longest && !text.Any(char.IsControl);

    private static string Listed(IReadOnlyList<string> matches) =>
        matches.Count == 1 ? $"Match {matches[0]} is" : $"{matches.Count} matches ({string.Join(", ", matches.Take(3))}{(matches.Count > 3 ? ", …" : "")}) are";

    private static ResumeDecision.Refused No(string code, string reason) => new(code, reason);
}
