namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Tables and maps: turning, walking, filling.</summary>
internal static class GridTasks
{
    private static readonly (int Row, int Column)[] Straight = [(-1, 0), (1, 0), (0, -1), (0, 1)];
    private static readonly (int Row, int Column)[] Diagonal = [(-1, -1), (-1, 1), (1, -1), (1, 1)];
    private static readonly (int Row, int Column)[] Knight = [(-2, -1), (-2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2), (2, -1), (2, 1)];

    private static readonly (string Words, string Script, Func<int[][], int[][]> Turn)[] Turns =
    [
        ("turn it a quarter clockwise", "t(g.slice().reverse())", g => Transposed([.. g.Reverse()])),
        ("turn it a quarter counter-clockwise", "t(g).reverse()", g => [.. Transposed(g).Reverse()]),
        ("mirror it from left to right", "g.map(r => r.slice().reverse())", g => [.. g.Select(r => r.Reverse().ToArray())]),
        ("mirror it from top to bottom", "g.slice().reverse()", g => [.. g.Reverse()]),
        ("make its rows its columns (the first row becomes the first column)", "t(g)", Transposed),
    ];

    public static readonly TaskTemplate[] All =
    [
        new("turn-grid", 2, d =>
        {
            var (one, two, plus) = (d.Pick(Turns), d.Pick(Turns), d.Int(1, 9));
            return Puzzle.Of<int[][]>("grid",
                $"`@1` is an array of rows, each an array of whole numbers; all rows are equally long. First {one.Words}, then {two.Words}, then add {plus} to every number. Return the new table; [] for an empty one.",
                g => g.Grid(0, 20), [[], [[7]], [[1, 2, 3]], [[1], [2]]],
                grid => two.Turn(one.Turn(grid)).Select(r => r.Select(x => x + plus)),
                $$"""
                const t = g => g.length === 0 ? [] : g[0].map((x, i) => g.map(r => r[i]));
                let g = @1; g = {{one.Script}}; g = {{two.Script}};
                return g.map(r => r.map(x => x + {{plus}}));
                """);
        }),
        new("line-sums", 1, d =>
        {
            var (columns, most, last, times) = (d.Yes(), d.Yes(), d.Yes(), d.Int(2, 20));
            return Puzzle.Of<int[][]>("grid",
                $"`@1` is an array of rows, each an array of whole numbers; all rows are equally long, none is empty. Find the {(columns ? "column" : "row")} with the {(most ? "largest" : "smallest")} sum (of several, the {(last ? "last" : "first")}). Return {times} times its index plus its sum; 0 for an empty table.",
                g => g.Grid(-3, 12), [[], [[5]], [[1, 1], [1, 1]], [[0, -2], [-2, 0]]],
                grid =>
                {
                    var sums = (columns ? Transposed(grid) : grid).Select(r => r.Sum()).ToArray();
                    var best = sums.Length == 0 ? 0 : most ? sums.Max() : sums.Min();
                    return sums.Length == 0 ? 0 : times * (last ? Array.LastIndexOf(sums, best) : Array.IndexOf(sums, best)) + best;
                },
                $$"""
                if (@1.length === 0) return 0;
                const s = {{(columns ? "@1[0].map((x, i) => @1.reduce((a, r) => a + r[i], 0))" : "@1.map(r => r.reduce((a, x) => a + x, 0))")}};
                let a = 0;
                for (let i = 1; i < s.length; i++) if (s[i] {{(most ? ">" : "<")}}{{(last ? "=" : "")}} s[a]) a = i;
                return {{times}} * a + s[a];
                """);
        }),
        new("spiral", 3, d =>
        {
            var (down, outward, k) = (d.Yes(), d.Yes(), d.Int(1, 4));
            return Puzzle.Of<int[][]>("grid",
                $"`@1` is an array of rows, each an array of whole numbers; all rows are equally long. Walk over it in a spiral from the top left corner, first {(down ? "down" : "to the right")}, always along the cells that are left, until all are visited. {(outward ? "Reverse that walk. " : "")}Return the numbers in the order of the walk{(k == 1 ? "" : $", but only the first and then every {k}{(k == 2 ? "nd" : k == 3 ? "rd" : "th")} after it (the indexes 0, {k}, {2 * k}, ...)")}.",
                g => g.Grid(0, 99), [[], [[1]], [[1, 2, 3]], [[1], [2], [3]], [[1, 2], [3, 4]]],
                grid =>
                {
                    var (walk, left) = (new List<int>(), down ? Transposed(grid) : grid);
                    while (left.Length > 0)
                    {
                        walk.AddRange(left[0]);
                        left = [.. Transposed(left[1..]).Reverse()];
                    }
                    return (outward ? Enumerable.Reverse(walk) : walk).Where((_, i) => i % k == 0);
                },
                $$"""
                const t = g => g.length === 0 ? [] : g[0].map((x, i) => g.map(r => r[i]));
                let g = {{(down ? "t(@1)" : "@1")}}; const o = [];
                while (g.length > 0) { o.push(...g[0]); g = t(g.slice(1)).reverse(); }
                return o{{(outward ? ".reverse()" : "")}}.filter((x, i) => i % {{k}} === 0);
                """);
        }),
        new("regions", 3, d =>
        {
            var (land, eight, largest) = (d.Pick("#", "x", "o", "+"), d.Yes(), d.Yes());
            return Puzzle.Of<string[]>("map",
                $"`@1` is an array of equally long texts, the rows of a map. Cells with \"{land}\" that touch each other by a side{(eight ? " or a corner" : "")} belong to the same region. Return {(largest ? "the number of cells of the largest region" : "the number of regions")}, 0 if there is none.",
                g => g.Map(land + land + ".."), [[], [land], ["."], [$"{land}.", $".{land}"], [$"{land}{land}", $"{land}{land}"]],
                map => Regions(map, land[0], eight ? [.. Straight, .. Diagonal] : Straight) is var sizes && largest ? sizes.DefaultIfEmpty(0).Max() : sizes.Count,
                $$"""
                const s = new Set(); let c = 0, b = 0;
                const f = (y, x) => {
                  if (y < 0 || x < 0 || y >= @1.length || x >= @1[0].length || @1[y][x] !== "{{land}}" || s.has(y * 100 + x)) return 0;
                  s.add(y * 100 + x); let n = 1;
                  for (let p = -1; p < 2; p++) for (let q = -1; q < 2; q++) if ({{(eight ? "p !== 0 || q !== 0" : "p * p + q * q === 1")}}) n += f(y + p, x + q);
                  return n;
                };
                for (let y = 0; y < @1.length; y++) for (let x = 0; x < @1[0].length; x++) { const n = f(y, x); if (n > 0) c++; if (n > b) b = n; }
                return {{(largest ? "b" : "c")}};
                """);
        }),
        new("shortest-walk", 4, d =>
        {
            var (how, wall, corner) = (d.Int(0, 2), d.Pick("#", "x", "%"), d.Yes());
            var moves = how == 0 ? Straight : how == 1 ? [.. Straight, .. Diagonal] : Knight;
            return Puzzle.Of<string[]>("map",
                $"`@1` is an array of equally long texts, the rows of a map with at least one cell: \".\" is free, \"{wall}\" is not. {(how == 0 ? "A step goes to a neighbour by a side" : how == 1 ? "A step goes to a neighbour by a side or a corner" : "A step goes as a chess knight moves: two cells along one direction and one across, over anything")}. Return the fewest steps from the top {(corner ? "right" : "left")} to the bottom {(corner ? "left" : "right")} cell over free cells; -1 if there is no way, or if either of the two isn't free.",
                g => Open(g, wall, corner), [["."], [wall], [".."], [$".{wall}", $"{wall}."], ["...", "...", "..."]],
                map =>
                {
                    var width = map[0].Length;
                    return Distances(map, [(0, corner ? width - 1 : 0)], moves, '.')[map.Length - 1][corner ? 0 : width - 1];
                },
                $$"""
                const h = @1.length, w = @1[0].length, d = Array(h * w).fill(-1), m = [{{string.Join(", ", moves.Select(m => $"[{m.Row}, {m.Column}]"))}}];
                const a = {{(corner ? "w - 1" : "0")}}, z = (h - 1) * w + {{(corner ? "0" : "w - 1")}};
                if (@1[0][a] !== ".") return -1;
                d[a] = 0; const q = [a];
                for (let i = 0; i < q.length && d[z] < 0; i++) {
                  const y = Math.floor(q[i] / w), x = q[i] % w;
                  for (const [p, r] of m) {
                    const v = y + p, u = x + r;
                    if (v >= 0 && u >= 0 && v < h && u < w && @1[v][u] === "." && d[v * w + u] < 0) { d[v * w + u] = d[q[i]] + 1; q.push(v * w + u); }
                  }
                }
                return d[z];
                """,
                "return @1.length + @1[0].length - 2;");
        }),
        new("spread", 4, d =>
        {
            var (source, wall, k, left) = (d.Pick("F", "S", "o"), d.Pick("#", "x", "%"), d.Int(1, 5), d.Yes());
            return Puzzle.Of<string[]>("map",
                $"`@1` is an array of equally long texts, the rows of a map: \"{source}\" is a source, \".\" is free, \"{wall}\" is a wall. Each minute every free cell beside (by a side) a source or a cell already reached is reached. Return how many free cells are {(left ? $"still not reached after {k} minute{(k == 1 ? "" : "s")}" : $"reached within {k} minute{(k == 1 ? "" : "s")}")}.",
                g => g.Map($".........{wall}{wall}{source}"), [[], [source], ["."], [$"{source}........."], [$"{source}{wall}."]],
                map =>
                {
                    var sources = map.SelectMany((r, y) => r.Select((c, x) => (c, y, x))).Where(c => c.c == source[0]).Select(c => (c.y, c.x));
                    var near = Distances(map, sources, Straight, '.', source[0]).SelectMany(r => r).Count(n => n > 0 && n <= k);
                    return left ? map.Sum(r => r.Count(c => c == '.')) - near : near;
                },
                $$"""
                const g = @1.map(r => r.split("")); let c = 0, n = 0, q = [];
                g.forEach((r, y) => r.forEach((h, x) => { if (h === "{{source}}") q.push([y, x]); if (h === ".") n++; }));
                for (let i = 0; i < {{k}}; i++) {
                  const e = [];
                  for (const [y, x] of q) for (const [p, r] of [[-1, 0], [1, 0], [0, -1], [0, 1]])
                    if (g[y + p] && g[y + p][x + r] === ".") { g[y + p][x + r] = "!"; c++; e.push([y + p, x + r]); }
                  q = e;
                }
                return {{(left ? "n - c" : "c")}};
                """);
        }),
        new("life", 3, d =>
        {
            var (alive, steps) = (d.Pick("#", "o", "x", "1"), d.Int(1, 3));
            var (born, stay) = (d.Some(d.Int(1, 2), Enumerable.Range(2, 4)).Order().ToArray(), d.Some(2, Enumerable.Range(1, 5)).Order().ToArray());
            return Puzzle.Of<string[]>("map",
                $"`@1` is an array of equally long texts, the rows of a map: \"{alive}\" is a living cell, \".\" a dead one; outside all are dead. In one step all cells change at once: a dead cell with {Either(born)} living neighbours (by side or corner, up to eight) comes alive, a living cell with {Either(stay)} living neighbours stays alive, all others are dead. Return the map after {steps} step{(steps == 1 ? "" : "s")}.",
                g => g.Map(alive + "..", 9), [[], [alive], ["..."], [$".{alive}.", $".{alive}.", $".{alive}."]],
                map =>
                {
                    for (var i = 0; i < steps; i++)
                    {
                        var now = map;
                        map = [.. now.Select((r, y) => string.Concat(r.Select((c, x) =>
                        {
                            var near = Straight.Concat(Diagonal).Count(m => y + m.Row >= 0 && y + m.Row < now.Length && x + m.Column >= 0 && x + m.Column < r.Length && now[y + m.Row][x + m.Column] == alive[0]);
                            return (c == alive[0] ? stay : born).Contains(near) ? alive : ".";
                        })))];
                    }
                    return map;
                },
                $$"""
                let g = @1;
                for (let i = 0; i < {{steps}}; i++) g = g.map((r, y) => r.split("").map((c, x) => {
                  let n = c === "{{alive}}" ? -1 : 0;
                  for (let p = Math.max(0, y - 1); p <= y + 1 && p < g.length; p++) for (let q = Math.max(0, x - 1); q <= x + 1 && q < r.length; q++) if (g[p][q] === "{{alive}}") n++;
                  return (c === "{{alive}}" ? [{{string.Join(", ", stay)}}] : [{{string.Join(", ", born)}}]).includes(n) ? "{{alive}}" : ".";
                }).join(""));
                return g;
                """);
        }),
        new("seen-from-outside", 3, d =>
        {
            var (side, equal, count) = (d.Int(0, 3), d.Yes(), d.Yes());
            string[] sides = ["left", "right", "top", "bottom"];
            return Puzzle.Of<int[][]>("grid",
                $"`@1` is an array of rows, each an array of heights (whole numbers, at least 0); all rows are equally long. Somebody looks from the {sides[side]} along every {(side < 2 ? "row" : "column")}, and sees a cell if all cells before it on that line are lower{(equal ? " or equally high" : "")}. Return {(count ? "how many cells are seen in all" : "the sum of the heights of all cells that are seen")}.",
                g => g.Grid(0, 9), [[], [[0]], [[3, 3, 3]], [[1, 2], [2, 1]]],
                grid =>
                {
                    var lines = side < 2 ? grid : Transposed(grid);
                    return lines.Select(l => side % 2 == 1 ? l.Reverse().ToArray() : l).Sum(l => l.Where((h, i) => l.Take(i).All(b => equal ? b <= h : b < h)).Sum(h => count ? 1 : h));
                },
                $$"""
                let s = 0; const g = {{(side < 2 ? "@1" : "@1.length === 0 ? [] : @1[0].map((x, i) => @1.map(r => r[i]))")}};
                for (const r of g) { let t = -1; for (const h of {{(side % 2 == 1 ? "r.slice().reverse()" : "r")}}) if (h {{(equal ? ">=" : ">")}} t) { s += {{(count ? "1" : "h")}}; t = h; } }
                return s;
                """);
        }),
    ];

