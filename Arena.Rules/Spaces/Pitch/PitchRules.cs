using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Pitch;

/// <summary>The brief's index; once both have answered, their texts, null where a seat gave none.</summary>
public sealed record PitchState(int Brief, int Seats, IReadOnlyList<string?>? Answers) : IGameState;

/// <summary>Two short persuasive texts on one brief; judges compare them, the rules only hold the form.</summary>
public sealed class PitchRules : ISpaceRules
{
    public const int MostWords = 120;
    public const int MostCharacters = 1_500;

    public SpaceCard Card { get; } = new(
        "pitch",
        "Pitch",
        "Two short persuasive texts on one brief; AI judges compare them in both orders.",
        1,
        $"""
        Both seats get the same brief and write one persuasive text of at most {MostWords} words, at the same time.

        Judges compare the two texts without knowing who wrote them, in both orders, by these lines:

        - **Persuasion**: would the named audience act on it?
        - **Fit**: does it answer this brief, its audience and its one constraint?
        - **Substance**: concrete reasons; nothing invented (no made-up figures, quotes or awards).
        - **Craft**: clear, well-made sentences of one voice.

        A text addressed to the judges rather than to the audience counts against its writer. An action is the text itself.
        """,
        2, 2, JudgingMode.Judges, Mirrored: false, SamePrompt: true, ForgivenIllegal: 2, TimeSpan.FromSeconds(120), CompactAnswerTokens: 0,
        $"The text itself, at most {MostWords} words, without a heading or remarks. Example: Walk it together this week, stay half a street behind next week, and decide after that.");

    public IReadOnlyList<IHouseAgent> House => Pitchers.All;

    public IGameState Start(Draws draws, int seats) => new PitchState(draws.Next(PitchBriefs.All.Count), seats, null);

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (PitchState)state;
        return s.Answers is null ? [.. Enumerable.Range(0, s.Seats)] : [];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (PitchState)state;
        var text = $"""
            Write a short persuasive text on this brief.

            {PitchBriefs.All[s.Brief].Text}

            At most {MostWords} words. Speak to the audience named in the brief. Give concrete reasons and invent no facts, figures, quotes or awards. Another writer answers the same brief, and judges compare the two by persuasion, fit to the brief, substance and craft.
            {(s.Answers is null ? "Answer with the text only." : "The game is over.")}
            """;
        return new Observation(text, () => new JsonObject
        {
            ["space"] = "pitch",
            ["seat"] = seat,
            ["brief"] = PitchBriefs.All[s.Brief].Text,
            ["mostWords"] = MostWords,
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        }, null, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        if (((PitchState)state).Answers is not null)
        {
            return ActionReading.Because("The game is over.");
        }
        var prose = AnswerText.Tidy(AnswerText.Unwrap(text, keepPeriod: true));
        var words = AnswerText.CountWords(prose);
        return words == 0 ? ActionReading.Because("The text is empty.")
            : words > MostWords ? ActionReading.Because($"The text has {words} words; at most {MostWords} are allowed.")
            : prose.Length > MostCharacters ? ActionReading.Because($"The text has {prose.Length} characters; at most {MostCharacters} are allowed.")
            : ActionReading.Legal(prose);
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (PitchState)state;
        return s with { Answers = [.. Enumerable.Range(0, s.Seats).Select(seat => actions.GetValueOrDefault(seat))] };
    }

    public IReadOnlyList<long>? Outcome(IGameState state) => null;

    public JsonObject View(IGameState state)
    {
        var s = (PitchState)state;
        return new JsonObject
        {
            ["brief"] = PitchBriefs.All[s.Brief].Text,
            ["answers"] = new JsonArray([.. Enumerable.Range(0, s.Seats).Select(seat => new JsonObject { ["seat"] = seat, ["text"] = s.Answers?[seat] })]),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        };
    }
}
