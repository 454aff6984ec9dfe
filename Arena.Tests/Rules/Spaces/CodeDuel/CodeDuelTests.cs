using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Spaces.CodeDuel;
using Arena.Rules.Spaces.CodeDuel.Tasks;

namespace Arena.Tests.Rules.Spaces.CodeDuel;

public sealed class CodeDuelTests
{
    private static readonly CodeDuelRules Rules = new();

    /// <summary>f(x) must return x + 1; the tests are 0 to 3.</summary>
    private static readonly CodeTask Successor = new("successor", 1, "f", ["x"], "Return one more than `x`.", [Test(5)], [Test(0), Test(1), Test(2), Test(3)], "", null);

    private static CodeTest Test(int x) => new([JsonValue.Create(x)], JsonValue.Create(x + 1));

    private static CodeDuelState Opening(int seed, int seats = 2) => (CodeDuelState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), seats);

    private static IHouseAgent House(string slug) => Rules.House.Single(h => h.Slug == slug);

    private static CodeDuelState After(params string?[] codes) => (CodeDuelState)Rules.Apply(
        new CodeDuelState(Successor, codes.Length, null),
        codes.Select((code, seat) => (code, seat)).Where(c => c.code is not null).ToDictionary(c => c.seat, c => Rules.Read(new CodeDuelState(Successor, codes.Length, null), c.seat, c.code!).Canonical!));

    [Theory]
    [InlineData("function f(x) { return x + 1; }", "function f(x) { return x; }", 1_000_000, 0)] // right against wrong
    [InlineData("function f(x) { return x < 2 ? x + 1 : 0; }", "function f(x) { return x < 3 ? x + 1 : 0; }", 0, 1_000_000)] // fewer tests
    [InlineData("function f(x) { let y = x; y++; return y; }", "function f(x) { return x + 1; }", 0, 1_000_000)] // more steps
    [InlineData("function f(x) { return x + 1;}", "function f(x) { return x + 1; }", 1_000_000, 0)] // longer
    [InlineData("function f(x) { return x + 1; }", "function f(y) { return y + 1; }", 500_000, 500_000)]
    [InlineData("function f(x) { return 9; }", "function f(x) { for (;;) {} }", 500_000, 500_000)] // nobody passed anything: brevity is no merit
    public void TestsPassedDecideThenStepsThenLength(string first, string second, long firstScore, long secondScore) =>
        Assert.Equal([firstScore, secondScore], Rules.Outcome(After(first, second))!);

    [Fact]
    public void StepsAreComparedOnTestsThatBothPassed()
    {
        // Each passes three of four; the first wastes steps only where the second fails.
        var waste = "for (let i = 0; i < 50; i++) {}";
        Assert.Equal([1_000_000, 0], Rules.Outcome(After(
            $"function f(x) {{ if (x === 3) return 0; if (x === 0) {{ {waste} }} return x + 1; }}",
            "function f(x) { if (x === 0) return 0; if (x === 5) return 1; if (x === 6) return 1; return x + 1; }"))!);
    }

    [Fact]
    public void WithMoreSeatsAScoreIsTheShareOfOpponentsBeaten()
    {
        var right = "function f(x) { return x + 1; }";
        Assert.Equal([833_333, 833_333, 333_333, 0], Rules.Outcome(After(right, right, "function f(x) { return 1; }", null))!);
        Assert.Equal([0, 0], Rules.Outcome(After(null, null))!);
    }

    [Theory]
    [InlineData("function f(x) { return x; }", "function f(x) { return x; }")]
    [InlineData("  f = 1;\r\nlet f = x => x;\r\n", "f = 1;\nlet f = x => x;")]
    [InlineData("```js\nfunction f(x) { return x; }\n```", "function f(x) { return x; }")]
    [InlineData("Here it is:\n```javascript\nconst f = x => x\n```\nIt is short.\n```js\nf(1)\n```", "const f = x => x")]
    [InlineData("```function f(x) { return x; }```", "function f(x) { return x; }")]
    [InlineData("````\nvar f\n````", "var f")]
    public void CodeIsTakenOutOfItsFence(string said, string code) => Assert.Equal(code, CodeAnswer.Read(said, "f").Canonical);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("```js\n```", "empty")]
    [InlineData("function g() {}", "doesn't define the function f")]
    [InlineData("function f(x) {\n  return x +;\n}", "Line 2, column 13")]
    [InlineData("I would rather not.", "Line 1, column")]
    public void WhatIsNoAnswerIsRefusedWithThePlaceOfTheProblem(string said, string because) => Assert.Contains(because, CodeAnswer.Read(said, "f").Illegal);

    [Fact]
    public void LongCodeIsRefused()
    {
        var code = "function f(x) {}";
        Assert.True(CodeAnswer.Read(code + new string(';', CodeAnswer.MostCharacters - code.Length), "f").IsLegal);
        Assert.Contains("at most 10000", CodeAnswer.Read(code + new string(';', CodeAnswer.MostCharacters - code.Length + 1), "f").Illegal);
    }

    [Fact]
    public void OneUnreadableAnswerIsForgivenTheSecondIsAFault()
    {
        var play = new MatchPlay(MadeMatches.Setup(Rules));
        var turn = play.Pending[0].Turn;
        Assert.Null(play.Answer(turn, AgentReply.Said("function (")));
        Assert.Contains("Line 1, column", play.Pending[0].Complaint);
        Assert.Equal(FaultKind.Illegal, play.Answer(turn, AgentReply.Said("still not"))!.Fault);
    }

    [Theory]
    [InlineData("5", "5.0", true)]
    [InlineData("0", "-0.0", true)]
    [InlineData("[1,[2,{}]]", "[1,[2,{}]]", true)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true)]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":null}", false)]
    [InlineData("{\"a\":null}", "{\"b\":null}", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("\"1\"", "1", false)]
    [InlineData("null", "0", false)]
    [InlineData("[null]", "[]", false)]
    [InlineData("true", "false", false)]
    [InlineData("[]", "{}", false)]
    public void ValuesAreComparedAsJson(string a, string b, bool same)
    {
        Assert.Equal(same, JsonValues.Same(JsonNode.Parse(a), JsonNode.Parse(b)));
        Assert.Equal(same, JsonValues.Same(JsonNode.Parse(b), JsonNode.Parse(a)));
    }

    [Fact]
    public void WhatCodeReturnsIsShownInBoundedSpaceWhateverItIs()
    {
        foreach (var (code, shown) in new (string, string?)[]
        {
            ("return \"<b>\\n\\u0000\\ud800\\\"\";", "\"<b>\\n\uFFFD\uFFFD\\\"\""),
            ("return { a: [1.5, -0, null, true], b: undefined };", "{\"a\":[1.5,0,null,true]}"),
            ("return \"ab\".repeat(5000);", null),
            ("return Array(20000).fill([1, 2]);", null),
            ("let a = []; for (let i = 0; i < 55; i++) a = [a]; return a;", null),
            ("return \"\\ud83d\\ude00\".repeat(200);", null),
        })
        {
            var got = After($"function f(x) {{ {code} }}", null).Reports![0]!.Results[0].Got!;
            Assert.InRange(got.Length, 1, CodeCheck.ShownValue + 1);
            Assert.Equal(shown ?? got, got);
            Assert.False(char.IsHighSurrogate(got[Math.Max(0, got.Length - 2)]));
        }
    }

    [Fact]
    public void AnAnswerThatNeverEndsCostsNoMoreThanItsSteps()
    {
        var report = After("function f(x) { for (;;) {} }", null).Reports![0]!;
        Assert.InRange(report.Steps, CodeCheck.TestSteps, CodeCheck.AnswerSteps);
        var many = CodeCheck.Run(Successor with { Tests = [.. Enumerable.Repeat(Test(1), 16)] }, "function f(x) { for (;;) {} }");
        Assert.InRange(many.Steps, CodeCheck.AnswerSteps, CodeCheck.AnswerSteps);
        Assert.Equal(11, many.Results.Count(r => r.Failure!.StartsWith("not run", StringComparison.Ordinal)));
        Assert.All(many.Results, r => Assert.False(r.Passed));
    }

    /// <summary>Whatever it nests, on a small stack: a legal answer that fails its tests, or a refusal. An overflow would end the process.</summary>
    [Fact]
    public void HostileCodeOfFullLengthEndsWithAReason()
    {
        string Full(string open, string inside, string close)
        {
            var times = (CodeAnswer.MostCharacters - 100) / (open.Length + close.Length);
            return new StringBuilder("function f(x) { return ").Insert(23, open, times).Append(inside).Insert(23 + open.Length * times + inside.Length, close, times).Append(" }").ToString();
        }
        string[] codes =
        [
            Full("(", "1", ")"), Full("[", "1", "]"), Full("{a:", "1", "}"), Full("!", "1", ""), Full("-", "1", ""), Full("- ", "1", ""), Full("1+", "1", ""), Full("2**", "1", ""), Full("x=>", "1", ""), Full("(()=>", "1", ")()"),
            Full("x?", "1", ":1"), Full("x?1:", "1", ""), Full("`${", "1", "}`"), Full("f(", "1", ")"), Full("", "x", ".a"), Full("", "x", "[0]"), Full("", "f", "()"), Full("[...", "[]", "]"), Full("typeof ", "1", ""), Full("function(){return ", "1", "}"),
            Full("x=", "1", ""), Full("x,", "1", ""), Full("new ", "f", ""), Full("x&&", "1", ""), Full("x??", "1", ""), Full("1;if(1)", "1", ""), Full("1;{", "1", "}"), Full("1;for(;;)", "1", ""), Full("1;a:", "1", ""), Full("1;if(0);else ", "1", ""),
            "function f(x) { return f(x + 1); }", "function f(x) { return f(...[x]); }", "function f(x) { return [1].map(() => f(x)); }", "function f(x) { try { return f(x); } catch (e) { return f(x); } finally { f(x); } }",
            "function f(x) { return JSON.stringify({ toJSON() { return f(x); } }); }", "function f(x) { return `${{ toString() { return f(x); } }}`; }", "function f(x) { return [2, 1].sort(() => f(x)); }", "const a = []; a.push(a); function f(x) { return a; }",
            "const a = {}; a.a = a; function f(x) { return JSON.stringify(a); }", "function f(x) { return 'a'.repeat(1e9); }", "function f(x) { return Array(1e9).fill(0); }", "function f(x) { let s = 'a'; for (;;) s += s; }", "function f(x) { const a = [1]; for (const y of a) a.push(y); }",
            "function f(x) { throw f; }", "function f(x) { throw null; }", "throw 1; function f() {}", "const f = 5;", "for (;;) {} function f() {}", "function f() { return f; }", "function f() { return undefined; }", "function f() { return new Map([[1, 2]]); }",
        ];
        var state = new CodeDuelState(Successor, 2, null);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Array.ForEach(codes, Try);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Null(failure);

        void Try(string code)
        {
            var reading = Rules.Read(state, 0, code);
            Assert.True(reading.IsLegal || reading.Illegal!.Length < 300);
            if (reading.IsLegal)
            {
                var over = After(code, "function f(x) { return 0; }");
                Assert.InRange(over.Reports![0]!.Steps, 0, CodeCheck.AnswerSteps);
                Assert.InRange(Rules.View(over).ToJsonString().Length, 1, 60_000);
                Assert.InRange(Rules.Observe(over, 1).Text.Length, 1, 20_000);
            }
        }
    }

    [Fact]
    public void HiddenTestsAndAnswersAreSeenByNobodyBeforeTheEndAndByAllAfterIt()
    {
        var state = new CodeDuelState(Successor with { Tests = [new([JsonValue.Create(777_001)], JsonValue.Create(777_002))] }, 2, null);
        Assert.All(Seen(state), s => Assert.DoesNotContain("777", s));
        var over = (CodeDuelState)Rules.Apply(state, new Dictionary<int, string> { [0] = "function f(x) { return x + 1; }", [1] = "function f(x) { return 888999; }" });
        Assert.Empty(Rules.ToAct(over));
        Assert.All(Seen(over), s => Assert.Contains("777002", s));
        Assert.All(Seen(over), s => Assert.Contains("888999", s));
        Assert.Contains("failed f(777001) → 777002: returned 888999", Rules.Observe(over, 0).Text);
        Assert.Contains("The game is over", Rules.Read(over, 0, "function f(x) {}").Illegal);

        static string[] Seen(CodeDuelState s) => [Rules.Observe(s, 0).Text + Rules.Observe(s, 0).Json.ToJsonString(), Rules.Observe(s, 1).Text + Rules.Observe(s, 1).Json.ToJsonString(), Rules.View(s).ToJsonString()];
    }

    [Fact]
    public void HouseAgentsLookAtNoHiddenTest()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var state = Opening(seed);
            var blind = state with { Task = state.Task with { Tests = [] } };
            Assert.All(Rules.House, h => Assert.Equal(h.Act(Rules, blind, 0, new Draws(new byte[32], "h")), h.Act(Rules, state, 0, new Draws(new byte[32], "h"))));
        }
    }

    [Fact]
    public void HouseAgentsPassMoreTestsTheStrongerTheyAre()
    {
        var shares = Rules.House.Select(h => Enumerable.Range(0, 80).Average(seed =>
        {
            var state = Opening(seed);
            var reading = Rules.Read(state, 0, h.Act(Rules, state, 0, new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "house")));
            Assert.True(reading.IsLegal, $"{h.Slug}: {reading.Illegal}");
            var report = CodeCheck.Run(state.Task, reading.Canonical!);
            return (double)report.Passed / report.Results.Count;
        })).ToArray();
        Assert.True(shares[0] < shares[1] && shares[1] < shares[2] && shares[2] < shares[3], string.Join(' ', shares));
        Assert.Equal(1, shares[3]);
    }

    [Fact]
    public void ManySeedsGiveManyTasksOfEveryGrade()
    {
        var tasks = Enumerable.Range(0, 1_000).Select(seed => Opening(seed).Task).ToArray();
        Assert.InRange(tasks.Select(t => t.Prompt + t.Function).Distinct().Count(), 999, 1_000);
        Assert.InRange(tasks.Select(t => t.Template).Distinct().Count(), TaskTemplates.All.Count - 3, TaskTemplates.All.Count);
        Assert.All(tasks.GroupBy(t => t.Grade), g => Assert.InRange(g.Count(), 140, 260));
    }
}
