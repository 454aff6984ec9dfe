using System.Text.Json.Nodes;
using Arena.Rules.Spaces.CodeDuel;
using Arena.Rules.Spaces.CodeDuel.Script;

namespace Arena.Tests.Rules.Spaces.CodeDuel;

/// <summary>Calls within calls: as many as node has, the same number everywhere, and nothing of them on the host's stack.</summary>
public sealed class ScriptDepthTests
{
    /// <summary>Of a test in the space.</summary>
    private static readonly ScriptLimits InTheSpace = new(CodeCheck.TestSteps, CodeCheck.TestCells, CodeCheck.TestCalls);

    /// <summary>Calls are what ends these.</summary>
    private static readonly ScriptLimits Wide = new(20_000_000, 40_000_000);

    private const string TooDeep = "RangeError: Maximum call stack size exceeded";

    [Theory]
    [InlineData("const grid = Array(42 * 42).fill(0).map((_, p) => p < 42 || p >= 41 * 42 || p % 42 === 0 || p % 42 === 41 ? 1 : 0); let size = 0; function fill(p) { grid[p] = 1; size++; if (!grid[p + 42]) fill(p + 42); if (!grid[p - 42]) fill(p - 42); if (!grid[p + 1]) fill(p + 1); if (!grid[p - 1]) fill(p - 1) } function solve() { fill(43); return size }", "1600")]
    [InlineData("const next = Array.from({ length: 1600 }, (_, i) => i < 1599 ? [i + 1] : []), seen = new Set(); const visit = v => { seen.add(v); next[v].forEach(w => { if (!seen.has(w)) visit(w) }) }; function solve() { visit(0); return seen.size }", "1600")]
    [InlineData("const memo = [1, 1]; const ways = n => memo[n] ?? (memo[n] = (ways(n - 1) + memo[n - 2]) % 1000007); function solve() { return ways(5000) }", "519363")]
    [InlineData("const sum = list => list === null ? 0 : list.v + sum(list.next); function solve() { let list = null; for (let i = 0; i < 4000; i++) list = { v: i, next: list }; return sum(list) }", "7998000")]
    [InlineData("const even = n => n === 0 || odd(n - 1), odd = n => n !== 0 && even(n - 1); function solve() { return even(9000) }", "true")]
    [InlineData("class Node { constructor(depth) { this.child = depth ? new Node(depth - 1) : null } count() { return 1 + (this.child ? this.child.count() : 0) } } function solve() { return new Node(4000).count() }", "4001")]
    [InlineData("const o = { next: null, toString() { return this.next ? 'a' + this.next : '!' } }; function solve() { let top = o; for (let i = 0; i < 600; i++) top = { next: top, toString: o.toString }; return `${top}`.length }", "601")]
    public void OrdinaryProgramsRecurseAsDeepAsTheyNeed(string source, string value) =>
        Assert.Equal((value, null), SmallStack.Run(() => Program(source).Call("solve", [], InTheSpace) is var outcome ? (outcome.Value?.ToJsonString(), outcome.Failure) : default));

