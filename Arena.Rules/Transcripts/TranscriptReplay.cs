using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Transcripts;

/// <summary>One step of a verification, for a list with green and red marks.</summary>
/// <param name="Step">What was checked.</param>
/// <param name="Ok">Whether it held.</param>
/// <param name="Expected">What recomputation gives.</param>
/// <param name="Found">What the transcript says.</param>
public sealed record ReplayCheck(string Step, bool Ok, string Expected, string Found)
{
    /// <summary>What the step means, one sentence for people.</summary>
    public string Meaning => Step switch
    {
        "canonical form" => "One match has one set of bytes (RFC 8785), so its hash means something.",
        "shape" => "A transcript has the members that docs/protocol.md names, each of its kind.",
        "space and rules version" => "The published rules that the replay uses.",
        "seed matches its commitment" => "The seed in the transcript hashes to the commitment beside it.",
        "commitment was published before play" => "That commitment is the one that stood on the match's page from the start.",
        "deals and seats" => "Who sat where in which game, from the seed.",
        "turn order" => "The rules say who acts next; the transcript has another turn there.",
        "every observation reproduced" => "What each agent was shown, word for word.",
        "every answer read as recorded, and the match complete" => "Each answer means under the rules what the transcript says it did.",
        "game scores" => "The score of each game by the rules.",
        "hash chain" => "Every turn is chained to the one before.",
        "same bytes again" => "Writing the replayed match gives the very bytes that were read.",
        _ when Step.StartsWith("observation of turn ", StringComparison.Ordinal) => "What the agent was shown in this turn differs from what the rules show it.",
        _ when Step.StartsWith("place of turn ", StringComparison.Ordinal) => "The game, the ply and the seat of this turn differ from what the rules ask for.",
        _ when Step.StartsWith("turn ", StringComparison.Ordinal) => "What the agent said in this turn means something else under the rules than the transcript says it did.",
        _ => "",
    };
}

/// <summary>What a replay found.</summary>
/// <param name="Checks">In order; a failed one ends the list where going on would mean nothing.</param>
/// <param name="Match">The match as replayed, when it could be played to its end.</param>
public sealed record ReplayReport(IReadOnlyList<ReplayCheck> Checks, PlayedMatch? Match)
{
    /// <summary>Whether every check held and the match was replayed to its end.</summary>
    public bool Ok => Match is not null && Checks.All(c => c.Ok);

    /// <summary>What the match was played with besides its rules, canonical JSON, or null.</summary>
    public string? Material { get; init; }

    /// <summary>The match's setup as recorded; null where the bytes can't be read.</summary>
    public MatchSetup? Setup { get; init; }
}

