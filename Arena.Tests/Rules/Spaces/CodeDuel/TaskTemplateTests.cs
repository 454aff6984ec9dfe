using Arena.Rules.Play;
using Arena.Rules.Spaces.CodeDuel;
using Arena.Rules.Spaces.CodeDuel.Tasks;

namespace Arena.Tests.Rules.Spaces.CodeDuel;

public sealed class TaskTemplateTests
{
    private static readonly int Times = Environment.GetEnvironmentVariable("ARENA_FULL") == "1" ? 400 : 20;

    public static TheoryData<string> Slugs => [.. TaskTemplates.All.Select(t => t.Slug)];

    private static TaskTemplate Template(string slug) => TaskTemplates.All.Single(t => t.Slug == slug);

    private static CodeTask Draw(TaskTemplate template, int seed) => CodeTask.Draw(template, new Draws(new byte[32], $"{template.Slug}/{seed}"));

    [Fact]
    public void ThereAreFortyTemplatesAndMoreInFiveGradesEachWithItsName()
    {
        Assert.InRange(TaskTemplates.All.Count, 40, 200);
        Assert.Distinct(TaskTemplates.All.Select(t => t.Slug));
        for (var grade = 1; grade <= TaskTemplates.Grades; grade++)
        {
            Assert.InRange(TaskTemplates.OfGrade(grade).Count, 6, 100);
        }
        Assert.Equal(TaskTemplates.All.Count, Enumerable.Range(1, TaskTemplates.Grades).Sum(g => TaskTemplates.OfGrade(g).Count));
    }

    /// <summary>Truth in C# and reference in JavaScript are written apart: where they agree the task is told by two witnesses, and it can be solved within the limits.</summary>
    [Theory]
    [MemberData(nameof(Slugs))]
    public void TheReferenceAnswersEveryTestAsTheTruthDoesAndWithinTheLimits(string slug)
    {
        for (var seed = 0; seed < Times; seed++)
        {
            var task = Draw(Template(slug), seed);
            var all = task with { Tests = [.. task.Examples, .. task.Tests] };
            var reading = CodeAnswer.Read(task.Reference, task.Function);
            Assert.True(reading.IsLegal, $"{reading.Illegal}\n{task.Reference}");
            var report = CodeCheck.Run(all, reading.Canonical!);
            for (var i = 0; i < report.Results.Count; i++)
            {
                Assert.True(report.Results[i].Passed, $"seed {seed}: {all.Shown(all.Tests[i], 400)} but {report.Results[i].Failure ?? report.Results[i].Got}\n{task.Prompt}\n{task.Reference}");
            }
            // Room for an answer that does several times as much.
            Assert.InRange(report.Results.Max(r => r.Steps), 1, CodeCheck.TestSteps / 2);
            Assert.InRange(report.Steps, 1, CodeCheck.AnswerSteps / 3);
        }
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void DrawsOfOneTemplateDifferInPromptAndInWhatIsRight(string slug)
    {
        var tasks = Enumerable.Range(0, 60).Select(seed => Draw(Template(slug), seed)).ToArray();
        Assert.InRange(tasks.DistinctBy(t => t.Prompt).Count(), 30, 60);
        Assert.InRange(tasks.DistinctBy(t => t.Function).Count(), 50, 60);
        // Names apart, other code is right: by the code of one task others can't be answered.
        var bodies = tasks.Select(t => t.Parameters.Select((p, i) => (p, i)).Aggregate(t.Reference.Replace(t.Function, "f"), (code, p) => code.Replace(p.p, $"p{p.i}"))).Distinct().Count();
        Assert.InRange(bodies, 18, 60);
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void ATaskIsToldCompletely(string slug)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var task = Draw(Template(slug), seed);
            Assert.DoesNotContain("@", task.Prompt + task.Reference + task.Simple);
            Assert.All(task.Parameters, p => Assert.Contains($"`{p}`", task.Prompt));
            Assert.EndsWith(".", task.Prompt);
            Assert.InRange(task.Prompt.Length, 80, 1_200);
            Assert.Equal(2, task.Examples.Count);
            Assert.InRange(task.Tests.Count, 11, 16);
            Assert.All(task.Examples, e => Assert.InRange(task.Shown(e, 5_000).Length, 5, 400));
            Assert.InRange(task.Tests.DistinctBy(t => JsonValues.Shown(t.Expected, 5_000)).Count(), 3, 16);
        }
    }

    [Fact]
    public void CarelessAnswersParseAndFailSomewhere()
    {
        foreach (var template in TaskTemplates.All)
        {
            var tasks = Enumerable.Range(0, 12).Select(seed => Draw(template, seed)).Where(t => t.Simple is not null).ToArray();
            Assert.All(tasks, t => Assert.True(CodeAnswer.Read(t.Simple!, t.Function) is { IsLegal: true }, $"{template.Slug}: {CodeAnswer.Read(t.Simple!, t.Function).Illegal}"));
            var reports = tasks.Select(t => (t, CodeCheck.Run(t, t.Simple!), CodeCheck.Run(t, t.Reference))).ToArray();
            Assert.True(reports.Length == 0 || reports.Any(r => CodeCheck.Compare(r.Item3, r.Item2) > 0), template.Slug);
            Assert.True(reports.Length == 0 || reports.Any(r => r.Item2.Passed > 0), template.Slug);
        }
    }
}
