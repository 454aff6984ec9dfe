using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Pitch;

/// <summary>Scripted writers, weakest first. They know the briefs by heart, and claim nothing that the audience couldn't see for itself.</summary>
internal static class Pitchers
{
    public static IReadOnlyList<IHouseAgent> All { get; } = [new Crier(), new Seller(), new Adviser()];

    public static Brief BriefOf(IGameState state) => PitchBriefs.All[((PitchState)state).Brief];
}

/// <summary>Praises whatever it is to whomever it may be.</summary>
internal sealed class Crier : IHouseAgent
{
    private static readonly string[] Cries =
    [
        "You won't regret it!", "Everybody is talking about it.", "What are you waiting for?", "It is simply the best thing that you can do.", "Don't miss this chance.", "Believe me, it works.",
        "Life is short.", "It has never been so easy.", "You deserve it.", "Others have done it and are happy.", "There is nothing to lose.", "Now or never!", "Just imagine!", "It speaks for itself.",
    ];

    public string Slug => "random";

    public string Name => "Crier";

    public string About => "Strings slogans together, whatever the brief and the audience.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws) => string.Join(' ', Enumerable.Range(0, 3 + draws.Next(3)).Select(_ => draws.Pick(Cries)));
}

/// <summary>Has one reason, and has it twice.</summary>
internal sealed class Seller : IHouseAgent
{
    public string Slug => "seller";

    public string Name => "Seller";

    public string About => "Gives the brief's best reason and presses it; hears no doubt, keeps no constraint, and offers no way to begin.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var reason = Reason(Pitchers.BriefOf(state));
        return string.Join(' ',
            draws.Pick(["There is one thing that speaks for it.", "Think of what you would win.", "Consider this.", "Let me give you the reason.", "It is quite simple."]),
            reason,
            draws.Pick(["That alone should be enough.", "What more could one want?", "I can't think of a better reason.", "Surely that counts for something.", "Say it to yourself once more, slowly."]),
            draws.Pick(["So do it.", "So why wait?", "Say yes.", "You know what to do."]));
    }

    /// <summary>The gain without the turn from the doubt that it answers.</summary>
    private static string Reason(Brief brief)
    {
        var gain = brief.Gain.StartsWith("But ", StringComparison.Ordinal) ? brief.Gain[4..] : brief.Gain;
        return char.ToUpperInvariant(gain[0]) + gain[1..];
    }
}

/// <summary>Grants the doubt, answers it with the gain, keeps the constraint, and ends with something small to do.</summary>
internal sealed class Adviser : IHouseAgent
{
    public string Slug => "adviser";

    public string Name => "Adviser";

    public string About => "Begins with what holds the audience back, outweighs it, keeps the brief's constraint, and ends with a first step.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var brief = Pitchers.BriefOf(state);
        // Sixty words are the least that a brief allows: what goes around its own sentences stays short.
        var end = draws.Pick(["Then decide.", "See how it goes.", "That is all.", "The rest follows.", ""]);
        var step = draws.Pick(["", "One proposal: ", "To begin with: ", "My suggestion: "]) is { Length: > 0 } lead ? lead + char.ToLowerInvariant(brief.Step[0]) + brief.Step[1..] : brief.Step;
        string[] body = draws.Next(3) == 0 ? [brief.Doubt, brief.Gain, step, brief.Heeds] : [brief.Doubt, brief.Gain, brief.Heeds, step];
        return string.Join(draws.Next(2) == 0 ? " " : "\n\n", body[..2].Append(string.Join(' ', body[2..].Append(end))).Select(p => p.TrimEnd()));
    }
}
