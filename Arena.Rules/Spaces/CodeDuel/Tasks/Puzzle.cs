namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>A template with its parameters drawn. In texts, @1, @2 and @3 stand for the names of the function's parameters.</summary>
/// <param name="Roles">For each parameter what it holds, see <see cref="TaskNames"/>.</param>
/// <param name="Prompt">The task in plain words, whatever the input: also what is to be returned for empty ones.</param>
/// <param name="Input">Draws the arguments of one test.</param>
/// <param name="Edges">Arguments that a random test seldom has.</param>
/// <param name="Truth">What the function must return. It alone decides.</param>
/// <param name="Script">The body of an answer that is right. A test holds it against the truth.</param>
/// <param name="Simple">The body of an answer that is too slow or overlooks something, or null.</param>
public sealed record Puzzle(
    IReadOnlyList<string> Roles, string Prompt, Func<TaskDraws, object[]> Input, IReadOnlyList<object[]> Edges, Func<object[], object?> Truth, string Script, string? Simple)
{
    public static Puzzle Of<A>(string roles, string prompt, Func<TaskDraws, A> input, A[] edges, Func<A, object?> truth, string script, string? simple = null)
        where A : notnull =>
        new(roles.Split(' '), prompt, d => [input(d)], [.. edges.Select(e => new object[] { e })], a => truth((A)a[0]), script, simple);

    public static Puzzle Of<A, B>(string roles, string prompt, Func<TaskDraws, (A, B)> input, (A, B)[] edges, Func<A, B, object?> truth, string script, string? simple = null)
        where A : notnull
        where B : notnull
    {
        return new(roles.Split(' '), prompt, d => Listed(input(d)), [.. edges.Select(Listed)], a => truth((A)a[0], (B)a[1]), script, simple);

        static object[] Listed((A, B) pair) => [pair.Item1, pair.Item2];
    }
}

/// <summary>A kind of task. Each draw gives other numbers, names and variants.</summary>
/// <param name="Slug">For people who study results; agents aren't told.</param>
/// <param name="Grade">1, a line, to 5, an algorithm.</param>
public sealed record TaskTemplate(string Slug, int Grade, Func<TaskDraws, Puzzle> Draw);
