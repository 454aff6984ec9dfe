using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.CodeDuel.Tasks;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>The task; once all have answered, how they did, null where a seat gave no answer.</summary>
public sealed record CodeDuelState(CodeTask Task, int Seats, IReadOnlyList<CodeReport?>? Reports) : IGameState;

/// <summary>One programming task for all seats; hidden tests decide.</summary>
public sealed class CodeDuelRules : ISpaceRules
{
    /// <summary>Characters of one argument or result in an example; examples are small.</summary>
    private const int ShownExample = 2_000;

    private const string Language =
        "The language is JavaScript without regular expressions, async, generators, inheritance, getters and setters, BigInt, Date, Math.random and console; there is no input and output. Let, const, arrow functions, destructuring, spread, template strings, Map, Set, Math, JSON and the usual methods of arrays, strings, objects and numbers are there.";

    public SpaceCard Card { get; } = new(
        "code-duel",
        "Code duel",
        "One programming task, hidden tests: whose function is right, fast and short?",
        2,
        $"""
        All seats get the same task: a function to write in JavaScript, told in plain words with two examples. It is made from one of {TaskTemplates.All.Count} templates
        (texts, numbers, lists, grids, graphs, planning, small machines) in five grades, with numbers, names and variants drawn anew. All answer at once, with code.

        - Hidden tests, some twelve to sixteen, call the function: special cases (empty, single, equal), then small to large inputs. A test is passed if the returned value is the right one: equal as JSON, where 0 equals -0 and the order of an object's names doesn't matter.
        - **Whoever passes more tests is ahead.** At equal numbers, whoever needs fewer steps in the tests that both passed; then whoever has fewer characters. Who passes no test is ahead of nobody but of who gave no answer.
        - A score is the share of opponents that one is ahead of, draws counting half.
        - Steps are counted by the interpreter: each evaluated part of the code, and each element or character that a built-in function touches. A test ends after {CodeCheck.TestSteps:N0} steps, all tests of an answer together after {CodeCheck.AnswerSteps:N0}; both then fail. There is also a limit on memory ({CodeCheck.TestCells:N0} elements and characters a test) and on recursion ({CodeCheck.TestCalls:N0} calls within calls; one more is a RangeError).
        - Each test runs the code afresh: nothing is kept between tests. No clock and no chance: every replay counts the same steps.
        - When all have answered, tests, answers and results are shown to everybody.

        {Language}

        An action is the code, at most {CodeAnswer.MostCharacters:N0} characters: it must define the named function and may define more. If there is a Markdown block between ``` lines, the first one is taken and all else is ignored.
        Code that can't be read gets one more try, with line and column of the problem.
        """,
        2, 4, JudgingMode.Rules, Mirrored: false, SamePrompt: true, ForgivenIllegal: 1, TimeSpan.FromSeconds(180), CompactAnswerTokens: 0,
        "JavaScript code that defines the named function. Example: function amberArrow(numbers) { return numbers.length; }");

    public IReadOnlyList<IHouseAgent> House => CodeDuelAgent.All;

