using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>The prompt; once all have answered, their texts, null where a seat gave none.</summary>
public sealed record InstructState(InstructPrompt Prompt, int Seats, IReadOnlyList<string?>? Answers) : IGameState;

/// <summary>A short text under constraints that a program can check, after IFEval (Zhou et al. 2023, arXiv 2311.07911).</summary>
public sealed class InstructRules : ISpaceRules
{
    public const int MostCharacters = 8_000;

    private const string Counting =
        """
        How things are counted: a word is a run without blanks that holds a letter or a digit. A sentence ends with . ! ? or an ellipsis before a blank or its line's end; it doesn't go on over a line break. Paragraphs are separated by empty lines. Named words are looked for among the runs of letters and digits, in any case.
        """;

    public SpaceCard Card { get; } = new(
        "instruct",
        "Instruct",
        "One small writing task, several exact constraints: who keeps to all of them?",
        1,
        $"""
        All seats get the same task (a short text about something) and the same {InstructPrompt.LeastConstraints} to {InstructPrompt.MostConstraints} constraints on it, drawn from {InstructKinds.All.Count} kinds:
        numbers of words, sentences, paragraphs, lines or list items; words that must or must not occur; letters to use or to avoid; small or capital letters; how the text begins
        and ends; titles, headings, highlights, placeholders, JSON, acrostics, palindromes and more. Drawn constraints never contradict each other. All answer at once.

        - A program checks every constraint. A seat's **share** is the part of the constraints that its text keeps to. What the text says isn't judged.
        - A seat's score is 1/2 plus half the difference between its share and the mean share of the others: equal shares draw, and all against nothing is a full win.
        - White space around the answer, one fence around all of it, and backticks at its ends don't belong to it. At most {MostCharacters:N0} characters.

        {Counting}

        An action is the text itself.
        """,
        2, 4, JudgingMode.Rules, Mirrored: false, SamePrompt: true, ForgivenIllegal: 2, TimeSpan.FromSeconds(120), CompactAnswerTokens: 0,
        "The text itself, without remarks. Example: Snow fell in April. Nobody had asked for it.");

    public IReadOnlyList<IHouseAgent> House => InstructAgent.All;

    public IGameState Start(Draws draws, int seats) => new InstructState(InstructPrompt.Draw(draws), seats, null);

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (InstructState)state;
        return s.Answers is null ? [.. Enumerable.Range(0, s.Seats)] : [];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (InstructState)state;
        var text = new StringBuilder(1200).Append("Do this task and keep exactly to every constraint.\n\nTask: ").Append(s.Prompt.Task).Append("\n\nConstraints:\n");
        for (var i = 0; i < s.Prompt.Constraints.Count; i++)
        {
            text.Append($"{i + 1}. {s.Prompt.Constraints[i].Ask}\n");
        }
        text.Append($"\nA program checks each constraint; your score grows with the share that you keep to. {Counting} At most {MostCharacters} characters.\n")
            .Append(s.Answers is null ? "Answer with the text only." : "The game is over.");
        return new Observation(text.ToString(), () => new JsonObject
        {
            ["space"] = "instruct",
            ["seat"] = seat,
            ["task"] = s.Prompt.Task,
            ["constraints"] = Asked(s),
            ["mostCharacters"] = MostCharacters,
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        }, null, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        if (((InstructState)state).Answers is not null)
        {
            return ActionReading.Because("The game is over.");
        }
        var prose = AnswerText.Tidy(AnswerText.Unwrap(text, keepPeriod: true));
        return prose.Length == 0 ? ActionReading.Because("The text is empty.")
            : prose.Length > MostCharacters ? ActionReading.Because($"The text has {prose.Length} characters; at most {MostCharacters} are allowed.")
            : ActionReading.Legal(prose);
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (InstructState)state;
        return s with { Answers = [.. Enumerable.Range(0, s.Seats).Select(seat => actions.GetValueOrDefault(seat))] };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (InstructState)state;
        if (s.Answers is null)
        {
            return null;
        }
        var kept = s.Answers.Select(a => Kept(s.Prompt, a).Count(k => k)).ToArray();
        var (all, others) = (s.Prompt.Constraints.Count, s.Seats - 1);
        return [.. kept.Select(own => 500_000L * (all * others + own * others - (kept.Sum() - own)) / (all * others))];
    }

    /// <summary>An answer is worth the share of the constraints that it keeps to; half of them apart is clear.</summary>
    public ProbeTerms? Probes { get; } = new(0.5, state =>
    {
        var s = (InstructState)state;
        return [.. s.Answers!.Select(a => a is null ? (double?)null : Kept(s.Prompt, a).Count(k => k) / (double)s.Prompt.Constraints.Count)];
    });

    public JsonObject View(IGameState state)
    {
        var s = (InstructState)state;
        return new JsonObject
        {
            ["task"] = s.Prompt.Task,
            ["constraints"] = Asked(s),
            ["answers"] = new JsonArray([.. Enumerable.Range(0, s.Seats).Select(seat =>
            {
                var kept = s.Answers is null ? null : Kept(s.Prompt, s.Answers[seat]);
                return new JsonObject
                {
                    ["seat"] = seat,
                    ["text"] = s.Answers?[seat],
                    ["kept"] = kept is null ? null : new JsonArray([.. kept.Select(k => JsonValue.Create(k))]),
                    ["share"] = kept is null ? null : 1_000_000L * kept.Count(k => k) / kept.Count,
                    ["fault"] = s.Answers is not null && s.Answers[seat] is null ? "no-answer" : null,
                };
            })]),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        };
    }

    /// <summary>For each constraint whether the answer keeps to it.</summary>
    private static IReadOnlyList<bool> Kept(InstructPrompt prompt, string? answer)
    {
        var text = answer is null ? null : new WrittenText(answer);
        return [.. prompt.Constraints.Select(c => text is not null && c.Holds(text))];
    }

    private static JsonArray Asked(InstructState s) => new([.. s.Prompt.Constraints.Select(c =>
    {
        var asked = c.Facts;
        asked["kind"] = c.Kind;
        asked["ask"] = c.Ask;
        return asked;
    })]);
}
