using System.Globalization;
using Arena.Engine.Matches;
using Arena.Engine.Ratings;
using Arena.Rules.Ratings;
using Arena.Web.Site;

namespace Arena.Web.Matches;

/// <summary>What a match did to one player's place in the ranking, as the list stands now.</summary>
/// <param name="Unit">"milli" for fitted ratings, thousandths of an Elo point; "skill" for skills by finishing order.</param>
/// <param name="Without">The rating without this match, or µ before it.</param>
/// <param name="With">The rating with it, or µ after it.</param>
/// <param name="SigmaBefore">σ of a skill before the match; null for fitted ratings.</param>
/// <param name="SigmaAfter">σ after it.</param>
public sealed record RankingStory(int Player, string Unit, double Without, double With, double? SigmaBefore, double? SigmaAfter, string Sentence)
{
    public const string Fitted = "milli";
    public const string BySkill = "skill";

    /// <summary>One story for each player of a closed rated match; none with the reason why where the ranking doesn't count it (yet).</summary>
    /// <param name="scores">Micro-points per player as the ranking counts them: an appeal's where there was one.</param>
    public static (IReadOnlyList<RankingStory> Stories, string? WhyNone) Of(MatchLine line, SpaceLadder ladder, IReadOnlyList<long> scores)
    {
        var match = line.Match;
        if (match.Status != MatchStatus.Closed || match.Kind != MatchKind.Rated)
        {
            return ([], "Only closed rated matches count in a ranking.");
        }
        Guid[] versions = [.. line.Players.Select(p => p.VersionId.Value)];
        if (versions.Distinct().Count() < versions.Length)
        {
            return ([], "A version that sat twice says nothing about an order of versions: the ranking passes this match over.");
        }
        if (versions.SelectMany((v, i) => versions[(i + 1)..].Select(o => (v, o))).Any(p => !ladder.Terms.Counts(p.v, p.o)))
        {
            return ([], "A flag stands against two of its players: the ranking leaves this match out until an administrator has decided.");
        }
        if (match.ClosedAt > ladder.At)
        {
            return ([], "The ranking counts this match with its next fit, within seconds.");
        }
        return SpaceLadder.RanksByPlace(match.Space) ? OfSkills(line, ladder) : OfFit(line, ladder, versions, scores);
    }

    private static (IReadOnlyList<RankingStory>, string?) OfSkills(MatchLine line, SpaceLadder ladder) =>
        ladder.SkillSteps.TryGetValue(line.Match.Id.Value, out var step)
            ? ([.. line.Players.Select(p => BySkills(p, step.Before[p.Player], step.After[p.Player]))], null)
            : ([], "The ranking counts this match with its next fit, within seconds.");

    private static RankingStory BySkills(PlayerLine player, Skill before, Skill after) => new(
        player.Player, BySkill, before.Mu, after.Mu, before.Sigma, after.Sigma,
        string.Create(CultureInfo.InvariantCulture, $"{player.ShortName}'s skill went from {before.Mu:0.00} (σ {before.Sigma:0.00}) to {after.Mu:0.00} (σ {after.Sigma:0.00}): {(after.Mu - before.Mu):+0.00;−0.00;±0.00}."));

    private static (IReadOnlyList<RankingStory>, string?) OfFit(MatchLine line, SpaceLadder ladder, Guid[] versions, IReadOnlyList<long> scores)
    {
        var score = scores[0] == scores[1] ? 0.5 : scores[0] > scores[1] ? 1 : 0;
        return ladder.Fit.Moved(versions[0], versions[1], score) is { } moved
            ? ([ByFit(line.Players[0], ladder.Fit.Places[versions[0]].Milli, moved.First), ByFit(line.Players[1], ladder.Fit.Places[versions[1]].Milli, moved.Second)], null)
            : ([], "The list is full: it holds those with most matches, and one of these two isn't among them.");
    }

    private static RankingStory ByFit(PlayerLine player, long now, long moved) => new(
        player.Player, Fitted, now - moved, now, null, null, $"{player.ShortName} stands at {Exact(now)} in the ranking today; without this match it would stand at {Exact(now - moved)}: {Words.Change(moved)}.");

    private static string Exact(long milli) => (milli / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);
}
