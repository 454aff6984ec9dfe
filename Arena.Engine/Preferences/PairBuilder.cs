using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Engine.Preferences;

/// <summary>
/// Makes pairs whose completions answered the same prompt within one match. Pure. Ties, faults and equal answers make no
/// pair (reference/judging_rating.md section 5).
/// </summary>
public static class PairBuilder
{
    /// <summary>More pairs of one prompt would teach the prompt, not the task.</summary>
    public const int MostPerPrompt = 2;

    /// <summary>Pairs of a space where every seat answers the same prompt and the rules score the answers.</summary>
    public static IReadOnlyList<PairDraft> SamePrompt(MatchSetup setup, PlayedMatch match)
    {
        var drafts = new List<PairDraft>();
        var positions = MatchPosition.Of(setup, match);
        foreach (var prompt in positions.GroupBy(p => (p.Turn.Game, p.Turn.Ply, p.Turn.Saw)))
        {
            if (match.Games[prompt.Key.Game].Scores is not { } scores)
            {
                continue;
            }
            var ranked = prompt.Where(p => p.Turn.Did is not null).OrderByDescending(p => scores[p.Turn.Seat]).ThenBy(p => p.Turn.Seat).ToList();
            for (var i = 1; i <= Math.Min(MostPerPrompt, ranked.Count - 1); i++)
            {
                // The best against the worst, then against the next from below.
                var (best, worse) = (ranked[0], ranked[^i]);
                var margin = (scores[best.Turn.Seat] - scores[worse.Turn.Seat]) / 1_000_000.0;
                drafts.AddRange(Both(setup, best, worse, PairSource.SamePrompt, margin));
            }
        }
        return drafts;
    }

    /// <summary>The pair of a judged match: the answers to the shared prompt, when the judges' lead is at least <paramref name="minMargin"/>.</summary>
    /// <param name="winner">Player index.</param>
    /// <param name="margin">The panel's margin, 0 to 1.</param>
    public static IReadOnlyList<PairDraft> Judged(MatchSetup setup, PlayedMatch match, int winner, double margin, double minMargin)
    {
        if (margin < minMargin)
        {
            return [];
        }
        var drafts = new List<PairDraft>();
        foreach (var prompt in MatchPosition.Of(setup, match).GroupBy(p => (p.Turn.Game, p.Turn.Ply, p.Turn.Saw)))
        {
            var won = prompt.FirstOrDefault(p => p.Turn.Player == winner && p.Turn.Did is not null);
            var lost = prompt.FirstOrDefault(p => p.Turn.Player != winner && p.Turn.Did is not null);
            if (won is not null && lost is not null)
            {
                drafts.AddRange(Both(setup, won, lost, PairSource.Judged, margin));
            }
        }
        return drafts;
    }

    private static IEnumerable<PairDraft> Both(MatchSetup setup, MatchPosition best, MatchPosition worse, PairSource source, double margin)
    {
        var (chosen, rejected) = (best.Turn.Did!, worse.Turn.Did!);
        if (margin <= 0 || chosen == rejected)
        {
            yield break;
        }
        var (by, against) = (Version(setup, best), Version(setup, worse));
        yield return new(PairDraft.TextNotation, best.Turn.Saw, chosen, rejected, source, best.Turn.Turn, by, against, margin);
        if (best.Observation.Compact is { } compact && compact == worse.Observation.Compact)
        {
            yield return new(PairDraft.CompactNotation, compact, chosen, rejected, source, best.Turn.Turn, by, against, margin);
        }
    }

    private static VersionId Version(MatchSetup setup, MatchPosition position) => new(setup.Players[position.Turn.Player].Version);
}
