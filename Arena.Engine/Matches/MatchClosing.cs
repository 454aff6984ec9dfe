using Arena.Rules.Play;
using Arena.Rules.Ratings;
using Arena.Rules.Results;

namespace Arena.Engine.Matches;

/// <summary>A player's rating row as the closing transaction finds it.</summary>
/// <param name="LastMatch">The rated match that set it, or null for a newcomer.</param>
/// <param name="Anchor">A house agent's.</param>
public sealed record Standing(long MilliElo, int Games, MatchId? LastMatch, bool Anchor)
{
    public static Standing Newcomer(bool anchor) => new(Elo.Start, 0, null, anchor);
}

/// <summary>How a match counts in the lists.</summary>
public enum MatchOutcome
{
    Win,
    Loss,
    Draw,
}

/// <summary>What a closed match means for one player.</summary>
/// <param name="Score">Micro-points.</param>
/// <param name="Rating">Null where the match is not rated.</param>
/// <param name="Fault">Its first fault, or null.</param>
public sealed record SeatClosing(long Score, MatchOutcome Outcome, EloExplanation? Rating, Standing? Before, string? Fault);

/// <summary>Everything that closing a match writes, decided without touching anything.</summary>
/// <param name="Record">Canonical bytes of the result record.</param>
/// <param name="Leaf">32 bytes.</param>
public sealed record MatchClosing(IReadOnlyList<SeatClosing> Seats, byte[] Record, byte[] Leaf, DateTimeOffset At)
{
    /// <param name="scores">Micro-points per player.</param>
    /// <param name="transcriptHash">keccak-256, lower-case hex.</param>
    /// <param name="verdictHash">Of the judges' verdict, or null where the rules scored.</param>
    /// <param name="standings">Per player; ignored where the match is not rated.</param>
    /// <param name="faults">Per player, the first fault or null.</param>
    public static MatchClosing Decide(
        MatchPlan plan,
        IReadOnlyList<long> scores,
        string transcriptHash,
        string? verdictHash,
        IReadOnlyList<Standing> standings,
        IReadOnlyList<string?> faults,
        DateTimeOffset now)
    {
        var rated = plan.Kind == MatchKind.Rated;
        var changes = rated ? Elo.Rate([.. standings.Select(s => new EloPlayer(s.MilliElo, s.Games, s.Anchor))], scores) : [];
        var steps = changes.Select((c, i) =>
            new RatingStep(plan.Seats[i].VersionId.Value, c.Before, c.After, standings[i].Games, c.K, standings[i].LastMatch?.Value));
        var record = new ResultRecord(plan.Id.Value, plan.Space, plan.KindWord, transcriptHash, scores, verdictHash, [.. steps], now.ToUnixTimeMilliseconds()).ToBytes();
        var best = scores.Max();
        var sharers = scores.Count(s => s == best);
        var seats = scores.Select((score, i) => new SeatClosing(
            score,
            score < best ? MatchOutcome.Loss : sharers > 1 ? MatchOutcome.Draw : MatchOutcome.Win,
            rated ? changes[i] : null,
            rated ? standings[i] : null,
            faults[i])).ToList();
        return new MatchClosing(seats, record, ResultRecord.LeafOf(record), now);
    }

    /// <summary>The first fault of each player, as its owner reads it.</summary>
    public static IReadOnlyList<string?> FaultsOf(PlayedMatch played, int players)
    {
        var faults = new string?[players];
        foreach (var game in played.Games)
        {
            foreach (var turn in game.Turns)
            {
                if (turn.Fault is { } fault)
                {
                    faults[turn.Player] ??= $"{fault}: {turn.Detail}";
                }
            }
        }
        return faults;
    }
}
