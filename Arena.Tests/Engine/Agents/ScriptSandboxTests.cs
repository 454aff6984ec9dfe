using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Agents;

public sealed class ScriptSandboxTests : IDisposable
{
    private readonly ScriptSandbox _sandbox = new(Options.Create(new ArenaOptions { Scripts = new ScriptOptions { Time = TimeSpan.FromSeconds(2), Memory = 32_000_000, Statements = 1_000_000 } }));

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AScriptSeesItsObservationAndAnswersAsText()
    {
        var run = await ActAsync("function act(o) { console.log('legal', o.legal, o.json.n); return [o.text, o.compact, o.seat, o.try, o.complaint, o.legal[1]].join('|'); }");
        Assert.Equal("the text|t:1|1|0||b", run.Reply.Text);
        Assert.Equal(["legal [\"a\",\"b\"] 7"], run.Log);
    }

    [Theory]
    [InlineData("function act(o) { return 4; }", "4")]
    [InlineData("const act = async o => { await null; return 'later'; };", "later")]
    public async Task NumbersAndPromisesAreFine(string source, string expected) => Assert.Equal(expected, (await ActAsync(source)).Reply.Text);

    [Fact]
    public void ASyntaxErrorIsNamedWithLineAndColumn()
    {
        var problem = _sandbox.Check("function act(o) {\n  return 1 +;\n}");
        Assert.Equal((2, 13), (problem!.Line, problem.Column));
        Assert.Contains("Unexpected token", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("let x = 1;", "no function act")]
    [InlineData("return 1;", "return")]
    [InlineData("x.y();", "x is not defined")]
    [InlineData("while (true) {}", "endless loop")]
    public void ACheckFindsWhatWouldFailInEveryTurn(string source, string part) =>
        Assert.Contains(part, _sandbox.Check(source)!.ToString(), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("function act(o) { while (true) {} }", FaultKind.TimedOut, "endless loop")]
    [InlineData("function act(o) { for (;;) o.text += 'x'; }", null, "stopped")]
    [InlineData("function act(o) { return act(o); }", FaultKind.Crashed, null)]
    [InlineData("function act(o) { const a = []; while (true) a.push(new Array(1000).fill(1)); }", FaultKind.OverBudget, "memory")]
    [InlineData("function act(o) { return 'x'.repeat(2 ** 29).length; }", null, null)]
    [InlineData("function act(o) { return 'x'.padStart(2 ** 29).length; }", null, null)]
    [InlineData("function act(o) { return new Array(2 ** 31).fill(0).length; }", null, null)]
    [InlineData("function act(o) { return new Uint8Array(2 ** 31 - 100).length; }", null, null)]
    [InlineData("function act(o) { let s = 'x'; for (let i = 0; i < 40; i++) s += s; return s.length; }", null, null)]
    [InlineData("function act(o) { return /^(a+)+$/.test('a'.repeat(40) + 'b') ? 'y' : 'n'; }", null, null)]
    [InlineData("function act(o) { const a = []; a[0] = a; return JSON.stringify(a); }", FaultKind.Crashed, "cyclic")]
    [InlineData("function act(o) { let a = []; for (let i = 0; i < 100000; i++) a = [a]; return JSON.stringify(a).length; }", null, null)]
    [InlineData("function act(o) { let a = []; for (let i = 0; i < 100000; i++) a = [a]; return String(a.flat(Infinity)).length; }", null, null)]
    [InlineData("function act(o) { const p = new Proxy({}, { get: (t, k, r) => r[k] }); return p.x; }", FaultKind.Crashed, null)]
    [InlineData("function act(o) { return JSON.parse('['.repeat(100000) + ']'.repeat(100000)).length; }", null, null)]
    [InlineData("function act(o) { return eval('1 + 1'); }", FaultKind.Crashed, null)]
    [InlineData("function act(o) { return new Function('return 1')(); }", FaultKind.Crashed, null)]
    [InlineData("function act(o) { return System.IO.File.ReadAllText('/etc/passwd'); }", FaultKind.Crashed, "System is not defined")]
    [InlineData("function act(o) { return importNamespace('System'); }", FaultKind.Crashed, "importNamespace is not defined")]
    [InlineData("function act(o) { return require('fs'); }", FaultKind.Crashed, "require is not defined")]
    [InlineData("function act(o) { return o.constructor.constructor('return this')(); }", FaultKind.Crashed, null)]
    [InlineData("async function act(o) { await new Promise(() => {}); }", FaultKind.Crashed, null)]
    [InlineData("async function act(o) { throw new Error('no idea'); }", FaultKind.Crashed, "no idea")]
    [InlineData("function act(o) { throw new Error('no idea'); }", FaultKind.Crashed, "Line 1, column 25: no idea")]
    [InlineData("function act(o) { }", FaultKind.Crashed, "returned nothing")]
    [InlineData("function act(o) { return { move: 3 }; }", FaultKind.Crashed, "an object")]
    [InlineData("function act(o) { Object.defineProperty(console, 'log', { get() { throw 1; } }); Array.prototype.push = null; return 'ok'; }", null, null)]
    public async Task NoScriptGetsOutOrTakesThePlatformDown(string source, FaultKind? fault, string? part)
    {
        var run = await ActAsync(source);
        if (fault is not null)
        {
            Assert.Equal(fault, run.Reply.Fault);
        }
        if (part is not null)
        {
            Assert.Contains(part, run.Reply.Detail!, StringComparison.OrdinalIgnoreCase);
        }
        // The sandbox serves the next one as before.
        Assert.Equal("fine", (await ActAsync("function act(o) { return 'fine'; }")).Reply.Text);
    }

    [Fact]
    public async Task MathRandomIsDrawnFromTheSeedSoThatAMatchRunsAgainTheSameWay()
    {
        const string Source = "function act(o) { return [Math.random(), Math.random()].join(' '); }";
        var first = (await ActAsync(Source)).Reply.Text;
        Assert.Equal(first, (await ActAsync(Source)).Reply.Text);
        Assert.NotEqual(first, (await ActAsync(Source, "another turn")).Reply.Text);
        Assert.All(first!.Split(' '), r => Assert.InRange(double.Parse(r, System.Globalization.CultureInfo.InvariantCulture), 0, 0.9999999999));
    }

    private Task<ScriptRun> ActAsync(string source, string stream = "turn") => _sandbox.ActAsync(
        source,
        new PendingTurn(3, 0, 3, 1, 0, 0, new Observation("the text", new JsonObject { ["n"] = 7 }, ["a", "b"], "t:1"), null),
        new Draws(new byte[32], stream),
        TestContext.Current.CancellationToken);
}
