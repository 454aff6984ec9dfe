namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Links between things, and stretches on a line.</summary>
internal static class GraphTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("do-in-order", 4, d =>
        {
            var (high, turned, none) = (d.Yes(), d.Yes(), d.Int(-9, -1));
            return Puzzle.Of<int, (int, int)[]>("int pairs",
                $"There are `@1` jobs with the numbers 0 to `@1` - 1. `@2` is an array of pairs [a, b]: job {(turned ? "b must be done before job a" : "a must be done before job b")}. One job is done at a time; whenever several could be next, the one with the {(high ? "largest" : "smallest")} number is. Return the numbers in the order in which the jobs are done; [{none}] if the pairs make it impossible to do them all.",
                g => Jobs(g), [(0, []), (1, []), (3, []), (2, [(0, 1), (1, 0)]), (3, [(2, 0), (0, 1)]), (2, [(1, 0), (1, 0)]), (1, [(0, 0)])],
                (n, pairs) =>
                {
                    var (left, done) = (Enumerable.Range(0, n).ToList(), new List<int>());
                    var rules = turned ? [.. pairs.Select(p => (p.Item2, p.Item1))] : pairs;
                    while (left.Count > 0)
                    {
                        var free = left.Where(j => !rules.Any(r => r.Item2 == j && left.Contains(r.Item1))).ToArray();
                        if (free.Length == 0)
                        {
                            return new[] { none };
                        }
                        var next = high ? free.Max() : free.Min();
                        left.Remove(next);
                        done.Add(next);
                    }
                    return done;
                },
                $$"""
                const w = Array(@1).fill(0), e = w.map(() => []), o = [];
                for (const [{{(turned ? "b, a" : "a, b")}}] of @2) { e[a].push(b); w[b]++; }
                while (o.length < @1) {
                  let j = -1;
                  for (let i = 0; i < @1; i++) if (w[i] === 0 && (j < 0 || {{(high ? "true" : "false")}})) j = i;
                  if (j < 0) return [{{none}}];
                  w[j] = -1; o.push(j);
                  for (const b of e[j]) w[b]--;
                }
                return o;
                """);
        }),
        new("components", 3, d =>
        {
            var (what, k) = (d.Int(0, 2), d.Int(2, 3));
            return Puzzle.Of<int, (int, int)[]>("int pairs",
                $"`@1` computers have the numbers 0 to `@1` - 1; `@2` is an array of pairs [a, b]: a and b are joined by a cable. Computers that reach each other by cables, directly or through others, form a network; one without cables is a network of its own. Return {(what == 0 ? $"the number of networks of at least {k} computers" : what == 1 ? $"the number of computers in networks of fewer than {k + 1}" : "the sizes of all networks as an array, the largest first")}.",
                g => Net(g, 8), [(0, []), (1, []), (4, [(0, 1), (1, 0)]), (3, [(0, 1), (1, 2), (2, 0)]), (2, [(1, 1)])],
                (n, pairs) =>
                {
                    var group = Enumerable.Range(0, n).ToArray();
                    foreach (var (a, b) in pairs)
                    {
                        var (from, to) = (group[a], group[b]);
                        group = [.. group.Select(x => x == from ? to : x)];
                    }
                    var sizes = group.CountBy(x => x).Select(x => x.Value).OrderDescending().ToArray();
                    return what == 0 ? sizes.Count(s => s >= k) : what == 1 ? sizes.Where(s => s <= k).Sum() : sizes;
                },
                $$"""
                const p = Array.from(Array(@1).keys()), f = x => { while (p[x] !== x) { p[x] = p[p[x]]; x = p[x]; } return x; };
                for (const [a, b] of @2) p[f(a)] = f(b);
                const c = Array(@1).fill(0);
                for (let i = 0; i < @1; i++) c[f(i)]++;
                return {{(what == 0 ? $"c.filter(x => x >= {k}).length" : what == 1 ? $"c.filter(x => x <= {k}).reduce((a, x) => a + x, 0)" : "c.filter(x => x > 0).sort((a, b) => b - a)")}};
                """);
        }),
        new("cheapest-way", 5, d =>
        {
            var (both, toll, what) = (d.Yes(), d.Int(0, 6), d.Yes());
            return Puzzle.Of<int, (int, int, int)[]>("int pairs",
                $"`@1` towns (at least one) have the numbers 0 to `@1` - 1. `@2` is an array of roads [a, b, price], usable {(both ? "in both directions" : "only from a to b")}; prices are at least 1. {(toll == 0 ? "" : $"Besides, every town that one leaves costs {toll}. ")}Return {(what ? "the lowest total price of a way from town 0 to the last town" : "the sum, over all other towns that can be reached from town 0, of the lowest total price of a way there")}; {(what ? "-1 if there is no way" : "0 if there are none")}.",
                g => Roads(g, 2, 3), [(1, []), (2, []), (2, [(0, 1, 5), (0, 1, 3)]), (3, [(0, 1, 1), (1, 2, 1), (0, 2, 30)]), (2, [(1, 0, 4)])],
                (n, roads) =>
                {
                    var cost = Enumerable.Repeat(long.MaxValue / 2, n).ToArray();
                    cost[0] = 0;
                    for (var round = 0; round < n; round++)
                    {
                        foreach (var (a, b, price) in roads)
                        {
                            cost[b] = Math.Min(cost[b], cost[a] + price + toll);
                            cost[a] = both ? Math.Min(cost[a], cost[b] + price + toll) : cost[a];
                        }
                    }
                    return what ? cost[^1] < long.MaxValue / 2 ? cost[^1] : -1 : cost.Where(c => c < long.MaxValue / 2).Sum();
                },
                $$"""
                const e = Array.from(Array(@1), () => []), d = Array(@1).fill(Infinity), s = Array(@1).fill(false);
                for (const [a, b, c] of @2) { e[a].push([b, c + {{toll}}]); {{(both ? $"e[b].push([a, c + {toll}]);" : "")}} }
                d[0] = 0;
                for (;;) {
                  let u = -1;
                  for (let i = 0; i < @1; i++) if (!s[i] && d[i] < Infinity && (u < 0 || d[i] < d[u])) u = i;
                  if (u < 0) break;
                  s[u] = true;
                  for (const [v, c] of e[u]) if (d[u] + c < d[v]) d[v] = d[u] + c;
                }
                return {{(what ? "d[@1 - 1] < Infinity ? d[@1 - 1] : -1" : "d.reduce((a, x) => x < Infinity ? a + x : a, 0)")}};
                """);
        }),
        new("join-all", 5, d =>
        {
            var (most, none, what) = (d.Yes(), d.Int(-9, -1), d.Yes());
            return Puzzle.Of<int, (int, int, int)[]>("int pairs",
                $"`@1` houses (at least one) have the numbers 0 to `@1` - 1. `@2` is an array of possible pipes [a, b, price]; prices are at least 1. Choose pipes so that all houses are joined, directly or through others, with one pipe fewer than there are houses and with the {(most ? "highest" : "lowest")} total price. Return {(what ? "that total price" : $"the price of the {(most ? "cheapest" : "dearest")} pipe chosen (0 if there is one house)")}; {none} if the houses can't all be joined.",
                g => Roads(g, 3, 3), [(1, []), (2, []), (3, [(0, 1, 5), (1, 2, 3), (0, 2, 4)]), (2, [(0, 1, 7), (1, 0, 2)])],
                (n, pipes) =>
                {
                    var group = Enumerable.Range(0, n).ToArray();
                    var (total, last) = (0, 0);
                    foreach (var (a, b, price) in pipes.OrderBy(p => most ? -p.Item3 : p.Item3))
                    {
                        var (from, to) = (group[a], group[b]);
                        if (from != to)
                        {
                            group = [.. group.Select(x => x == from ? to : x)];
                            (total, last) = (total + price, price);
                        }
                    }
                    return group.Distinct().Count() > 1 ? none : what ? total : last;
                },
                $$"""
                const p = Array.from(Array(@1).keys()), f = x => { while (p[x] !== x) { p[x] = p[p[x]]; x = p[x]; } return x; };
                let t = 0, l = 0, n = 1;
                for (const [a, b, c] of @2.slice().sort((x, y) => {{(most ? "y[2] - x[2]" : "x[2] - y[2]")}})) if (f(a) !== f(b)) { p[f(a)] = f(b); t += c; l = c; n++; }
                return n < @1 ? {{none}} : {{(what ? "t" : "l")}};
                """);
        }),
        new("within-hops", 4, d =>
        {
            var (k, exact, both) = (d.Int(2, 4), d.Yes(), d.Yes());
            return Puzzle.Of<string[], string>("texts name",
                $"`@1` is an array of texts like \"ann>bob\": ann knows bob{(both ? ", and bob knows ann" : ", which doesn't mean that bob knows ann")}. `@2` is a name. Return the names of all others that `@2` reaches in {(exact ? $"exactly {k} steps, but not in fewer" : $"at most {k} steps")} from somebody to somebody they know, in alphabetical order.",
                g => (Acquaintances(g), g.Word(1, 1, "abc")),
                [([], "ann"), (["ann>bob", "bob>cid", "cid>dan", "dan>eva", "eva>fay"], "ann"), (["a>a"], "a"), (["b>a", "c>b"], "a")],
                (links, start) =>
                {
                    var steps = new Dictionary<string, int>(StringComparer.Ordinal) { [start] = 0 };
                    for (var i = 1; i <= k; i++)
                    {
                        foreach (var ends in links.Select(l => l.Split('>')).ToArray())
                        {
                            foreach (var (from, to) in both ? [(ends[0], ends[1]), (ends[1], ends[0])] : new[] { (ends[0], ends[1]) })
                            {
                                if (steps.TryGetValue(from, out var at) && at == i - 1)
                                {
                                    steps.TryAdd(to, i);
                                }
                            }
                        }
                    }
                    return steps.Where(s => s.Value > 0 && (!exact || s.Value == k)).Select(s => s.Key).Order(StringComparer.Ordinal);
                },
                $$"""
                const m = new Map(), s = new Map([[@2, 0]]), put = (a, b) => { if (!m.has(a)) m.set(a, []); m.get(a).push(b); };
                for (const l of @1) { const [a, b] = l.split(">"); put(a, b); {{(both ? "put(b, a);" : "")}} }
                const q = [@2];
                for (let i = 0; i < q.length; i++) for (const b of m.get(q[i]) || []) if (!s.has(b)) { s.set(b, s.get(q[i]) + 1); q.push(b); }
                return q.filter(x => s.get(x) > 0 && s.get(x) {{(exact ? "===" : "<=")}} {{k}}).sort();
                """);
        }),
        new("merge-spans", 3, d =>
        {
            var (what, touch) = (d.Int(0, 2), d.Yes());
            return Puzzle.Of<(int, int)[]>("pairs",
                $"`@1` is an array of spans [from, to] on a line, whole numbers, from < to. Join all that overlap{(touch ? ", or that touch (one ends where the other begins)," : " (spans that only touch, one ending where the other begins, stay apart)")} until none do. Return {(what == 0 ? "the joined spans as an array of [from, to], leftmost first" : what == 1 ? "the length of the longest joined span, 0 if there is none" : "the number of joined spans minus the number of spans given")}.",
                g => g.Many(g.Size, () => g.Int(0, 5 * g.Size) is var from ? (from, from + g.Int(1, 8)) : default), [[], [(1, 2)], [(3, 5), (1, 3)], [(1, 9), (2, 3), (2, 3)], [(4, 6), (1, 5), (6, 7)]],
                spans =>
                {
                    var joined = new List<(int From, int To)>();
                    foreach (var (from, to) in spans.Order())
                    {
                        if (joined.Count > 0 && (touch ? from <= joined[^1].To : from < joined[^1].To))
                        {
                            joined[^1] = (joined[^1].From, Math.Max(joined[^1].To, to));
                        }
                        else
                        {
                            joined.Add((from, to));
                        }
                    }
                    return what == 0 ? joined : what == 1 ? joined.Select(j => j.To - j.From).DefaultIfEmpty(0).Max() : joined.Count - spans.Length;
                },
                $$"""
                const o = [];
                for (const [a, b] of @1.slice().sort((x, y) => x[0] - y[0] || x[1] - y[1])) {
                  const l = o[o.length - 1];
                  if (l && a {{(touch ? "<=" : "<")}} l[1]) l[1] = Math.max(l[1], b); else o.push([a, b]);
                }
                return {{(what == 0 ? "o" : what == 1 ? "o.reduce((m, x) => Math.max(m, x[1] - x[0]), 0)" : "o.length - @1.length")}};
                """);
        }),
        new("busiest-time", 4, d =>
        {
            var (closed, what) = (d.Yes(), d.Int(0, 2));
            return Puzzle.Of<(int, int)[]>("pairs",
                $"`@1` is an array of visits [come, go], whole numbers, come < go. A visitor is there from the time `come` until the time `go`{(closed ? ", both included" : "; at the time `go` the visitor has left")}. Return {(what == 0 ? "the largest number of visitors at one time" : what == 1 ? "the first time (a whole number) at which the most visitors are there, -1 if there are no visits" : "at how many times (whole numbers) exactly one visitor is there")}.",
                g => g.Many(g.Size, () => g.Int(0, 3 * g.Size) is var from ? (from, from + g.Int(1, 9)) : default), [[], [(1, 2)], [(1, 3), (3, 4)], [(0, 9), (2, 4), (2, 3)]],
                visits =>
                {
                    var there = Enumerable.Range(0, visits.Select(v => v.Item2 + 1).DefaultIfEmpty(0).Max()).Select(t => visits.Count(v => v.Item1 <= t && (closed ? t <= v.Item2 : t < v.Item2))).ToArray();
                    return what == 2 ? there.Count(n => n == 1) : there.Length == 0 ? what == 0 ? 0 : -1 : what == 0 ? there.Max() : Array.IndexOf(there, there.Max());
                },
                $$"""
                let m = 0; for (const v of @1) m = Math.max(m, v[1] + 1);
                const t = Array(m + 2).fill(0);
                for (const [a, b] of @1) { t[a]++; t[{{(closed ? "b + 1" : "b")}}]--; }
                let n = 0, best = 0, at = -1, one = 0;
                for (let i = 0; i < m; i++) { n += t[i]; if (n > best) { best = n; at = i; } if (n === 1) one++; }
                return {{(what == 0 ? "best" : what == 1 ? "at" : "one")}};
                """);
        }),
    ];

    /// <summary>Jobs whose pairs mostly can be kept.</summary>
    private static (int, (int, int)[]) Jobs(TaskDraws g)
    {
        var count = Math.Min(40, g.Size);
        var names = g.Some(count, Enumerable.Range(0, count));
        var pairs = g.Many(count, () => (g.Int(0, count - 1), g.Int(0, count - 1))).Where(p => p.Item1 != p.Item2).Select(p => (names[Math.Min(p.Item1, p.Item2)], names[Math.Max(p.Item1, p.Item2)])).ToArray();
        return (count, g.Int(0, 3) == 0 && count > 1 ? [.. pairs, .. pairs.Take(1).Select(p => (p.Item2, p.Item1))] : pairs);
    }

    /// <summary>Some more links than people, so that ways are neither rare nor all short.</summary>
    private static string[] Acquaintances(TaskDraws g)
    {
        var people = TaskDraws.Letters[..Math.Min(26, 3 + g.Size / 2)];
        return g.Many(Math.Min(g.Size + 1, people.Length * 13 / 10), () => $"{g.Word(1, 1, people)}>{g.Word(1, 1, people)}");
    }

    private static (int, (int, int)[]) Net(TaskDraws g, int tenths)
    {
        var count = Math.Min(60, g.Size + 1);
        return (count, g.Many(count * tenths / 10, () => (g.Int(0, count - 1), g.Int(0, count - 1))));
    }

    private static (int, (int, int, int)[]) Roads(TaskDraws g, int each, int least)
    {
        var count = Math.Min(30, least + g.Size / 2);
        return (count, g.Many(count * each, () => g.Int(0, count - 1) is var from ? (from, (from + g.Int(1, count - 1)) % count, g.Int(1, 25)) : default));
    }
}
