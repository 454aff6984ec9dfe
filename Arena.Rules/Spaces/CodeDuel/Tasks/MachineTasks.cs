namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Reading small languages, and running small machines.</summary>
internal static class MachineTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("bracket-depth", 3, d =>
        {
            var kinds = d.Some(2, ["()", "[]", "{}", "<>"]);
            var (bad, what) = (d.Int(-9, -1), d.Yes());
            return Puzzle.Of<string>("text",
                $"`@1` is a text with the brackets {kinds[0][0]} {kinds[0][1]} and {kinds[1][0]} {kinds[1][1]}; other characters don't matter. It is in order if each bracket that opens is closed by its own kind and pairs don't cross. Return {(what ? "how deep the brackets are nested at most (0 without brackets)" : "the number of pairs that hold no other bracket inside")} if it is in order, {bad} if it isn't.",
                g => Nested(g, kinds), ["", "abc", kinds[0], kinds[0][..1], kinds[0][1..], $"{kinds[0][0]}{kinds[1][0]}{kinds[0][1]}{kinds[1][1]}"],
                t =>
                {
                    var (open, most, empty, before) = (new Stack<char>(), 0, 0, ' ');
                    foreach (var c in t.Where(c => kinds.Any(k => k.Contains(c))))
                    {
                        var kind = kinds.Single(k => k.Contains(c));
                        if (c == kind[0])
                        {
                            open.Push(c);
                            most = Math.Max(most, open.Count);
                        }
                        else if (!open.TryPop(out var opened) || opened != kind[0])
                        {
                            return bad;
                        }
                        empty += c == kind[1] && before == kind[0] ? 1 : 0;
                        before = c;
                    }
                    return open.Count > 0 ? bad : what ? most : empty;
                },
                $$"""
                const o = "{{kinds[0][0]}}{{kinds[1][0]}}", c = "{{kinds[0][1]}}{{kinds[1][1]}}", s = []; let m = 0, e = 0, l = "";
                for (const h of @1) {
                  if (o.includes(h)) { s.push(h); if (s.length > m) m = s.length; l = h; }
                  else if (c.includes(h)) { const p = o[c.indexOf(h)]; if (s.pop() !== p) return {{bad}}; if (l === p) e++; l = h; }
                }
                return s.length > 0 ? {{bad}} : {{(what ? "m" : "e")}};
                """,
                $"let n = 0, m = 0; for (const h of @1) {{ if (\"{kinds[0][0]}{kinds[1][0]}\".includes(h)) n++; if (\"{kinds[0][1]}{kinds[1][1]}\".includes(h)) n--; if (n < 0) return {bad}; if (n > m) m = n; }} return n !== 0 ? {bad} : m;");
        }),
        new("odd-calculator", 5, d =>
        {
            var how = d.Int(0, 2);
            var (plus, times) = (d.Pick("+", "&", "#"), d.Pick("*", "x", "%"));
            string[] rules = [$"\"{plus}\" binds tighter than \"{times}\" and \"-\"; these two are of equal rank, from left to right", "all three are of equal rank, always from left to right", $"\"-\" binds tightest, then \"{plus}\", then \"{times}\"; equal signs from left to right"];
            return Puzzle.Of<string>("text",
                $"`@1` is a calculation without blanks: numbers (digits), the signs \"{plus}\" (plus), \"-\" (minus) and \"{times}\" (times), and parentheses ( ). Here {rules[how]}. Parentheses come first, as usual. Return the value. The calculation is always well formed and never empty; no sign stands before a single number.",
                g => Calculation(g, plus, times), ["7", $"2{plus}3{times}4", $"2{times}3{plus}4", $"9-3{plus}2", $"(1{plus}2){times}(3-5)", "((12))", "9-3-2"],
                t => Calculated(t, how switch { 0 => [[plus[0]], [times[0], '-']], 1 => [[plus[0], times[0], '-']], _ => [['-'], [plus[0]], [times[0]]] }, plus[0], times[0]),
                $$"""
                let i = 0;
                const levels = {{how switch { 0 => $"[\"{times}-\", \"{plus}\"]", 1 => $"[\"{plus}{times}-\"]", _ => $"[\"{times}\", \"{plus}\", \"-\"]" }}};
                const read = k => {
                  if (k === levels.length) {
                    if (@1[i] === "(") { i++; const v = read(0); i++; return v; }
                    let n = 0; while (i < @1.length && @1[i] >= "0" && @1[i] <= "9") n = n * 10 + Number(@1[i++]);
                    return n;
                  }
                  let v = read(k + 1);
                  while (i < @1.length && levels[k].includes(@1[i])) { const s = @1[i++], w = read(k + 1); v = s === "{{plus}}" ? v + w : s === "-" ? v - w : v * w; }
                  return v;
                };
                return read(0);
                """,
                $"const f = (a, o, b) => o === \"{plus}\" ? a + b : o === \"-\" ? a - b : a * b; let v = 0, o = \"{plus}\", n = 0; for (const h of @1 + \"{plus}\") if (h >= \"0\" && h <= \"9\") n = n * 10 + Number(h); else if (h !== \"(\" && h !== \")\") {{ v = f(v, o, n); n = 0; o = h; }} return v;");
        }),
        new("postfix", 3, d =>
        {
            var names = d.Some(4, ["add", "sub", "big", "low", "mix", "dup", "old", "new"]);
            var (none, twice) = (d.Int(-9, -1), d.Int(2, 3));
            return Puzzle.Of<string[]>("texts",
                $"`@1` is an array of texts, handled in order with a pile of numbers that is empty at first. A whole number is put on the pile. \"{names[0]}\" takes two numbers off and puts their sum on; \"{names[1]}\" takes the upper one x and the lower one y off and puts y - x on; \"{names[2]}\" takes two off and puts the larger one on; \"{names[3]}\" takes one off and puts {twice} times it on. Where there are too few numbers on the pile, nothing happens. Return the uppermost number at the end; {none} if the pile is empty.",
                g => g.Many(g.Size, () => g.Int(0, 9) < 5 ? $"{g.Int(-9, 20)}" : g.Pick(names)), [[], ["5"], [names[0]], ["1", names[1]], ["1", "2", names[1]], ["3", names[3], names[3]]],
                tokens =>
                {
                    var pile = new Stack<long>();
                    foreach (var token in tokens)
                    {
                        var place = Array.IndexOf(names, token);
                        if (place < 0)
                        {
                            pile.Push(long.Parse(token));
                        }
                        else if (place == 3 && pile.Count > 0)
                        {
                            pile.Push(pile.Pop() * twice);
                        }
                        else if (place < 3 && pile.Count > 1)
                        {
                            var (x, y) = (pile.Pop(), pile.Pop());
                            pile.Push(place == 0 ? x + y : place == 1 ? y - x : Math.Max(x, y));
                        }
                    }
                    return pile.Count == 0 ? none : pile.Peek();
                },
                $$"""
                const p = [];
                for (const t of @1) {
                  const k = ["{{string.Join("\", \"", names)}}"].indexOf(t);
                  if (k < 0) p.push(Number(t));
                  else if (k === 3) { if (p.length > 0) p.push(p.pop() * {{twice}}); }
                  else if (p.length > 1) { const x = p.pop(), y = p.pop(); p.push(k === 0 ? x + y : k === 1 ? y - x : Math.max(x, y)); }
                }
                return p.length === 0 ? {{none}} : p[p.length - 1];
                """);
        }),
        new("robot", 2, d =>
        {
            var (signs, what, side) = (d.Some(4, "FGLRBTUXSP"), d.Int(0, 2), d.Int(4, 12));
            return Puzzle.Of<string>("text",
                $"A robot stands on the cell [0, 0] of an endless field and looks north. `@1` is a text of commands: {signs[0]} goes one cell ahead, {signs[1]} one cell back (still looking ahead), {signs[2]} turns it a quarter left, {signs[3]} a quarter right. North is +1 in the second coordinate, east +1 in the first. A command that would bring it to a coordinate beyond {side} or -{side} is skipped. Return {(what == 0 ? "the cell [x, y] at the end" : what == 1 ? "the number of different cells it stood on, the first included" : "the largest value of |x| + |y| that it reached")}.",
                g => g.Text(new string([signs[0], signs[0], signs[0], .. signs]), 3 * g.Size), ["", $"{signs[0]}", $"{signs[1]}", new string(signs[0], side + 2), $"{signs[2]}{signs[0]}{signs[3]}{signs[1]}"],
                t =>
                {
                    var (x, y, dx, dy, far) = (0, 0, 0, 1, 0);
                    var seen = new HashSet<(int, int)> { (0, 0) };
                    foreach (var c in t)
                    {
                        (dx, dy) = c == signs[2] ? (-dy, dx) : c == signs[3] ? (dy, -dx) : (dx, dy);
                        var step = c == signs[0] ? 1 : c == signs[1] ? -1 : 0;
                        if (Math.Abs(x + step * dx) <= side && Math.Abs(y + step * dy) <= side)
                        {
                            (x, y) = (x + step * dx, y + step * dy);
                        }
                        seen.Add((x, y));
                        far = Math.Max(far, Math.Abs(x) + Math.Abs(y));
                    }
                    return what == 0 ? new[] { x, y } : what == 1 ? seen.Count : far;
                },
                $$"""
                let x = 0, y = 0, a = 0, b = 1, f = 0; const s = new Set(["0,0"]);
                for (const c of @1) {
                  if (c === "{{signs[2]}}") [a, b] = [-b, a];
                  else if (c === "{{signs[3]}}") [a, b] = [b, -a];
                  else {
                    const k = c === "{{signs[0]}}" ? 1 : -1, u = x + k * a, v = y + k * b;
                    if (Math.abs(u) <= {{side}} && Math.abs(v) <= {{side}}) { x = u; y = v; s.add(x + "," + y); f = Math.max(f, Math.abs(x) + Math.abs(y)); }
                  }
                }
                return {{(what == 0 ? "[x, y]" : what == 1 ? "s.size" : "f")}};
                """);
        }),
        new("registers", 5, d =>
        {
            var names = d.Some(3, "abcdxyz");
            var (up, down, jump, most) = (d.Pick("inc", "up", "add"), d.Pick("dec", "down", "sub"), d.Pick("jnz", "go", "skip"), d.Int(80, 250));
            return Puzzle.Of<string[]>("texts",
                $"A machine has the registers {names[0]}, {names[1]} and {names[2]}, all 0 at first. `@1` is its program, an array of lines: \"{up} {names[0]} 3\" adds 3 to register {names[0]}; \"{down} {names[1]} 2\" takes 2 from register {names[1]}; \"copy {names[0]} {names[2]}\" copies {names[0]}'s value to {names[2]}; \"{jump} {names[0]} -2\" goes on two lines before itself (a positive number: after itself) if {names[0]} is greater than 0, otherwise with the next line. Any register can stand in place of these. It starts with the first line and stops when there is no line to go on with, or after {most} executed lines. Return [{names[0]}, {names[1]}, {names[2]}, number of executed lines].",
                g => Program(g, names, up, down, jump), [[], [$"{up} {names[1]} 5"], [$"{up} {names[0]} 1", $"{jump} {names[0]} -1"], [$"{up} {names[2]} 4", $"{up} {names[0]} 2", $"{down} {names[2]} 1", $"{jump} {names[2]} -2"], [$"{jump} {names[0]} 0"], [$"{up} {names[0]} 1", $"{jump} {names[0]} 0"]],
                lines =>
                {
                    var registers = names.ToDictionary(n => $"{n}", _ => 0);
                    var (at, done) = (0, 0);
                    for (; at >= 0 && at < lines.Length && done < most; done++)
                    {
                        var words = lines[at].Split(' ');
                        var next = at + 1;
                        if (words[0] == "copy")
                        {
                            registers[words[2]] = registers[words[1]];
                        }
                        else if (words[0] == jump)
                        {
                            next = registers[words[1]] > 0 ? at + int.Parse(words[2]) : next;
                        }
                        else
                        {
                            registers[words[1]] += (words[0] == up ? 1 : -1) * int.Parse(words[2]);
                        }
                        at = next;
                    }
                    return names.Select(n => registers[$"{n}"]).Append(done);
                },
                $$"""
                const r = { {{names[0]}}: 0, {{names[1]}}: 0, {{names[2]}}: 0 }; let i = 0, n = 0;
                const p = @1.map(l => l.split(" "));
                while (i >= 0 && i < p.length && n < {{most}}) {
                  const [o, a, b] = p[i]; n++;
                  if (o === "copy") { r[b] = r[a]; i++; }
                  else if (o === "{{jump}}") i = r[a] > 0 ? i + Number(b) : i + 1;
                  else { r[a] += o === "{{up}}" ? Number(b) : -Number(b); i++; }
                }
                return [r.{{names[0]}}, r.{{names[1]}}, r.{{names[2]}}, n];
                """);
        }),
        new("bits", 2, d =>
        {
            var (what, k) = (d.Int(0, 2), d.Int(2, 5));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, none negative. Think of them in binary. Return {(what == 0 ? $"how many of them have at least {k} ones" : what == 1 ? $"the sum of those whose number of ones is divisible by {k} (0 has none, and counts as divisible)" : $"{k} times the total number of ones, minus the number of odd numbers")}.",
                g => g.Ints(0, 4_095), [[], [0], [1, 2, 4, 8], [31, 7, 1_023]],
                xs => what switch
                {
                    0 => xs.Count(x => int.PopCount(x) >= k),
                    1 => xs.Where(x => int.PopCount(x) % k == 0).Sum(),
                    _ => k * xs.Sum(int.PopCount) - xs.Count(x => x % 2 == 1),
                },
                $$"""
                const c = x => { let n = 0; while (x > 0) { n += x & 1; x >>= 1; } return n; };
                return @1.reduce((a, x) => a + ({{(what == 0 ? $"c(x) >= {k} ? 1 : 0" : what == 1 ? $"c(x) % {k} === 0 ? x : 0" : $"{k} * c(x) - x % 2")}}), 0);
                """);
        }),
        new("bit-ring", 3, d =>
        {
            var (bits, mask, left) = (d.Int(6, 14), d.Int(1, 63), d.Yes());
            return Puzzle.Of<int, int>("int int",
                $"`@1` is a whole number from 0 to {(1 << bits) - 1}; write it with exactly {bits} binary digits. Move all digits `@2` places (at least 0, may be more than {bits}) to the {(left ? "left" : "right")}; those that fall out come in again on the other side. Then flip each digit that is a one in {mask}. Return the result as a number.",
                g => (g.Int(0, (1 << bits) - 1), g.Int(0, 5 + g.Size)), [(0, 0), (1, 1), (1 << (bits - 1), 1), ((1 << bits) - 1, 3), (5, bits), (3, bits * 3 + 1)],
                (n, k) =>
                {
                    var by = left ? k % bits : (bits - k % bits) % bits;
                    return ((n << by | n >> (bits - by)) & ((1 << bits) - 1)) ^ mask;
                },
                $$"""
                const k = {{(left ? $"@2 % {bits}" : $"({bits} - @2 % {bits}) % {bits}")}};
                return ((@1 << k | @1 >> ({{bits}} - k)) & {{(1 << bits) - 1}}) ^ {{mask}};
                """,
                $"const k = @2; return ((@1 << k | @1 >> ({bits} - k)) & {(1 << bits) - 1}) ^ {mask};");
        }),
    ];

    private static string Nested(TaskDraws g, string[] kinds)
    {
        var text = new List<char>();
        var open = new Stack<string>();
        for (var i = 0; i < g.Size; i++)
        {
            if (open.Count > 0 && g.Yes())
            {
                text.Add(open.Pop()[1]);
            }
            else
            {
                open.Push(g.Pick(kinds));
                text.Add(open.Peek()[0]);
            }
            if (g.Int(0, 4) == 0)
            {
                text.Add(TaskDraws.Letters[g.Int(0, 25)]);
            }
        }
        while (open.TryPop(out var kind))
        {
            text.Add(kind[1]);
        }
        if (g.Int(0, 3) == 0 && text.Count > 1)
        {
            text.RemoveAt(g.Int(0, text.Count - 1));
        }
        return new string([.. text]);
    }

    /// <summary>At most ten numbers, so that every value is exact.</summary>
    private static string Calculation(TaskDraws g, string plus, string times)
    {
        var terms = g.Many(1 + Math.Min(9, g.Size), () => $"{g.Int(0, g.Int(0, 3) == 0 ? 20 : 9)}").ToList();
        while (terms.Count > 1)
        {
            var at = g.Int(0, terms.Count - 2);
            var joined = terms[at] + g.Pick(plus, plus, "-", times) + terms[at + 1];
            terms[at] = terms.Count > 2 && g.Int(0, 3) == 0 ? $"({joined})" : joined;
            terms.RemoveAt(at + 1);
        }
        return terms[0];
    }

    /// <param name="levels">Signs that bind tightest first.</param>
    private static long Calculated(string text, char[][] levels, char plus, char times)
    {
        var at = 0;
        return Read(levels.Length - 1);

        long Read(int level)
        {
            if (level < 0)
            {
                if (text[at] == '(')
                {
                    at++;
                    var inside = Read(levels.Length - 1);
                    at++;
                    return inside;
                }
                var from = at;
                while (at < text.Length && char.IsAsciiDigit(text[at]))
                {
                    at++;
                }
                return long.Parse(text[from..at]);
            }
            var value = Read(level - 1);
            while (at < text.Length && levels[level].Contains(text[at]))
            {
                var sign = text[at++];
                var other = Read(level - 1);
                value = sign == plus ? value + other : sign == times ? value * other : value - other;
            }
            return value;
        }
    }

    /// <summary>At most 20 lines; jumps reach a few lines.</summary>
    private static string[] Program(TaskDraws g, char[] names, string up, string down, string jump) => g.Many(Math.Min(20, g.Size), () => g.Int(0, 6) switch
    {
        < 3 => $"{up} {g.Pick<char>(names)} {g.Int(1, 6)}",
        3 => $"{down} {g.Pick<char>(names)} {g.Int(1, 4)}",
        4 => $"copy {g.Pick<char>(names)} {g.Pick<char>(names)}",
        _ => $"{jump} {g.Pick<char>(names)} {g.Pick(-4, -3, -2, -1, 2, 3, 4)}",
    });
}
