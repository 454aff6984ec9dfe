using System.Globalization;
using Arena.Engine;
using Arena.Engine.Matches;
using Arena.Engine.Settlement;
using Arena.Rules;
using Arena.Rules.Hashing;
using Arena.Rules.Merkle;
using Arena.Rules.Ratings;
using Arena.Rules.Results;
using Arena.Rules.Transcripts;
using Arena.Web.Site;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Matches;

/// <summary>How a step of a verification came out.</summary>
public enum CheckState
{
    Holds,
    Fails,

    /// <summary>Can't be checked yet, or not from here; the words say why.</summary>
    Waits,
}

/// <summary>One step of a verification.</summary>
/// <param name="Expected">What was recomputed, or null where there is nothing to compare.</param>
/// <param name="Found">What stands in the papers or on the chain.</param>
public sealed record CheckStep(string Title, CheckState State, string Words, string? Expected = null, string? Found = null);

/// <summary>
/// Recomputes a closed match from its papers alone: transcript, result, rating change, Merkle proof, and the root that is read
/// from the chain at this moment. Everything but the last runs in Arena.Rules, which anyone can run elsewhere.
/// </summary>
public sealed class MatchVerifier(IDbContextFactory<ArenaDb> databases, MatchReader reader, IEnumerable<ISettlementRail> rails)
{
    private static readonly TimeSpan ChainPatience = TimeSpan.FromSeconds(10);

    /// <summary>The steps in order, or null where there is no such closed match.</summary>
    public async Task<IReadOnlyList<CheckStep>?> RunAsync(MatchId id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var match = await db.Matches.AsNoTracking().Include(m => m.Seats).SingleOrDefaultAsync(m => m.Id == id, ct);
        if (match is not { Status: MatchStatus.Closed } || await reader.TranscriptAsync(id, ct) is not { } transcript || await reader.RecordAsync(id, ct) is not { } papers)
        {
            return null;
        }
        var steps = new List<CheckStep>();
        var replay = Replay(steps, match, transcript);
        var record = Record(steps, match, transcript, papers, replay);
        if (record is not null)
        {
            await RatingsAsync(steps, record, ct);
        }
        await ProofAsync(steps, db, match, papers, ct);
        return steps;
    }

    private static ReplayReport? Replay(List<CheckStep> steps, Match match, byte[] transcript)
    {
        if (SpaceRegistry.Find(match.Space) is not { } rules || rules.Card.RulesVersion != match.RulesVersion)
        {
            steps.Add(new("Replay", CheckState.Waits, $"This site no longer carries version {match.RulesVersion} of the rules of {match.Space}; the transcript can still be checked with the release that did."));
            return null;
        }
        var replay = TranscriptReplay.Run(transcript, rules, match.Commitment);
        foreach (var check in replay.Checks)
        {
            steps.Add(new(Sentence(check.Step), check.Ok ? CheckState.Holds : CheckState.Fails, check.Meaning, Cut(check.Expected), Cut(check.Found)));
        }
        return replay;
    }

    private static ResultRecord? Record(List<CheckStep> steps, Match match, byte[] transcript, byte[] papers, ReplayReport? replay)
    {
        var hash = Convert.ToHexStringLower(Keccak256.Hash(transcript));
        var (record, problem) = ResultRecord.Read(papers);
        if (record is null)
        {
            steps.Add(new("Result record", CheckState.Fails, "The record's bytes are not a canonical result record.", "result/1", problem));
            return null;
        }
        steps.Add(Compare("Transcript hash", "keccak-256 of the transcript's bytes, as the result record names it.", hash, record.Transcript));
        steps.Add(Compare("Match", "The record is of this match.", $"{match.Id} {match.Space} {match.Kind.ToString().ToLowerInvariant()}", $"{record.Match} {record.Space} {record.Kind}"));
        var recorded = string.Join(" : ", record.Scores.Select(Points));
        if (replay?.Match is { Scores: { } scores })
        {
            steps.Add(Compare("Result", "The scores that the rules give after the replay, against those in the record.", string.Join(" : ", scores.Select(Points)), recorded));
        }
        else if (record.Verdict is { } verdict)
        {
            steps.Add(new("Result", CheckState.Holds, "AI judges scored this match; the record binds their verdict by its hash. Their judgments are on the match's page.", null, $"{recorded}, verdict {verdict}"));
        }
        return record;
    }