    public IGameState Start(Draws draws, int seats) => new CodeDuelState(CodeTask.Draw(draws), seats, null);

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (CodeDuelState)state;
        return s.Reports is null ? [.. Enumerable.Range(0, s.Seats)] : [];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (CodeDuelState)state;
        var task = s.Task;
        var text = new StringBuilder(2_000).Append($"Write the JavaScript function {task.Function}({string.Join(", ", task.Parameters)}).\n\n{task.Prompt}\n\nExamples:\n");
        foreach (var example in task.Examples)
        {
            text.Append(task.Shown(example, ShownExample)).Append('\n');
        }
        text.Append($"\nHidden tests check it, special cases and large inputs among them (at most {CodeCheck.TestSteps} steps each). Most tests passed wins; then fewest steps, then shortest code. {Language}\n");
        if (s.Reports is null)
        {
            text.Append($"Answer with the code only, at most {CodeAnswer.MostCharacters} characters.");
        }
        else
        {
            text.Append("The game is over.\n");
            AppendReports(text, s, s.Reports);
        }
        return new Observation(text.ToString(), () => new JsonObject
        {
            ["space"] = "code-duel",
            ["seat"] = seat,
            ["task"] = task.Prompt,
            ["grade"] = task.Grade,
            ["function"] = task.Function,
            ["parameters"] = new JsonArray([.. task.Parameters.Select(p => JsonValue.Create(p))]),
            ["examples"] = new JsonArray([.. task.Examples.Select(e => new JsonObject
            {
                ["arguments"] = new JsonArray([.. e.Arguments.Select(a => a?.DeepClone())]),
                ["result"] = e.Expected?.DeepClone(),
            })]),
            ["mostSteps"] = CodeCheck.TestSteps,
            ["mostCharacters"] = CodeAnswer.MostCharacters,
            ["reports"] = s.Reports is null ? null : Answers(s),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        }, null, null);
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (CodeDuelState)state;
        return s.Reports is not null ? ActionReading.Because("The game is over.") : CodeAnswer.Read(text, s.Task.Function);
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (CodeDuelState)state;
        // Equal answers are run once.
        var reports = actions.Values.Distinct(StringComparer.Ordinal).ToDictionary(code => code, code => CodeCheck.Run(s.Task, code), StringComparer.Ordinal);
        return s with { Reports = [.. Enumerable.Range(0, s.Seats).Select(seat => actions.TryGetValue(seat, out var code) ? reports[code] : null)] };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (CodeDuelState)state;
        return s.Reports?.Select(own => own is null ? 0 : 500_000L * (s.Reports.Sum(other => 1 + CodeCheck.Compare(own, other)) - 1) / (s.Seats - 1)).ToArray();
    }

    /// <summary>An answer is worth the share of the hidden tests that it passes; half of them apart is clear. Steps and length don't count here: nobody sees them in a text.</summary>
    public ProbeTerms? Probes { get; } = new(0.5, state => [.. ((CodeDuelState)state).Reports!.Select(r => r is null ? (double?)null : r.Passed / (double)r.Results.Count)]);

    public JsonObject View(IGameState state)
    {
        var s = (CodeDuelState)state;
        return new JsonObject
        {
            ["task"] = s.Task.Prompt,
            ["grade"] = s.Task.Grade,
            ["function"] = s.Task.Function,
            ["parameters"] = new JsonArray([.. s.Task.Parameters.Select(p => JsonValue.Create(p))]),
            ["examples"] = new JsonArray([.. s.Task.Examples.Select(e => JsonValue.Create(s.Task.Shown(e, ShownExample)))]),
            ["hidden"] = s.Task.Tests.Count,
            ["tests"] = s.Reports is null ? null : new JsonArray([.. s.Task.Tests.Select(t => JsonValue.Create(s.Task.Shown(t, CodeCheck.ShownValue)))]),
            ["answers"] = Answers(s),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        };
    }

    private static JsonArray Answers(CodeDuelState s) => new([.. Enumerable.Range(0, s.Seats).Select(seat =>
    {
        var report = s.Reports?[seat];
        return new JsonObject
        {
            ["seat"] = seat,
            ["code"] = report?.Code,
            ["passed"] = report?.Passed,
            ["steps"] = report?.Steps,
            ["length"] = report?.Code.Length,
            ["results"] = report is null ? null : new JsonArray([.. report.Results.Select(r => new JsonObject
            {
                ["passed"] = r.Passed,
                ["steps"] = r.Steps,
                ["got"] = r.Passed ? null : r.Got,
                ["failure"] = r.Failure,
            })]),
            ["fault"] = s.Reports is not null && report is null ? "no-answer" : null,
        };
    })]);

    private static void AppendReports(StringBuilder text, CodeDuelState s, IReadOnlyList<CodeReport?> reports)
    {
        for (var seat = 0; seat < s.Seats; seat++)
        {
            var report = reports[seat];
            text.Append(report is null ? $"\nSeat {seat} gave no answer.\n" : $"\nSeat {seat} passed {report.Passed} of {report.Results.Count} tests in {report.Steps} steps with {report.Code.Length} characters.\n");
            for (var i = 0; i < report?.Results.Count; i++)
            {
                var result = report.Results[i];
                text.Append($"{(result.Passed ? "passed" : "failed")} {s.Task.Shown(s.Task.Tests[i], CodeCheck.ShownValue)}: {(result.Passed ? "" : $"{result.Failure ?? $"returned {result.Got}"}, ")}{result.Steps} steps\n");
            }
        }
    }
}