    [Theory]
    [InlineData("function f() { n++; f() }", 9_999)]
    [InlineData("const f = () => 1 + (n++, f())", 9_999)]
    [InlineData("const f = (a, { b } = {}, ...c) => { for (const x of [1]) { switch (x) { case 1: { n++; return [`${f()}`] } } } }", 9_999)]
    [InlineData("const a = () => { n++; return b() }, b = () => { n++; return a() }, f = a", 9_999)]
    [InlineData("const f = () => [1].map(() => { n++; return f() })", 3_333)]
    [InlineData("const f = () => { n++; return [2, 1].sort(f) }", 5_000)]
    [InlineData("const f = () => { n++; return f.call() }", 5_000)]
    [InlineData("const f = () => { n++; return f.apply(null, []) }", 5_000)]
    [InlineData("const f = () => { n++; return f.bind(null)() }", 5_000)]
    [InlineData("const f = () => { n++; return 'a'.replace('a', f) }", 5_000)]
    [InlineData("const f = () => { n++; return Array.from([1], f) }", 5_000)]
    [InlineData("const f = () => { n++; return Object.groupBy([1], f) }", 5_000)]
    [InlineData("const f = () => { n++; new Map([[1, 1]]).forEach(f) }", 5_000)]
    [InlineData("const f = () => { n++; new Set([1]).forEach(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1, 2].reduce(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1, 2].reduceRight(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].find(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].findLastIndex(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].some(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].every(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].filter(f) }", 5_000)]
    [InlineData("const f = () => { n++; return [1].flatMap(f) }", 5_000)]
    [InlineData("class A { x = (n++, new A()) } const f = () => new A()", 9_998)]
    [InlineData("class A { constructor() { n++; this.x = [...[1]].reduce((a, b) => new A(), 1).x } } const f = () => new A()", 3_333)]
    [InlineData("class A { x = 1; constructor() { n++; new A() } } const f = () => new A()", 9_998)]
    [InlineData("function F() { n++; new F() } const f = () => new F()", 9_998)]
    [InlineData("const o = { toString() { n++; return o + '' } }, f = () => o + ''", 9_998)]
    [InlineData("const o = { toString() { n++; return `${o}` } }, f = () => `${o}`", 9_998)]
    [InlineData("const o = { toString() { n++; return `${[o]}` } }, f = () => `${o}`", 84)]
    [InlineData("const o = { toString() { n++; return String(o) } }, f = () => String(o)", 100)]
    [InlineData("const o = { toString() { n++; return [o].join() } }, f = () => [o].join()", 100)]
    [InlineData("const o = { toString() { n++; return [o, 1].sort() } }, f = () => [o, 1].sort()", 100)]
    [InlineData("const o = { toString() { n++; return o * 1 } }, f = () => Math.abs(o)", 100)]
    [InlineData("const o = { toString() { n++; return o < o } }, f = () => o == 'a'", 100)]
    [InlineData("const o = { toString() { n++; return ({})[o] } }, f = () => ({ [o]: 1 })", 100)]
    [InlineData("const o = { toString() { n++; return 'a'.repeat(o) } }, f = () => 'a'.at(o)", 100)]
    [InlineData("const o = { toString() { n++; const { [o]: q } = {}; return q } }, f = () => 'a'.replace(o, 1)", 100)]
    [InlineData("const o = { toJSON() { n++; return JSON.stringify(o) } }, f = () => JSON.stringify(o)", 83)]
    [InlineData("let a = { toJSON() { n++; return JSON.stringify(a) } }; for (let i = 0; i < 55; i++) a = [a]; const f = () => JSON.stringify(a)", 8)]
    [InlineData("let a = { toString() { n++; return String(a) } }; for (let i = 0; i < 49; i++) a = [a]; const f = () => String(a)", 9)]
    [InlineData("const o = { toString() { n++; return [1].map(() => JSON.stringify({ toJSON: () => [o] + '' })).sort() + o } }, f = () => [o, o].sort()", 42)]
    public void CallsWithinCallsEndAtAFixedNumberAndCanBeCaught(string source, int calls)
    {
        var program = Program($"let n = 0; {source}; function solve() {{ try {{ return f() }} catch (e) {{ return [n, `${{e.name}}: ${{e.message}}`, (() => 1)()] }} }}");
        var outcome = SmallStack.Run(() => program.Call("solve", [], Wide));
        Assert.Null(outcome.Failure);
        Assert.Equal(1, outcome.Value![2]!.GetValue<long>());
        Assert.True(outcome.Value[1]!.GetValue<string>() == TooDeep && outcome.Value[0]!.GetValue<long>() == calls, outcome.Value.ToJsonString());
    }

    [Theory]
    [InlineData("function solve() { return solve() }")]
    [InlineData("const solve = ({ a = solve({}) }) => a")]
    [InlineData("function solve() { try { return solve() } catch (e) { throw e } }")]
    [InlineData("function solve() { return 'a'.replace('a', solve) + new Map([[1, 1]]).forEach(solve) }")]
    public void WhatIsNotCaughtIsTheAnswersFailure(string source)
    {
        var failure = SmallStack.Run(() => Program(source).Call("solve", [new JsonObject()], Wide).Failure);
        Assert.True(failure?.StartsWith(TooDeep, StringComparison.Ordinal) == true || failure == $"ran out of steps ({Wide.Steps})", failure);
    }

    [Fact]
    public void CatchingAtEveryLevelRunsOutOfStepsAndNotOfTime()
    {
        var outcome = SmallStack.Run(() => Program("let n = 0; function solve() { try { solve() } catch { n++; solve() } finally { n++ } }").Call("solve", [], InTheSpace));
        Assert.Equal($"ran out of steps ({CodeCheck.TestSteps})", outcome.Failure);
    }

    /// <summary>Rows that a source may have at any length, for they are read by a loop.</summary>
    [Theory]
    [InlineData("return 1", " + 1", "", 4_900)]
    [InlineData("return 1", " && 1", "", 3_900)]
    [InlineData("return true", " ? 1 : 0, 1", "", 1_800)]
    [InlineData("const o = {}; o.o = o; return typeof o", ".o", "", 9_900)]
    [InlineData("const o = {}; o.o = o; return typeof o", "['o']", "", 3_900)]
    [InlineData("const o = {}; o.o = o; return typeof o", "?.o", "", 6_500)]
    [InlineData("const f = () => f; return typeof f", "()", "", 9_900)]
    [InlineData("const o = { f: () => o }; return typeof o", ".f()", "", 4_900)]
    [InlineData("const F = function () {}; F.x = 1; return 1", "; new F", "", 2_400)]
    [InlineData("let a = 1; return [", "a,", "].length", 9_900)]
    [InlineData("let s = 0; return ", "s,", "s", 9_900)]
    [InlineData("return `", "${1}", "`.length", 4_900)]
    [InlineData("const f = (...a) => a.length; return f(", "1,", ")", 9_900)]
    [InlineData("", "{}", "", 9_900)]
    [InlineData("", "a: ;", "", 4_900)]
    public void LongRowsAreNoNesting(string before, string part, string after, int times)
    {
        var (program, problem) = ScriptProgram.Parse($"function solve() {{ {before}{string.Concat(Enumerable.Repeat(part, times))}{after} }}");
        Assert.Null(problem);
        var outcome = SmallStack.Run(() => program!.Call("solve", [], Wide));
        Assert.True(outcome.Failure is null || outcome.Failure.Contains("Error", StringComparison.Ordinal), outcome.Failure);
    }

