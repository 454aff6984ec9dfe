using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Rules;
using Arena.Rules.Ratings;
using Arena.Rules.Results;
using Arena.Rules.Transcripts;
using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Verdicts;

/// <summary>A version's live rating in a space as its matches make it.</summary>
public sealed record RebuiltRating(string Space, VersionId Version, AgentId Agent, long MilliElo, int Games, int Wins, int Losses, int Draws, MatchId LastMatch, DateTimeOffset At);

/// <summary>What a rebuild found.</summary>
/// <param name="Matches">Rated matches looked at.</param>
/// <param name="Ratings">Rating rows as the papers make them.</param>
/// <param name="Ladders">Every space's ladder from the papers, fitted a second time from the tables and compared.</param>
/// <param name="Skipped">Matches played under rules that this site no longer has; their stored scores were taken.</param>
/// <param name="Differences">Where the tables say something else than the papers; empty is well.</param>
public sealed record RebuildReport(int Matches, IReadOnlyList<RebuiltRating> Ratings, IReadOnlyDictionary<string, SpaceLadder> Ladders, int Skipped, IReadOnlyList<string> Differences);

/// <summary>
/// Makes every rating again from the papers alone: transcripts replayed under the published rules, verdicts, and the chain of rated matches of
/// each version. Nothing is taken from the rating tables; they are compared with what comes out, to the last bit.
/// </summary>
public sealed class RatingRebuild(IDbContextFactory<ArenaDb> factory, MatchReader reader)
{
    /// <param name="progress">Told the matches done so far, now and then.</param>
    public async Task<RebuildReport> RunAsync(IProgress<int>? progress, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var matches = await db.Matches.AsNoTracking().Include(m => m.Seats).Where(m => m.Kind == MatchKind.Rated && m.Status == MatchStatus.Closed)
            .OrderBy(m => m.ClosedAt).ThenBy(m => m.Id).ToListAsync(ct);
        var tables = new Tables(await Correction.ScoresAsync(db, ct));
        var (skipped, done) = (0, 0);
        foreach (var match in InOrder(matches, tables.Differences))
        {
            var (scores, styles, problem) = await ScoresAsync(db, match, ct);
            skipped += problem == Skipped ? 1 : 0;
            if (problem is not null && problem != Skipped)
            {
                tables.Differences.Add($"match {match.Id}: {problem}");
            }
            tables.Count(match, scores, styles);
            if (++done % 500 == 0)
            {
                progress?.Report(done);
            }
        }
        tables.CompareRows(await db.Ratings.AsNoTracking().ToListAsync(ct));
        var terms = new Dictionary<string, LadderTerms>();
        foreach (var space in matches.Select(m => m.Space).Distinct())
        {
            terms[space] = await LadderKeeper.TermsAsync(db, space, ct);
        }
        tables.CompareStyles(await db.MatchStyles.AsNoTracking().Where(s => s.Counter == MatchStyles.Counter).ToListAsync(ct));
        var ladders = tables.CompareLadders(matches, terms);
        return new(matches.Count, tables.Rows, ladders, skipped, tables.Differences);
    }

