using System.Security.Cryptography;
using System.Text;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;

namespace Arena.Judges;

/// <summary>Turns a case into the messages of one question. Pure: same case, judge and order, same bytes.</summary>
public static class JudgePrompt
{
    private static readonly string PairwiseSystem = Text("pairwise.v1.system");
    private static readonly string PairwiseUser = Text("pairwise.v1.user");
    private static readonly string AbsoluteSystem = Text("absolute.v1.system");
    private static readonly string AbsoluteUser = Text("absolute.v1.user");
    private static readonly string ReferenceAnswer = Text("reference.v1.answer");
    private static readonly string ReferenceUser = Text("reference.v1.user");
    private static readonly string BriefSystem = Text("brief.v1.system");
    private static readonly string BriefUser = Text("brief.v1.user");

    /// <summary>SHA-256 over the templates and the rubric, lower-case hex: what "the same prompt" means.</summary>
    /// <exception cref="ArgumentException">No such method.</exception>
    public static string Hash(Rubric rubric, string method = JudgeMethods.Pairwise) => Hash([rubric], Templates(method));

    /// <summary>
    /// SHA-256 over the templates and every space's rubric, lower-case hex. A judge's version is of all it may be asked, not of the space it was asked
    /// about last: one that judges two spaces would otherwise change its version with every change of space, and never keep a record.
    /// </summary>
    /// <exception cref="ArgumentException">No such method.</exception>
    public static string Edition(string method) => Hash(Rubric.Newest, Templates(method));

    /// <summary>Both entries side by side.</summary>
    /// <param name="complaint">Why the judge's last answer was refused, or null on the first try.</param>
    public static IReadOnlyList<ChatLine> Lines(JudgingCase @case, Rubric rubric, Guid judge, int first, string? complaint) =>
        SideBySide(PairwiseSystem, PairwiseUser, @case, rubric, judge, first, null, complaint, JsonAgain);

    /// <summary>The same beside the judge's own answer, which is quoted as data too: it may repeat what the task said.</summary>
    public static IReadOnlyList<ChatLine> WithReference(JudgingCase @case, Rubric rubric, Guid judge, int first, string reference, string? complaint) =>
        SideBySide(PairwiseSystem, ReferenceUser, @case, rubric, judge, first, reference, complaint, JsonAgain);

    /// <summary>The question for that answer.</summary>
    public static IReadOnlyList<ChatLine> ForReference(JudgingCase @case, Guid judge, int first)
    {
        var fence = QuotedEntry.Fence(@case.Seed, judge, first);
        return [new("user", Fill(ReferenceAnswer, new() { ["fence"] = fence, ["task"] = QuotedEntry.Of(@case.Task, fence, []) }))];
    }

    /// <summary>Side by side, for an answer in brackets.</summary>
    public static IReadOnlyList<ChatLine> Brief(JudgingCase @case, Rubric rubric, Guid judge, int first, string? complaint) =>
        SideBySide(BriefSystem, BriefUser, @case, rubric, judge, first, null, complaint, "End with exactly one of [[A]], [[B]] and [[C]].");

    /// <summary>One entry alone.</summary>
    public static IReadOnlyList<ChatLine> Alone(JudgingCase @case, Rubric rubric, Guid judge, int first, int player, string? complaint)
    {
        var fence = QuotedEntry.Fence(@case.Seed, judge, first);
        var user = Fill(AbsoluteUser, new()
        {
            ["fence"] = fence,
            ["task"] = QuotedEntry.Of(@case.Task, fence, []),
            ["rubric"] = Lines(rubric),
            ["entry"] = Entry(@case, player, fence),
        });
        return Asked(Fill(AbsoluteSystem, new() { ["fence"] = fence, ["form"] = $$"""{"reason": "one or two sentences", "scores": { {{Scores(rubric)}} } }""" }), user, complaint, JsonAgain);
    }

    private const string JsonAgain = "Answer again with only the JSON object.";

    private static IReadOnlyList<ChatLine> SideBySide(
        string systemTemplate, string userTemplate, JudgingCase @case, Rubric rubric, Guid judge, int first, string? reference, string? complaint, string again)
    {
        var fence = QuotedEntry.Fence(@case.Seed, judge, first);
        // The entries go in last and in one pass, so that a placeholder inside an entry stays what it is: text.
        var user = Fill(userTemplate, new()
        {
            ["fence"] = fence,
            ["task"] = QuotedEntry.Of(@case.Task, fence, []),
            ["rubric"] = Lines(rubric),
            ["reference"] = reference is null ? "" : QuotedEntry.Of(reference, fence, []),
            ["first"] = Entry(@case, first, fence),
            ["second"] = Entry(@case, 1 - first, fence),
        });
        return Asked(Fill(systemTemplate, new() { ["fence"] = fence, ["form"] = Form(rubric) }), user, complaint, again);
    }

    private static IReadOnlyList<ChatLine> Asked(string system, string user, string? complaint, string again)
    {
        List<ChatLine> lines = [new("system", system), new("user", user)];
        if (complaint is not null)
        {
            lines.Add(new("user", $"Your last answer could not be used: {complaint} {again}"));
        }
        return lines;
    }

    private static string Entry(JudgingCase @case, int player, string fence) =>
        QuotedEntry.Of(@case.Contestants.Single(c => c.Player == player).Text, fence, [.. @case.Contestants.SelectMany(c => c.Names)]);

    private static string Lines(Rubric rubric) => string.Join('\n', rubric.Lines.Select(l => $"- {l.Key}: {l.Ask}"));

    private static string Scores(Rubric rubric) => string.Join(", ", rubric.Lines.Select(l => $"\"{l.Key}\": 1-10"));

    private static string Form(Rubric rubric) =>
        $$"""{"reason": "one or two sentences", "first": { {{Scores(rubric)}} }, "second": { {{Scores(rubric)}} }, "preferred": "first" | "second" | "tie"}""";

    private static string[] Templates(string method) => method switch
    {
        JudgeMethods.Pairwise => [PairwiseSystem, PairwiseUser],
        JudgeMethods.Absolute => [AbsoluteSystem, AbsoluteUser],
        JudgeMethods.Reference => [PairwiseSystem, ReferenceAnswer, ReferenceUser],
        JudgeMethods.Brief => [BriefSystem, BriefUser],
        _ => throw new ArgumentException($"There is no way of asking called {method}.", nameof(method)),
    };

    private static string Hash(IEnumerable<Rubric> rubrics, string[] templates) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(templates.Select(t => $"{t}\0")) + string.Concat(rubrics.Select(r => r.Hash)))));

    private static string Fill(string template, Dictionary<string, string> values)
    {
        var filled = new StringBuilder();
        var at = 0;
        int open;
        while ((open = template.IndexOf("{{", at, StringComparison.Ordinal)) >= 0)
        {
            var close = template.IndexOf("}}", open, StringComparison.Ordinal);
            filled.Append(template, at, open - at).Append(values[template[(open + 2)..close]]);
            at = close + 2;
        }
        return filled.Append(template, at, template.Length - at).ToString();
    }

    private static string Text(string name) => Encoding.UTF8.GetString(JudgeFiles.Bytes($"Prompts/{name}.md")).ReplaceLineEndings("\n").TrimEnd();
}
