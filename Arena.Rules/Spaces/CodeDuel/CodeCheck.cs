using Arena.Rules.Spaces.CodeDuel.Script;

namespace Arena.Rules.Spaces.CodeDuel;

/// <summary>How an answer did in one hidden test.</summary>
/// <param name="Got">What it returned, as shown; null where it returned nothing.</param>
/// <param name="Failure">Null, or why it returned nothing.</param>
public sealed record TestResult(bool Passed, string? Got, string? Failure, long Steps);

/// <summary>An answer and how it did.</summary>
/// <param name="Code">Canonical.</param>
public sealed record CodeReport(string Code, IReadOnlyList<TestResult> Results)
{
    public int Passed { get; } = Results.Count(r => r.Passed);

    /// <summary>Over all tests, passed or not.</summary>
    public long Steps { get; } = Results.Sum(r => r.Steps);
}

/// <summary>Runs answers against tests and compares them.</summary>
public static class CodeCheck
{
    /// <summary>Steps for one test, and for all tests of one answer. The second bounds what a match can cost.</summary>
    public const int TestSteps = 200_000, AnswerSteps = 1_000_000;

    /// <summary>Array elements, properties, bindings and characters that one test may make.</summary>
    public const int TestCells = 400_000;

    /// <summary>Calls within calls while a test runs: about as many as node allows a plain function.</summary>
    public const int TestCalls = 10_000;

    /// <summary>Characters of a value that reports show.</summary>
    public const int ShownValue = 160;

    /// <param name="code">Parses.</param>
    public static CodeReport Run(CodeTask task, string code)
    {
        var program = ScriptProgram.Parse(code).Program!;
        var left = (long)AnswerSteps;
        var results = new TestResult[task.Tests.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = left <= 0 ? new(false, null, "not run: the steps for all tests were used up", 0) : One(program, task.Function, task.Tests[i], Math.Min(left, TestSteps));
            left -= results[i].Steps;
        }
        return new CodeReport(code, results);
    }

    /// <summary>1 if the first is better, -1 if the second is, 0 if neither. Null is no answer.</summary>
    public static int Compare(CodeReport? first, CodeReport? second)
    {
        if (first is null || second is null)
        {
            return (first is null ? 0 : 1) - (second is null ? 0 : 1);
        }
        if (first.Passed != second.Passed || first.Passed == 0)
        {
            return first.Passed.CompareTo(second.Passed);
        }
        var (one, two) = (0L, 0L);
        foreach (var (a, b) in first.Results.Zip(second.Results).Where(r => r.First.Passed && r.Second.Passed))
        {
            (one, two) = (one + a.Steps, two + b.Steps);
        }
        return one != two ? two.CompareTo(one) : second.Code.Length.CompareTo(first.Code.Length);
    }

    private static TestResult One(ScriptProgram program, string function, CodeTest test, long steps)
    {
        var outcome = program.Call(function, test.Arguments, new ScriptLimits(steps, TestCells, TestCalls));
        return outcome.Failure is { } failure
            ? new(false, null, failure, outcome.Steps)
            : new(JsonValues.Same(outcome.Value, test.Expected), JsonValues.Shown(outcome.Value, ShownValue), null, outcome.Steps);
    }
}