    /// <summary>Puts the rebuilt rows in the place of the stored ones. Only while the site is stopped: a match that closes meanwhile would be lost from them.</summary>
    public async Task WriteAsync(RebuildReport report, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Ratings.ExecuteDeleteAsync(ct);
        db.Ratings.AddRange(report.Ratings.Select(r => new Rating
        {
            Space = r.Space,
            VersionId = r.Version,
            AgentId = r.Agent,
            MilliElo = r.MilliElo,
            Games = r.Games,
            Wins = r.Wins,
            Losses = r.Losses,
            Draws = r.Draws,
            LastMatch = r.LastMatch,
            UpdatedAt = r.At,
        }));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private const string Skipped = "other rules";

    /// <summary>A match comes after the matches that its players' ratings came from, as the seats' links say.</summary>
    private static IEnumerable<Match> InOrder(List<Match> matches, List<string> differences)
    {
        var known = matches.Select(m => m.Id).ToHashSet();
        var waiting = new Dictionary<MatchId, int>();
        var followers = new Dictionary<MatchId, List<Match>>();
        var ready = new Queue<Match>();
        foreach (var match in matches)
        {
            var before = match.Seats.Where(s => s.PreviousMatch is { } p && known.Contains(p)).Select(s => s.PreviousMatch!.Value).Distinct().ToList();
            waiting[match.Id] = before.Count;
            foreach (var id in before)
            {
                (followers.TryGetValue(id, out var list) ? list : followers[id] = []).Add(match);
            }
            if (before.Count == 0)
            {
                ready.Enqueue(match);
            }
        }
        var given = 0;
        while (ready.TryDequeue(out var match))
        {
            given++;
            yield return match;
            foreach (var next in followers.GetValueOrDefault(match.Id) ?? [])
            {
                if (--waiting[next.Id] == 0)
                {
                    ready.Enqueue(next);
                }
            }
        }
        if (given < matches.Count)
        {
            differences.Add($"{matches.Count - given} rated matches are linked in a circle and can't be put in order");
        }
    }

    /// <summary>The scores that the papers give, those of the seats where the rules are gone; and how judged texts are written.</summary>
    private async Task<(IReadOnlyList<long> Scores, IReadOnlyList<TextStyle>? Styles, string? Problem)> ScoresAsync(ArenaDb db, Match match, CancellationToken ct)
    {
        var stored = match.Seats.OrderBy(s => s.Player).Select(s => s.Score ?? 0).ToList();
        if (SpaceRegistry.Find(match.Space) is not { } rules || rules.Card.RulesVersion != match.RulesVersion)
        {
            return (stored, null, Skipped);
        }
        if (await reader.TranscriptAsync(match.Id, ct) is not { } transcript)
        {
            return (stored, null, "its transcript is missing");
        }
        var replay = TranscriptReplay.Run(transcript, rules, match.Commitment);
        if (!replay.Ok || replay.Match is not { } played)
        {
            return (stored, null, $"its transcript does not replay ({replay.Checks.FirstOrDefault(c => !c.Ok)?.Step})");
        }
        if (Convert.ToHexStringLower(played.Hash) != match.TranscriptHash)
        {
            return (stored, null, "its transcript has another hash than the match");
        }
        var styles = SpaceLadder.IsJudged(match.Space) ? MatchStyles.Count(replay) : null;
        if (played.Scores is { } byRules)
        {
            return (byRules, styles, byRules.SequenceEqual(stored) ? null : "the rules give other scores than its seats have");
        }
        var record = ResultRecord.Read(await db.MatchTranscripts.Where(t => t.MatchId == match.Id).Select(t => t.Record).SingleAsync(ct)).Record;
        var verdict = await db.Verdicts.AsNoTracking().FirstOrDefaultAsync(v => v.MatchId == match.Id, ct);
        if (verdict is null || record?.Verdict != verdict.Hash)
        {
            return (stored, styles, "its verdict is missing or has another hash than its result record");
        }
        var judged = System.Text.Json.JsonSerializer.Deserialize<List<long>>(verdict.Scores) ?? [];
        return (judged, styles, judged.SequenceEqual(stored) ? null : "its verdict gives other scores than its seats have");
    }

    /// <summary>The tables as the papers make them.</summary>
    private sealed class Tables(IReadOnlyDictionary<MatchId, IReadOnlyList<long>> corrected)
    {
        private readonly Dictionary<(string Space, VersionId Version), RebuiltRating> _rows = [];
        private readonly Dictionary<string, LadderBook> _books = [];
        private readonly Dictionary<string, SkillBook> _skills = [];
        private readonly Dictionary<string, StyleBook> _styles = [];
        private readonly Dictionary<MatchId, IReadOnlyList<TextStyle>> _counts = [];

        public List<string> Differences { get; } = [];

        public IReadOnlyList<RebuiltRating> Rows => [.. _rows.Values.OrderBy(r => r.Space, StringComparer.Ordinal).ThenBy(r => r.Version.Value)];

        public void Count(Match match, IReadOnlyList<long> scores, IReadOnlyList<TextStyle>? styles)
        {
            var seats = match.Seats.OrderBy(s => s.Player).ToList();
            var before = seats.ConvertAll(s => _rows.GetValueOrDefault((match.Space, s.VersionId))
                ?? new RebuiltRating(match.Space, s.VersionId, s.AgentId, Elo.Start, 0, 0, 0, 0, match.Id, match.ClosedAt!.Value));
            // As MatchCloser: a seat of the house is an anchor.
            var changes = Elo.Rate([.. before.Select((b, i) => new EloPlayer(b.MilliElo, b.Games, seats[i].OwnerId == Owner.HouseId))], scores);
            var best = scores.Max();
            var shared = scores.Count(s => s == best) > 1;
            for (var i = 0; i < seats.Count; i++)
            {
                var (seat, row) = (seats[i], before[i]);
                if (seat.RatingBefore != changes[i].Before || seat.RatingAfter != changes[i].After)
                {
                    Differences.Add($"match {match.Id}, player {i}: {seat.RatingBefore} to {seat.RatingAfter} in the table, {changes[i].Before} to {changes[i].After} by the papers");
                }
                _rows[(match.Space, seat.VersionId)] = row with
                {
                    MilliElo = changes[i].After,
                    Games = row.Games + 1,
                    Wins = row.Wins + (scores[i] == best && !shared ? 1 : 0),
                    Losses = row.Losses + (scores[i] < best ? 1 : 0),
                    Draws = row.Draws + (scores[i] == best && shared ? 1 : 0),
                    LastMatch = match.Id,
                    At = match.ClosedAt!.Value,
                };
            }
            if (styles is not null)
            {
                _counts[match.Id] = styles;
            }
            Enter(_books, _skills, _styles, match, corrected.GetValueOrDefault(match.Id) ?? [.. scores], styles);
        }

        public void CompareRows(IReadOnlyList<Rating> rows)
        {
            var stored = rows.ToDictionary(r => (r.Space, r.VersionId));
            foreach (var made in Rows)
            {
                var row = stored.GetValueOrDefault((made.Space, made.Version));
                if (row is null || (row.MilliElo, row.Games, row.Wins, row.Losses, row.Draws) != (made.MilliElo, made.Games, made.Wins, made.Losses, made.Draws))
                {
                    Differences.Add($"{made.Space}, version {made.Version}: {row?.MilliElo} after {row?.Games} games in the table, {made.MilliElo} after {made.Games} by the papers");
                }
            }
            Differences.AddRange(stored.Keys.Where(k => !_rows.ContainsKey(k)).Select(k => $"{k.Space}, version {k.VersionId}: rated in the table, but no match has it"));
        }

        /// <summary>The stored counts of judged texts beside those of the transcripts.</summary>
        public void CompareStyles(IReadOnlyList<MatchStyle> rows) => Differences.AddRange(
            rows.Where(r => _counts.TryGetValue(r.MatchId, out var counts) && MatchStyles.Write(counts) != r.Counts).Select(r => $"match {r.MatchId}: its texts are written otherwise than its counts of style say"));

        /// <summary>The ladder from the papers beside the one from the seats' scores, bit by bit.</summary>
        public IReadOnlyDictionary<string, SpaceLadder> CompareLadders(IReadOnlyList<Match> matches, IReadOnlyDictionary<string, LadderTerms> terms)
        {
            // By the path of the running site: first as the matches closed, then the corrections.
            var stored = new Dictionary<string, LadderBook>();
            var storedSkills = new Dictionary<string, SkillBook>();
            var storedStyles = new Dictionary<string, StyleBook>();
            foreach (var match in matches)
            {
                Enter(stored, storedSkills, storedStyles, match, [.. match.Seats.OrderBy(s => s.Player).Select(s => s.Score ?? 0)], _counts.GetValueOrDefault(match.Id));
            }
            foreach (var match in matches.Where(m => corrected.ContainsKey(m.Id)))
            {
                var seats = match.Seats.OrderBy(s => s.Player).ToList();
                stored[match.Space].Replace([.. seats.Select(s => s.VersionId.Value)], [.. seats.Select(s => s.Score ?? 0)], corrected[match.Id]);
                storedSkills.GetValueOrDefault(match.Space)?.Replace(match.Id.Value, corrected[match.Id]);
                storedStyles.GetValueOrDefault(match.Space)?.Replace(match.Id.Value, corrected[match.Id]);
            }
            var ladders = new Dictionary<string, SpaceLadder>();
            foreach (var (space, book) in _books)
            {
                var made = ladders[space] = SpaceLadder.Of(book, terms[space], DateTimeOffset.MinValue).With(_skills.GetValueOrDefault(space), _styles.GetValueOrDefault(space));
                var kept = SpaceLadder.Of(stored[space], terms[space], DateTimeOffset.MinValue).With(storedSkills.GetValueOrDefault(space), storedStyles.GetValueOrDefault(space));
                Differences.AddRange(made.Fit.Places.Values.Where(p => kept.Fit.Places.GetValueOrDefault(p.Version) != p).Select(p => $"{space}, version {p.Version}: its place in the ladder differs"));
                Differences.AddRange(made.Skills.Values.Where(p => kept.Skills.GetValueOrDefault(p.Version) != p).Select(p => $"{space}, version {p.Version}: its skill differs"));
                Differences.AddRange((made.Style?.Places.Values ?? []).Where(p => kept.Style?.Places.GetValueOrDefault(p.Version) != p).Select(p => $"{space}, version {p.Version}: its place at equal style differs"));
            }
            return ladders;
        }

        /// <summary>Counts a match as the running site does.</summary>
        private static void Enter(
            Dictionary<string, LadderBook> books, Dictionary<string, SkillBook> skills, Dictionary<string, StyleBook> styles, Match match, IReadOnlyList<long> scores, IReadOnlyList<TextStyle>? counts)
        {
            Guid[] versions = [.. match.Seats.OrderBy(s => s.Player).Select(s => s.VersionId.Value)];
            (books.TryGetValue(match.Space, out var book) ? book : books[match.Space] = new LadderBook()).Add(versions, scores);
            if (SpaceLadder.RanksByPlace(match.Space))
            {
                (skills.TryGetValue(match.Space, out var skill) ? skill : skills[match.Space] = new SkillBook()).Add(match.ClosedAt!.Value, match.Id.Value, versions, scores);
            }
            if (counts is not null)
            {
                (styles.TryGetValue(match.Space, out var style) ? style : styles[match.Space] = new StyleBook()).Add(match.Id.Value, versions, scores, counts);
            }
        }
    }
}
