using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Countdown;
using Arena.Rules.Spaces.TradeWars;

namespace Arena.Bench.Games;

/// <summary>Games whose answers are text, through the general interface: each method plays some whole games and returns how many.</summary>
public static class TextGames
{
    /// <summary>Games in one call of countdown.</summary>
    public const int CountdownBatch = 256;

    /// <summary>Games in one call of pitch, of debate, of instruct and of tradewars.</summary>
    public const int Batch = 32;

    /// <summary>Games in one call of code-duel.</summary>
    public const int CodeBatch = 4;

    /// <summary>Deal, one random sum or product of two of the numbers for each of two seats, read, apply, score.</summary>
    public static long Countdown()
    {
        var rules = SpaceRegistry.Find("countdown")!;
        for (var game = 0; game < CountdownBatch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            var numbers = ((CountdownState)state).Numbers;
            var actions = new Dictionary<int, string>(2);
            for (var seat = 0; seat < 2; seat++)
            {
                var first = Chance.Below(6);
                var second = (first + 1 + Chance.Below(5)) % 6;
                actions[seat] = rules.Read(state, seat, $"{numbers[first]} {"+*"[Chance.Below(2)]} {numbers[second]}").Canonical!;
            }
            Chance.Sink += rules.Outcome(rules.Apply(state, actions))![0];
        }
        return CountdownBatch;
    }

    /// <summary>A drawn prompt, two answers of the agent that heeds nothing, and all their constraints checked.</summary>
    public static long Instruct()
    {
        var rules = SpaceRegistry.Find("instruct")!;
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            var answers = Enumerable.Range(0, 2).ToDictionary(seat => seat, seat => rules.Read(state, seat, rules.House[0].Act(rules, state, seat, new Draws(Chance.Seed(), "house"))).Canonical!);
            Chance.Sink += rules.Outcome(rules.Apply(state, answers))![0];
        }
        return Batch;
    }

    /// <summary>A drawn brief and two texts of the writer that heeds nothing, read. Judges would score them.</summary>
    public static long Pitch() => Judged("pitch");

    /// <summary>A drawn motion and the six speeches of two debaters that heed nothing, read; each round's prompts hold those before. Judges would score them.</summary>
    public static long Debate() => Judged("debate");

    private static long Judged(string space)
    {
        var rules = SpaceRegistry.Find(space)!;
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                var texts = seats.ToDictionary(seat => seat, seat => rules.Read(state, seat, rules.House[0].Act(rules, state, seat, new Draws(Chance.Seed(), "house"))).Canonical!);
                Chance.Sink += texts[0].Length + rules.Observe(state, 0).Text.Length + rules.Observe(state, 1).Text.Length;
                state = rules.Apply(state, texts);
            }
        }
        return Batch;
    }

    /// <summary>A drawn task with its hidden tests, and the answers of two house agents run against them; null is an agent whose code never ends: the most that a match can cost.</summary>
    public static long CodeDuel(params string?[] house)
    {
        var rules = SpaceRegistry.Find("code-duel")!;
        const string endless = "for (let i = 0;;) i += [i].map((x) => x + 1).length;";
        for (var game = 0; game < CodeBatch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 2);
            var answers = Enumerable.Range(0, 2).ToDictionary(seat => seat, seat => house[seat] is { } slug
                ? rules.Read(state, seat, rules.House.Single(h => h.Slug == slug).Act(rules, state, seat, new Draws(Chance.Seed(), "house"))).Canonical!
                : $"function {(string)rules.Observe(state, seat).Json["function"]!}() {{ {endless} }} // {seat}");
            Chance.Sink += rules.Outcome(rules.Apply(state, answers))![0];
        }
        return CodeBatch;
    }

    /// <summary>Five seats, sixteen rounds; orders within the limits, each with the same chance.</summary>
    public static long TradeWars()
    {
        var rules = SpaceRegistry.Find("tradewars")!;
        var actions = new Dictionary<int, string>();
        for (var game = 0; game < Batch; game++)
        {
            var state = rules.Start(new Draws(Chance.Seed(), "deal/0"), 5);
            for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state))
            {
                actions.Clear();
                foreach (var seat in seats)
                {
                    var units = Chance.Below(2 * TradeWarsRules.Limit + 1) - TradeWarsRules.Limit - ((TradeWarsState)state).Books[seat].Position;
                    actions[seat] = units == 0 ? "hold" : units > 0 ? $"buy {units}" : $"sell {-units}";
                }
                state = rules.Apply(state, actions);
            }
            Chance.Sink += rules.Outcome(state)![0];
        }
        return Batch;
    }
}
