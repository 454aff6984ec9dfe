namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Arrays: picking, sorting, counting, windows.</summary>
internal static class ListTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("kth-distinct", 1, d =>
        {
            var (k, large, none) = (d.Int(2, 4), d.Yes(), d.Int(-9, -1));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Return the {Place(k)} {(large ? "largest" : "smallest")} of its different values (equal numbers count once); {none} if there are fewer than {k} different ones.",
                g => g.Ints(0, 10 + g.Size), [[], [4, 4, 4, 4, 4], [1, 2], [5, 4, 3, 2, 1], [9, 10, 100, 1_000]],
                xs => xs.Distinct().Order().ToArray() is var s && s.Length < k ? none : large ? s[^k] : s[k - 1],
                $"const s = [...new Set(@1)].sort((a, b) => a - b); return s.length < {k} ? {none} : s[{(large ? $"s.length - {k}" : $"{k - 1}")}];",
                $"const s = [...new Set(@1)].sort(); return s.length < {k} ? {none} : s[{(large ? $"s.length - {k}" : $"{k - 1}")}];");
        }),
        new("keep-and-scale", 1, d =>
        {
            var (how, bound, times, plus, back) = (d.Int(0, 2), d.Int(-5, 20), d.Int(2, 9), d.Int(-9, 9), d.Yes());
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Keep those that are {(how == 0 ? "greater than" : how == 1 ? "less than" : "different from")} {bound}, multiply each by {times}{(plus == 0 ? "" : plus > 0 ? $" and add {plus}" : $" and subtract {-plus}")}. Return the results as an array, in {(back ? "reverse order" : "their order")}.",
                g => g.Ints(how == 2 ? bound - 2 : -20, how == 2 ? bound + 2 : 40), [[], [bound], [bound + 1, bound - 1]],
                xs => xs.Where(x => how == 0 ? x > bound : how == 1 ? x < bound : x != bound).Select(x => x * times + plus) is var kept && back ? kept.Reverse() : kept,
                $"return @1.filter(x => x {(how == 0 ? ">" : how == 1 ? "<" : "!==")} {bound}).map(x => x * {times} + ({plus})){(back ? ".reverse()" : "")};");
        }),
        new("rising-streak", 1, d =>
        {
            var (k, up, index) = (d.Int(0, 5), d.Yes(), d.Yes());
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. A streak is a part of neighbouring numbers in which each but the first is {(k == 0 ? $"at least as {(up ? "large" : "small")} as" : $"at least {k} {(up ? "more" : "less")} than")} the one before it; one number alone is a streak. Return the {(index ? "index at which the longest streak begins (of several, the first)" : "length of the longest streak")}; {(index ? -1 : 0)} for an empty array.",
                g => g.Ints(0, 12), [[], [3], [1, 1, 1], [9, 6, 3, 0], [0, 5, 10, 15]],
                xs =>
                {
                    var (best, at, from) = (0, -1, 0);
                    for (var i = 0; i < xs.Length; i++)
                    {
                        from = i > 0 && (up ? xs[i] - xs[i - 1] : xs[i - 1] - xs[i]) >= k ? from : i;
                        (best, at) = i + 1 - from > best ? (i + 1 - from, from) : (best, at);
                    }
                    return index ? at : best;
                },
                $$"""
                let b = 0, a = -1, f = 0;
                for (let i = 0; i < @1.length; i++) {
                  if (i === 0 || {{(up ? "@1[i] - @1[i - 1]" : "@1[i - 1] - @1[i]")}} < {{k}}) f = i;
                  if (i + 1 - f > b) { b = i + 1 - f; a = f; }
                }
                return {{(index ? "a" : "b")}};
                """);
        }),
        new("window-sum", 2, d =>
        {
            var (k, most, index, none) = (d.Int(2, 6), d.Yes(), d.Yes(), d.Int(-99, -2));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Among the sums of {k} neighbouring numbers find the {(most ? "largest" : "smallest")}. Return {(index ? "the index of the first number of that sum (of several, the smallest index)" : "that sum")}; {none} if there are fewer than {k} numbers.",
                g => g.Ints(-9, 20), [[], [1], [.. Enumerable.Range(1, k)], [.. Enumerable.Repeat(-3, k + 2)]],
                xs =>
                {
                    var sums = Enumerable.Range(0, Math.Max(0, xs.Length - k + 1)).Select(i => xs.Skip(i).Take(k).Sum()).ToArray();
                    return sums.Length == 0 ? none : (most ? sums.Max() : sums.Min()) is var best && index ? Array.IndexOf(sums, best) : best;
                },
                $$"""
                if (@1.length < {{k}}) return {{none}};
                let s = 0; for (let i = 0; i < {{k}}; i++) s += @1[i];
                let b = s, a = 0;
                for (let i = {{k}}; i < @1.length; i++) { s += @1[i] - @1[i - {{k}}]; if (s {{(most ? ">" : "<")}} b) { b = s; a = i - {{k - 1}}; } }
                return {{(index ? "a" : "b")}};
                """);
        }),
        new("chunks", 2, d =>
        {
            var (k, what, drop) = (d.Int(2, 6), d.Int(0, 3), d.Yes());
            string[] names = ["the sum", "the largest number", "the first number minus the last", "how many different numbers there are"];
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Cut it from the start into pieces of {k}; {(drop ? "leave out a last piece that is shorter" : "the last piece may be shorter")}. Return an array with, for each piece, {names[what]} in it.",
                g => g.Ints(-5, 12), [[], [7], [.. Enumerable.Range(0, k)], [.. Enumerable.Repeat(2, k + 1)]],
                xs => xs.Chunk(k).Where(c => !drop || c.Length == k).Select(c => what switch { 0 => c.Sum(), 1 => c.Max(), 2 => c[0] - c[^1], _ => c.Distinct().Count() }),
                $$"""
                const o = [];
                for (let i = 0; i {{(drop ? $"+ {k} <=" : "<")}} @1.length; i += {{k}}) { const c = @1.slice(i, i + {{k}}); o.push({{what switch
                {
                    0 => "c.reduce((a, b) => a + b, 0)",
                    1 => "Math.max(...c)",
                    2 => "c[0] - c[c.length - 1]",
                    _ => "new Set(c).size",
                }}}); }
                return o;
                """);
        }),
        new("dedupe", 2, d =>
        {
            var (last, how, m) = (d.Yes(), d.Int(0, 2), d.Int(3, 12));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Two numbers are alike if they {(how == 0 ? "are equal" : how == 1 ? "are equal but for their sign" : $"have the same last digit in base {m} (the sign doesn't matter)")}. Of numbers that are alike keep only the {(last ? "last" : "first")}{(how == 0 ? $", and none that is divisible by {m}" : "")}. Return the kept numbers in their order.",
                g => g.Ints(-15, 15), [[], [2, 2], [-1, 1, 0], [1, m + 1, -1 - m]],
                xs =>
                {
                    var given = xs.Where(x => how != 0 || x % m != 0);
                    var kept = (last ? given.Reverse() : given).DistinctBy(x => how == 0 ? x : how == 1 ? Math.Abs(x) : Math.Abs(x) % m);
                    return last ? kept.Reverse() : kept;
                },
                $$"""
                const s = new Set(), o = [];
                for (const x of {{(last ? "@1.slice().reverse()" : "@1")}}) {
                  const k = {{(how == 0 ? "x" : how == 1 ? "Math.abs(x)" : $"Math.abs(x) % {m}")}};
                  if ({{(how == 0 ? $"x % {m} !== 0 && " : "")}}!s.has(k)) { s.add(k); o.push(x); }
                }
                return o{{(last ? ".reverse()" : "")}};
                """);
        }),
        new("sort-by-rule", 3, d =>
        {
            var (how, p, down, tieDown) = (d.Int(0, 2), d.Int(3, 30), d.Yes(), d.Yes());
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, none negative. Return it sorted by {(how == 0 ? "the sum of the decimal digits" : how == 1 ? $"the remainder when divided by {p}" : $"the distance from {p}")}, {(down ? "largest" : "smallest")} first; where that is equal, the {(tieDown ? "larger" : "smaller")} number first.",
                g => g.Ints(0, 99 + 3 * g.Size), [[], [p], [11, 2, 20], [p + 1, p - 1, p]],
                xs =>
                {
                    int Key(int x) => (down ? -1 : 1) * (how == 0 ? $"{x}".Sum(c => c - '0') : how == 1 ? x % p : Math.Abs(x - p));
                    return xs.OrderBy(Key).ThenBy(x => tieDown ? -x : x);
                },
                $$"""
                const k = x => {{(how == 0 ? "String(x).split(\"\").reduce((a, h) => a + Number(h), 0)" : how == 1 ? $"x % {p}" : $"Math.abs(x - {p})")}};
                return @1.map(x => [k(x), x]).sort((a, b) => a[0] !== b[0] ? {{(down ? "b[0] - a[0]" : "a[0] - b[0]")}} : {{(tieDown ? "b[1] - a[1]" : "a[1] - b[1]")}}).map(x => x[1]);
                """,
                $"const k = x => {(how == 0 ? "String(x).split(\"\").reduce((a, h) => a + Number(h), 0)" : how == 1 ? $"x % {p}" : $"Math.abs(x - {p})")}; return @1.slice().sort((a, b) => {(down ? "k(b) - k(a)" : "k(a) - k(b)")});");
        }),
        new("count-pairs", 3, d =>
        {
            var (how, t) = (d.Int(0, 2), d.Int(3, 25));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, none negative. Return the number of pairs of places i < j for which {(how == 0 ? $"the sum of the two numbers is {t}" : how == 1 ? $"the sum of the two numbers is divisible by {t}" : $"the two numbers differ by exactly {t}")}.",
                g => g.Ints(0, 30, 4 * g.Size), [[], [t], [0, t], [0, t, 0, t], [t, t, t, t]],
                xs => (long)xs.Select((x, i) => xs.Take(i).Count(y => how == 0 ? x + y == t : how == 1 ? (x + y) % t == 0 : Math.Abs(x - y) == t)).Sum(),
                how switch
                {
                    0 => $"const m = {{}}; let s = 0; for (const x of @1) {{ s += m[{t} - x] || 0; m[x] = (m[x] || 0) + 1; }} return s;",
                    1 => $"const m = Array({t}).fill(0); let s = 0; for (const x of @1) {{ s += m[({t} - x % {t}) % {t}]; m[x % {t}]++; }} return s;",
                    _ => $"const m = {{}}; let s = 0; for (const x of @1) {{ s += (m[x - {t}] || 0) + (m[x + {t}] || 0); m[x] = (m[x] || 0) + 1; }} return s;",
                },
                $"let s = 0; for (let j = 0; j < @1.length; j++) for (let i = 0; i < j; i++) if ({(how == 0 ? $"@1[i] + @1[j] === {t}" : how == 1 ? $"(@1[i] + @1[j]) % {t} === 0" : $"Math.abs(@1[i] - @1[j]) === {t}")}) s++; return s;");
        }),
        new("count-parts", 3, d =>
        {
            var (divisible, t) = (d.Yes(), d.Int(3, 20));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, negative ones too. Return how many of its parts (one or more neighbouring numbers) have a sum that is {(divisible ? $"divisible by {t} (0 and negative multiples are)" : $"exactly {t}")}. Parts at different places count separately.",
                g => g.Ints(-6, 9, 4 * g.Size), [[], [t], [0, 0, 0], [t, -t, t], [1, -1, t]],
                xs =>
                {
                    var count = 0;
                    for (var i = 0; i < xs.Length; i++)
                    {
                        for (int j = i, sum = 0; j < xs.Length; j++)
                        {
                            sum += xs[j];
                            count += (divisible ? sum % t == 0 : sum == t) ? 1 : 0;
                        }
                    }
                    return count;
                },
                divisible
                    ? $"const m = Array({t}).fill(0); m[0] = 1; let s = 0, c = 0; for (const x of @1) {{ s = ((s + x) % {t} + {t}) % {t}; c += m[s]; m[s]++; }} return c;"
                    : $"const m = new Map([[0, 1]]); let s = 0, c = 0; for (const x of @1) {{ s += x; c += m.get(s - {t}) || 0; m.set(s, (m.get(s) || 0) + 1); }} return c;",
                $"let c = 0; for (let i = 0; i < @1.length; i++) {{ let s = 0; for (let j = i; j < @1.length; j++) {{ s += @1[j]; if ({(divisible ? $"s % {t} === 0" : $"s === {t}")}) c++; }} }} return c;");
        }),
        new("totals-by-name", 2, d =>
        {
            var (what, least) = (d.Int(0, 3), d.Int(2, 30));
            string[] names = ["the sum of its numbers", "the largest of its numbers", "how often it occurs", "its last number minus its first"];
            return Puzzle.Of<(string Name, int Amount)[]>("pairs",
                $"`@1` is an array of pairs [name, number]; a name may occur several times. Return an object that has, for each name whose numbers add up to at least {least}, {names[what]}. Return {{}} if there is none.",
                g => g.Many(g.Size, () => (g.Word(1, 2, "abc"), g.Int(-3, 12))), [[], [("a", least)], [("a", least), ("b", least - 1), ("a", -1)]],
                rows => rows.GroupBy(r => r.Name).Where(r => r.Sum(x => x.Amount) >= least)
                    .ToDictionary(r => r.Key, r => what switch { 0 => r.Sum(x => x.Amount), 1 => r.Max(x => x.Amount), 2 => r.Count(), _ => r.Last().Amount - r.First().Amount }),
                $$"""
                const m = new Map(), o = {};
                for (const [a, b] of @1) { if (!m.has(a)) m.set(a, []); m.get(a).push(b); }
                for (const [a, x] of m) { const s = x.reduce((p, q) => p + q, 0); if (s >= {{least}}) o[a] = {{what switch
                {
                    0 => "s",
                    1 => "Math.max(...x)",
                    2 => "x.length",
                    _ => "x[x.length - 1] - x[0]",
                }}}; }
                return o;
                """);
        }),
        new("peaks", 2, d =>
        {
            var (low, ends, k) = (d.Yes(), d.Yes(), d.Int(1, 4));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Return the indexes, ascending, of the numbers that are at least {k} {(low ? "less" : "more")} than each neighbour. {(ends ? "The first and the last number have one neighbour; a single number has none and counts" : "The first and the last number never count")}.",
                g => g.Ints(0, 14), [[], [5], [5, 5], [9, 0, 9, 0, 9], [0, 9, 0]],
                xs => Enumerable.Range(0, xs.Length).Where(i => (ends || (i > 0 && i < xs.Length - 1)) && new[] { i - 1, i + 1 }.All(j => j < 0 || j >= xs.Length || (low ? xs[j] - xs[i] : xs[i] - xs[j]) >= k)),
                $$"""
                const o = [], n = @1.length, f = (i, j) => j < 0 || j >= n || {{(low ? "@1[j] - @1[i]" : "@1[i] - @1[j]")}} >= {{k}};
                for (let i = {{(ends ? "0" : "1")}}; i < {{(ends ? "n" : "n - 1")}}; i++) if (f(i, i - 1) && f(i, i + 1)) o.push(i);
                return o;
                """,
                $"const o = []; for (let i = 1; i < @1.length - 1; i++) if ({(low ? "@1[i] < @1[i - 1] && @1[i] < @1[i + 1]" : "@1[i] > @1[i - 1] && @1[i] > @1[i + 1]")}) o.push(i); return o;");
        }),
        new("two-sets", 2, d =>
        {
            var (how, down, plus) = (d.Int(0, 2), d.Yes(), d.Int(0, 5));
            return Puzzle.Of<int[], int[]>("ints ints",
                $"`@1` and `@2` are arrays of whole numbers. {(plus == 0 ? "" : $"Add {plus} to every number of `@2`. Then return")}{(plus == 0 ? "Return" : "")} the numbers that are {(how == 0 ? "in both arrays" : how == 1 ? "in `@1` but not in `@2`" : "in exactly one of the two arrays")}, each once, the {(down ? "largest" : "smallest")} first.",
                g => (g.Ints(0, 5 + g.Size), g.Ints(0, 5 + g.Size)), [([], []), ([1, 1, 12], []), ([], [3, 11, 3]), ([5, 9, 10], [5, 9, 10])],
                (xs, ys) =>
                {
                    var moved = ys.Select(y => y + plus).ToArray();
                    var found = how == 0 ? xs.Intersect(moved) : how == 1 ? xs.Except(moved) : xs.Except(moved).Concat(moved.Except(xs)).Distinct();
                    return found.OrderBy(x => down ? -x : x);
                },
                $$"""
                const a = new Set(@1), b = new Set(@2.map(y => y + {{plus}})), o = [];
                for (const x of a) if ({{(how == 0 ? "b.has(x)" : "!b.has(x)")}}) o.push(x);
                {{(how == 2 ? "for (const y of b) if (!a.has(y)) o.push(y);" : "")}}
                return o.sort((x, y) => {{(down ? "y - x" : "x - y")}});
                """);
        }),
        new("ranks", 3, d =>
        {
            var (down, dense, first) = (d.Yes(), d.Yes(), d.Int(0, 2));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Return an array that has, in the place of every number, its rank: the {(down ? "largest" : "smallest")} number has rank {first}; any other has {first} plus {(dense ? "the number of different values" : "the number of places with values")} that are {(down ? "larger" : "smaller")}. Equal numbers share a rank.",
                g => g.Ints(0, 8 + 2 * g.Size), [[], [7], [3, 3, 3], [10, 9, 100]],
                xs => xs.Select(x => first + (dense ? xs.Distinct() : xs).Count(y => down ? y > x : y < x)),
                $$"""
                const m = new Map(), s = @1.slice().sort((a, b) => {{(down ? "b - a" : "a - b")}}); let r = {{first}};
                s.forEach((x, i) => { if (!m.has(x)) m.set(x, {{(dense ? "r++" : $"{first} + i")}}); });
                return @1.map(x => m.get(x));
                """);
        }),
    ];

    private static string Place(int k) => k switch { 2 => "second", 3 => "third", _ => "fourth" };
}
