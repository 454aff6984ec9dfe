using System.Security.Cryptography;
using System.Text;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;

namespace Arena.Judges;

/// <summary>Turns a case into the messages of one question. Pure: same case, judge and order, same bytes.</summary>
public static class JudgePrompt
{
    private static readonly string SystemTemplate = Text("Prompts/pairwise.v1.system.md");
    private static readonly string UserTemplate = Text("Prompts/pairwise.v1.user.md");

    /// <summary>SHA-256 over the templates and the rubric, lower-case hex: what "the same prompt" means.</summary>
    public static string Hash(Rubric rubric) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{SystemTemplate}\0{UserTemplate}\0{rubric.Hash}")));

    /// <param name="complaint">Why the judge's last answer was refused, or null on the first try.</param>
    public static IReadOnlyList<ChatLine> Lines(JudgingCase @case, Rubric rubric, Guid judge, int first, string? complaint)
    {
        var fence = QuotedEntry.Fence(@case.Seed, judge, first);
        var names = @case.Contestants.SelectMany(c => c.Names).ToList();
        string Entry(int player) => QuotedEntry.Of(@case.Contestants.Single(c => c.Player == player).Text, fence, names);
        // The entries go in last and in one pass, so that a placeholder inside an entry stays what it is: text.
        var user = Fill(UserTemplate, new()
        {
            ["fence"] = fence,
            ["task"] = QuotedEntry.Of(@case.Task, fence, []),
            ["rubric"] = string.Join('\n', rubric.Lines.Select(l => $"- {l.Key}: {l.Ask}")),
            ["first"] = Entry(first),
            ["second"] = Entry(1 - first),
        });
        var system = Fill(SystemTemplate, new() { ["fence"] = fence, ["form"] = Form(rubric) });
        List<ChatLine> lines = [new("system", system), new("user", user)];
        if (complaint is not null)
        {
            lines.Add(new("user", $"Your last answer could not be used: {complaint} Answer again with only the JSON object."));
        }
        return lines;
    }

    private static string Form(Rubric rubric)
    {
        var scores = string.Join(", ", rubric.Lines.Select(l => $"\"{l.Key}\": 1-10"));
        return $$"""{"reason": "one or two sentences", "first": { {{scores}} }, "second": { {{scores}} }, "preferred": "first" | "second" | "tie"}""";
    }

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

    private static string Text(string name) => Encoding.UTF8.GetString(JudgeFiles.Bytes(name)).ReplaceLineEndings("\n").TrimEnd();
}
