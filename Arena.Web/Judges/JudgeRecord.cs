using Arena.Engine;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Rules.Ratings;
using Microsoft.EntityFrameworkCore;
using Kappa = Arena.Rules.Ratings.Agreement;

namespace Arena.Web.Judges;

/// <summary>A judge, what it has done and how good it was at it.</summary>
/// <param name="Matches">Judged in both orders.</param>
/// <param name="Consistent">Share of them in which both orders agreed; null before the first.</param>
/// <param name="Standing">On gold cases, its present version.</param>
/// <param name="WithPanel">Cohen's kappa of what it preferred and what the verdicts said; null before both differ somewhere.</param>
/// <param name="OwnKind">How much it favours its own model family, on probes asked for that alone.</param>
/// <param name="Events">Changes of its present version's reliability, newest first.</param>
/// <param name="Clamped">Its reliability with what agreement on matches adds to gold; null without gold or a preference.</param>
/// <param name="Weights">Log-odds of its vote by judged space.</param>
/// <param name="Probes">On probes, its present version, one a source space.</param>
/// <param name="Starts">Where its probes let its weight start before gold speaks, by judged space, log-odds.</param>
public sealed record JudgeRecord(
    Judge Judge, int Judgments, int Matches, double? Consistent, double? MeanLatencyMs, long CostMicroUsd, JudgeStanding Standing, double? WithPanel, OwnFamilyBias OwnKind, IReadOnlyList<JudgeEvent> Events, ClampedAccuracy? Clamped, IReadOnlyDictionary<string, double> Weights,
    IReadOnlyList<ProbeStanding> Probes, IReadOnlyDictionary<string, double> Starts)
{
    public string Family => ModelFamily.Of(Judge.Model);
}

/// <summary>How far the judges agree beyond chance, over the newest matches; null where nothing could differ.</summary>
/// <param name="Fleiss">Over the matches that all of them judged.</param>
/// <param name="Krippendorff">Nominal alpha, people's votes a rater of their own.</param>
public sealed record JudgeAgreement(int Matches, double? Fleiss, double? Krippendorff, IReadOnlyList<(string One, string Other, int Matches, double Cohen)> Pairs);

/// <summary>All judges with their figures.</summary>
public sealed record JudgeBoard(IReadOnlyList<JudgeRecord> Records, JudgeAgreement Agreement, IReadOnlyList<Forecast> Forecasts)
{
    /// <summary>Judgments looked at, the newest.</summary>
    private const int Window = 10_000;

    /// <summary>Expected calibration error of the panel on gold cases that its weights had not seen; null before there are twenty.</summary>
    public double? Ece => Forecasts.Count < 20 ? null : Calibration.ExpectedError(Forecasts);

    public static async Task<JudgeBoard> ReadAsync(ArenaDb db, PanelBook book, CancellationToken ct)
    {
        var judges = await db.Judges.AsNoTracking().OrderBy(j => j.CreatedAt).ThenBy(j => j.Id).ToListAsync(ct);
        var said = await db.Judgments.AsNoTracking().OrderByDescending(j => j.At).Take(Window)
            .Select(j => new Said(j.MatchId, j.JudgeId, j.First, j.Preferred, j.LatencyMs, j.CostMicroUsd, j.Model, j.PromptHash)).ToListAsync(ct);
        var gold = await db.GoldAnswers.AsNoTracking().OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        var probes = await db.ProbeAnswers.AsNoTracking().OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        var ids = said.Select(s => s.Match).Distinct().ToList();
        var winners = (await db.Verdicts.AsNoTracking().Where(v => ids.Contains(v.MatchId)).Select(v => new { v.MatchId, v.Scores }).ToListAsync(ct)).ToDictionary(v => v.MatchId, v => Winner(v.Scores));
        var votes = await db.PersonVotes.AsNoTracking().Where(v => ids.Contains(v.MatchId)).ToListAsync(ct);
        var stances = said.GroupBy(s => (s.Judge, s.Match)).Where(g => g.Count() == 2).ToDictionary(g => g.Key, g => Stance([.. g]));
        var events = await db.JudgeEvents.AsNoTracking().OrderByDescending(e => e.At).ToListAsync(ct);
        var spaces = Arena.Rules.SpaceRegistry.All.Select(s => s.Card.Slug).Where(s => Rubric.ForJudged(s) is not null).ToList();
        var beliefs = new Dictionary<string, PanelBelief>();
        foreach (var space in spaces)
        {
            beliefs[space] = await book.BeliefAsync(space, ct);
        }
        var clamped = ClampedReliability.Of(
            [.. judges.SelectMany(j => gold.Where(a => a.JudgeId == j.Id && a.Version == j.Version && a.Attack is null).SelectMany(ClampedReliability.Sides)
                .Concat(said.Where(s => s.Judge == j.Id && s.Preferred is not null && JudgeVersions.IsPresent(j, s.Model, s.PromptHash)).Select(s => new JudgeSaid(s.Match.Value, j.Id, s.Preferred!.Value))))],
            gold.Select(a => a.GoldId).Distinct().ToDictionary(id => id, ClampedReliability.BetterSide));
        var records = judges.Select(judge =>
        {
            var own = said.Where(s => s.Judge == judge.Id).ToList();
            var mine = stances.Where(s => s.Key.Judge == judge.Id).ToList();
            var both = own.GroupBy(s => s.Match).Where(g => g.Count() == 2).ToList();
            var judged = mine.Where(m => winners.ContainsKey(m.Key.Match)).ToList();
            var answers = gold.Where(a => a.JudgeId == judge.Id && a.Version == judge.Version).ToList();
            var tried = probes.Where(a => a.JudgeId == judge.Id && a.Version == judge.Version).ToList();
            List<GoldAnswer> newest = [.. answers.Where(a => a.Attack is null).GroupBy(a => a.GoldId).Select(g => g.MaxBy(a => (a.At, a.Id))!)];
            return new JudgeRecord(
                judge, own.Count, both.Count, both.Count == 0 ? null : both.Count(g => g.Select(s => s.Preferred).Distinct().Count() == 1) / (double)both.Count,
                own.Count == 0 ? null : own.Average(s => s.Latency), own.Sum(s => s.Cost) + gold.Where(a => a.JudgeId == judge.Id).Sum(a => a.CostMicroUsd) + probes.Where(a => a.JudgeId == judge.Id).Sum(a => a.CostMicroUsd),
                JudgeStanding.Of(answers), Finite(Kappa.CohenKappa([.. judged.Select(m => m.Value)], [.. judged.Select(m => winners[m.Key.Match])])),
                OwnFamilyBias.Of(tried), [.. events.Where(e => e.JudgeId == judge.Id && e.Version == judge.Version)],
                clamped.GetValueOrDefault(judge.Id),
                spaces.ToDictionary(s => s, s => beliefs[s].Weight(judge.Id)),
                ProbeStanding.Of(tried), spaces.ToDictionary(s => s, s => ProbeStanding.Start(newest, tried, s)));
        }).ToList();
        return new(records, AgreementOf(judges, stances, votes), await book.ForecastsAsync(ct));
    }

