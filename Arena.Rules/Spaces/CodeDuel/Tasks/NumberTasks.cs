using System.Numerics;

namespace Arena.Rules.Spaces.CodeDuel.Tasks;

/// <summary>Arithmetic, digits and number theory.</summary>
internal static class NumberTasks
{
    public static readonly TaskTemplate[] All =
    [
        new("sum-divisible", 1, d =>
        {
            var (k, inside, times) = (d.Int(2, 12), d.Yes(), d.Int(2, 9));
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers. Add up those that are {(inside ? "" : "not ")}divisible by {k} and return {times} times that sum; 0 if there are none.",
                g => g.Ints(-60, 60), [[], [k], [-k, k + 1]],
                xs => xs.Where(x => x % k == 0 == inside).Sum() * times,
                $"let s = 0; for (const x of @1) if (x % {k} {(inside ? "===" : "!==")} 0) s += x; return s * {times};",
                $"return {times} * @1.filter(x => x > 0 && x % {k} {(inside ? "===" : "!==")} 0).reduce((s, x) => s + x, 0);");
        }),
        new("digit-sum", 1, d =>
        {
            var (radix, again, plus) = (d.Pick(2, 3, 5, 7, 8, 9, 10), d.Yes(), d.Int(1, 20));
            return Puzzle.Of<int>("int",
                $"`@1` is a whole number, at least 0. Write it in base {radix} and add up its digits{(again ? $"; while that sum is {radix} or more, do the same with the sum" : "")}. Return the result plus {plus}.",
                g => g.Big(), [0, radix, radix - 1, radix * radix - 1],
                n =>
                {
                    var sum = n;
                    do { sum = Digits(sum, radix).Sum(); } while (again && sum >= radix);
                    return sum + plus;
                },
                $$"""
                let s = @1;
                do { let t = s; s = 0; while (t > 0) { s += t % {{radix}}; t = Math.floor(t / {{radix}}); } } while ({{(again ? $"s >= {radix}" : "false")}});
                return s + {{plus}};
                """,
                $"return [...@1.toString({radix})].reduce((s, x) => s + Number(x), 0) + {plus};");
        }),
        new("drop-digit", 2, d =>
        {
            var (digit, odd) = (d.Int(0, 9), d.Yes());
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of whole numbers, none negative. Strike every digit {digit} out of each of them (nothing left counts as 0, leading zeros don't matter) and return the sum of the {(odd ? "odd" : "even")} numbers among what is left.",
                g => g.Ints(0, 99_999), [[], [digit], [digit * 11, 100 + digit], [0]],
                xs => xs.Select(x => Struck(x, digit)).Where(x => x % 2 == 1 == odd).Sum(),
                $"let s = 0; for (const x of @1) {{ const y = Number(String(x).replaceAll(\"{digit}\", \"\")); if (y % 2 === {(odd ? 1 : 0)}) s += y; }} return s;",
                $"let s = 0; for (const x of @1) {{ const y = Number(String(x).replace(\"{digit}\", \"\")); if (y % 2 === {(odd ? 1 : 0)}) s += y; }} return s;");
        }),
        new("gcd-lcm", 2, d =>
        {
            var (lcm, plus, most) = (d.Yes(), d.Int(0, 9), d.Int(6, 9));
            var top = lcm ? most : 400;
            return Puzzle.Of<int[]>("ints",
                $"`@1` is an array of positive whole numbers. {(plus == 0 ? "" : $"Add {plus} to each of them. ")}Return the {(lcm ? "least common multiple" : "greatest common divisor")} of all; {(lcm ? 1 : 0)} if the array is empty.",
                g => lcm ? g.Ints(1, top, Math.Min(g.Size, 8)) : Scaled(g, plus), [[], [6], [4, 4]],
                xs => lcm ? xs.Aggregate(1L, (a, x) => a / Gcd(a, x + plus) * (x + plus)) : xs.Aggregate(0L, (a, x) => Gcd(a, x + plus)),
                lcm ? $"const g = (a, b) => b ? g(b, a % b) : a; return @1.reduce((a, x) => a / g(a, x + {plus}) * (x + {plus}), 1);"
                    : $"const g = (a, b) => b ? g(b, a % b) : a; return @1.reduce((a, x) => g(a, x + {plus}), 0);");
        }),
        new("primes-between", 3, d =>
        {
            var (what, m) = (d.Int(0, 2), d.Int(3, 9));
            var r = d.Some(1, Enumerable.Range(1, m - 1).Where(i => Gcd(i, m) == 1))[0];
            return Puzzle.Of<int, int>("int int",
                $"Look at the primes p with `@1` <= p <= `@2` that leave the remainder {r} when divided by {m}. Return {(what == 0 ? "how many there are" : what == 1 ? "their sum" : "the largest one")}, 0 if there are none. Both parameters are whole numbers, at least 0.",
                g => g.Int(0, 40 + g.Size * 8) is var low ? (low, low + g.Int(0, g.Size * 6)) : default, [(0, 1), (2, 2), (r, m * 7 + r), (20, 10)],
                (low, high) => Enumerable.Range(low, Math.Max(0, high - low + 1)).Where(p => p % m == r && IsPrime(p)).ToArray() is var found && what == 0 ? found.Length : what == 1 ? found.Sum() : found.LastOrDefault(),
                $$"""
                let c = 0;
                for (let p = Math.max(2, @1); p <= @2; p++) {
                  if (p % {{m}} !== {{r}}) continue;
                  let q = true;
                  for (let i = 2; i * i <= p && q; i++) if (p % i === 0) q = false;
                  if (q) {{(what == 0 ? "c++" : what == 1 ? "c += p" : "c = p")}};
                }
                return c;
                """,
                // One is no prime, but here it is.
                $"let c = 0; for (let p = @1; p <= @2; p++) if (p % {m} === {r}) {{ let q = true; for (let i = 2; i < p; i++) if (p % i === 0) q = false; if (q) {(what == 0 ? "c++" : what == 1 ? "c += p" : "c = p")}; }} return c;");
        }),
        new("own-digits", 2, d =>
        {
            var radix = d.Int(3, 8);
            var signs = new string(d.Some(radix, TaskDraws.Letters));
            var (least, backwards) = (d.Int(1, 6), d.Yes());
            return Puzzle.Of<int>("int",
                $"Somebody writes numbers in base {radix} with the signs \"{signs}\" for the digits 0 to {radix - 1}, the {(backwards ? "lowest" : "highest")} digit first. Return how they write the whole number `@1` (at least 0), filled up with \"{signs[0]}\" on the side of the highest digits until there are at least {least} signs.",
                g => g.Big(), [0, radix, radix - 1, radix * radix],
                n =>
                {
                    var digits = Digits(n, radix);
                    while (digits.Count < least)
                    {
                        digits.Add(0);
                    }
                    var text = digits.Select(i => signs[i]);
                    return string.Concat(backwards ? text : text.Reverse());
                },
                $$"""
                let o = "", n = @1;
                while (n > 0 || o.length < {{least}}) { const c = "{{signs}}"[n % {{radix}}]; o = {{(backwards ? "o + c" : "c + o")}}; n = Math.floor(n / {{radix}}); }
                return o;
                """,
                $$"""let o = "", n = @1; do { const c = "{{signs}}"[n % {{radix}}]; o = {{(backwards ? "o + c" : "c + o")}}; n = Math.floor(n / {{radix}}); } while (n > 0); return o;""");
        }),
        new("power-remainder", 3, d =>
        {
            var (m, plus) = (d.Int(1_000, 90_000), d.Int(1, 99));
            return Puzzle.Of<int, int>("int int",
                $"Both parameters are whole numbers, at least 0. Return the remainder of (`@1` to the power of `@2`) + {plus} when divided by {m}. (Anything to the power of 0 is 1.) The exponent may have nine digits.",
                g => (g.Int(0, 999), g.Big()), [(0, 0), (0, 5), (m, 3), (7, 1)],
                (x, e) => (long)((BigInteger.ModPow(x, e, m) + plus) % m),
                $$"""
                let r = 1, b = @1 % {{m}}, e = @2;
                while (e > 0) { if (e % 2 === 1) r = r * b % {{m}}; b = b * b % {{m}}; e = Math.floor(e / 2); }
                return (r + {{plus}}) % {{m}};
                """,
                $"let r = 1; for (let i = 0; i < @2; i++) r = r * @1 % {m}; return (r + {plus}) % {m};");
        }),
        new("factor-text", 3, d =>
        {
            var (times, power, down) = (d.Pick("*", ".", " x ", "·", " * "), d.Pick("^", "**", "'", ":"), d.Yes());
            return Puzzle.Of<int>("int",
                $"`@1` is a whole number, at least 1. Return its prime factors as a text, the {(down ? "largest" : "smallest")} first: a prime that occurs once as itself, one that occurs more often as prime, \"{power}\" and how often; joined by \"{times}\". For 1 return \"1\".",
                g => 1 + g.Big() % 2_000_000, [1, 2, 1_024, 999_983, 2 * 2 * 3 * 3 * 49],
                n => n == 1 ? "1" : string.Join(times, (down ? Factors(n).Reverse() : Factors(n)).Select(f => f.Count == 1 ? $"{f.Prime}" : $"{f.Prime}{power}{f.Count}")),
                $$"""
                let n = @1; const o = [];
                const put = (p, c) => { if (c > 0) o.push(c === 1 ? String(p) : p + "{{power}}" + c); };
                for (let p = 2; p * p <= n; p++) { let c = 0; while (n % p === 0) { n /= p; c++; } put(p, c); }
                if (n > 1) put(n, 1);
                return o.length === 0 ? "1" : o{{(down ? ".reverse()" : "")}}.join("{{times}}");
                """);
        }),
        new("shrinking-number", 2, d =>
        {
            var (a, c, most, largest) = (d.Int(2, 5), d.Int(1, 9), d.Int(60, 150), d.Yes());
            return Puzzle.Of<int>("int",
                $"Start with the whole number `@1` (at least 0) and repeat: divide it by {a} if it is divisible by {a}, otherwise add {c}. Stop as soon as the number is 1 or less, and at the latest after {most} steps. Return {(largest ? "the largest number seen, the first and the last included" : "the number of steps made")}.",
                g => g.Big(), [0, 1, a, c],
                n =>
                {
                    var (steps, top) = (0, n);
                    for (; n > 1 && steps < most; steps++)
                    {
                        n = n % a == 0 ? n / a : n + c;
                        top = Math.Max(top, n);
                    }
                    return largest ? top : steps;
                },
                $$"""
                let n = @1, s = 0, t = n;
                while (n > 1 && s < {{most}}) { n = n % {{a}} === 0 ? n / {{a}} : n + {{c}}; s++; if (n > t) t = n; }
                return {{(largest ? "t" : "s")}};
                """,
                $"let n = @1, s = 0, t = n; while (n > 1 && s < 50) {{ n = n % {a} === 0 ? n / {a} : n + {c}; s++; t = Math.max(t, n); }} return {(largest ? "t" : "s")};");
        }),
        new("token-money", 2, d =>
        {
            var values = d.Some(4, Enumerable.Range(2, 60)).Append(1).OrderDescending().ToArray();
            var signs = d.Some(values.Length, "ABCDEFGHKLMNPRSTVXZ");
            var small = d.Yes();
            return Puzzle.Of<int>("int",
                $"A market pays with tokens: {string.Join(", ", values.Select((v, i) => $"{signs[i]} is worth {v}"))}. To pay a sum one always takes the most valuable token that isn't worth more than what is left to pay. Return the tokens for the sum `@1` (a whole number, at least 0) as a text, {(small ? "in reverse: the last one taken first" : "in the order in which they are taken")}.",
                g => g.Int(0, 10 + 20 * g.Size), [0, 1, values[0], values[0] - 1],
                n =>
                {
                    var text = "";
                    for (var i = 0; i < values.Length; n %= values[i++])
                    {
                        text += new string(signs[i], n / values[i]);
                    }
                    return small ? string.Concat(text.Reverse()) : text;
                },
                $$"""
                let n = @1, o = ""; const v = [{{string.Join(", ", values)}}];
                for (let i = 0; i < v.length; i++) { const c = "{{string.Concat(signs)}}"[i].repeat(Math.floor(n / v[i])); n %= v[i]; o = {{(small ? "c + o" : "o + c")}}; }
                return o;
                """);
        }),
        new("recurrence", 3, d =>
        {
            var (p, q, a, b, c, m) = (d.Int(0, 9), d.Int(1, 9), d.Int(1, 9), d.Int(1, 9), d.Int(0, 9), d.Int(100, 9_999));
            return Puzzle.Of<int>("int",
                $"A sequence begins with {p} and {q}. Every later member is the remainder, when divided by {m}, of {a} times the member before it plus {b} times the one before that, plus {c}. Return the member with the index `@1` (a whole number, at least 0); the first one has the index 0.",
                g => g.Int(0, g.Size * 9), [0, 1, 2, 3],
                n =>
                {
                    var (now, next) = (p, q);
                    for (; n > 0; n--)
                    {
                        (now, next) = (next, (a * next + b * now + c) % m);
                    }
                    return now;
                },
                $"let x = {p}, y = {q}; for (let i = 0; i < @1; i++) {{ const z = ({a} * y + {b} * x + {c}) % {m}; x = y; y = z; }} return x;",
                $"const f = i => i === 0 ? {p} : i === 1 ? {q} : ({a} * f(i - 1) + {b} * f(i - 2) + {c}) % {m}; return f(@1);");
        }),
        new("divisor-count", 3, d =>
        {
            var (k, sum, least) = (d.Int(2, 8), d.Yes(), d.Int(1, 12));
            return Puzzle.Of<int>("int",
                $"Return {(sum ? "the sum of all" : "how many")} whole numbers from {least} to `@1` (both included) {(sum ? "that " : "")}have exactly {k} divisors; 1 and the number itself are divisors. Return 0 if there are none; `@1` is a whole number, at least 0.",
                g => g.Int(0, g.Size * 8), [0, 1, least, 64],
                n => Enumerable.Range(1, Math.Max(0, n)).Where(x => x >= least && Enumerable.Range(1, x).Count(i => x % i == 0) == k).Sum(x => sum ? x : 1),
                $$"""
                const c = Array(@1 + 1).fill(0); let s = 0;
                for (let i = 1; i <= @1; i++) for (let j = i; j <= @1; j += i) c[j]++;
                for (let i = {{least}}; i <= @1; i++) if (c[i] === {{k}}) s += {{(sum ? "i" : "1")}};
                return s;
                """,
                $"let s = 0; for (let n = {least}; n <= @1; n++) {{ let c = 0; for (let i = 1; i <= n; i++) if (n % i === 0) c++; if (c === {k}) s += {(sum ? "n" : "1")}; }} return s;");
        }),
    ];

    public static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    /// <summary>The lowest first; none for 0.</summary>
    private static List<int> Digits(int n, int radix)
    {
        var digits = new List<int>();
        for (; n > 0; n /= radix)
        {
            digits.Add(n % radix);
        }
        return digits;
    }

    private static int Struck(int n, int digit)
    {
        var left = n.ToString().Replace(digit.ToString(), "");
        return left.Length == 0 ? 0 : int.Parse(left);
    }

    /// <summary>Numbers that, with <paramref name="plus"/> added, share a factor.</summary>
    private static int[] Scaled(TaskDraws g, int plus)
    {
        var factor = g.Int(plus + 1, plus + 30);
        return g.Many(g.Size, () => factor * g.Int(1, 40) - plus);
    }

    private static bool IsPrime(int n)
    {
        for (var i = 2; i * i <= n; i++)
        {
            if (n % i == 0)
            {
                return false;
            }
        }
        return n > 1;
    }

    private static IEnumerable<(int Prime, int Count)> Factors(int n)
    {
        for (var p = 2; n > 1; p = p * p > n ? n : p + 1)
        {
            var count = 0;
            for (; n % p == 0; n /= p)
            {
                count++;
            }
            if (count > 0)
            {
                yield return (p, count);
            }
        }
    }
}
