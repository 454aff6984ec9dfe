using System.Globalization;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Rules.Ratings;
using Arena.Web.Site;

namespace Arena.Web.Matches;

/// <summary>Why one player's rating changed: the sum, and each opponent's share in it.</summary>
/// <param name="Sentence">The whole story in words.</param>
/// <param name="Formula">The sum in numbers, one line per opponent.</param>
public sealed record RatingStory(int Player, long Before, long After, string Sentence, IReadOnlyList<string> Formula)
{
    /// <summary>One story for each player of a closed rated match; empty otherwise.</summary>
    public static IReadOnlyList<RatingStory> Of(MatchLine line)
    {
        var seats = line.Match.Seats.OrderBy(s => s.Player).ToList();
        if (line.Match.Status != MatchStatus.Closed || seats.Any(s => s.RatingBefore is null || s.RatingAfter is null || s.Score is null))
        {
            return [];
        }
        var players = seats.Select((s, i) => new EloPlayer(s.RatingBefore!.Value, s.GamesBefore ?? 0, line.Players[i].Kind == AgentKind.House)).ToList();
        var explained = Elo.Rate(players, [.. seats.Select(s => s.Score!.Value)]);
        return [.. explained.Select((e, i) => Tell(line, seats[i], e, players[i]))];
    }

    private static RatingStory Tell(MatchLine line, MatchSeat seat, EloExplanation explained, EloPlayer player)
    {
        var name = line.Players[seat.Player].ShortName;
        var share = explained.Shares[0];
        var expected = Points(explained.Shares.Average(s => s.Expected));
        var scored = Points(explained.Shares.Average(s => s.Score));
        var opponents = explained.Shares.Count == 1
            ? $"{line.Players[share.Opponent].ShortName} ({Exact(share.OpponentRating)})"
            : $"{explained.Shares.Count} opponents";
        var surprise = (explained.Change, explained.Shares.Average(s => (double)(s.Score - s.Expected))) switch
        {
            (0, _) => "exactly as expected, so nothing moved",
            (_, > 600_000) => "far better than expected",
            (_, > 0) => "better than expected",
            (_, < -600_000) => "far worse than expected",
            _ => "worse than expected",
        };
        var why = player.Anchor
            ? "the K of house agents, which move slowly to hold the scale"
            : explained.Provisional
                ? $"a newcomer's K, because it had played {Words.Many(player.Games, "rated match", "rated matches")} of the first {Elo.ProvisionalGames}"
                : $"the K of an established version ({Words.Many(player.Games, "rated match", "rated matches")} before)";
        var sentence = $"{name} was rated {Exact(explained.Before)} and met {opponents}, so it was expected to score {expected}. It scored {scored}: {surprise}. K was {explained.K}, {why}.";
        var over = explained.Shares.Count == 1 ? "" : $" / {explained.Shares.Count}";
        return new(
            seat.Player,
            seat.RatingBefore!.Value,
            seat.RatingAfter!.Value,
            sentence,
            [.. explained.Shares.Select(s =>
                $"{(explained.Shares.Count == 1 ? "" : $"against {line.Players[s.Opponent].ShortName}: ")}{explained.K} × ({Points(s.Score)} − {Points(s.Expected)}){over} = {Words.Change(s.Change)}")]);
    }

    private static string Exact(long milliElo) => (milliElo / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Points(double micro) => (micro / 1_000_000).ToString("0.###", CultureInfo.InvariantCulture);
}
