using Arena.Rules.Play;
using Arena.Rules.Spaces.Instruct;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Tests.Rules.Spaces.Instruct;

public sealed class InstructTests
{
    private static readonly InstructRules Rules = new();

    private static InstructState Opening(int seed, int seats = 2) => (InstructState)Rules.Start(new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "deal/0"), seats);

    private static IHouseAgent House(string slug) => Rules.House.Single(h => h.Slug == slug);

    private static string Answer(string slug, InstructState state, int seed) => Rules.Read(state, 0, House(slug).Act(Rules, state, 0, new Draws(MadeMatches.Setup(Rules, seed: seed).Seed, "house"))).Canonical!;

    private static double Share(string slug, int seed)
    {
        var state = Opening(seed);
        var text = new WrittenText(Answer(slug, state, seed));
        return state.Prompt.Constraints.Average(c => c.Holds(text) ? 1.0 : 0.0);
    }

    /// <summary>What the generator promises: whatever it draws can be kept, all at once.</summary>
    [Fact]
    public void TheSolverKeepsToEveryPromptOfThousands()
    {
        var kinds = new Dictionary<string, int>();
        for (var seed = 0; seed < 4_000; seed++)
        {
            var state = Opening(seed);
            var answer = Answer("solver", state, seed);
            var text = new WrittenText(answer);
            Assert.InRange(state.Prompt.Constraints.Count, InstructPrompt.LeastConstraints, InstructPrompt.MostConstraints);
            Assert.All(state.Prompt.Constraints, c =>
            {
                kinds[c.Kind] = kinds.GetValueOrDefault(c.Kind) + 1;
                Assert.True(c.Holds(text), $"seed {seed}: {c.Ask}\n{string.Join('\n', state.Prompt.Constraints.Select(o => o.Ask))}\n---\n{answer}");
            });
        }
        Assert.Equal(InstructKinds.All.Select(k => k.Slug).Order(StringComparer.Ordinal), kinds.Keys.Order(StringComparer.Ordinal));
        Assert.All(kinds, k => Assert.InRange(k.Value, 40, 4_000));
    }

    [Fact]
    public void ThereAreThirtyKindsAndMoreAndEachHasItsOwnName()
    {
        Assert.InRange(InstructKinds.All.Count, 30, 100);
        Assert.Distinct(InstructKinds.All.Select(k => k.Slug));
        Assert.All(InstructKinds.All, k => Assert.Equal(k.Slug, k.Draw(new Draws(new byte[32], "kind"), "Write a fable.").Kind));
    }

    [Fact]
    public void ContradictionsAreNeverDrawnTogether()
    {
        Assert.False(InstructPrompt.GoTogether([new Lipogram('e'), new KeywordsPresent(["kettle"])]));
        Assert.True(InstructPrompt.GoTogether([new Lipogram('z'), new KeywordsPresent(["kettle"])]));
        Assert.False(InstructPrompt.GoTogether([new NoCommas(), new JsonFormat(["a", "b"])]));
        Assert.False(InstructPrompt.GoTogether([new KeywordsAbsent(["the"]), new StartPhrase("Here is the truth")]));
        Assert.False(InstructPrompt.GoTogether([new KeywordFrequency("river", 2), new KeywordsPresent(["river"])]));
        Assert.False(InstructPrompt.GoTogether([new RepeatTask("Write a fable."), new AllLowercase()]));
        Assert.False(InstructPrompt.GoTogether([new NoDigits(), new Sections("Part", 2)]));
    }

    /// <summary>Up to the number that a constraint allows, and not one further.</summary>
    [Fact]
    public void WhatAConstraintAllowsBesideItEndsAtItsNumber()
    {
        (Constraint Limit, Constraint Fits, Constraint TooMuch)[] limits =
        [
            (new LetterAtMost('t', 1), new KeywordsPresent(["tin"]), new KeywordsPresent(["tent"])),
            (new LineLength(4), new StartPhrase("abcd"), new StartPhrase("abcde")),
            (new WordLength(3), new KeywordsPresent(["map"]), new KeywordsPresent(["maps"])),
            (new QuestionsExactly(1), new StartPhrase("Well now"), new StartPhrase("Well now?")),
            (new CapitalWordsExactly(1), new StartPhrase("A day"), new StartPhrase("The BIG day")),
            (new NoCommas(), new EndPhrase("So be it."), new EndPhrase("Well, so be it.")),
            (new NoDigits(), new EndPhrase("So be it."), new EndPhrase("So be 1.")),
            (new NumbersAscending(2), new EndPhrase("So be it."), new EndPhrase("So be 1.")),
        ];
        Assert.All(limits, l => Assert.True(InstructPrompt.GoTogether([l.Limit, l.Fits]) && !InstructPrompt.GoTogether([l.Limit, l.TooMuch]) && !InstructPrompt.GoTogether([l.TooMuch, l.Limit]), l.Limit.Kind));
    }

    [Fact]
    public void HouseAgentsKeepToMoreTheStrongerTheyAre()
    {
        var shares = Rules.House.Select(h => Enumerable.Range(0, 300).Average(seed => Share(h.Slug, seed))).ToArray();
        Assert.True(shares[0] < shares[1] && shares[1] < shares[2] && shares[2] < shares[3], string.Join(' ', shares));
        Assert.InRange(shares[0], 0.1, 0.5);
        Assert.Equal(1, shares[3]);
    }

    [Theory]
    [InlineData(5, 5, 500_000, 500_000)]
    [InlineData(5, 0, 1_000_000, 0)]
    [InlineData(4, 3, 600_000, 400_000)]
    public void AScoreIsAHalfAndHalfTheDifferenceOfShares(int first, int second, long firstScore, long secondScore)
    {
        // Five constraints, each kept by one line of its own.
        var prompt = new InstructPrompt("Write.", [.. "abcde".Select(c => new LetterAtLeast(c, 1))]);
        string Text(int count) => count == 0 ? "x" : "abcde"[..count];
        var state = new InstructState(prompt, 2, [Text(first), Text(second)]);
        Assert.Equal([firstScore, secondScore], Rules.Outcome(state));
        Assert.Equal(first * 200_000L, Rules.View(state)["answers"]![0]!["share"]!.GetValue<long>());
    }

    [Fact]
    public void ASeatWithoutAnAnswerKeepsToNothingAndTheOthersAreScoredAmongAll()
    {
        var prompt = new InstructPrompt("Write.", [new LetterAtLeast('a', 1), new LetterAtLeast('b', 1)]);
        Assert.Equal([875_000, 500_000, 125_000], Rules.Outcome(new InstructState(prompt, 3, ["ab", "a", null]))!);
    }

    [Fact]
    public void FormIsForgivenAndMeaningIsNot()
    {
        var state = Opening(3);
        Assert.Equal("Line.\n\nLine two.", Rules.Read(state, 0, "```\nLine.\r\n\r\n\r\n\r\nLine two.\n```").Canonical);
        Assert.Contains("empty", Rules.Read(state, 0, "`` \u0007").Illegal);
        Assert.Contains("at most 8000", Rules.Read(state, 0, new string('x', 8_001)).Illegal);
    }
}
