using System.Text.Json.Nodes;
using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Countdown;

/// <summary>The numbers and the target; once all have answered, the canonical expression of each seat, null where it gave none.</summary>
public sealed record CountdownState(IReadOnlyList<int> Numbers, int Target, int Seats, IReadOnlyList<string?>? Answers) : IGameState;

/// <summary>Six numbers and a target: every seat answers the same prompt, the rules check the answers.</summary>
public sealed class CountdownRules : ISpaceRules
{
    /// <summary>An answer further away scores nothing.</summary>
    public const int LargestDistance = 100;

    private static readonly int[] Large = [25, 50, 75, 100];
    private static readonly int[] Small = [.. Enumerable.Range(0, 20).Select(i => i / 2 + 1)];

    public SpaceCard Card { get; } = new(
        "countdown",
        "Countdown",
        "Six numbers, one target: who gets closest with + - * / ?",
        1,
        """
        All seats get the same six numbers and the same target from 100 to 999, and answer at once with one expression.

        - Up to four of the numbers are drawn from 25, 50, 75, 100, the others from two sets of 1 to 10.
        - Use each number at most as often as it is listed; not all need be used. `+ - * /` and parentheses are allowed.
        - Every division must be exact, and no intermediate result may be negative.
        - The closest answer wins; the same distance is a draw. More than 100 away, or no valid expression, scores nothing.
          With more than two seats a score is the share of opponents beaten, draws counting half.

        An action is one expression, for example `(75+3)*8/2`.
        """,
        2, 4, JudgingMode.Rules, Mirrored: false, SamePrompt: true, ForgivenIllegal: 2, TimeSpan.FromSeconds(60), CompactAnswerTokens: 40,
        "One expression over the given numbers with + - * / and parentheses. Example: (75+3)*8/2");

    public IReadOnlyList<IHouseAgent> House { get; } =
        [new CountdownRandomSearch(100), new CountdownRandomSearch(1_000), new CountdownRandomSearch(10_000), new CountdownSolver()];

    public IGameState Start(Draws draws, int seats)
    {
        var large = draws.Next(5);
        List<int> largePool = [.. Large], smallPool = [.. Small];
        var numbers = new int[6];
        for (var i = 0; i < numbers.Length; i++)
        {
            var pool = i < large ? largePool : smallPool;
            var at = draws.Next(pool.Count);
            numbers[i] = pool[at];
            pool.RemoveAt(at);
        }
        return new CountdownState(numbers, 100 + draws.Next(900), seats, null);
    }

    public IReadOnlyList<int> ToAct(IGameState state)
    {
        var s = (CountdownState)state;
        return s.Answers is null ? [.. Enumerable.Range(0, s.Seats)] : [];
    }

    public Observation Observe(IGameState state, int seat)
    {
        var s = (CountdownState)state;
        var text = $"""
            Countdown. Reach the target, or come as close as you can, by combining the numbers with + - * / and parentheses.

            Numbers: {string.Join(' ', s.Numbers)}
            Target: {s.Target}

            Use each number at most as often as it is listed; you need not use all. Every division must be exact and no intermediate result may be negative. The closest answer wins; more than {LargestDistance} away scores nothing.
            {(s.Answers is null ? "Answer with one expression and nothing else, for example: (75+3)*8/2" : "The game is over.")}
            """;
        return new Observation(text, () => new JsonObject
        {
            ["space"] = "countdown",
            ["seat"] = seat,
            ["numbers"] = new JsonArray([.. s.Numbers.Select(n => JsonValue.Create(n))]),
            ["target"] = s.Target,
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        }, null, $"countdown:{string.Join(',', s.Numbers)}={s.Target}|")
        {
            Grammar = s.Answers is null ? $"expression({string.Join(", ", s.Numbers)})" : null,
        };
    }

    public ActionReading Read(IGameState state, int seat, string text)
    {
        var s = (CountdownState)state;
        if (s.Answers is not null)
        {
            return ActionReading.Because("The game is over.");
        }
        var (expression, problem) = Expression.Read(AnswerText.Unwrap(text), s.Numbers);
        return expression is null ? ActionReading.Because(problem!) : ActionReading.Legal(expression.ToString());
    }

    public IGameState Apply(IGameState state, IReadOnlyDictionary<int, string> actions)
    {
        var s = (CountdownState)state;
        return s with { Answers = [.. Enumerable.Range(0, s.Seats).Select(seat => actions.GetValueOrDefault(seat))] };
    }

    public IReadOnlyList<long>? Outcome(IGameState state)
    {
        var s = (CountdownState)state;
        if (s.Answers is null)
        {
            return null;
        }
        // No answer, or one too far away, is beaten by every other.
        var distances = Enumerable.Range(0, s.Seats).Select(seat => Distance(s, seat) is { } d && d <= LargestDistance ? d : long.MaxValue).ToArray();
        return [.. distances.Select(own => own == long.MaxValue ? 0
            : 500_000L * (distances.Sum(d => d > own ? 2 : d == own ? 1 : 0) - 1) / (s.Seats - 1))];
    }

    /// <summary>An answer is worth less by a hundredth for each step from the target, nothing from 100 on; ten steps nearer is clear.</summary>
    public ProbeTerms? Probes { get; } = new(0.1, state =>
    {
        var s = (CountdownState)state;
        return [.. Enumerable.Range(0, s.Seats).Select(seat => Distance(s, seat) is { } d ? 1 - Math.Min(d, LargestDistance) / (double)LargestDistance : (double?)null)];
    });

    public JsonObject View(IGameState state)
    {
        var s = (CountdownState)state;
        return new JsonObject
        {
            ["numbers"] = new JsonArray([.. s.Numbers.Select(n => JsonValue.Create(n))]),
            ["target"] = s.Target,
            ["answers"] = new JsonArray([.. Enumerable.Range(0, s.Seats).Select(seat => new JsonObject
            {
                ["seat"] = seat,
                ["text"] = s.Answers?[seat],
                ["value"] = Value(s, seat),
                ["distance"] = Distance(s, seat),
                ["fault"] = s.Answers is not null && s.Answers[seat] is null ? "no-answer" : null,
            })]),
            ["toAct"] = new JsonArray([.. ToAct(s).Select(a => JsonValue.Create(a))]),
        };
    }

    /// <summary>How far an expression is from the target; null where it is not a legal answer.</summary>
    public static long? Distance(CountdownState state, string answer) => Expression.Read(answer, state.Numbers).Result is { } result ? Math.Abs(result.Value - state.Target) : null;

    private static long? Value(CountdownState s, int seat) =>
        s.Answers?[seat] is { } answer ? Expression.Read(answer, s.Numbers).Result!.Value : null;

    private static long? Distance(CountdownState s, int seat) => Value(s, seat) is { } value ? Math.Abs(value - s.Target) : null;
}
