using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Trainer;
using Arena.Trainer.Chat;
using Arena.Trainer.Chat.Jinja;
using Microsoft.Extensions.Time.Testing;

namespace Arena.Tests.Trainer.Chat;

public sealed class ChatTemplateTests
{
    // The moment of fixtures/make-expected.py.
    internal static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 7, 9, 5, 4, TimeSpan.Zero));

    internal static string Fixture(string file) => File.ReadAllText(Path.Combine(Folder(), "fixtures", file));

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    [Fact]
    public void Templates_and_expressions_give_what_pythons_jinja_gives()
    {
        var rows = JsonNode.Parse(Fixture("expected.json"))!.AsArray();
        var wrong = new StringBuilder();
        var count = 0;
        foreach (var row in rows)
        {
            var name = row!["template"]!.GetValue<string>();
            var source = name.EndsWith(".jinja", StringComparison.Ordinal) ? Fixture(name) : name;
            string? text = null, error = null;
            try
            {
                text = ChatTemplate.Parse(source, "t").Render(row["variables"]!.AsObject(), Time);
            }
            catch (TrainerException e)
            {
                error = e.Message;
            }
            var (wanted, refusal) = (row["text"]?.GetValue<string>(), row["error"]?.GetValue<string>());
            // An error that the template raised itself has the same words; of the others only that they are errors.
            if (text != wanted || (refusal is not null and not "failed" && error?.EndsWith(refusal, StringComparison.Ordinal) != true))
            {
                count++;
                wrong.AppendLine($"{name} {row["chat"]}\n  ours   {Shown(text ?? error)}\n  theirs {Shown(wanted ?? refusal)}");
            }
        }
        Assert.True(rows.Count > 400);
        Assert.True(count == 0, $"{count} of {rows.Count} differ:\n{wrong.ToString()[..Math.Min(6000, wrong.Length)]}");
    }

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='0123456789') %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{{ 'a' * 999999999999 }}")]
    [InlineData("{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}")]
    [InlineData("{{ ('a' * 1000000) | replace('', 'b' * 1000000) }}")]
    [InlineData("{{ ('a\n' * 100000) | indent(1000) }}")]
    [InlineData("{{ '1'.zfill(999999999999) }}")]
    [InlineData("{{ range(999999999999) }}")]
    [InlineData("{{ 9 ** 9 ** 9 ** 9 }}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")]
    public void What_costs_too_much_stops_with_an_error(string template) =>
        Assert.Throws<TrainerException>(() => ChatTemplate.Parse(template, "t").Render([], Time));

    [Fact]
    public void Depth_and_length_of_a_template_are_limited()
    {
        foreach (var bad in (string[])["{{ " + new string('(', 50_000), "{{ " + string.Concat(Enumerable.Repeat("not ", 20_000)) + "x }}", "{{ x" + string.Concat(Enumerable.Repeat(".a", 50_000)) + " }}", "{{ x" + string.Concat(Enumerable.Repeat("|trim", 20_000)) + " }}",
            "{{ 1" + string.Concat(Enumerable.Repeat("+1", 50_000)) + " }}", string.Concat(Enumerable.Repeat("{% if a %}", 10_000)), "{{ " + new string('-', 50_000) + "1 }}", new string(' ', JinjaLimits.TemplateChars + 1), "{{ 1 if x" + string.Concat(Enumerable.Repeat(" else 1 if x", 5_000)) + " }}"])
        {
            Assert.Throws<TrainerException>(() => ChatTemplate.Parse(bad, "t"));
        }
    }

    [Theory]
    [InlineData("{{ x.__class__.__mro__ }}")]
    [InlineData("{{ ''.__class__ }}")]
    [InlineData("{{ range.__globals__ }}")]
    [InlineData("{{ x.GetType() }}")]
    [InlineData("{{ loop.items }}{% for a in [1] %}{{ loop.GetType() }}{% endfor %}")]
    public void Nothing_of_the_program_is_reachable(string template)
    {
        string text;
        try
        {
            text = ChatTemplate.Parse(template, "t").Render(new JsonObject { ["x"] = new JsonArray(1) }, Time);
        }
        catch (TrainerException)
        {
            return;
        }
        Assert.Equal("", text);
    }

    [Theory]
    [InlineData("a\n{% if x %}\n{{ y z }}", "Line 3")]
    [InlineData("{% if x %}", "endif")]
    [InlineData("\n\n{{ x | nofilter }}", "Line 3")]
    [InlineData("{{ x is notest }}", "notest")]
    [InlineData("{% import 'x' as y %}", "import")]
    [InlineData("{{ 'abc", "does not end")]
    [InlineData("{# abc", "does not end")]
    public void Errors_name_the_line_or_the_thing(string template, string part) =>
        Assert.Contains(part, Assert.Throws<TrainerException>(() => ChatTemplate.Parse(template, "t").Render([], Time)).Message);

    [Fact]
    public void Random_templates_never_do_anything_but_render_or_refuse()
    {
        string[] parts = ["{{", "}}", "{%", "%}", "{#", "#}", "-", "if", "for", "in", "set", "x", "xs", "endif", "endfor", "else", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "=", "'a'", "\"", "1", "2.5", "is", "not", "defined", "trim", "~", "+", "*", "**", "\n", " ", "macro", "endmacro", "raw", "\\", "loop", "namespace", "range"];
        var state = 12345u;
        int Next(int n)
        {
            state = state * 1664525 + 1013904223;
            return (int)((state >> 8) % (uint)n);
        }
        var rendered = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var template = string.Concat(Enumerable.Range(0, 1 + Next(14)).Select(_ => parts[Next(parts.Length)] + (Next(2) == 0 ? " " : "")));
            try
            {
                ChatTemplate.Parse(template, "t").Render(new JsonObject { ["xs"] = new JsonArray(1, 2), ["x"] = "a" }, Time);
                rendered++;
            }
            catch (TrainerException)
            {
                // A refusal; anything else fails the test.
            }
        }
        Assert.InRange(rendered, 100, 3_999);
    }

    private static string Shown(string? text) => System.Text.Json.JsonSerializer.Serialize(text);
}
