namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Every template. A task is drawn by its grade first, so that each grade is as likely as another.</summary>
public static class TaskTemplates
{
    public const int Grades = 5;

    public static IReadOnlyList<TaskTemplate> All { get; } =
        [.. TextTasks.All, .. NumberTasks.All, .. ListTasks.All, .. GridTasks.All, .. GraphTasks.All, .. PlanTasks.All, .. MachineTasks.All, .. EverydayTasks.All];

    private static readonly TaskTemplate[][] ByGrade = [.. Enumerable.Range(1, Grades).Select(grade => All.Where(t => t.Grade == grade).ToArray())];

    public static IReadOnlyList<TaskTemplate> OfGrade(int grade) => ByGrade[grade - 1];
}
