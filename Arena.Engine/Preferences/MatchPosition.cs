using Arena.Rules.Play;

namespace Arena.Engine.Preferences;

/// <summary>A position of a played match, as the seat to move met it.</summary>
/// <param name="State">Before the action.</param>
/// <param name="Alone">Whether only this seat acted.</param>
/// <param name="Turn">What was said and done.</param>
public sealed record MatchPosition(IGameState State, Observation Observation, bool Alone, TurnRecord Turn)
{
    /// <summary>Every position of a match, by playing it again.</summary>
    public static IReadOnlyList<MatchPosition> Of(MatchSetup setup, PlayedMatch match)
    {
        var play = new MatchPlay(setup);
        var positions = new List<MatchPosition>();
        var turns = match.Games.SelectMany(g => g.Turns).OrderBy(t => t.Turn).ToDictionary(t => t.Turn);
        while (play.Pending.Count > 0)
        {
            var pending = play.Pending.ToArray();
            var state = play.StateOf(pending[0].Game);
            foreach (var ask in pending)
            {
                var turn = turns[ask.Turn];
                positions.Add(new(state, ask.Observation, pending.Length == 1, turn));
                Redo(play, turn);
            }
        }
        return positions;
    }

    private static void Redo(MatchPlay play, TurnRecord turn)
    {
        TurnRecord? done = null;
        foreach (var said in turn.Said)
        {
            done = play.Answer(turn.Turn, AgentReply.Said(said));
        }
        if (done is null)
        {
            play.Answer(turn.Turn, new AgentReply(null, turn.Fault ?? FaultKind.Crashed, turn.Detail));
        }
    }
}
