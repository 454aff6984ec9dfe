using Arena.Engine.Ledger;
using Arena.Engine.Store;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Settlement;

/// <summary>
/// What a person does after an upheld dispute: see how settlement stands, put the books right, and let the epoch that was made again from the papers take the
/// place of the one that fell. It needs the database alone and works beside the running site, which proposes what stands there.
/// </summary>
public sealed class CorrectionDesk(IOptions<ArenaOptions> options, GroupWriter writer, TimeProvider time)
{
    /// <summary>How settlement stands, from one moment of the database; it waits for no writer and holds none up.</summary>
    public Task<SettlementStanding> StandingAsync(CancellationToken ct) => Task.Run(
        () =>
        {
            using var connection = SqliteStore.Open(options.Value);
            using var transaction = connection.BeginTransaction(deferred: true);
            return Read(new WriteSession(connection) { Transaction = transaction }, time.GetUtcNow());
        },
        ct);

    /// <summary>
    /// Decides and, where nothing stands in the way, puts the corrected epoch in the place of the one that fell, in one transaction: roots, payouts, leaves, the
    /// record of it, and the proposal under a key of its own. The old proposal's row is closed for good, so that a chain that goes back never gets it again.
    /// </summary>
    public Task<ResumeDecision> ResumeAsync(ResumeOrder order, CancellationToken ct) => writer.WriteAsync(
        session =>
        {
            var now = time.GetUtcNow();
            var standing = Read(session, now);
            var decision = ResumeRules.Decide(standing, order, now);
            if (decision is ResumeDecision.GoOn go)
            {
                Correct(session, standing, go, order, now);
            }
            return decision;
        },
        ct);

    /// <summary>
    /// Puts right what an address may claim, by an entry of its own against the protocol's account. It counts in the epoch that fell, where one has, and
    /// otherwise in the next.
    /// </summary>
    /// <param name="address">EIP-55, as <see cref="OwnerReference.Canonical"/> gives it.</param>
    /// <param name="gwei">Added to what it may claim in total; less than zero takes back what no epoch has promised.</param>
    /// <param name="reason">For whoever reads the ledger, 1 to <see cref="ResumeRules.LongestReason"/> characters.</param>
    /// <param name="ct">Gives up waiting for the writer.</param>
    /// <returns>Null when it is booked, otherwise why not.</returns>
    public Task<ResumeDecision.Refused?> AdjustAsync(string address, long gwei, string reason, CancellationToken ct) => writer.WriteAsync(
        session =>
        {
            var now = time.GetUtcNow();
            var standing = Read(session, now);
            // An epoch on its way may become final as it stands; only one that fell promises nothing any more.
            var fell = standing.Obstacle is null or { Code: "papers-missing" or "same-again" or "payout-falls" };
            var promised = fell ? standing.Final.GetValueOrDefault(address) : SettlementRows.Payouts(session, standing.Newest).GetValueOrDefault(address);
            var refused = ResumeRules.Adjustment(address, gwei, reason, Balance(session, Payouts.PayableTo(address)), promised, Balance(session, LedgerBook.Protocol));
            if (refused is null)
            {
                LedgerDesk.Book(
                    session,
                    new($"adjustment/{Guid.CreateVersion7(now):D}", $"Payout put right: {reason.Trim()}", [new(LedgerBook.Protocol, -gwei), new(Payouts.PayableTo(address), gwei)]),
                    now);
            }
            return refused;
        },
        ct);

    private static long Balance(WriteSession session, string account) =>
        session.First("SELECT COALESCE(SUM(AmountGwei), 0) FROM LedgerRows WHERE Account = $0", r => r.GetInt64(0), account);

    private static SettlementStanding Read(WriteSession session, DateTimeOffset now)
    {
        var look = VaultLook.Read(session);
        var newest = session.First("SELECT COALESCE(MAX(Number), 0) FROM SettlementEpochs", r => r.GetInt64(0));
        var epoch = SettlementRows.Epoch(session, look is { Halt: not null } ? look.Epoch : newest);
        var doubted = epoch is not null && look is not null && look.Epoch == epoch.Number && (look.Halt is not null || look.Disputed || look.Rejected);
        var standing = new SettlementStanding(
            epoch,
            look,
            doubted ? RebuiltEpoch.Make(session, epoch!) : null,
            SettlementRows.Payouts(session, (epoch?.Number ?? 0) - 1),
            epoch is null ? [] : SettlementRows.Corrections(session, epoch.Number),
            newest);
        return standing with { Obstacle = ResumeRules.Obstacle(standing, now) };
    }

    private static void Correct(WriteSession session, SettlementStanding standing, ResumeDecision.GoOn go, ResumeOrder order, DateTimeOffset now)
    {
        var (epoch, rebuilt) = (standing.Epoch!, standing.Rebuilt!);
        foreach (var key in (string[])[OutboxKeys.Propose(epoch.Number, standing.Corrections.Count), OutboxKeys.Finalize(epoch.Number)])
        {
            OutboxRows.Dropped(session, key, $"Attempt {go.Attempt} of epoch {epoch.Number} fell to a dispute; the epoch was corrected.");
        }
        var correction = new EpochCorrection
        {
            Epoch = epoch.Number,
            Number = standing.Corrections.Count + 1,
            Attempt = go.Attempt,
            FellResultRoot = standing.Look!.ResultRoot,
            FellPayoutRoot = standing.Look.PayoutRoot,
            ResultRoot = rebuilt.ResultRoot,
            PayoutRoot = rebuilt.PayoutRoot,
            Changes = string.Join('\n', rebuilt.Changes),
            By = order.By.Trim(),
            Reason = order.Reason.Trim(),
            At = now,
        };
        SettlementRows.Insert(session, correction);
        SettlementRows.Replace(session, epoch, rebuilt);
        OutboxRows.Propose(session, SettlementRows.Epoch(session, epoch.Number)!, correction.Number, now);
    }
}
