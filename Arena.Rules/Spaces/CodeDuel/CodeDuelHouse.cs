using System.Text;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>Writes code by a recipe. None looks at hidden tests; the better ones know the templates from which tasks are made, and say so.</summary>
internal sealed class CodeDuelAgent(string slug, string name, string about, Func<CodeTask, Draws, string> write) : IHouseAgent
{
    /// <summary>Weakest first.</summary>
    public static IReadOnlyList<IHouseAgent> All { get; } =
    [
        new CodeDuelAgent("random", "Random expression", "Returns some expression of the parameters, drawn at random.", Random),
        new CodeDuelAgent("parrot", "Parrot", "Knows no task: returns the results of the two examples for their arguments, and the first of these results for all others.", Parrot),
        new CodeDuelAgent("student", "Student",
            "Knows the templates, but not well: slow or careless answers where it has learnt such, else right ones up to grade 3, and what the parrot says above that.",
            (task, draws) => task.Simple is { } simple && task.Grade > 1 ? simple : task.Grade <= 3 ? task.Reference : Parrot(task, draws)),
        new CodeDuelAgent("reference", "Reference", "Knows all templates and writes the answer that came with them. It shows that every task can be solved; it doesn't think.", (task, _) => task.Reference),
    ];

    public string Slug => slug;

    public string Name => name;

    public string About => about;

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws) => write(((CodeDuelState)state).Task, draws);

    private static string Random(CodeTask task, Draws draws)
    {
        var parameter = draws.Pick(task.Parameters);
        return $"function {task.Function}({string.Join(", ", task.Parameters)}) {{\n  return {Expression(2)};\n}}";

        string Expression(int depth) => draws.Next(depth > 0 ? 9 : 4) switch
        {
            0 => draws.Pick(task.Parameters),
            1 => draws.Next(20).ToString(),
            2 => $"{parameter}.length",
            3 => draws.Pick(["\"\"", "[]", "0", "-1"]),
            4 => $"({Expression(depth - 1)} {draws.Pick(["+", "-", "*", "%"])} {Expression(depth - 1)})",
            5 => $"Math.{draws.Pick(["max", "min"])}({Expression(depth - 1)}, {Expression(depth - 1)})",
            6 => $"({Expression(depth - 1)} > {Expression(depth - 1)} ? {Expression(depth - 1)} : {Expression(depth - 1)})",
            7 => $"String({Expression(depth - 1)})",
            _ => $"[...String({parameter})].reverse().join(\"\")",
        };
    }

    private static string Parrot(CodeTask task, Draws draws)
    {
        var code = new StringBuilder($"function {task.Function}(...given) {{\n  const asked = JSON.stringify(given);\n");
        foreach (var example in task.Examples.Skip(1))
        {
            var arguments = string.Join(",", example.Arguments.Select(a => JsonValues.Shown(a, CodeAnswer.MostCharacters)));
            code.Append($"  if (asked === JSON.stringify([{arguments}])) return {JsonValues.Shown(example.Expected, CodeAnswer.MostCharacters)};\n");
        }
        return code.Append($"  return {JsonValues.Shown(task.Examples[0].Expected, CodeAnswer.MostCharacters)};\n}}").ToString();
    }
}
