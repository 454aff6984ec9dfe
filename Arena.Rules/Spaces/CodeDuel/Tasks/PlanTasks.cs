namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>The best of very many possibilities: dynamic programming.</summary>
internal static class PlanTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("fewest-coins", 3, d =>
        {
            var (coins, ways) = (d.Some(d.Int(3, 4), Enumerable.Range(2, 18)).Order().ToArray(), d.Yes());
            var m = d.Int(1_000, 9_999);
            return Puzzle.Of<int>("int",
                $"There are coins worth {string.Join(", ", coins)}, as many as needed of each. Return {(ways ? $"in how many ways they can make the sum `@1`, as the remainder when divided by {m}; the order of coins doesn't matter, and for the sum 0 there is one way" : "the fewest coins that make the sum `@1` exactly; 0 for the sum 0, and -1 if it is impossible")}. `@1` is a whole number, at least 0.",
                g => g.Int(0, 4 * g.Size), [0, 1, coins[0], coins[0] + coins[1]],
                n =>
                {
                    var best = Enumerable.Repeat(ways ? 0 : 99_999, n + 1).ToArray();
                    best[0] = ways ? 1 : 0;
                    foreach (var coin in coins)
                    {
                        for (var i = coin; i <= n; i++)
                        {
                            best[i] = ways ? (best[i] + best[i - coin]) % m : Math.Min(best[i], best[i - coin] + 1);
                        }
                    }
                    return best[n] == 99_999 ? -1 : best[n];
                },
                $$"""
                const b = Array(@1 + 1).fill({{(ways ? "0" : "Infinity")}}); b[0] = {{(ways ? "1" : "0")}};
                for (const c of [{{string.Join(", ", coins)}}]) for (let i = c; i <= @1; i++) {{(ways ? $"b[i] = (b[i] + b[i - c]) % {m}" : "if (b[i - c] + 1 < b[i]) b[i] = b[i - c] + 1")}};
                return {{(ways ? "b[@1]" : "b[@1] === Infinity ? -1 : b[@1]")}};
                """,
                ways ? $"const f = (n, i) => n === 0 ? 1 : n < 0 || i < 0 ? 0 : f(n - [{string.Join(", ", coins)}][i], i) + f(n, i - 1); return f(@1, {coins.Length - 1}) % {m};"
                    : $"let n = @1, s = 0; for (const c of [{string.Join(", ", coins.Reverse())}]) {{ s += Math.floor(n / c); n %= c; }} return n === 0 ? s : -1;");
        }),
        new("longest-chain", 4, d =>
        {
            var (up, k, sum) = (d.Yes(), d.Int(0, 4), d.Yes());
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, none negative. Strike out numbers so that, of those left in their order, each but the first is at least {k} {(up ? "larger" : "smaller")} than the one before it{(k == 0 ? " (it may be equal)" : "")}. Return {(sum ? "the largest possible sum of the numbers left" : "the largest possible number of numbers left")}; 0 for an empty array.",
                g => g.Ints(0, 40, Math.Min(80, g.Size)), [[], [5], [7, 7, 7], [9, 6, 3, 1], [1, 4, 8, 20]],
                xs =>
                {
                    var best = new int[xs.Length];
                    for (var i = 0; i < xs.Length; i++)
                    {
                        best[i] = (sum ? xs[i] : 1) + Enumerable.Range(0, i).Where(j => (up ? xs[i] - xs[j] : xs[j] - xs[i]) >= k).Select(j => best[j]).DefaultIfEmpty(0).Max();
                    }
                    return best.DefaultIfEmpty(0).Max();
                },
                $$"""
                const b = []; let m = 0;
                for (let i = 0; i < @1.length; i++) {
                  let t = 0; const x = @1[i];
                  for (let j = 0; j < i; j++) if (b[j] > t && {{(up ? "x - @1[j]" : "@1[j] - x")}} >= {{k}}) t = b[j];
                  b.push(t + {{(sum ? "x" : "1")}}); if (b[i] > m) m = b[i];
                }
                return m;
                """);
        }),
        new("edit-price", 4, d =>
        {
            var (put, take, swap) = (d.Int(1, 6), d.Int(1, 6), d.Int(1, 9));
            return Puzzle.Of<string, string>("text text",
                $"Change the text `@1` into the text `@2`, one character at a time: putting in a character costs {put}, taking one out costs {take}, exchanging one for another costs {swap}. Return the lowest total cost.",
                g => (g.Text("abcd", Math.Min(40, g.Size)), g.Text("abcd", g.Int(0, Math.Min(40, g.Size)))), [("", ""), ("", "abc"), ("abc", ""), ("abcd", "abcd"), ("ab", "ba")],
                (a, b) =>
                {
                    var row = Enumerable.Range(0, b.Length + 1).Select(j => j * put).ToArray();
                    for (var i = 1; i <= a.Length; i++)
                    {
                        var next = new int[row.Length];
                        next[0] = i * take;
                        for (var j = 1; j < row.Length; j++)
                        {
                            next[j] = Math.Min(Math.Min(next[j - 1] + put, row[j] + take), row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : swap));
                        }
                        row = next;
                    }
                    return row[^1];
                },
                $$"""
                let r = []; for (let j = 0; j <= @2.length; j++) r.push(j * {{put}});
                for (let i = 1; i <= @1.length; i++) {
                  const n = [i * {{take}}];
                  for (let j = 1; j <= @2.length; j++) n.push(Math.min(n[j - 1] + {{put}}, r[j] + {{take}}, r[j - 1] + (@1[i - 1] === @2[j - 1] ? 0 : {{swap}})));
                  r = n;
                }
                return r[@2.length];
                """,
                $"let i = 0, j = 0; while (i < @1.length && @1[i] === @2[i]) i++; while (j < @1.length - i && j < @2.length - i && @1[@1.length - 1 - j] === @2[@2.length - 1 - j]) j++; return (@1.length - i - j) * {take} + (@2.length - i - j) * {put};");
        }),
        new("common-thread", 4, d =>
        {
            var (text, vowels) = (d.Yes(), d.Int(1, 4));
            return Puzzle.Of<string, string>("text text",
                $"Take characters out of both texts of small letters, `@1` and `@2`, until they are equal. Return the largest possible {(text ? "length" : "worth")} of what is left{(text ? "" : $", where each vowel (a, e, i, o, u) is worth {1 + vowels} and each other letter 1")}; 0 if nothing is left.{(text && vowels > 2 ? " A text that is left may not have more than 20 characters: return 20 if more are possible." : "")}",
                g => (g.Text("abcde", Math.Min(40, g.Size)), g.Text("abcde", g.Int(0, Math.Min(40, g.Size)))), [("", ""), ("abc", ""), ("abc", "abc"), ("abcde", "edcba"), ("b", "a")],
                (a, b) =>
                {
                    var best = new int[a.Length + 1, b.Length + 1];
                    for (var i = 1; i <= a.Length; i++)
                    {
                        for (var j = 1; j <= b.Length; j++)
                        {
                            best[i, j] = a[i - 1] == b[j - 1] ? best[i - 1, j - 1] + (!text && "aeiou".Contains(a[i - 1]) ? 1 + vowels : 1) : Math.Max(best[i - 1, j], best[i, j - 1]);
                        }
                    }
                    return text && vowels > 2 ? Math.Min(20, best[a.Length, b.Length]) : best[a.Length, b.Length];
                },
                $$"""
                let r = Array(@2.length + 1).fill(0);
                for (const h of @1) {
                  const n = [0], w = {{(text ? "1" : $"\"aeiou\".includes(h) ? {1 + vowels} : 1")}};
                  for (let j = 0; j < @2.length; j++) n.push(h === @2[j] ? r[j] + w : r[j + 1] > n[j] ? r[j + 1] : n[j]);
                  r = n;
                }
                return {{(text && vowels > 2 ? "Math.min(20, r[@2.length])" : "r[@2.length]")}};
                """);
        }),
        new("keep-apart", 3, d =>
        {
            var (k, round) = (d.Int(2, 5), d.Int(0, 9));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, negative ones too. Choose some of them, or none, so that the places of any two chosen ones differ by at least {k}. Return the largest possible sum of the chosen numbers{(round == 0 ? "" : $", plus {round}")}; choosing none makes the sum 0.",
                g => g.Ints(-8, 20), [[], [-4], [5, 6, 5], [9, 1, 1, 9], [.. Enumerable.Repeat(1, 2 * k)]],
                xs =>
                {
                    var best = new int[xs.Length + 1];
                    for (var i = 1; i <= xs.Length; i++)
                    {
                        best[i] = Math.Max(best[i - 1], xs[i - 1] + best[Math.Max(0, i - k)]);
                    }
                    return best[^1] + round;
                },
                $"const b = [0]; for (let i = 1; i <= @1.length; i++) b.push(Math.max(b[i - 1], @1[i - 1] + b[Math.max(0, i - {k})])); return b[@1.length] + {round};",
                $"let m = 0; for (let f = 0; f < {k}; f++) {{ let s = 0; for (let i = f; i < @1.length; i += {k}) if (@1[i] > 0) s += @1[i]; if (s > m) m = s; }} return m + {round};");
        }),
        new("backpack", 4, d =>
        {
            var (most, many) = (d.Int(20, 60), d.Yes());
            return Puzzle.Of<(int, int)[]>("pairs",
                $"`@1` is an array of things [weight, worth], whole numbers, at least 1. A backpack carries a weight of at most {most}; {(many ? "each thing can be taken any number of times" : "each thing can be taken once")}. Return the largest total worth that it can carry; 0 if nothing fits.",
                g => g.Many(Math.Min(30, g.Size), () => (g.Int(1, 25), g.Int(1, 40))), [[], [(most, 7)], [(most + 1, 7)], [(2, 3), (2, 3)]],
                things =>
                {
                    var best = new int[most + 1];
                    foreach (var (weight, worth) in things)
                    {
                        for (var i = 0; i <= most - weight; i++)
                        {
                            var at = many ? i + weight : most - i;
                            best[at] = Math.Max(best[at], best[at - weight] + worth);
                        }
                    }
                    return best[most];
                },
                $$"""
                const b = Array({{most + 1}}).fill(0);
                for (const [w, v] of @1) for (let i = {{(many ? $"w; i <= {most}; i++" : $"{most}; i >= w; i--")}}) if (b[i - w] + v > b[i]) b[i] = b[i - w] + v;
                return b[{{most}}];
                """,
                $"let l = {most}, s = 0; for (const [w, v] of @1.slice().sort((a, b) => b[1] / b[0] - a[1] / a[0])) {(many ? "while" : "if")} (w <= l) {{ l -= w; s += v; }} return s;");
        }),
        new("toll-path", 4, d =>
        {
            var (most, diagonal, up) = (d.Yes(), d.Yes(), d.Int(0, 9));
            return Puzzle.Of<int[][]>("grid",
                $"`@1` is an array of rows, each an array of whole numbers; all rows are equally long. Go from the top left to the bottom right cell; a step goes one cell right or one cell down{(diagonal ? $", or one right and one down at once, which {(most ? "earns" : "costs")} {up} extra" : "")}. Return the {(most ? "largest" : "smallest")} possible sum of the numbers in the cells on the way, both ends included{(diagonal ? ", and of the extras" : "")}; {-up} for an empty table.",
                g => g.Grid(0, 20), [[], [[5]], [[1, 2, 3]], [[1], [2]], [[1, 9], [9, 1]]],
                grid =>
                {
                    var best = grid.Select(r => new int[r.Length]).ToArray();
                    for (var y = 0; y < grid.Length; y++)
                    {
                        for (var x = 0; x < grid[y].Length; x++)
                        {
                            var from = new List<int>();
                            if (y > 0) { from.Add(best[y - 1][x]); }
                            if (x > 0) { from.Add(best[y][x - 1]); }
                            if (diagonal && x > 0 && y > 0) { from.Add(best[y - 1][x - 1] + up); }
                            best[y][x] = grid[y][x] + (from.Count == 0 ? 0 : most ? from.Max() : from.Min());
                        }
                    }
                    return grid.Length == 0 ? -up : best[^1][^1];
                },
                $$"""
                if (@1.length === 0) return {{-up}};
                const b = @1.map(r => r.slice()), f = Math.{{(most ? "max" : "min")}};
                for (let y = 0; y < b.length; y++) for (let x = 0; x < b[y].length; x++) {
                  if (y > 0 && x > 0) b[y][x] += f(b[y - 1][x], b[y][x - 1]{{(diagonal ? $", b[y - 1][x - 1] + {up}" : "")}});
                  else if (y > 0) b[y][x] += b[y - 1][x];
                  else if (x > 0) b[y][x] += b[y][x - 1];
                }
                return b[b.length - 1][b[0].length - 1];
                """);
        }),
        new("stairs", 3, d =>
        {
            var (steps, bad, m) = (d.Some(d.Int(2, 3), Enumerable.Range(1, 6)).Order().ToArray(), d.Int(4, 9), d.Int(1_000, 9_999));
            return Puzzle.Of<int>("int",
                $"A stair has `@1` steps (at least 0). One goes up by {string.Join(" or ", steps)} steps at a time and never stands on a step whose number is divisible by {bad}, except where it is the ground (0) or the last one. Return in how many ways one gets from the ground to exactly the step `@1`, as the remainder when divided by {m}. Ways with the same strides in another order are different; for 0 steps there is one way.",
                g => g.Int(0, 3 * g.Size), [0, 1, bad, 2 * bad],
                n =>
                {
                    var ways = new int[n + 1];
                    ways[0] = 1;
                    for (var i = 1; i <= n; i++)
                    {
                        ways[i] = i % bad == 0 && i < n ? 0 : steps.Where(s => s <= i).Sum(s => ways[i - s]) % m;
                    }
                    return ways[n];
                },
                $$"""
                const w = [1];
                for (let i = 1; i <= @1; i++) { let s = 0; if (i % {{bad}} !== 0 || i === @1) for (const k of [{{string.Join(", ", steps)}}]) if (k <= i) s += w[i - k]; w.push(s % {{m}}); }
                return w[@1];
                """,
                $"const f = i => i === 0 ? 1 : i < 0 || i % {bad} === 0 && i < @1 ? 0 : {string.Join(" + ", steps.Select(s => $"f(i - {s})"))}; return f(@1) % {m};");
        }),
        new("merge-piles", 5, d =>
        {
            var (most, how, plus) = (d.Yes(), d.Yes(), d.Int(0, 9));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of sizes of piles in a row (whole numbers, at least 1). Two neighbouring piles can be joined into one whose size is the sum; that costs {(how ? "that sum" : "the size of the larger of the two")}{(plus == 0 ? "" : $" plus {plus}")}. Join until one pile is left. Return the {(most ? "highest" : "lowest")} possible total cost; 0 if there are fewer than two piles.",
                g => g.Ints(1, 30, Math.Min(16, g.Size)), [[], [9], [3, 4], [1, 1, 1, 1], [10, 1, 10]],
                xs =>
                {
                    var n = xs.Length;
                    var (best, sum) = (new int[n + 1, n + 1], new int[n + 1]);
                    for (var i = 0; i < n; i++)
                    {
                        sum[i + 1] = sum[i] + xs[i];
                    }
                    for (var length = 2; length <= n; length++)
                    {
                        for (var i = 0; i + length <= n; i++)
                        {
                            var j = i + length;
                            var costs = Enumerable.Range(i + 1, length - 1).Select(k => best[i, k] + best[k, j] + plus + (how ? sum[j] - sum[i] : Math.Max(sum[k] - sum[i], sum[j] - sum[k])));
                            best[i, j] = most ? costs.Max() : costs.Min();
                        }
                    }
                    return n == 0 ? 0 : best[0, n];
                },
                $$"""
                const n = @1.length, s = [0], b = []; if (n < 2) return 0;
                for (const x of @1) s.push(s[s.length - 1] + x);
                for (let i = 0; i <= n; i++) b.push(Array(n + 1).fill(0));
                for (let l = 2; l <= n; l++) for (let i = 0; i + l <= n; i++) {
                  const j = i + l; let m = {{(most ? "-1" : "Infinity")}};
                  for (let k = i + 1; k < j; k++) {
                    const c = b[i][k] + b[k][j] + {{(how ? "s[j] - s[i]" : "Math.max(s[k] - s[i], s[j] - s[k])")}};
                    if (c {{(most ? ">" : "<")}} m) m = c;
                  }
                  b[i][j] = m + {{plus}};
                }
                return b[0][n];
                """,
                $"const p = @1.slice(); let t = 0; while (p.length > 1) {{ let k = 0; for (let i = 1; i + 1 < p.length; i++) if (p[i] + p[i + 1] {(most ? ">" : "<")} p[k] + p[k + 1]) k = i; t += {(how ? "p[k] + p[k + 1]" : "Math.max(p[k], p[k + 1])")} + {plus}; p.splice(k, 2, p[k] + p[k + 1]); }} return t;");
        }),
        new("hidden-palindrome", 5, d =>
        {
            var (left, each, letters) = (d.Yes(), d.Int(1, 5), d.Pick("abc", "abcd", "pqrst"));
            return Puzzle.Of<string>("text",
                $"`@1` is a text of small letters. Take out characters so that what is left, in its order, reads the same backwards. Return {(left ? $"{(each == 1 ? "" : $"{each} times ")}the largest possible number of characters left" : $"{(each == 1 ? "" : $"{each} times ")}the smallest possible number of characters taken out")}; 0 for an empty text.",
                g => g.Text(letters, Math.Min(40, g.Size)), ["", "a", "ab", "abcba", "aabb"],
                t =>
                {
                    var best = new int[t.Length + 1, t.Length + 1];
                    for (var length = 1; length <= t.Length; length++)
                    {
                        for (var i = 0; i + length <= t.Length; i++)
                        {
                            var j = i + length;
                            best[i, j] = length == 1 ? 1 : t[i] == t[j - 1] ? 2 + best[i + 1, j - 1] : Math.Max(best[i + 1, j], best[i, j - 1]);
                        }
                    }
                    return each * (left ? best[0, t.Length] : t.Length - best[0, t.Length]);
                },
                $$"""
                const n = @1.length; let r = Array(n + 1).fill(0);
                for (let i = n - 1; i >= 0; i--) {
                  const q = Array(n + 1).fill(0); q[i + 1] = 1;
                  for (let j = i + 1; j < n; j++) q[j + 1] = @1[i] === @1[j] ? 2 + r[j] : Math.max(r[j + 1], q[j]);
                  r = q;
                }
                return {{each}} * {{(left ? "r[n]" : "(n - r[n])")}};
                """);
        }),
        new("fair-split", 5, d =>
        {
            var (what, k) = (d.Yes(), d.Int(2, 5));
            return Puzzle.Of<int[], int>("ints int",
                $"`@1` is an array of whole numbers, at least 1; `@2` is at least 1. Cut the array into at most `@2` parts of neighbouring numbers (nothing is left out). Return {(what ? "the smallest possible value of the largest sum of a part" : $"{k} times the smallest possible value of the largest sum of a part, minus the largest number of the array")}; 0 for an empty array.",
                g => (g.Ints(1, 40), g.Int(1, 6)), [([], 1), ([5], 3), ([4, 4, 4], 1), ([1, 2, 3, 4, 5], 5), ([9, 1, 1, 9], 2)],
                (xs, parts) =>
                {
                    if (xs.Length == 0)
                    {
                        return 0;
                    }
                    var bound = xs.Max();
                    while (Parts(xs, bound) > parts)
                    {
                        bound++;
                    }
                    return what ? bound : k * bound - xs.Max();
                },
                $$"""
                if (@1.length === 0) return 0;
                const m = Math.max(...@1); let a = m, b = @1.reduce((s, x) => s + x, 0);
                while (a < b) {
                  const c = Math.floor((a + b) / 2); let n = 1, s = 0;
                  for (const x of @1) if (s + x > c) { n++; s = x; } else s += x;
                  if (n <= @2) b = c; else a = c + 1;
                }
                return {{(what ? "a" : $"{k} * a - m")}};
                """,
                $"if (@1.length === 0) return 0; const m = Math.max(...@1); let a = m; for (;; a++) {{ let n = 1, s = 0; for (const x of @1) if (s + x > a) {{ n++; s = x; }} else s += x; if (n <= @2) return {(what ? "a" : $"{k} * a - m")}; }}");
        }),
    ];

    /// <summary>How many parts it takes if none may sum to more than <paramref name="bound"/>.</summary>
    private static int Parts(int[] xs, int bound)
    {
        var (parts, sum) = (1, 0);
        foreach (var x in xs)
        {
            (parts, sum) = sum + x > bound ? (parts + 1, x) : (parts, sum + x);
        }
        return parts;
    }
}
