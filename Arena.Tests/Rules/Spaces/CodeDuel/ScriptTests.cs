using System.Diagnostics;
using System.Text.Json.Nodes;
using Arena.Rules.Spaces.CodeDuel.Script;

namespace Arena.Tests.Rules.Spaces.CodeDuel;

/// <summary>The interpreter against node's, and against programs that mean harm.</summary>
public sealed class ScriptTests
{
    private static readonly ScriptLimits Limits = new();

    /// <summary>Where node does more: what the subset refuses, and why.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["return new Date().getTime() > 0"] = "Date is not defined",
        ["return /a/.test('a')"] = "Regular expressions",
        ["return eval('1')"] = "eval is not defined",
        ["return async () => 1"] = "async",
        ["return ['x'].concat(['y']).join`,`"] = "Tagged templates",
        ["return (function () { return arguments === undefined })"] = "",
        ["class Q { items = []; push(v) { this.items.push(v); return this } get size2() { return 1 } }"] = "Getters",
    };

    [Fact]
    public async Task EverySnippetGivesWhatNodeGives()
    {
        var snippets = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "Arena.Tests/Rules/Spaces/CodeDuel/snippets.txt"), TestContext.Current.CancellationToken);
        var theirs = await NodeAsync([.. snippets.Select(s => $"function solve() {{ {s}\n}}")]);
        var wrong = new List<string>();
        var compared = 0;
        foreach (var (snippet, expected) in snippets.Zip(theirs))
        {
            var ours = Run($"function solve() {{ {snippet}\n}}");
            if (Refused.TryGetValue(snippet, out var why))
            {
                ours = Detail($"function solve() {{ {snippet}\n}}");
                if (!ours.Contains(why, StringComparison.Ordinal))
                {
                    wrong.Add($"{snippet}\n  should be refused for {why}: {ours}");
                }
                continue;
            }
            compared++;
            if (ours != expected)
            {
                wrong.Add($"{snippet}\n  node: {expected}\n  ours: {ours}");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong)}");
        Assert.True(compared > 180);
    }

    [Fact]
    public async Task MadeProgramsGiveWhatNodeGives()
    {
        List<string> programs = [.. Enumerable.Range(0, 400).Select(seed => new ProgramMaker(seed).Make()), .. Enumerable.Range(0, 600).Select(seed => new ScriptPrograms(seed).Make())];
        var theirs = await NodeAsync(programs);
        var wrong = programs.Zip(theirs).Where(p => Run(p.First) != p.Second).Select(p => $"{p.First}\n  node: {p.Second}\n  ours: {Run(p.First)}").ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(5))}");
    }

    [Theory]
    [InlineData("while (true) {}", "ran out of steps")]
    [InlineData("const f = () => f(); return f()", "RangeError: Maximum call stack size exceeded")]
    [InlineData("let s = 'x'; while (true) s += s", "Invalid string length")]
    [InlineData("const a = []; while (true) a.push(a)", "ran out of")]
    [InlineData("let e = []; for (let i = 0; i < 60; i++) e = [e, e]; return e.flat(100)", "ran out of")]
    [InlineData("const s = 'x'.repeat(8e5); return JSON.stringify(Array(2000).fill(s))", "ran out of")]
    [InlineData("const s = 'x'.repeat(8e5); return Array(2000).fill(s)", "ran out of")]
    [InlineData("const s = 'x'.repeat(8e5); return ''.concat(...Array(2000).fill(s))", "Invalid string length")]
    [InlineData("const a = ['x'.repeat(9e5) + 'a', 'x'.repeat(9e5) + 'b']; let n = 0; while (true) if (a[0] === a[1]) n++", "ran out of")]
    [InlineData("const o = {}; const s = 'x'.repeat(9e5); while (true) o[s] = 1", "ran out of")]
    [InlineData("return new Array(4e9)", "ran out of")]
    [InlineData("const a = []; a[4e8] = 1; return a", "ran out of")]
    [InlineData("return 'x'.padEnd(1e12)", "Invalid string length")]
    [InlineData("const a = [1]; for (const v of a) a.push(v); return 1", "ran out of")]
    [InlineData("const m = new Map([[0, 0]]); for (const [k] of m) m.set(k + 1, 0); return 1", "ran out of")]
    [InlineData("try { while (true) {} } catch (e) { return 'caught' }", "ran out of steps")]
    [InlineData("const a = []; a.push(a); return a", "holds itself")]
    [InlineData("const a = []; a.push(a); return String(a)", "nested too deeply")]
    [InlineData("return JSON.parse('\"\\ud800\"').length", "SyntaxError")]
    [InlineData("return [3, 2, 1].sort(() => { throw new Error('no') })", "no")]
    public void WhatNeverEndsOrTakesTooMuchIsEnded(string body, string why)
    {
        var (program, problem) = ScriptProgram.Parse($"function solve() {{ {body}\n}}");
        Assert.Null(problem);
        var outcome = program!.Call("solve", [], Limits);
        Assert.Contains(why, outcome.Failure, StringComparison.Ordinal);
        Assert.InRange(outcome.Steps, 1, Limits.Steps);
    }

    [Fact]
    public void TheDeepestSourceIsReadOnHalfAMegabyteOfStack()
    {
        string[] deep = [Around("(", "1", ")"), Around("[", "1", "]"), Around("x => ", "1", ""), Around("if (1) ", ";", ""), Around("{", "", "}"), Around("`${", "1", "}`"), Around("- ", "1", ""), Around("new ", "x", ""), Around("function q() {", "", "}"), Around("a ? b : ", "1", ""), Around("2 ** ", "1", ""), Around("[a = ", "1", "] = 1"), Around("({a: ", "1", "})")];
        var problems = SmallStack.Run(() => deep.Select(d => ScriptProgram.Parse(d).Problem).ToList());
        Assert.All(problems.Zip(deep), p => Assert.True(p.First?.Message.StartsWith("Nested deeper than 100 levels", StringComparison.Ordinal), $"{p.Second[..20]}: {p.First}"));
        static string Around(string open, string middle, string close) => string.Concat(Enumerable.Repeat(open, 1_000)) + middle + string.Concat(Enumerable.Repeat(close, 1_000));
    }

    [Theory]
    [InlineData("const s = '9'.repeat(9e5); while (true) Number(s)")]
    [InlineData("const s = '9'.repeat(9e5); while (true) +s")]
    [InlineData("const s = '9'.repeat(9e5); while (true) parseInt(s)")]
    [InlineData("const s = '9'.repeat(9e5); while (true) parseFloat(s)")]
    [InlineData("const s = ' '.repeat(9e5); while (true) s.trim()")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) s.startsWith(s)")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) s.endsWith(s)")]
    [InlineData("const s = 'a'.repeat(9e5), t = 'a'.repeat(3e5) + 'b' + 'a'.repeat(1e5); s.indexOf(t); while (true) s.includes(t)")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) s.localeCompare(s)")]
    [InlineData("const s = 'a'.repeat(9e5), m = new Map(); while (true) m.delete(s)")]
    [InlineData("const s = 'a'.repeat(9e5), m = new Set(); while (true) m.has(s)")]
    [InlineData("const s = 'a'.repeat(9e5), o = {}; while (true) s in o")]
    [InlineData("const s = 'a'.repeat(9e5), o = {}; while (true) o.hasOwnProperty(s)")]
    [InlineData("const s = 'a'.repeat(9e5), o = {}; while (true) Object.hasOwn(o, s)")]
    [InlineData("const m = new Map(); for (let i = 0; i < 2e4; i++) m.set(i, i); while (true) m.clear()")]
    [InlineData("const o = {}; for (let i = 0; i < 2e4; i++) o[i] = i; while (true) { delete o[0]; o[0] = 1 }")]
    [InlineData("const s = 'a'.repeat(9e4); const a = [s + 1, s + 2, s + 3, s + 4]; while (true) a.sort()")]
    [InlineData("const o = { ...Array(4e4) }; while (true) JSON.stringify(o)")]
    [InlineData("const o = {}; o['a'.repeat(3e5)] = 1; while (true) JSON.stringify(o)")]
    [InlineData("const o = {}; o['a'.repeat(3e5)] = 1; while (true) structuredClone(o)")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) ({ [s]: 1 })")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) (class { [s]() {} })")]
    [InlineData("const s = 'a'.repeat(9e5); while (true) Object.fromEntries([[s, 1]])")]
    [InlineData("const a = Array(4e4).fill(65); while (true) String.fromCharCode.apply(null, a)")]
    [InlineData("const a = Array(4e4).fill(65), f = () => 1; while (true) f.apply(null, a)")]
    [InlineData("const g = isNaN.bind(null, ...Array(4e4).fill(65)); while (true) g()")]
    [InlineData("const c = isNaN.call, a = Array(4e4).fill(c); while (true) c.apply(c, a)")]
    [InlineData("const p = '$&'.repeat(5e4); while (true) 'a'.repeat(100).replaceAll('', p)")]
    [InlineData("const a = Array(6e4).fill(0); while (true) { a.shift(); a.push(0) }")]
    [InlineData("const a = Array(6e4).fill(0); while (true) { a.unshift(0); a.pop() }")]
    [InlineData("const a = Array(4e4).fill(0); while (true) a.reverse()")]
    [InlineData("const s = 'a'.repeat(4e5 + 9), t = 'a'.repeat(4e5) + 'b'; while (true) s.lastIndexOf(t)")]
    [InlineData("switch ('a'.repeat(9e5)) { default: } const s = 'a'.repeat(9e5), t = 'a'.repeat(9e5); while (true) switch (s) { case t: }")]
    public void AStepIsNeverMuchWork(string body)
    {
        // Two hundred turns must cost more than all steps: each is paid by the letters and members that it goes through.
        var limited = ScriptProgram.Parse($"function solve() {{ let turns = 0; {body.Replace("while (true)", "while (++turns < 200)", StringComparison.Ordinal)}; return turns }}").Program!.Call("solve", [], Limits);
        Assert.True(limited.Failure?.StartsWith("ran out of", StringComparison.Ordinal) == true, $"{limited.Failure} after {limited.Steps} steps: {limited.Value}");
    }

    [Theory]
    [InlineData("const a = Array(6e3).fill(0); return [].concat(...Array(6e3).fill(a)).length", "ran out of steps")]
    [InlineData("const s = 'a'.repeat(4e3); return s.replace(s, '$&'.repeat(2e4)).length", "Invalid string length")]
    [InlineData("const o = {}; o['a'.repeat(3e5)] = 1; return Array(4e4).fill(o)", "ran out of steps")]
    [InlineData("const s = 'a'.repeat(9e5); let n = 0; while (n < 900) try { s in s } catch (e) { n++ } return n", "")]
    public void MemoryIsPaidBeforeItIsTaken(string body, string why)
    {
        // The first three stand for 0.3 GB, 0.2 GB and 40,000 keys of 0.6 MB to hash; what a refusal says of a long text is short.
        var program = ScriptProgram.Parse($"function solve() {{ {body} }}").Program!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = program.Call("solve", [], Limits);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Contains(why, outcome.Failure ?? "", StringComparison.Ordinal);
        Assert.InRange(taken, 0, 32L << 20);
    }

    [Theory]
    [InlineData("const a = [1, 2, 3, 4]; return a.splice(1, { toString() { a.length = 0; return '5' } })")]
    [InlineData("const a = [1, 2, 3]; return a.slice(0, { toString() { a.length = 1; return '3' } })")]
    [InlineData("const a = [1, 2, 3]; return a.fill(0, 0, { toString() { a.length = 1; return '3' } })")]
    [InlineData("const a = [1, 2, 3]; return a.with({ toString() { a.length = 0; return '2' } }, 1)")]
    [InlineData("const a = [3, 1, 2]; return a.sort((x, y) => { a.length = 0; a.push(9, 9, 9, 9); return x - y })")]
    [InlineData("const a = [1, 2]; return a.map(x => { a.length = 0; return x }).concat(a.flatMap(x => a))")]
    [InlineData("const m = new Map([[1, 1]]); m.forEach((v, k) => { m.clear(); m.set(k + 1, v); if (k > 50) m.clear() }); return m.size")]
    public void WhatChangesUnderneathIsNoFaultOfTheInterpreter(string body)
    {
        var failure = ScriptProgram.Parse($"function solve() {{ {body} }}").Program!.Call("solve", [], Limits).Failure;
        Assert.DoesNotContain("interpreter failed", failure ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void ManyNamesAndManyThrowsArePaidFor()
    {
        var names = string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"v{i}"));
        var many = ScriptProgram.Parse($"function solve() {{ let {names}; let n = 0; while (true) n += 1; }}").Program!;
        Assert.StartsWith("ran out of", many.Call("solve", [], Limits).Failure, StringComparison.Ordinal);
        long Steps(ScriptProgram program, int turns) => program.Call("solve", [turns], Limits).Steps;
        var wide = ScriptProgram.Parse($"function solve(t) {{ let {names}; for (let i = 0; i < t; i++) v2999 = i; return 1 }}").Program!;
        var narrow = ScriptProgram.Parse("function solve(t) { let v; for (let i = 0; i < t; i++) v = i; return 1 }").Program!;
        Assert.True(Steps(wide, 20) - Steps(wide, 10) > 5 * (Steps(narrow, 20) - Steps(narrow, 10)));
        var throws = ScriptProgram.Parse("function solve(t) { for (let i = 0; i < t; i++) try { throw i } catch { } return 1 }").Program!;
        Assert.True(Steps(throws, 20) - Steps(throws, 10) > 10 * 100);
        var passedOn = ScriptProgram.Parse("function solve(t) { for (let i = 0; i < t; i++) try { try { try { throw i } finally { } } finally { } } catch { } return 1 }").Program!;
        Assert.True(Steps(passedOn, 20) - Steps(passedOn, 10) > 10 * 300);
    }

    [Fact]
    public void StepsAreTheSameEachTimeAndGrowWithTheWork()
    {
        const string Sum = "function solve(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s }";
        var program = ScriptProgram.Parse(Sum).Program!;
        var ten = program.Call("solve", [10], Limits);
        Assert.Equal(45, ten.Value!.GetValue<long>());
        Assert.Equal(ten.Steps, program.Call("solve", [10], Limits).Steps);
        // A turn is a test, an assignment, an update and their parts; the count is part of the rules.
        Assert.Equal(10 * (program.Call("solve", [2], Limits).Steps - program.Call("solve", [1], Limits).Steps), program.Call("solve", [20], Limits).Steps - ten.Steps);
    }

    [Theory]
    [InlineData("const c = 1;\nfunction f() {\n return 1 }\nfunction solve() {\n c = f() }", "(line 5)")]
    [InlineData("function f() {\n return 1 }\nfunction solve() {\n return f() + f\n .none() }", "(line 5)")]
    [InlineData("function solve() {\n try {\n throw new Error('a')\n }\n finally {\n 1 } }", "(line 3)")]
    public void AnErrorNamesTheLineThatItComesFrom(string source, string line) => Assert.EndsWith(line, Detail(source), StringComparison.Ordinal);

    /// <summary>Counted by the interpreter of rules version 1, which walked the tree: jumps through finally, classes, destructuring, chains, callbacks, errors.</summary>
    [Fact]
    public void StepsAreWhatTheyWereInVersionOne()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "Arena.Tests/Rules/Spaces/CodeDuel/counted.txt"));
        Assert.True(lines.Length > 40);
        Assert.All(lines.Chunk(2), pair =>
        {
            var outcome = ScriptProgram.Parse(pair[0]).Program!.Call("solve", [], Limits);
            Assert.Equal((pair[0], pair[1]), (pair[0], $"  {outcome.Steps} steps: {outcome.Failure ?? outcome.Value?.ToJsonString()}"));
        });
    }

    [Theory]
    [InlineData("function solve( { return 1 }", 1, 26)]
    [InlineData("function solve() {\n  const x = ;\n}", 2, 13)]
    [InlineData("const a = 1;\nconst a = 2;", 2, 7)]
    [InlineData("function solve() { return 1", 1, 28)]
    [InlineData("let s = 'no end", 1, 9)]
    [InlineData("x = 08", 1, 5)]
    [InlineData("1 = 2", 1, 1)]
    public void AProblemNamesItsPlace(string source, int line, int column)
    {
        var problem = ScriptProgram.Parse(source).Problem;
        Assert.NotNull(problem);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("return ({}).__proto__", "Prototypes")]
    [InlineData("const k = '__proto__'; return ({})[k]", "TypeError")]
    [InlineData("const o = {}, k = '__proto__'; o[k] = { a: 1 }; return o.a", "Prototypes")]
    [InlineData("return { __proto__: { a: 1 } }.a", "Prototypes")]
    [InlineData("return [].constructor === Array", "TypeError")]
    [InlineData("return String(() => 1)", "TypeError")]
    [InlineData("return `${class A {}}`", "TypeError")]
    [InlineData("class A { static { this.z = 1 } } return A.z", "can't stand here")]
    [InlineData("let a = 3, b = 2; return a<!--b", "Comments of HTML")]
    [InlineData("a: b: for (let i = 0; i < 3; i++) { for (;;) continue a } return 1", "no loop with the label")]
    public void WhatOtherEnginesDoOtherwiseIsAnErrorAndNeverAnotherValue(string body, string why) =>
        Assert.Contains(why, Detail($"function solve() {{ {body}\n}}"), StringComparison.Ordinal);

    [Fact]
    public void NoTextMakesItThrow()
    {
        string[] words = ["function", "solve", "(", ")", "{", "}", "[", "]", "return", "let", "=", "=>", "`", "${", "'", "\"", "/", "*", "//", "/*", "...", "?.", "1", "x", ";", ",", ":", "class", "new", "for", "of", "\\", "\u2028", "\0", "😀", "\ud800", "#", "@", "async", "try", "0x", "1e", "\n"];
        var random = new ScriptDraws(7);
        for (var i = 0; i < 4_000; i++)
        {
            var source = string.Concat(Enumerable.Range(0, 1 + random.Next(60)).Select(_ => words[random.Next(words.Length)] + (random.Next(2) == 0 ? " " : "")));
            var (program, problem) = ScriptProgram.Parse(source);
            Assert.True(program is null != problem is null);
            program?.Call("solve", [1, "a"], Limits with { Steps = 5_000 });
        }
        var snippets = File.ReadAllLines(Path.Combine(Repository.Root, "Arena.Tests/Rules/Spaces/CodeDuel/snippets.txt"));
        for (var i = 0; i < 6_000; i++)
        {
            // Two snippets, cut and joined anywhere, with a word between: most of it still runs.
            var (first, second) = (snippets[random.Next(snippets.Length)], snippets[random.Next(snippets.Length)]);
            var source = $"function solve() {{ {first[..random.Next(first.Length + 1)]}{words[random.Next(words.Length)]}{second[random.Next(second.Length + 1)..]}\n}}";
            var (program, problem) = ScriptProgram.Parse(source);
            Assert.True(program is null != problem is null);
            var failure = program?.Call("solve", [1, "a"], Limits with { Steps = 5_000 }).Failure;
            Assert.False(failure?.Contains("interpreter failed", StringComparison.Ordinal) == true, $"{failure}: {source}");
        }
        for (var i = 0; i < 3_000; i++)
        {
            // A made program with a few of its signs and words put in each other's place, and now and then bytes of any kind.
            var made = new ScriptPrograms(i).Make().ToCharArray();
            for (var changes = 1 + random.Next(4); changes > 0; changes--)
            {
                made[random.Next(made.Length)] = i % 10 == 0 ? (char)random.Next(256) : made[random.Next(made.Length)];
            }
            var (program, problem) = ScriptProgram.Parse(new(made));
            Assert.True(program is not null || problem is { Line: >= 1, Column: >= 1 });
            var failure = program?.Call("solve", [], Limits with { Steps = 5_000 }).Failure;
            Assert.False(failure?.Contains("interpreter failed", StringComparison.Ordinal) == true, $"{failure}: {new string(made)}");
        }
        foreach (var huge in (string[])[new string('(', 1 << 20), new string('x', 1 << 20), new string('[', 19_000), new string('`', 19_000), string.Concat(Enumerable.Repeat("`${", 6_000)), string.Concat(Enumerable.Repeat("x=>", 6_000)), string.Concat(Enumerable.Repeat("1+", 9_000)), string.Concat(Enumerable.Repeat("-", 19_000)), string.Concat(Enumerable.Repeat("a.", 9_000)), string.Concat(Enumerable.Repeat("if(1)", 3_900)), string.Concat(Enumerable.Repeat("new ", 4_900))])
        {
            var (program, _) = ScriptProgram.Parse(huge);
            program?.Call("solve", [], Limits);
        }
    }

    private static string Detail(string source) =>
        ScriptProgram.Parse(source) is var (program, problem) && program is null ? problem!.Message : program.Call("solve", [], Limits) is var outcome ? outcome.Failure ?? "" : "";

    private static string Run(string source)
    {
        var (program, problem) = ScriptProgram.Parse(source);
        if (program is null)
        {
            return "refused";
        }
        var outcome = program.Call("solve", [], Limits);
        return outcome.Failure switch
        {
            // Through the program's own writer, so that texts and numbers are laid out alike.
            null => ScriptProgram.Parse("function solve(v) { return JSON.stringify(v) }").Program!.Call("solve", [outcome.Value], Limits).Value!.GetValue<string>(),
            ['t', 'h', 'r', 'o', 'w', 'n', ..] => "throws",
            var failure when failure.Split(": ") is [var name, ..] && name.EndsWith("Error", StringComparison.Ordinal) => $"throws {name}",
            var failure => failure,
        };
    }

    /// <summary>One process for all: each program's result as JSON, "throws NAME", or "refused".</summary>
    private static async Task<IReadOnlyList<string>> NodeAsync(IReadOnlyList<string> programs)
    {
        const string Driver = """
            const out = [];
            for (const source of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
              try { const v = new Function('"use strict";' + source + '\nreturn solve()')(); out.push(JSON.stringify(v) ?? 'null'); }
              catch (e) { out.push(e instanceof SyntaxError ? 'refused' : e instanceof Error ? 'throws ' + e.name : 'throws'); }
            }
            process.stdout.write(JSON.stringify(out));
            """;
        var start = new ProcessStartInfo("node", ["-e", Driver]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("node is not installed.");
        }
        using var node = process!;
        await node.StandardInput.WriteAsync(new JsonArray([.. programs.Select(p => JsonValue.Create(p))]).ToJsonString());
        node.StandardInput.Close();
        var text = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        return [.. JsonNode.Parse(text)!.AsArray().Select(v => v!.GetValue<string>())];
    }

    /// <summary>Random programs of numbers, texts and arrays that always end.</summary>
    private sealed class ProgramMaker(int seed)
    {
        private readonly ScriptDraws _draws = new(seed + 1);

        public string Make() =>
            $"function solve() {{ let a = {Value(3)}, b = {Value(3)}, c = [{Value(2)}, {Value(2)}, {Value(2)}]; for (let i = 0; i < {_draws.Next(5)}; i++) {{ {Step()} {Step()} }} if ({Value(2)}) {{ {Step()} }} return [a, b, c, {Value(3)}, {Value(3)}]; }}";

        private string Step() => _draws.Next(6) switch
        {
            0 => $"a = {Value(2)};",
            1 => $"b += {Value(2)};",
            2 => $"c[{_draws.Next(4)}] = {Value(2)};",
            3 => $"try {{ c.push(a.length === undefined ? a : {Value(2)}); if (c.length > 8) c.length = 2; }} catch (e) {{ a = e.name; }}",
            4 => $"if ({Value(2)}) {{ a = {Value(1)}; }} else {{ b = {Value(1)}; }}",
            _ => "[a, b] = [b, a];",
        };

        private string Value(int depth) => (depth == 0 ? _draws.Next(7) : _draws.Next(18)) switch
        {
            0 => $"{_draws.Next(20) - 5}",
            1 => $"{_draws.Next(100) / 8.0}".Replace(',', '.'),
            2 => $"'{"abc xyz"[_draws.Next(7)]}{_draws.Next(12)}'",
            3 => ((string[])["true", "false", "null", "undefined", "NaN", "''", "[]"])[_draws.Next(7)],
            4 => "a",
            5 => "b",
            6 => "c[0]",
            7 or 8 or 9 => $"({Value(depth - 1)} {((string[])["+", "-", "*", "/", "%", "<", ">", "<=", "===", "==", "!=", "&&", "||", "??", "&", "|", "^", ">>", ">>>", "<<"])[_draws.Next(20)]} {Value(depth - 1)})",
            10 => $"({Value(depth - 1)} ? {Value(depth - 1)} : {Value(depth - 1)})",
            11 => $"{((string[])["!", "-", "+", "~", "typeof "])[_draws.Next(5)]}({Value(depth - 1)})",
            12 => $"String({Value(depth - 1)}).{((string[])["length", "toUpperCase()", "slice(1)", "split('')", "indexOf('1')", "padStart(5, '-')", "repeat(2)", "at(-1)"])[_draws.Next(8)]}",
            13 => $"[{Value(depth - 1)}, {Value(depth - 1)}].{((string[])["map(x => x + 1)", "filter(x => x)", "join('-')", "reverse()", "includes(1)", "sort()", "concat(c)", "length", "reduce((x, y) => x + y)"])[_draws.Next(9)]}",
            14 => $"Math.{((string[])["floor", "round", "abs", "sign", "trunc"])[_draws.Next(5)]}({Value(depth - 1)})",
            15 => $"Number({Value(depth - 1)})",
            16 => $"`<${{{Value(depth - 1)}}}>`",
            _ => $"JSON.stringify([{Value(depth - 1)}])",
        };
    }
}