    private static int[][] Transposed(int[][] grid) => grid.Length == 0 ? [] : [.. Enumerable.Range(0, grid[0].Length).Select(i => grid.Select(r => r[i]).ToArray())];

    private static string Either(int[] numbers) => string.Join(" or ", numbers);

    /// <summary>A map whose two corners are free.</summary>
    private static string[] Open(TaskDraws g, string wall, bool corner)
    {
        var map = g.Map($"...{wall}").Select(r => r.ToCharArray()).ToArray();
        map[0][corner ? ^1 : 0] = map[^1][corner ? 0 : ^1] = '.';
        return [.. map.Select(r => new string(r))];
    }

    private static List<int> Regions(string[] map, char land, IReadOnlyList<(int Row, int Column)> moves)
    {
        var (seen, sizes) = (new HashSet<(int, int)>(), new List<int>());
        for (var y = 0; y < map.Length; y++)
        {
            for (var x = 0; x < map[y].Length; x++)
            {
                if (map[y][x] == land && !seen.Contains((y, x)))
                {
                    var found = Distances(map, [(y, x)], moves, land).SelectMany((r, i) => r.Select((n, j) => (n, i, j))).Where(c => c.n >= 0).ToArray();
                    seen.UnionWith(found.Select(c => (c.i, c.j)));
                    sizes.Add(found.Length);
                }
            }
        }
        return sizes;
    }

    /// <summary>The fewest steps from any start to each cell over <paramref name="free"/>; -1 where there is no way. A start must be free, or <paramref name="also"/>.</summary>
    private static int[][] Distances(string[] map, IEnumerable<(int Row, int Column)> starts, IReadOnlyList<(int Row, int Column)> moves, char free, char? also = null)
    {
        var distances = map.Select(r => Enumerable.Repeat(-1, r.Length).ToArray()).ToArray();
        var queue = new Queue<(int Row, int Column)>();
        foreach (var (y, x) in starts.Where(s => map[s.Row][s.Column] == free || map[s.Row][s.Column] == also))
        {
            distances[y][x] = 0;
            queue.Enqueue((y, x));
        }
        while (queue.TryDequeue(out var at))
        {
            foreach (var move in moves)
            {
                var (y, x) = (at.Row + move.Row, at.Column + move.Column);
                if (y >= 0 && y < map.Length && x >= 0 && x < map[y].Length && map[y][x] == free && distances[y][x] < 0)
                {
                    distances[y][x] = distances[at.Row][at.Column] + 1;
                    queue.Enqueue((y, x));
                }
            }
        }
        return distances;
    }
}