    private static JudgeAgreement AgreementOf(List<Judge> judges, Dictionary<(Guid Judge, MatchId Match), int> stances, List<PersonVote> votes)
    {
        var matches = stances.Keys.Select(k => k.Match).Distinct().OrderBy(m => m.Value).ToList();
        var raters = judges.Where(j => stances.Keys.Any(k => k.Judge == j.Id)).ToList();
        if (matches.Count == 0 || raters.Count < 2)
        {
            return new(matches.Count, null, null, []);
        }
        var all = matches.Where(m => raters.All(r => stances.ContainsKey((r.Id, m)))).ToList();
        var counts = new int[all.Count, 3];
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var rater in raters)
            {
                counts[i, stances[(rater.Id, all[i])]]++;
            }
        }
        var ratings = new double[raters.Count + 1, matches.Count];
        for (var i = 0; i < matches.Count; i++)
        {
            for (var r = 0; r < raters.Count; r++)
            {
                ratings[r, i] = stances.TryGetValue((raters[r].Id, matches[i]), out var s) ? s : double.NaN;
            }
            var people = votes.Where(v => v.MatchId == matches[i]).ToList();
            var lead = people.Sum(v => v.Preferred switch { 0 => 1, 1 => -1, _ => 0 });
            ratings[raters.Count, i] = people.Count == 0 ? double.NaN : lead > 0 ? 0 : lead < 0 ? 1 : 2;
        }
        var pairs = new List<(string, string, int, double)>();
        for (var a = 0; a < raters.Count; a++)
        {
            for (var b = a + 1; b < raters.Count; b++)
            {
                var shared = matches.Where(m => stances.ContainsKey((raters[a].Id, m)) && stances.ContainsKey((raters[b].Id, m))).ToList();
                var kappa = shared.Count == 0 ? double.NaN : Kappa.CohenKappa([.. shared.Select(m => stances[(raters[a].Id, m)])], [.. shared.Select(m => stances[(raters[b].Id, m)])]);
                if (double.IsFinite(kappa))
                {
                    pairs.Add((raters[a].Name, raters[b].Name, shared.Count, kappa));
                }
            }
        }
        return new(matches.Count, all.Count == 0 ? null : Finite(Kappa.FleissKappa(counts)), Finite(Kappa.KrippendorffAlpha(ratings, AlphaMetric.Nominal)), pairs);
    }

    /// <summary>0 or 1 = the player preferred in both orders, 2 = a tie or a contradiction.</summary>
    private static int Stance(IReadOnlyList<Said> both) => both[0].Preferred == both[1].Preferred ? both[0].Preferred ?? 2 : 2;

    private static int Winner(string scores)
    {
        var s = System.Text.Json.JsonSerializer.Deserialize<long[]>(scores)!;
        return s[0] > s[1] ? 0 : s[1] > s[0] ? 1 : 2;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private sealed record Said(MatchId Match, Guid Judge, int First, int? Preferred, long Latency, long Cost, string Model, string PromptHash);
}
