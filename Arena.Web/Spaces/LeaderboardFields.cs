using System.Globalization;
using System.Text;
using Arena.Engine.Agents;
using Arena.Engine.Ratings;
using Arena.Web.Agents;

namespace Arena.Web.Spaces;

/// <summary>A leaderboard's filter as a query string says it, and its lines as CSV. Words that mean nothing show all.</summary>
internal static class LeaderboardFields
{
    public static LeaderboardFilter Read(string? kind, string? division, string? trained, string? owner) => new(
        Enum.GetValues<AgentKind>().Where(k => KindWords.Of(k) == kind).Select(k => (AgentKind?)k).FirstOrDefault(),
        string.IsNullOrWhiteSpace(owner) ? null : owner,
        division switch { "hosted" => false, "self-hosted" => true, _ => null },
        trained switch { "yes" => true, "no" => false, _ => null });

    /// <summary>Whether a query string asks for the ranking at equal style.</summary>
    public static bool AtEqualStyle(string? style) => style == "control";

    /// <summary>RFC 4180, one header line; ratings in Elo points to a thousandth, skills (empty where two play) to a millionth; "drawn" is what an owner's other versions moved, "styled" the rating at equal style (empty where no judges decide), "robust" the sandwich interval (empty where it can't be trusted).</summary>
    public static string Csv(IReadOnlyList<LeaderboardRow> lines)
    {
        var text = new StringBuilder("rank,best_rank,worst_rank,agent_id,agent,kind,version_id,version,owner,trained,rating,low,high,live_elo,provisional,games,wins,draws,losses,skill,skill_sigma,skill_low,skill_high,drawn,skill_drawn,styled,styled_low,styled_high,robust_low,robust_high\r\n");
        foreach (var line in lines)
        {
            text.AppendJoin(',',
                line.Rank, line.BestRank, line.WorstRank, line.AgentId, Quoted(line.Agent), KindWords.Of(line.Kind), line.VersionId, line.VersionNumber, Quoted(line.Owner),
                line.Trained ? "true" : "false", Points(line.Fitted?.Milli), Points(line.Fitted?.Low), Points(line.Fitted?.High), Points(line.MilliElo),
                line.Provisional ? "true" : "false", line.Games, line.Wins, line.Draws, line.Losses,
                Skill(line.Skill?.Mu), Skill(line.Skill?.Sigma), Skill(line.Skill?.Low), Skill(line.Skill?.High), Points(line.Fitted?.Drawn), Skill(line.Skill?.Drawn),
                Points(line.Styled?.Milli), Points(line.Styled?.Low), Points(line.Styled?.High), Points(line.Fitted?.RobustLow), Points(line.Fitted?.RobustHigh)).Append("\r\n");
        }
        return text.ToString();
    }

    private static string Points(long? milli) => milli is { } m ? (m / 1000.0).ToString("0.000", CultureInfo.InvariantCulture) : "";

    private static string Skill(double? points) => points?.ToString("0.000000", CultureInfo.InvariantCulture) ?? "";

    /// <summary>In quotes; a leading sign that a spreadsheet would take for a formula gets an apostrophe before it.</summary>
    private static string Quoted(string text) =>
        $"\"{(text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" : "")}{text.Replace("\"", "\"\"")}\"";
}