    /// <summary>The most that a source may nest, run and not only read.</summary>
    [Theory]
    [InlineData("(", "1", ")", 40)]
    [InlineData("[", "1", "]", 40)]
    [InlineData("({ a: ", "1", "})", 24)]
    [InlineData("`${", "1", "}`", 45)]
    [InlineData("(() => ", "1", ")()", 25)]
    [InlineData("- ", "1", "", 90)]
    [InlineData("2 ** ", "1", "", 90)]
    [InlineData("0 ? 1 : ", "1", "", 90)]
    [InlineData("[1].map(() => ", "1", ")", 30)]
    [InlineData("[2, 1].sort(() => ", "1", ")", 30)]
    public void TheDeepestExpressionsRunOnASmallStack(string open, string middle, string close, int times)
    {
        var (program, problem) = SmallStack.Run(() => ScriptProgram.Parse($"const f = (n) => n ? f(n - 1) : {Around(open, middle, close, times)}; function solve() {{ return typeof f(9000) }}"));
        Assert.Null(problem);
        Assert.Null(SmallStack.Run(() => program!.Call("solve", [], Wide)).Failure);
    }

    [Theory]
    [InlineData("{", "n++;", "}", 90)]
    [InlineData("if (1) ", "n++;", "", 90)]
    [InlineData("for (const x of [1]) ", "n++;", "", 90)]
    [InlineData("for (let i = 0; i < 1; i++) ", "n++;", "", 90)]
    [InlineData("try {", "n++;", "} finally { n++ }", 90)]
    [InlineData("try {} finally {", "n++;", "}", 90)]
    [InlineData("try { throw 1 } catch {", "n++;", "}", 90)]
    [InlineData("switch (1) { case 1: ", "n++;", "}", 90)]
    [InlineData("q: { q1: ;", "n++;", "}", 1)]
    [InlineData("(function () {", "n++;", "})();", 20)]
    [InlineData("new (class { constructor() {", "n++;", "} });", 20)]
    public void TheDeepestBlocksRunOnASmallStack(string open, string middle, string close, int times)
    {
        var (program, problem) = SmallStack.Run(() => ScriptProgram.Parse($"let n = 0; function solve() {{ {Around(open, middle, close, times)} return n }}"));
        Assert.Null(problem);
        Assert.InRange(SmallStack.Run(() => program!.Call("solve", [], Wide)).Value!.GetValue<long>(), 1, 1_000);
    }

    [Theory]
    [InlineData("let a = []; for (let i = 0; i < 20000; i++) a = [a]; return a.flat(Infinity).length", "0")]
    [InlineData("const a = []; a.push(a); return a.flat(Infinity)", "ran out of steps")]
    [InlineData("let a = []; for (let i = 0; i < 20000; i++) a = [a]; return structuredClone(a)", "RangeError")]
    [InlineData("let a = []; for (let i = 0; i < 20000; i++) a = [a]; return JSON.stringify(a)", "TypeError")]
    [InlineData("let a = []; for (let i = 0; i < 20000; i++) a = [a]; return String(a)", "RangeError")]
    [InlineData("return JSON.parse('['.repeat(20000) + ']'.repeat(20000))", "SyntaxError")]
    [InlineData("let a = []; for (let i = 0; i < 20000; i++) a = [a]; return a", "nested too deeply")]
    [InlineData("let f = () => 1; for (let i = 0; i < 12000; i++) f = f.bind(null); return f()", TooDeep)]
    [InlineData("let f = () => 1; for (let i = 0; i < 12000; i++) { const g = f; f = () => g() } return f()", TooDeep)]
    [InlineData("let m = new Map(); for (let i = 0; i < 20000; i++) m = new Map([[m, m]]); return structuredClone(m)", "RangeError")]
    public void ValuesWithinValuesNeedNoStack(string body, string ends)
    {
        var outcome = SmallStack.Run(() => Program($"function solve() {{ {body} }}").Call("solve", [], Wide));
        Assert.Contains(ends, outcome.Failure ?? outcome.Value!.ToJsonString(), StringComparison.Ordinal);
    }

    private static string Around(string open, string middle, string close, int times) =>
        string.Concat(Enumerable.Repeat(open, times)) + middle + string.Concat(Enumerable.Repeat(close, times));

    private static ScriptProgram Program(string source) => ScriptProgram.Parse(source).Program!;
}
