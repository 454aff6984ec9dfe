using System.Text.Json;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;

namespace Arena.Engine.Matches;

/// <summary>Plays a stored transcript again to show it: the kernel gets the recorded answers and makes the same positions. For proof see TranscriptReplay.</summary>
internal static class MatchReplay
{
    /// <summary>The events up to the last turn.</summary>
    /// <param name="transcript">Canonical bytes from our own store.</param>
    /// <returns>Null where this site has other rules now than those the match was played under.</returns>
    public static (MatchEvents Events, List<MatchEvent> List)? Run(MatchPlan plan, byte[] transcript, IReadOnlyList<MatchPlayer> players)
    {
        if (SpaceRegistry.Find(plan.Space)?.Card.RulesVersion != plan.RulesVersion)
        {
            return null;
        }
        using var document = JsonDocument.Parse(transcript);
        var answers = document.RootElement.GetProperty("games").EnumerateArray().SelectMany(g => g.GetProperty("turns").EnumerateArray())
            .ToDictionary(t => t.GetProperty("t").GetInt32(), Answers);
        var play = new MatchPlay((plan with { Material = TranscriptReplay.MaterialOf(document.RootElement) }).Setup());
        var events = new MatchEvents(play, plan.Space);
        var list = new List<MatchEvent> { events.Started(players) };
        list.AddRange(events.Happened(_ => null));
        while (!play.Over)
        {
            foreach (var turn in play.Pending.ToList())
            {
                play.Answer(turn.Turn, answers[turn.Turn][turn.Try]);
            }
            list.AddRange(events.Happened(_ => null));
        }
        return (events, list);
    }

    private static List<AgentReply> Answers(JsonElement turn)
    {
        var replies = turn.GetProperty("said").EnumerateArray().Select(s => AgentReply.Said(s.GetString()!)).ToList();
        var fault = Text(turn, "fault") switch
        {
            "timed-out" => FaultKind.TimedOut,
            "crashed" => FaultKind.Crashed,
            "disconnected" => FaultKind.Disconnected,
            "over-budget" => FaultKind.OverBudget,
            // An illegal answer is found illegal again.
            _ => (FaultKind?)null,
        };
        if (fault is { } kind)
        {
            replies.Add(new AgentReply(null, kind, Text(turn, "detail")));
        }
        return replies;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
