namespace Arena.Tests.Rules.Spaces.CodeDuel;

/// <summary>Draws that are the same everywhere.</summary>
internal sealed class ScriptDraws(int seed)
{
    private uint _state = (uint)seed * 2654435761 + 12345;

    public int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)below);
    }

    public T Of<T>(params T[] values) => values[Next(values.Length)];
}

/// <summary>
/// Random programs that always end, of what answers are made of: texts, arrays, maps, sets, objects, destructuring, closures, classes, labels, spread, switch,
/// try-catch-finally. Nothing in them makes a hole in an array or a power with a fraction, the two things in which the subset differs knowingly.
/// </summary>
internal sealed class ScriptPrograms(int seed)
{
    private readonly ScriptDraws _draws = new(seed);
    private int _names;

    public string Make() =>
        $"function solve() {{ let n = {_draws.Next(9)}, s = 'b{_draws.Next(99)}a', a = [3, 1, 2], o = {{ x: 1, y: 'q' }}; const m = new Map([['k', 1]]), t = new Set([2]); let f = (x = 2) => x + 1; {Block(7, 3)} return [n, s, a, o, [...m], [...t], typeof f]; }}";

    private string Block(int most, int depth) => string.Concat(Enumerable.Range(0, 1 + _draws.Next(most)).Select(_ => Statement(depth) + " "));

    private string New() => $"v{_names++}";

    private string Statement(int depth)
    {
        if (depth == 0 || _draws.Next(3) == 0)
        {
            return Plain();
        }
        var v = New();
        return _draws.Next(16) switch
        {
            0 => $"for (const {v} of {Array(2)}.slice(0, 4)) {{ if ({v} === n) continue; n = {v}; {Block(2, depth - 1)} }}",
            1 => $"{v}: for (let i = 0; i < 3; i++) {{ for (let j = 0; j < 3; j++) {{ if ({Number(2)} > j) {_draws.Of("continue", "break")} {v}; n += i; {Block(1, depth - 1)} }} }}",
            2 => $"switch ({Value(1)}) {{ case 1: n = 1; case {Number(1)}: {{ const {v} = {Value(1)}; s += {v}; {_draws.Of("break;", "")} }} default: {Block(2, depth - 1)} case 'a': n = {Number(1)}; }}",
            3 => $"try {{ {Block(2, depth - 1)} if ({Value(1)}) throw {_draws.Of("new TypeError('no')", "n", "{ x: n }", "null")}; }} catch ({_draws.Of("e", "e", "{ message, x = 4 }")}) {{ n = {Number(1)}; }} finally {{ s += 'f'; {Block(1, depth - 1)} }}",
            4 => $"n = (() => {{ try {{ return {Number(1)} }} finally {{ s += 'z'; {_draws.Of("return 7;", "", "n = 3;")} }} }})();",
            5 => $"{{ const {v} = {Number(2)}; f = (x = {Number(1)}, ...more) => {v} + x + more.length; {Block(2, depth - 1)} }}",
            6 => $"for (const {v} in {_draws.Of("o", Array(1), "'ab'")}) {{ s += {v}; if (s.length > 20) break; }}",
            7 => $"{{ let {v} = 3; while ({v}-- > 0) {{ {Block(2, depth - 1)} if ({Value(1)}) break; }} }}",
            8 => $"{{ let {v} = 0; do {{ {v} += 1; if ({v} === 2) continue; {Block(1, depth - 1)} }} while ({v} < 3); }}",
            9 => $"{{ class {v} {{ k = {Number(1)}; static made = 0; constructor(q) {{ this.q = q; {v}.made++; }} sum(z = 1) {{ return this.k + z; }} toString() {{ return `<${{this.q}}>` }} }} const w = new {v}({Value(1)}); n = w.sum() + {v}.made; s += w; o.w = w instanceof {v}; }}",
            10 => $"{{ const {v} = (k, z) => k <= 0 ? z : {v}(k - 1, z + k); n = {v}({_draws.Next(5)}, {Number(1)}); }}",
            11 => $"{{ const fs = []; for ({_draws.Of("let", "var")} {v} = 0; {v} < 3; {v}++) fs.push(() => {v} + n); a = fs.map(g => g()); }}",
            12 => $"if ({Value(2)}) {{ {Block(2, depth - 1)} }} else if ({Value(1)}) {Plain()} else {{ {Block(1, depth - 1)} }}",
            13 => $"m.forEach((v, k) => {{ t.add(k); n = v; }}); for (const [k, {v}] of m) {{ o[k] = {v}; if (m.size > 6) {{ m.delete(k); break; }} }}",
            14 => $"{{ const {{ x: {v} = {Value(1)}, ...rest }} = {Object()}; o = rest; n = {v}; }}",
            _ => $"{{ const [{v}, , p = {Value(1)}, ...q] = {_draws.Of(Array(2), Text(2))}; a = [...q, {v}, p]; }}",
        };
    }