/// <summary>
/// Plays a transcript again: what the agents said goes through the same machine as in production, and everything else
/// (deals, observations, readings, scores, chain) must come out as recorded. Trusts nothing in the bytes and never throws on them.
/// </summary>
public static class TranscriptReplay
{
    /// <param name="transcript">Canonical bytes, from anywhere.</param>
    /// <param name="rules">The space's rules.</param>
    /// <param name="commitment">The commitment published before play, lower-case hex, where it is known from elsewhere.</param>
    public static ReplayReport Run(ReadOnlySpan<byte> transcript, ISpaceRules rules, string? commitment = null)
    {
        var checks = new List<ReplayCheck>();
        var (value, problem) = CanonicalJson.Read(transcript);
        checks.Add(new ReplayCheck("canonical form", problem is null, "RFC 8785 bytes", problem ?? "RFC 8785 bytes"));
        if (problem is not null)
        {
            return new ReplayReport(checks, null);
        }
        try
        {
            var recorded = Recorded.Read(value);
            var setup = new MatchSetup(recorded.Match, rules, recorded.Seed, recorded.Kind, recorded.Players) { Material = recorded.Material };
            return new ReplayReport(checks, Replay(checks, recorded, setup, commitment, transcript)) { Material = recorded.Material, Setup = setup };
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
        {
            checks.Add(new ReplayCheck("shape", false, TranscriptWriter.Format, e.Message));
            return new ReplayReport(checks, null);
        }
    }

    /// <summary>A stored transcript's material, canonical JSON, or null.</summary>
    public static string? MaterialOf(JsonElement transcript) => transcript.TryGetProperty("material", out var material) ? material.GetRawText() : null;

    private static PlayedMatch? Replay(List<ReplayCheck> checks, Recorded recorded, MatchSetup setup, string? commitment, ReadOnlySpan<byte> transcript)
    {
        bool Check(string step, string expected, string found)
        {
            checks.Add(new ReplayCheck(step, expected == found, expected, found));
            return expected == found;
        }

        var card = setup.Rules.Card;
        if (!Check("space and rules version", $"{card.Slug} {card.RulesVersion}", $"{recorded.Space} {recorded.RulesVersion}"))
        {
            return null;
        }
        Check("seed matches its commitment", MatchPlay.Commitment(recorded.Seed), recorded.Commitment);
        if (commitment is not null)
        {
            Check("commitment was published before play", commitment, recorded.Commitment);
        }

        var play = new MatchPlay(setup);
        if (!Check("deals and seats",
                string.Join(' ', Enumerable.Range(0, play.GameCount).Select(g => Seating(play.GameOf(g).Deal, play.GameOf(g).Seats))),
                string.Join(' ', recorded.Games.Select(g => Seating(g.Deal, g.Seats)))))
        {
            return null;
        }
        var saw = 0;
        foreach (var turn in recorded.Games.SelectMany((g, i) => g.Turns.Select(t => t with { Game = i })))
        {
            if (play.Pending.Count == 0 || !play.Pending.Any(p => p.Turn == turn.Turn))
            {
                Check("turn order", play.Over ? "no more turns" : $"turn {play.Pending[0].Turn}", $"turn {turn.Turn}");
                return null;
            }
            var asked = play.Pending.First(p => p.Turn == turn.Turn);
            if (!Check($"place of turn {turn.Turn}", $"game {asked.Game} ply {asked.Ply} seat {asked.Seat}", $"game {turn.Game} ply {turn.Ply} seat {turn.Seat}") ||
                !Check($"observation of turn {turn.Turn}", asked.Observation.Text, turn.Saw))
            {
                return null;
            }
            // Passing checks are summed up below: one line a turn would drown the list.
            checks.RemoveRange(checks.Count - 2, 2);
            saw++;
            if (!Check($"turn {turn.Turn}", Redo(play, turn), turn.Outcome()))
            {
                return null;
            }
            checks.RemoveAt(checks.Count - 1);
        }
        Check("every observation reproduced", $"{saw} turns", $"{recorded.Games.Sum(g => g.Turns.Count)} turns");
        if (!Check("every answer read as recorded, and the match complete", "over", play.Over ? "over" : $"waiting for turn {play.Pending[0].Turn}"))
        {
            return null;
        }
        var match = play.Finish();
        Check("game scores", Scores(match.Games.Select(g => g.Scores)), Scores(recorded.Games.Select(g => g.Scores)));
        Check("hash chain", match.ChainHead, recorded.Chain);
        var same = match.Transcript.AsSpan().SequenceEqual(transcript);
        checks.Add(new ReplayCheck("same bytes again", same, $"{match.Transcript.Length} bytes", same ? $"{transcript.Length} bytes" : "different bytes"));
        return match;
    }

    /// <summary>Gives the recorded answers to the machine and describes what it made of them, in the words of <see cref="RecordedTurn"/>.</summary>
    private static string Redo(MatchPlay play, RecordedTurn turn)
    {
        TurnRecord? done = null;
        for (var i = 0; i < turn.Said.Count; i++)
        {
            done = play.Answer(turn.Turn, AgentReply.Said(turn.Said[i]));
            if (done is not null && i < turn.Said.Count - 1)
            {
                return $"ended with answer {i + 1}";
            }
        }
        if (done is null && turn.Fault is { } word && TranscriptWriter.FaultFor(word) is { } fault)
        {
            done = play.Answer(turn.Turn, new AgentReply(null, fault, turn.Detail));
        }
        return done is null
            ? $"illegal: {play.Pending.First(p => p.Turn == turn.Turn).Complaint}"
            : RecordedTurn.Outcome(done.Did, done.Fault is { } f ? TranscriptWriter.WordFor(f) : null, done.Detail);
    }

    private static string Seating(int deal, IReadOnlyList<int> seats) => $"{deal}:[{string.Join(',', seats)}]";

    private static string Scores(IEnumerable<IReadOnlyList<long>?> games) =>
        string.Join(' ', games.Select(s => s is null ? "judged" : $"[{string.Join(',', s)}]"));

    private sealed record RecordedTurn(int Turn, int Game, int Ply, int Seat, string Saw, IReadOnlyList<string> Said, string? Did, string? Fault, string? Detail)
    {
        public string Outcome() => Outcome(Did, Fault, Detail);

        public static string Outcome(string? did, string? fault, string? detail) =>
            fault is null ? $"did {did}" : $"fault {fault}: {detail}" + (did is null ? "" : $" and did {did}");
    }

    private sealed record RecordedGame(int Deal, IReadOnlyList<int> Seats, IReadOnlyList<long>? Scores, IReadOnlyList<RecordedTurn> Turns);

    /// <summary>A transcript's facts, read strictly: a missing or ill-typed member throws, an unknown one shows up in "same bytes again".</summary>
    private sealed record Recorded(
        Guid Match, string Space, int RulesVersion, string Kind, string Commitment, byte[] Seed, IReadOnlyList<Player> Players, IReadOnlyList<RecordedGame> Games, string Chain)
    {
        /// <summary>Canonical JSON, or null.</summary>
        public string? Material { get; init; }

        public static Recorded Read(JsonNode? value)
        {
            var root = value as JsonObject ?? throw new FormatException("not an object");
            if (Text(root, "arena") != TranscriptWriter.Format)
            {
                throw new FormatException($"not {TranscriptWriter.Format}");
            }
            return new Recorded(
                Guid.ParseExact(Text(root, "match"), "D"),
                Text(root, "space"),
                Number(root, "rules"),
                Text(root, "kind"),
                Text(root, "commitment"),
                Convert.FromHexString(Text(root, "seed")),
                [.. Items(root, "players").Select(p => new Player(Guid.ParseExact(Text(p!, "version"), "D"), Text(p!, "hash")) { LegalOnly = p!["guided"]?.GetValue<string>() == "legal" })],
                [.. Items(root, "games").Select((g, i) => Game(g!, i))],
                Text(root, "chain"))
            {
                Material = root["material"] is { } material ? Encoding.UTF8.GetString(CanonicalJson.Write(material)) : null,
            };
        }

        private static RecordedGame Game(JsonNode game, int index) => new(
            Number(game, "deal"),
            [.. Items(game, "seats").Select(s => s!.GetValue<int>())],
            game["scores"] is null ? null : [.. Items(game, "scores").Select(s => s!.GetValue<long>())],
            [.. Items(game, "turns").Select(t => new RecordedTurn(
                Number(t!, "t"), index, Number(t!, "ply"), Number(t!, "seat"), Text(t!, "saw"), [.. Items(t!, "said").Select(s => s!.GetValue<string>())],
                t!["did"]?.GetValue<string>(), t["fault"]?.GetValue<string>(), t["detail"]?.GetValue<string>()))]);

        private static JsonNode Member(JsonNode node, string name) =>
            (node as JsonObject ?? throw new FormatException("not an object"))[name] ?? throw new FormatException($"'{name}' is missing");

        private static string Text(JsonNode node, string name) => Member(node, name).GetValue<string>();

        private static int Number(JsonNode node, string name) => Member(node, name).GetValue<int>();

        private static IEnumerable<JsonNode?> Items(JsonNode node, string name)
        {
            var items = Member(node, name) as JsonArray ?? throw new FormatException($"'{name}' is not a list");
            return items.Select(i => i ?? throw new FormatException($"'{name}' holds null"));
        }
    }
}
