using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.CodeDuel.Tasks;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>One call and what it must return.</summary>
public sealed record CodeTest(IReadOnlyList<JsonNode?> Arguments, JsonNode? Expected);

/// <summary>A drawn task.</summary>
/// <param name="Grade">1 to <see cref="TaskTemplates.Grades"/>.</param>
/// <param name="Function">The function that an answer must define.</param>
/// <param name="Prompt">What it must return; parameters stand in backticks.</param>
/// <param name="Examples">Tests that everybody sees.</param>
/// <param name="Tests">Hidden until all have answered.</param>
/// <param name="Reference">A right answer, for the strong house agent and for tests.</param>
/// <param name="Simple">An answer that is too slow or overlooks something, or null.</param>
public sealed record CodeTask(
    string Template, int Grade, string Function, IReadOnlyList<string> Parameters, string Prompt, IReadOnlyList<CodeTest> Examples, IReadOnlyList<CodeTest> Tests, string Reference, string? Simple)
{
    /// <summary>About how many elements the inputs of the examples and of the drawn hidden tests have.</summary>
    private static readonly int[] ExampleSizes = [5, 4], TestSizes = [2, 3, 4, 6, 9, 16, 40, 100];

    /// <summary>Grade, template, its parameters, perhaps a last step, names, examples, tests: in this order.</summary>
    public static CodeTask Draw(Draws draws) => Draw(draws.Pick(TaskTemplates.OfGrade(1 + draws.Next(TaskTemplates.Grades))), draws);

    public static CodeTask Draw(TaskTemplate template, Draws draws)
    {
        var d = new TaskDraws(draws, 0);
        var puzzle = template.Draw(d);
        // The easiest have many variants of their own.
        var last = template.Grade > 1 && d.Yes() ? LastStep.Draw(d, JsonValues.Of(puzzle.Truth(puzzle.Edges[0]))) : null;
        var function = TaskNames.Function(d);
        var parameters = TaskNames.Parameters(d, puzzle.Roles);
        var examples = new List<CodeTest>();
        foreach (var size in ExampleSizes)
        {
            var example = Test(puzzle.Input(new(draws, size)));
            // Two examples with the same result say little: another try or two.
            for (var tries = 0; tries < 4 && examples.Any(e => JsonValues.Same(e.Expected, example.Expected)); tries++)
            {
                example = Test(puzzle.Input(new(draws, size)));
            }
            examples.Add(example);
        }
        CodeTest[] tests = [.. puzzle.Edges.Select(Test), .. TestSizes.Select(size => Test(puzzle.Input(new(draws, size))))];
        return new(template.Slug, template.Grade, function, parameters, Named(puzzle.Prompt, parameters) + last?.Words, examples, tests, Whole(puzzle.Script), puzzle.Simple is null ? null : Whole(puzzle.Simple));

        CodeTest Test(object[] arguments)
        {
            var truth = JsonValues.Of(puzzle.Truth(arguments));
            return new([.. arguments.Select(JsonValues.Of)], last is null ? truth : last.Apply(truth));
        }

        string Whole(string body) => $"function {function}({string.Join(", ", parameters)}) {{\n  {Named(last?.After(body) ?? body, parameters).Replace("\n", "\n  ")}\n}}";
    }

    /// <summary>"amberArrow([1,2], 3) → 5".</summary>
    public string Shown(CodeTest test, int most) => $"{Function}({string.Join(", ", test.Arguments.Select(a => JsonValues.Shown(a, most)))}) → {JsonValues.Shown(test.Expected, most)}";

    private static string Named(string text, IReadOnlyList<string> parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            text = text.Replace($"@{i + 1}", parameters[i]);
        }
        return text;
    }
}