    private string Plain() => _draws.Next(20) switch
    {
        0 or 1 => $"n = {Number(3)};",
        2 or 3 => $"s = ({Text(3)} + '').slice(0, 24);",
        4 or 5 => $"a = {Array(3)}.slice(-8);",
        6 => $"m.set({Value(1)}, {Value(2)});",
        7 => $"t.{_draws.Of("add", "delete")}({Value(1)});",
        8 => $"o[{Text(1)}] = {Value(2)};",
        9 => $"delete o[{Text(1)}];",
        10 => $"[n, ...a] = [{Number(2)}, ...{Array(1)}];",
        11 => $"({{ x: n = {Number(1)}, y: s = 'd' }} = {Object()});",
        12 => $"n {_draws.Of("+=", "-=", "*=", "%=", "??=", "||=", "&&=", "|=", ">>>=", "<<=")} {Number(1)};",
        13 => $"a[{_draws.Next(3)} % (a.length + 1)] = {Value(1)};",
        14 => $"o = {{ ...{Object()}, [{Text(1)}]: {Value(1)}, n }};",
        15 when _draws.Next(2) == 0 => $"n = {{ w: {Number(1)}, f2(z) {{ return this.w + z; }} }}.f2({Number(1)});",
        15 => $"{_draws.Of("a.push", "a.unshift")}({Value(1)}); a = a.slice(0, 8);",
        16 => $"a.{_draws.Of("reverse()", "sort()", "pop()", "shift()", $"splice({_draws.Next(4) - 1}, {_draws.Next(3)}, {Value(1)})", $"fill({Value(1)}, 1, 2)")};",
        17 => $"m.{_draws.Of("delete", "has", "get")}({Value(1)});",
        18 => $"[a[0], n] = [n, a[0]];",
        _ => $"n = f({_draws.Of("", Number(1), "undefined", $"{Number(1)}, 2, 3")});",
    };

    private string Number(int depth) => (depth <= 0 ? _draws.Next(6) : _draws.Next(20)) switch
    {
        0 or 1 => $"{_draws.Next(12) - 3}",
        2 => "n",
        3 => "a.length",
        4 => "s.length",
        5 => "(m.size + t.size)",
        6 or 7 or 8 => $"({Number(depth - 1)} {_draws.Of("+", "-", "*", "%", "/", "&", "|", "^", "<<", ">>", ">>>", ",", "??", "||", "&&")} {Number(depth - 1)})".Replace("?? (n ||", "|| (n ||", StringComparison.Ordinal),
        9 => $"Math.{_draws.Of("floor", "ceil", "round", "trunc", "abs", "sign")}({Number(depth - 1)})",
        10 => $"Math.{_draws.Of("max", "min")}({Number(depth - 1)}, ...{Array(depth - 1)})",
        11 => $"({Value(depth - 1)} ? {Number(depth - 1)} : {Number(depth - 1)})",
        12 => $"parseInt({Text(depth - 1)}, {_draws.Of(10, 16, 2, 36)})",
        13 => $"{Array(depth - 1)}.{_draws.Of("indexOf", "lastIndexOf")}({Value(depth - 1)})",
        14 => $"{Array(depth - 1)}.reduce((x, y) => x + y, {Number(depth - 1)})",
        15 => $"String({Text(depth - 1)}).charCodeAt({_draws.Next(3)})",
        16 => $"{_draws.Of("++n", "n++", "--n", "n--", "-n", "~n", "+s", "+!n")}",
        17 => $"({Object()}).x?.length",
        18 => $"Number({Value(depth - 1)})",
        _ => $"{Array(depth - 1)}.{_draws.Of("findIndex(x => x > 1)", "findLastIndex(x => x)", "filter(Boolean).length", "length")}",
    };

