using Arena.Rules.Play;

namespace Arena.Tests.Rules;

/// <summary>Matches for tests: fixed ids, seeds from a number, answers from house agents or a script.</summary>
internal static class MadeMatches
{
    public static MatchSetup Setup(ISpaceRules rules, int? players = null, int seed = 1)
    {
        var bytes = new byte[32];
        BitConverter.TryWriteBytes(bytes, seed);
        return new MatchSetup(
            new Guid(seed, 0, 7, [1, 2, 3, 4, 5, 6, 7, 8]), rules, bytes, "rated",
            [.. Enumerable.Range(0, players ?? rules.Card.MinSeats).Select(i => new Player(new Guid(i + 1, 0, 7, [8, 7, 6, 5, 4, 3, 2, 1]), new string((char)('a' + i), 64)))]);
    }

    /// <summary>Plays a match to its end, each pending turn answered by <paramref name="answer"/>.</summary>
    public static PlayedMatch Play(MatchSetup setup, Func<MatchPlay, PendingTurn, AgentReply> answer)
    {
        var play = new MatchPlay(setup);
        while (!play.Over)
        {
            var turn = play.Pending[0];
            play.Answer(turn.Turn, answer(play, turn));
        }
        return play.Finish();
    }

    /// <summary>One house agent for each player.</summary>
    public static PlayedMatch House(MatchSetup setup, params IHouseAgent[] agents) =>
        Play(setup, (play, turn) => play.HouseReply(turn, agents[turn.Player]));

    /// <summary>How one house agent does against another over matches with seeds from 1: its mean score, from 0 to 1, and what the true mean is at least, with 99 per cent.</summary>
    public static (double Mean, double AtLeast) Grade(ISpaceRules rules, IHouseAgent strong, IHouseAgent weak, int matches)
    {
        var scores = Enumerable.Range(1, matches).Select(seed => House(Setup(rules, seed: seed), strong, weak).Scores![0] / 1e6).ToList();
        var mean = scores.Average();
        var deviation = Math.Sqrt(scores.Sum(s => (s - mean) * (s - mean)) / (matches - 1));
        return (mean, mean - 2.326 * deviation / Math.Sqrt(matches));
    }
}