    private async Task RatingsAsync(List<CheckStep> steps, ResultRecord record, CancellationToken ct)
    {
        if (record.Ratings.Count == 0)
        {
            steps.Add(new("Rating change", CheckState.Holds, $"A {record.Kind} match changes no rating, and the record has none."));
            return;
        }
        // K says who is an anchor; the pages say it in words.
        var players = record.Ratings.Select(r => new EloPlayer(r.Before, r.Games, r.K == Elo.AnchorK)).ToList();
        var explained = Elo.Rate(players, record.Scores);
        steps.Add(Compare(
            "Rating change",
            "Elo recomputed from the ratings before and the scores.",
            string.Join("; ", explained.Select(e => $"{Milli(e.Before)} → {Milli(e.After)} (K {e.K})")),
            string.Join("; ", record.Ratings.Select(r => $"{Milli(r.Before)} → {Milli(r.After)} (K {r.K})"))));
        await HistoryAsync(steps, record, ct);
    }

    /// <summary>Each rating before the match must be the one after that version's previous match.</summary>
    private async Task HistoryAsync(List<CheckStep> steps, ResultRecord record, CancellationToken ct)
    {
        var expected = new List<string>();
        foreach (var step in record.Ratings)
        {
            if (step.Previous is not { } previous)
            {
                expected.Add(Milli(Elo.Start));
                continue;
            }
            var papers = await reader.RecordAsync(new(previous), ct);
            var earlier = papers is null ? null : ResultRecord.Read(papers).Record?.Ratings.FirstOrDefault(r => r.Version == step.Version);
            expected.Add(earlier is null ? "no record" : Milli(earlier.After));
        }
        steps.Add(Compare("Rating history", "Each rating before this match is the one that the version's previous rated match left.", string.Join("; ", expected), string.Join("; ", record.Ratings.Select(r => Milli(r.Before)))));
    }

    private async Task ProofAsync(List<CheckStep> steps, ArenaDb db, Match match, byte[] papers, CancellationToken ct)
    {
        var leaf = ResultRecord.LeafOf(papers);
        steps.Add(Compare("Leaf", "keccak-256 twice over the result record: this is what an epoch commits to.", EpochBook.Hex(leaf), match.Leaf is null ? "none" : EpochBook.Hex(match.Leaf)));
        if (await db.ProofAsync(match.Id, ct) is not { Epoch: { } epoch } proof)
        {
            steps.Add(new("Merkle proof", CheckState.Waits, rails.Any()
                ? "No epoch holds this match yet. Epochs are made about once a minute; run this again then."
                : "The chain is off on this site, so no epoch was made. Everything above was recomputed all the same."));
            return;
        }
        var climbs = MerkleTree.Verify(EpochBook.Bytes(epoch.ResultRoot), leaf, proof.Proof.Select(EpochBook.Bytes));
        steps.Add(new("Merkle proof", climbs ? CheckState.Holds : CheckState.Fails, $"The leaf and {Words.Many(proof.Proof.Count, "sibling")} lead to the result root of epoch {epoch.Number}.", epoch.ResultRoot, climbs ? epoch.ResultRoot : "another root"));
        steps.Add(await OnChainAsync(epoch, ct));
    }

    private async Task<CheckStep> OnChainAsync(SettlementEpoch epoch, CancellationToken ct)
    {
        const string title = "Root on the chain";
        if (rails.FirstOrDefault() is not { } rail)
        {
            return new(title, CheckState.Waits, "The chain is off on this site. The epoch's root can be compared once it is on.", epoch.ResultRoot);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ChainPatience);
        try
        {
            if (await rail.EpochAsync(epoch.Number, limit.Token) is not { } vault)
            {
                return new(title, CheckState.Waits, $"Epoch {epoch.Number} is built but not yet proposed to the vault contract.", epoch.ResultRoot);
            }
            var same = string.Equals(vault.ResultRoot, epoch.ResultRoot, StringComparison.OrdinalIgnoreCase);
            var standing = vault.Finalized ? "It is final." : vault.Disputed ? "It is disputed." : $"Its challenge window ends {vault.WindowEndsAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}.";
            return new(title, same ? CheckState.Holds : CheckState.Fails, $"Read from the vault contract just now. {standing}", epoch.ResultRoot, vault.ResultRoot);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new(title, CheckState.Waits, $"The chain does not answer ({e.Message}). Run this again when it is up.", epoch.ResultRoot);
        }
    }

    private static CheckStep Compare(string title, string words, string expected, string found) =>
        new(title, expected == found ? CheckState.Holds : CheckState.Fails, words, Cut(expected), Cut(found));

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Cut(string text) => text.Length <= 400 ? text : text[..400] + "…";

    private static string Points(long micro) => (micro / 1_000_000.0).ToString("0.######", CultureInfo.InvariantCulture);

    private static string Milli(long milliElo) => (milliElo / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);
}