    private string Text(int depth) => (depth <= 0 ? _draws.Next(5) : _draws.Next(19)) switch
    {
        0 or 1 => $"'{_draws.Of("x", "y", "", "ab", "1", "07", "B-c", " t ", "\\n", "aé😀")}'",
        2 => "s",
        3 => "typeof n",
        4 => "`${n}`",
        5 => $"`${{{Value(depth - 1)}}}-${{{Number(depth - 1)}}}`",
        6 => $"({Text(depth - 1)} + {Value(depth - 1)})",
        7 => $"String({Text(depth - 1)}).slice({_draws.Next(5) - 2}, {_draws.Next(7) - 2})",
        8 => $"{Array(depth - 1)}.join({Text(depth - 2)})",
        9 => $"JSON.stringify({Value(depth - 1)})",
        10 => $"String({Value(depth - 1)})",
        11 => $"String({Text(depth - 1)}).split({_draws.Of("''", "'a'", "'-'")}).reverse().join({_draws.Of("''", "'-'")})",
        12 => $"String({Text(depth - 1)}).{_draws.Of("replace", "replaceAll")}({_draws.Of("'a'", "''", "'x'", "'1'")}, {_draws.Of("'<$&>'", "\"$`$'\"", "'$$'", "(q, i) => q + i", "'$1'")})",
        13 => $"String({Text(depth - 1)}).{_draws.Of("padStart", "padEnd")}({_draws.Next(9)}, {_draws.Of("'-'", "'ab'", "''")})",
        14 => $"[...{Text(depth - 1)} + ''].sort().join('')",
        15 => $"({Number(depth - 1)}).toString({_draws.Of("", "10")})",
        16 => $"({Number(depth - 1)}).toFixed({_draws.Next(4)})",
        17 => $"String({Text(depth - 1)}).{_draws.Of("trim()", "trimStart()", "at(-1)", "at(0)", "charAt(1)", "substring(2, 0)", "substr(-2)", "concat(n, null)", "repeat(2)", "codePointAt(1)", "startsWith('a')", "endsWith('a', 2)", "includes('1')", "lastIndexOf('a')")}",
        _ => $"Object.keys({Object()}).join()",
    };

    private string Array(int depth) => (depth <= 0 ? _draws.Next(3) : _draws.Next(21)) switch
    {
        0 => "a",
        1 => $"[{Number(0)}, {Number(0)}]",
        2 => "[...t]",
        3 => $"[{Value(depth - 1)}, ...{Array(depth - 1)}]",
        4 => $"{Array(depth - 1)}.map({_draws.Of($"x => {Number(depth - 1)}", "(x, i) => [x, i]", "x => x + 1", "String", "x => ({ x })")})",
        5 => $"{Array(depth - 1)}.filter({_draws.Of("x => x", "(x, i) => i % 2", "Number.isInteger", $"x => x !== {Value(depth - 1)}")})",
        6 => $"{Array(depth - 1)}.slice({_draws.Next(5) - 2}, {_draws.Next(7) - 2})",
        7 => $"{Array(depth - 1)}.concat({Array(depth - 1)}, {Value(depth - 1)})",
        8 => $"[...m.{_draws.Of("keys", "values", "entries")}()]",
        9 => $"Object.{_draws.Of("keys", "values", "entries")}({Object()})",
        10 => $"[...{Array(depth - 1)}].sort({_draws.Of("", "(x, y) => (+x || 0) < (+y || 0) ? -1 : (+x || 0) > (+y || 0) ? 1 : 0", "(x, y) => String(x).length - String(y).length")})",
        11 => $"{Array(depth - 1)}.flatMap(x => {_draws.Of("[x, x]", "x", "[[x]]", "[]")})",
        12 => $"Array.from({{ length: {_draws.Next(4)} }}, (_, i) => {Value(depth - 1)})",
        13 => $"[...{Text(depth - 1)} + '']",
        14 => $"{Array(depth - 1)}.flat({_draws.Of("", "2", "Infinity")})",
        15 => $"{Array(depth - 1)}.{_draws.Of("toSorted()", "toReversed()", "entries().next().value ?? []")}",
        16 => $"Array({_draws.Next(4)}).fill({Value(depth - 1)})",
        17 => $"JSON.parse(JSON.stringify({Array(depth - 1)}))",
        18 => $"structuredClone({Array(depth - 1)})",
        19 => $"[...new Set({Array(depth - 1)})]",
        _ => $"((...q) => q)(...{Array(depth - 1)})",
    };

    private string Object() => _draws.Of("o", "{ x: n }", $"{{ x: {Number(0)}, y: s }}", "{ y: 1, x: undefined }", "Object.fromEntries([['x', n], ['b', 1]])", "{ ...o, z: null }", "{ 2: 'b', 1: 'a', x: [1] }");

    private string Value(int depth) => _draws.Next(9) switch
    {
        0 or 1 => Number(depth),
        2 or 3 => Text(depth),
        4 => $"[...{Array(depth)}]",
        5 => _draws.Of("true", "false", "null", "undefined", "NaN", "-0"),
        6 => $"({Number(depth - 1)} {_draws.Of("<", ">", "<=", ">=", "===", "!==", "==", "!=")} {_draws.Of(Number(depth - 1), Text(depth - 1))})",
        7 => _draws.Of("n in a", "'x' in o", "t.has(n)", "m.has('k')", "Array.isArray(a)", "a.includes(n)", "a.some(x => x > 2)", "a.every(Number.isFinite)", "!n"),
        _ => Object() is "o" ? "o.x" : $"({Object()})",
    };
}
