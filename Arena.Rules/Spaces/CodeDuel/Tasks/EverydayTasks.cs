namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Times, settings, shops, votes and calendars, by rules that are not quite the usual ones.</summary>
internal static class EverydayTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("durations", 3, d =>
        {
            var (minutes, hours, sep, less) = (d.Some(1, [24, 36, 40, 48, 50, 72, 80, 90])[0], d.Int(8, 20), d.Pick(":", "h", "."), d.Yes());
            return Puzzle.Of<string[]>("texts",
                $"On another planet an hour has {minutes} minutes and a day has {hours} hours. `@1` is an array of durations like \"3{sep}07\": hours, \"{sep}\", minutes with two digits. {(less ? "Subtract all others from the first (the result may be negative: write a \"-\" in front of it)" : "Add them all up")}. Return the result as \"D days H{sep}MM\": whole days, hours below {hours}, minutes with two digits; \"0 days 0{sep}00\" for an empty array.",
                g => g.Many(g.Size, () => $"{g.Int(0, 30)}{sep}{g.Int(0, minutes - 1):00}"), [[], [$"0{sep}00"], [$"{hours}{sep}00"], [$"0{sep}{minutes - 1:00}", $"0{sep}01"], [$"{2 * hours}{sep}05", $"1{sep}06"]],
                texts =>
                {
                    var each = texts.Select(t => t.Split(sep)).Select(p => int.Parse(p[0]) * minutes + int.Parse(p[1])).ToArray();
                    var sum = each.Length == 0 ? 0 : less ? each[0] - each[1..].Sum() : each.Sum();
                    var rest = Math.Abs(sum);
                    return $"{(sum < 0 ? "-" : "")}{rest / minutes / hours} days {rest / minutes % hours}{sep}{rest % minutes:00}";
                },
                $$"""
                let s = 0;
                @1.forEach((t, i) => { const [a, b] = t.split("{{sep}}"), m = Number(a) * {{minutes}} + Number(b); s += {{(less ? "i > 0 ? -m : m" : "m")}}; });
                const r = Math.abs(s), h = Math.floor(r / {{minutes}});
                return (s < 0 ? "-" : "") + Math.floor(h / {{hours}}) + " days " + h % {{hours}} + "{{sep}}" + String(r % {{minutes}}).padStart(2, "0");
                """);
        }),
        new("settings", 3, d =>
        {
            var (pair, item, twice, least) = (d.Pick("=", ":", "->", "~"), d.Pick(";", ",", "|", "&"), d.Int(0, 2), d.Int(0, 5));
            return Puzzle.Of<string>("text",
                $"`@1` holds settings like \"ab{pair}12{item} c {pair} 7\": name, \"{pair}\", whole number; settings are separated by \"{item}\". Blanks around names and numbers don't matter. Parts without \"{pair}\" are ignored. Where a name occurs more than once, {(twice == 0 ? "the first number counts" : twice == 1 ? "the last number counts" : "the numbers are added up")}. Return an object from name to number, without those whose number is then below {least}.",
                g => string.Join(item, g.Many(g.Size, () => g.Int(0, 9) == 0 ? g.Word(0, 3) : $"{Blank(g)}{g.Word(1, 2, "abc")}{Blank(g)}{pair}{Blank(g)}{g.Int(0, 40)}{Blank(g)}")), ["", item, $"a{pair}9", $" a {pair} 9 {item}a{pair}8{item}", $"b{item}a{pair}{least}"],
                t =>
                {
                    var settings = new Dictionary<string, int>(StringComparer.Ordinal);
                    foreach (var parts in t.Split(item).Select(p => p.Split(pair)).Where(p => p.Length == 2))
                    {
                        var (name, number) = (parts[0].Trim(), int.Parse(parts[1].Trim()));
                        settings[name] = !settings.TryGetValue(name, out var before) || twice == 1 ? number : twice == 0 ? before : before + number;
                    }
                    return settings.Where(s => s.Value >= least).ToDictionary();
                },
                $$"""
                const o = {};
                for (const p of @1.split("{{item}}")) {
                  if (!p.includes("{{pair}}")) continue;
                  const [a, b] = p.split("{{pair}}").map(x => x.trim());
                  {{(twice == 0 ? "if (!(a in o)) o[a] = Number(b);" : twice == 1 ? "o[a] = Number(b);" : "o[a] = (o[a] || 0) + Number(b);")}}
                }
                return Object.fromEntries(Object.entries(o).filter(([a, b]) => b >= {{least}}));
                """);
        }),
        new("counting-out", 3, d =>
        {
            var (k, what, back) = (d.Int(2, 7), d.Yes(), d.Yes());
            return Puzzle.Of<int>("int",
                $"`@1` children (at least one) with the numbers 1 to `@1` stand in a ring. Starting with child 1, count {(back ? "towards lower numbers (after 1 comes the highest)" : "towards higher numbers (after the highest comes 1)")}: every {k}. child leaves the ring, child 1 being the first counted, and counting goes on with the next child. Return {(what ? "the number of the last child left" : "the numbers in the order in which they leave, the last child included")}.",
                g => g.Size + g.Int(0, 3), [1, 2, 3, k],
                n =>
                {
                    var (ring, left, at) = (Enumerable.Range(1, n).ToList(), new List<int>(), 0);
                    if (back)
                    {
                        ring = [1, .. Enumerable.Range(2, n - 1).Reverse()];
                    }
                    for (; ring.Count > 0; ring.RemoveAt(at))
                    {
                        at = (at + k - 1) % ring.Count;
                        left.Add(ring[at]);
                    }
                    return what ? left[^1] : left;
                },
                $$"""
                const r = [], o = []; let i = 0;
                for (let j = 0; j < @1; j++) r.push({{(back ? "j === 0 ? 1 : @1 + 1 - j" : "j + 1")}});
                while (r.length > 0) { i = (i + {{k - 1}}) % r.length; o.push(r.splice(i, 1)[0]); }
                return {{(what ? "o[o.length - 1]" : "o")}};
                """);
        }),
        new("take-turns", 4, d =>
        {
            var (slice, what, pause) = (d.Int(2, 6), d.Yes(), d.Int(0, 3));
            return Puzzle.Of<(string, int)[]>("pairs",
                $"`@1` is an array of jobs [name, minutes], minutes at least 1, names different; they wait in a queue in this order from time 0. Again and again the first job of the queue runs for {slice} minutes, or less if it is done earlier; if it isn't done it goes to the end of the queue. {(pause == 0 ? "" : $"After each such run, done or not, there is a break of {pause} minute{(pause == 1 ? "" : "s")}. ")}Return {(what ? "the names in the order in which the jobs are done" : "an object from name to the time at which the job is done")}.",
                g => [.. g.Many(Math.Min(26, g.Size), () => g.Int(1, 20)).Select((m, i) => ($"{TaskDraws.Letters[i]}{g.Word(0, 2)}", m))], [[], [("a", 1)], [("a", slice), ("b", 1)], [("x", 2 * slice), ("y", slice + 1)]],
                jobs =>
                {
                    var (queue, done, time) = (new Queue<(string Name, int Left)>(jobs), new Dictionary<string, int>(), 0);
                    while (queue.TryDequeue(out var job))
                    {
                        time += Math.Min(slice, job.Left);
                        if (job.Left <= slice)
                        {
                            done.Add(job.Name, time);
                        }
                        else
                        {
                            queue.Enqueue((job.Name, job.Left - slice));
                        }
                        time += pause;
                    }
                    return what ? done.Keys.ToArray() : done;
                },
                $$"""
                const q = @1.map(j => [j[0], j[1]]), n = [], o = {}; let t = 0;
                for (let i = 0; i < q.length; i++) {
                  const [a, m] = q[i];
                  if (m <= {{slice}}) { t += m; n.push(a); o[a] = t; } else { t += {{slice}}; q.push([a, m - {{slice}}]); }
                  t += {{pause}};
                }
                return {{(what ? "n" : "o")}};
                """);
        }),
        new("small-store", 4, d =>
        {
            var (room, recent, hits) = (d.Int(2, 5), d.Yes(), d.Yes());
            return Puzzle.Of<string[]>("texts",
                $"A store has room for {room} different names and is empty at first. `@1` is an array of names that are asked for in order. A name that is in the store is a hit. One that isn't is put in; if the store is full, the name that {(recent ? "was asked for the longest time ago" : "was put in the longest time ago (being asked for again doesn't change that)")} goes out first. Return {(hits ? "the number of hits" : "the names in the store at the end, in alphabetical order")}.",
                g => g.Words(1, 1, "abcdefghij"[..Math.Min(10, room + 1 + g.Size / 8)]), [[], ["a"], ["a", "a"], ["a", "b", "c", "d", "e", "f", "a"]],
                names =>
                {
                    var (store, found) = (new List<string>(), 0);
                    foreach (var name in names)
                    {
                        var hit = store.Contains(name);
                        found += hit ? 1 : 0;
                        if (hit && recent)
                        {
                            store.Remove(name);
                            store.Add(name);
                        }
                        else if (!hit)
                        {
                            if (store.Count == room)
                            {
                                store.RemoveAt(0);
                            }
                            store.Add(name);
                        }
                    }
                    return hits ? found : store.Order(StringComparer.Ordinal).ToArray();
                },
                $$"""
                const s = new Set(); let c = 0;
                for (const x of @1) {
                  if (s.has(x)) { c++; {{(recent ? "s.delete(x); s.add(x);" : "")}} }
                  else { if (s.size === {{room}}) s.delete([...s][0]); s.add(x); }
                }
                return {{(hits ? "c" : "[...s].sort()")}};
                """);
        }),
        new("votes", 2, d =>
        {
            var (ties, share, blank) = (d.Int(0, 2), d.Int(10, 50), d.Pick("nobody", "none", "-"));
            return Puzzle.Of<string[]>("texts",
                $"`@1` is an array of votes, each the name of a candidate. The winner is who has the most votes; of several, {(ties == 0 ? "the first in the alphabet" : ties == 1 ? "the last in the alphabet" : "who got the first vote earliest")}. Return the winner's name, but \"{blank}\" if the winner has less than {share} percent of all votes, or if there are no votes.",
                g => g.Words(1, 2, "abc"[..g.Int(1, 3)]), [[], ["x"], ["b", "a"], ["a", "b", "b"], [.. "abcdefghijkl".Select(c => $"{c}")]],
                votes =>
                {
                    var groups = votes.GroupBy(v => v).OrderByDescending(v => v.Count());
                    var best = (ties switch { 0 => groups.ThenBy(v => v.Key, StringComparer.Ordinal), 1 => groups.ThenByDescending(v => v.Key, StringComparer.Ordinal), _ => groups }).FirstOrDefault();
                    return best is null || 100 * best.Count() < share * votes.Length ? blank : best.Key;
                },
                $$"""
                const m = new Map(); let b = "", c = 0;
                for (const v of @1) m.set(v, (m.get(v) || 0) + 1);
                for (const [k, n] of m) if (n > c || n === c && {{(ties == 0 ? "k < b" : ties == 1 ? "k > b" : "false")}}) { b = k; c = n; }
                return c === 0 || 100 * c < {{share}} * @1.length ? "{{blank}}" : b;
                """);
        }),
        new("versions", 3, d =>
        {
            var (sep, down, letter) = (d.Pick(".", "-", "_", "/"), d.Yes(), d.Pick("", "v", "r", "#"));
            return Puzzle.Of<string[]>("texts",
                $"`@1` is an array of versions like \"{letter}2{sep}10{sep}0\": {(letter == "" ? "" : $"\"{letter}\", then ")}one to four whole numbers separated by \"{sep}\". Compare them number by number from the left; a missing number counts as 0. Return them sorted, the {(down ? "newest (largest)" : "oldest (smallest)")} first; those that compare as equal stay in the order given.",
                g => g.Many(g.Size, () => letter + string.Join(sep, g.Ints(0, g.Yes() ? 2 : 25, g.Int(1, 4)))), [[], [$"{letter}1"], [$"{letter}10", $"{letter}9"], [$"{letter}1{sep}0", $"{letter}1", $"{letter}1{sep}0{sep}0{sep}1"]],
                texts =>
                {
                    long Worth(string t) => t[letter.Length..].Split(sep).Select(int.Parse).Concat([0, 0, 0, 0]).Take(4).Aggregate(0L, (sum, n) => sum * 1_000 + n);
                    return down ? texts.OrderByDescending(Worth) : texts.OrderBy(Worth);
                },
                $$"""
                const f = t => t.slice({{letter.Length}}).split("{{sep}}").map(Number);
                return @1.map(t => [f(t), t]).sort((a, b) => {
                  for (let i = 0; i < 4; i++) { const x = a[0][i] || 0, y = b[0][i] || 0; if (x !== y) return {{(down ? "y - x" : "x - y")}}; }
                  return 0;
                }).map(x => x[1]);
                """,
                $"return @1.slice().sort(){(down ? ".reverse()" : "")};");
        }),
        new("calendar", 2, d =>
        {
            var (days, months, week) = (d.Int(20, 45), d.Int(5, 16), d.Int(4, 9));
            var (sep, what) = (d.Pick("/", "-", "."), d.Yes());
            return Puzzle.Of<string, string>("text text",
                $"In another calendar every month has {days} days, every year {months} months, every week {week} days. A date is written \"day{sep}month{sep}year\", e.g. \"3{sep}2{sep}14\"; days and months begin with 1, years with 0. Return {(what ? "how many days after the date `@1` the date `@2` is (negative if it is before)" : $"the place in the week (0 to {week - 1}) of the date `@2`, if the date `@1` has place 0 (a date before it counts back: the day before has place {week - 1})")}.",
                g => (Date(g), Date(g)), [($"1{sep}1{sep}0", $"1{sep}1{sep}0"), ($"{days}{sep}1{sep}3", $"1{sep}2{sep}3"), ($"1{sep}1{sep}1", $"{days}{sep}{months}{sep}0"), ($"1{sep}1{sep}0", $"1{sep}1{sep}{week}")],
                (a, b) =>
                {
                    int Day(string t) => t.Split(sep).Select(int.Parse).ToArray() is var p ? p[0] - 1 + days * (p[1] - 1 + months * p[2]) : 0;
                    var between = Day(b) - Day(a);
                    return what ? between : (between % week + week) % week;
                },
                $$"""
                const f = t => { const [a, b, c] = t.split("{{sep}}").map(Number); return a + {{days}} * (b + {{months}} * c); };
                const n = f(@2) - f(@1);
                return {{(what ? "n" : $"(n % {week} + {week}) % {week}")}};
                """);

            string Date(TaskDraws g) => $"{g.Int(1, days)}{sep}{g.Int(1, months)}{sep}{g.Int(0, 3 + g.Size)}";
        }),
    ];

    private static string Blank(TaskDraws g) => g.Int(0, 3) == 0 ? " " : "";
}
