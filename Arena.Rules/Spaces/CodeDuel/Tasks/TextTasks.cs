namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Characters, words and layout.</summary>
internal static class TextTasks
{
    private const string Mixed = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzAEIORSTLMNBCDFGHKPUVW     .,!?-0123456789";

    public static readonly TaskTemplate[] All =
    [
        new("letter-count", 1, d =>
        {
            var (set, fold, worth) = (new string(d.Some(d.Int(3, 6), "abcdeghiklmnoprstu")), d.Yes(), d.Int(1, 9));
            return Puzzle.Of<string>("text",
                $"`@1` is a text. Count its characters that are one of the small letters {Listed(set)}{(fold ? " or the same letter as a capital" : ", not the capitals")}, and return {(worth == 1 ? "the count" : $"{worth} times the count")}.",
                g => g.Text(Mixed, 2 * g.Size), ["", set, set.ToUpperInvariant(), " "],
                t => worth * t.Count(c => set.Contains(fold ? char.ToLowerInvariant(c) : c)),
                $"let c = 0; for (const h of @1{(fold ? ".toLowerCase()" : "")}) if (\"{set}\".includes(h)) c++; return c * {worth};",
                $"return {worth} * [...@1].filter(h => \"{set[..^1]}\".includes(h)).length;");
        }),
        new("letter-shift", 1, d =>
        {
            var (k, back, rest) = (d.Int(1, 12), d.Yes(), d.Int(0, 2));
            return Puzzle.Of<string>("text",
                $"`@1` is a text. Replace each small letter a to z by the letter {k} places {(back ? "before" : "after")} it in the alphabet, going round between z and a. {(rest == 0 ? "Leave all other characters as they are" : rest == 1 ? "Leave out all other characters" : "Replace every other character by a full stop")}. Return the result.",
                g => g.Text(Mixed, g.Size), ["", "az", "xyzabc", "A-Z 7"],
                t => string.Concat(t.Select(c => char.IsAsciiLetterLower(c) ? $"{(char)('a' + (c - 'a' + (back ? 26 - k : k)) % 26)}" : rest == 0 ? $"{c}" : rest == 1 ? "" : ".")),
                $$"""
                let o = "";
                for (const h of @1) { const c = h.charCodeAt(0); o += c >= 97 && c <= 122 ? String.fromCharCode((c - 97 + {{(back ? 26 - k : k)}}) % 26 + 97) : {{(rest == 0 ? "h" : rest == 1 ? "\"\"" : "\".\"")}}; }
                return o;
                """);
        }),
        new("runs-to-counts", 2, d =>
        {
            var (first, bare, gap) = (d.Yes(), d.Yes(), d.Pick("", "-", "/", " ", "+"));
            return Puzzle.Of<string>("text",
                $"`@1` is a text of small letters. Write each longest run of equal letters as {(first ? "its length, then the letter" : "the letter, then its length")}{(bare ? "; a run of length 1 as the letter alone" : " (also where the length is 1)")}. {(gap == "" ? "Put nothing between the runs" : $"Join the runs with \"{gap}\"")} and return the text; \"\" for an empty one.",
                g => g.Runs("abcxyz", 12), ["", "a", "abc", "zzzzzzzzzzzz"],
                t => string.Join(gap, SplitRuns(t).Select(r => bare && r.Length == 1 ? r : first ? $"{r.Length}{r[0]}" : $"{r[0]}{r.Length}")),
                $$"""
                const o = [];
                for (let i = 0; i < @1.length; ) {
                  let j = i; while (j < @1.length && @1[j] === @1[i]) j++;
                  o.push({{(bare ? "j - i === 1 ? @1[i] : " : "")}}{{(first ? "(j - i) + @1[i]" : "@1[i] + (j - i)")}}); i = j;
                }
                return o.join("{{gap}}");
                """);
        }),
        new("counts-to-runs", 2, d =>
        {
            var (first, most, reverse) = (d.Yes(), d.Int(4, 15), d.Yes());
            return Puzzle.Of<string>("text",
                $"`@1` is a text of parts, each {(first ? "a whole number and a small letter (\"12b3a\")" : "a small letter and a whole number (\"b12a3\")")}. Return a text that has, part after part{(reverse ? " but beginning with the last" : "")}, the letter as often as the number says; numbers above {most} count as {most}.",
                g => string.Concat(g.Many(g.Size, () => first ? g.Int(0, 25) + g.Word(1, 1) : g.Word(1, 1) + g.Int(0, 25))), first ? ["", "1a", "0z", "100x2y"] : ["", "a1", "z0", "x100y2"],
                t =>
                {
                    var parts = new List<string>();
                    var number = 0;
                    for (var i = 0; i < t.Length; i++)
                    {
                        if (!first && char.IsAsciiLetter(t[i]))
                        {
                            var end = i + 1;
                            for (number = 0; end < t.Length && char.IsAsciiDigit(t[end]); end++)
                            {
                                number = 10 * number + t[end] - '0';
                            }
                            parts.Add(new string(t[i], Math.Min(most, number)));
                        }
                        else if (first && char.IsAsciiLetter(t[i]))
                        {
                            parts.Add(new string(t[i], Math.Min(most, number)));
                            number = 0;
                        }
                        else
                        {
                            number = 10 * number + t[i] - '0';
                        }
                    }
                    return string.Concat(reverse ? Enumerable.Reverse(parts) : parts);
                },
                $$"""
                const o = []; let n = "", l = "";
                const put = () => { if (l) o.push(l.repeat(Math.min({{most}}, Number(n)))); n = ""; l = ""; };
                for (const h of @1) if (h >= "a") { {{(first ? "l = h; put();" : "put(); l = h;")}} } else n += h;
                {{(first ? "" : "put();")}}
                return o{{(reverse ? ".reverse()" : "")}}.join("");
                """);
        }),
        new("recase", 2, d =>
        {
            var (from, to, style) = (d.Pick(" ", "-", "_", ".", "/"), d.Pick("", "-", "_", "+", "::", " "), d.Int(0, 4));
            string[] how = ["the first letter of every word a capital", "the first letter of every word but the first a capital", "every second word (the second, the fourth, ...) all capitals", "the last letter of every word a capital", "words of more than four letters all capitals"];
            return Puzzle.Of<string>("text",
                $"`@1` holds words of small letters, separated by single \"{from}\". Make {how[style]}, join the words with \"{to}\"{(to == "" ? " (nothing)" : "")} and return the text; \"\" for an empty one.",
                g => string.Join(from, g.Words(1, 8)), ["", "a", $"ab{from}c", $"x{from}y{from}z"],
                t => string.Join(to, t.Length == 0 ? [] : t.Split(from).Select((w, i) => style switch
                {
                    0 => char.ToUpperInvariant(w[0]) + w[1..],
                    1 => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..],
                    2 => i % 2 == 1 ? w.ToUpperInvariant() : w,
                    3 => w[..^1] + char.ToUpperInvariant(w[^1]),
                    _ => w.Length > 4 ? w.ToUpperInvariant() : w,
                })),
                $$"""
                if (@1 === "") return "";
                return @1.split("{{from}}").map((w, i) => {{style switch
                {
                    0 => "w[0].toUpperCase() + w.slice(1)",
                    1 => "i === 0 ? w : w[0].toUpperCase() + w.slice(1)",
                    2 => "i % 2 === 1 ? w.toUpperCase() : w",
                    3 => "w.slice(0, -1) + w[w.length - 1].toUpperCase()",
                    _ => "w.length > 4 ? w.toUpperCase() : w",
                }}}).join("{{to}}");
                """);
        }),
        new("reverse-words", 1, d =>
        {
            var (k, longer, order) = (d.Int(2, 6), d.Yes(), d.Yes());
            return Puzzle.Of<string>("text",
                $"`@1` holds words, separated by single blanks. Write every word of {(longer ? $"{k} letters or more" : $"at most {k} letters")} backwards{(order ? " and put the words in reverse order" : "")}. Return the new text; \"\" for an empty one.",
                g => string.Join(' ', g.Words(1, 9)), ["", "a", "abcdefgh", "ab abc abcd abcde abcdef abcdefg"],
                t =>
                {
                    var words = t.Split(' ').Select(w => (longer ? w.Length >= k : w.Length <= k) ? string.Concat(w.Reverse()) : w);
                    return string.Join(' ', order ? words.Reverse() : words);
                },
                $"return @1.split(\" \").map(w => w.length {(longer ? ">=" : "<=")} {k} ? w.split(\"\").reverse().join(\"\") : w){(order ? ".reverse()" : "")}.join(\" \");");
        }),
        new("most-frequent", 2, d =>
        {
            var (ties, number, rare) = (d.Int(0, 2), d.Yes(), d.Yes());
            return Puzzle.Of<string>("text",
                $"`@1` is a text of small letters and blanks. Find the letter that occurs {(rare ? "least often, but at least once" : "most often")}; of several, {(ties == 0 ? "the one that occurs first in the text" : ties == 1 ? "the first in the alphabet" : "the last in the alphabet")}. Return {(number ? "it, a colon and how often it occurs (\"e:5\")" : "it")}; \"\" if there are no letters.",
                g => g.Text("aabbbcdeefghiklmno  ", 2 * g.Size), ["", "  ", "ba", "cab cab"],
                t =>
                {
                    var groups = t.Where(c => c != ' ').GroupBy(c => c).OrderBy(c => rare ? c.Count() : -c.Count());
                    var best = (ties switch { 0 => groups, 1 => groups.ThenBy(c => c.Key), _ => groups.ThenByDescending(c => c.Key) }).FirstOrDefault();
                    return best is null ? "" : number ? $"{best.Key}:{best.Count()}" : $"{best.Key}";
                },
                $$"""
                const m = new Map();
                for (const h of @1) if (h !== " ") m.set(h, (m.get(h) || 0) + 1);
                let b = "", c = 0;
                for (const [h, n] of m) if (b === "" || n {{(rare ? "<" : ">")}} c || n === c && {{(ties == 0 ? "false" : ties == 1 ? "h < b" : "h > b")}}) { b = h; c = n; }
                return {{(number ? "b === \"\" ? \"\" : b + \":\" + c" : "b")}};
                """);
        }),
        new("few-letters-window", 4, d =>
        {
            var (k, what, letters) = (d.Int(1, 4), d.Int(0, 2), d.Pick("abcdef", "pqrstuv", "klmno"));
            return Puzzle.Of<string>("text",
                $"`@1` is a text of small letters. Find its longest part (neighbouring characters) that has at most {k} different letters; of several, the first. Return {(what == 0 ? "its length" : what == 1 ? "that part" : "the index at which it begins")}; {(what == 1 ? "\"\"" : "0")} for an empty text.",
                g => g.Text(letters, 3 * g.Size), ["", letters[..1], letters, letters + letters],
                t =>
                {
                    var (best, at) = (0, 0);
                    for (int from = 0, to = 0; to < t.Length; to++)
                    {
                        while (t[from..(to + 1)].Distinct().Count() > k)
                        {
                            from++;
                        }
                        (best, at) = to + 1 - from > best ? (to + 1 - from, from) : (best, at);
                    }
                    return what == 0 ? best : what == 1 ? t.Substring(at, best) : at;
                },
                $$"""
                const m = new Map(); let f = 0, b = 0, a = 0;
                for (let i = 0; i < @1.length; i++) {
                  m.set(@1[i], (m.get(@1[i]) || 0) + 1);
                  while (m.size > {{k}}) { const c = m.get(@1[f]) - 1; if (c === 0) m.delete(@1[f]); else m.set(@1[f], c); f++; }
                  if (i + 1 - f > b) { b = i + 1 - f; a = f; }
                }
                return {{(what == 0 ? "b" : what == 1 ? "@1.slice(a, a + b)" : "a")}};
                """,
                $"let b = 0, a = 0; for (let i = 0; i < @1.length; i++) for (let j = i + 1; j <= @1.length; j++) if (j - i > b && new Set(@1.slice(i, j)).size <= {k}) {{ b = j - i; a = i; }} return {(what == 0 ? "b" : what == 1 ? "@1.slice(a, a + b)" : "a")};");
        }),
        new("wrap-words", 3, d =>
        {
            var (width, fill, side) = (d.Int(10, 24), d.Pick(".", "_", "*", "~"), d.Int(0, 2));
            return Puzzle.Of<string>("text",
                $"`@1` holds words of at most 10 letters, separated by single blanks. Break it into lines: each line takes as many words as fit into {width} characters with one blank between them. {(side == 0 ? "Return the lines" : $"Fill every line up to {width} characters with \"{fill}\" on the {(side == 1 ? "left" : "right")} and return the lines")} as an array; an empty one for an empty text.",
                g => string.Join(' ', g.Words(1, 10)), ["", "a", "abcdefghij abcdefghij abcdefghij"],
                t =>
                {
                    var lines = new List<string>();
                    foreach (var word in t.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= width)
                        {
                            lines[^1] += " " + word;
                        }
                        else
                        {
                            lines.Add(word);
                        }
                    }
                    return lines.Select(l => side == 0 ? l : side == 1 ? l.PadLeft(width, fill[0]) : l.PadRight(width, fill[0])).ToArray();
                },
                $$"""
                const o = [];
                if (@1 !== "") for (const w of @1.split(" ")) {
                  const l = o[o.length - 1];
                  if (o.length > 0 && l.length + 1 + w.length <= {{width}}) o[o.length - 1] = l + " " + w; else o.push(w);
                }
                return o{{(side == 0 ? "" : $".map(l => l.pad{(side == 1 ? "Start" : "End")}({width}, \"{fill}\"))")}};
                """);
        }),
        new("anagram-groups", 3, d =>
        {
            var (what, least) = (d.Int(0, 2), d.Int(2, 3));
            return Puzzle.Of<string[]>("texts",
                $"`@1` is an array of words of small letters. Words belong together if one is the other with its letters in another order (a word that stands there twice counts twice). {(what == 0 ? $"Return how many groups of at least {least} words there are" : what == 1 ? $"Return the size of the largest group, 0 if none has at least {least} words" : $"Return, for each group of at least {least} words, its word that stands first in the array; in the order of the array")}.",
                g => g.Words(1, 3, "abc"), [[], ["ab", "ba", "aab", "bba"], ["a", "a", "a"], ["abc"]],
                words =>
                {
                    var groups = words.GroupBy(w => string.Concat(w.Order())).Where(w => w.Count() >= least).ToArray();
                    return what == 0 ? groups.Length : what == 1 ? groups.Select(w => w.Count()).DefaultIfEmpty(0).Max() : groups.Select(w => w.First()).ToArray();
                },
                $$"""
                const m = new Map();
                for (const w of @1) { const k = w.split("").sort().join(""); if (!m.has(k)) m.set(k, []); m.get(k).push(w); }
                const g = [...m.values()].filter(x => x.length >= {{least}});
                return {{(what == 0 ? "g.length" : what == 1 ? "g.reduce((a, x) => Math.max(a, x.length), 0)" : "g.map(x => x[0])")}};
                """);
        }),
        new("price-list", 3, d =>
        {
            var (width, fill, order, unit) = (d.Int(16, 28), d.Pick(".", "-", "_", " "), d.Int(0, 2), d.Pick("", "c", "g", "km", "%"));
            return Puzzle.Of<(string Name, int Amount)[]>("pairs",
                $"`@1` is an array of pairs [name, number]: a name of at most 7 letters, a number from 0 to 99999. Return one text per pair, exactly {width} characters long: the name at the left end, the number{(unit == "" ? "" : $" followed by \"{unit}\"")} at the right end, \"{fill}\" as often as needed between them. {(order == 0 ? "Keep the order" : order == 1 ? "Largest number first; equal numbers in the order given" : "Names in alphabetical order; equal names in the order given")}.",
                g => g.Many(g.Size, () => (g.Word(1, 7, "abcdeno"), g.Int(0, g.Yes() ? 9 : 99_999))), [[], [("a", 0)], [("b", 5), ("a", 5), ("b", 4)]],
                rows => (order == 0 ? rows : order == 1 ? rows.OrderByDescending(r => r.Amount) : rows.OrderBy(r => r.Name, StringComparer.Ordinal).AsEnumerable())
                    .Select(r => r.Name + $"{r.Amount}{unit}".PadLeft(width - r.Name.Length, fill[0])).ToArray(),
                $$"""
                return {{(order == 0 ? "@1" : order == 1 ? "[...@1].sort((a, b) => b[1] - a[1])" : "[...@1].sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)")}}
                  .map(([a, b]) => a + (b + "{{unit}}").padStart({{width}} - a.length, "{{fill}}"));
                """);
        }),
        new("palindrome-words", 2, d =>
        {
            var (least, what) = (d.Int(1, 4), d.Int(0, 2));
            return Puzzle.Of<string[]>("texts",
                $"`@1` is an array of words of small letters. Consider the words of at least {least} letters that read the same backwards. Return {(what == 0 ? "how many there are" : what == 1 ? "the longest of them (of several, the first), \"\" if there are none" : "them in an array, in their order, each only once")}.",
                g => g.Many(g.Size, () => Palindrome(g)), [[], ["a"], ["abba", "abba", "ab", "aba"]],
                words =>
                {
                    var found = words.Where(w => w.Length >= least && w.SequenceEqual(w.Reverse())).ToArray();
                    return what == 0 ? found.Length : what == 1 ? found.MaxBy(w => w.Length) ?? "" : found.Distinct().ToArray();
                },
                $$"""
                const p = @1.filter(w => w.length >= {{least}} && w === w.split("").reverse().join(""));
                return {{(what == 0 ? "p.length" : what == 1 ? "p.reduce((a, w) => w.length > a.length ? w : a, \"\")" : "[...new Set(p)]")}};
                """);
        }),
    ];

    private static string Listed(string letters) => string.Join(", ", letters.ToCharArray());

    private static string Palindrome(TaskDraws g)
    {
        var half = g.Word(1, 3, "abn");
        return g.Yes() ? g.Word(1, 6, "ab") : half + string.Concat((g.Yes() ? half : half[..^1]).Reverse());
    }

    private static IEnumerable<string> SplitRuns(string text)
    {
        for (int i = 0, end; i < text.Length; i = end)
        {
            end = i;
            while (end < text.Length && text[end] == text[i])
            {
                end++;
            }
            yield return text[i..end];
        }
    }
}
