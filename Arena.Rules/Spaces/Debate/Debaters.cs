using Arena.Rules.Play;

namespace Arena.Rules.Spaces.Debate;

/// <summary>Scripted debaters, weakest first. They know the motions by heart, and make no claim that isn't in the motion's own words.</summary>
internal static class Debaters
{
    public static IReadOnlyList<IHouseAgent> All { get; } = [new Rambler(), new Speaker(), new Advocate()];

    public static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    /// <summary>The motion without its period, as a part of a sentence.</summary>
    public static string Clause(Motion motion) => $"\"{motion.Text.TrimEnd('.')}\"";

    /// <summary>The text's first words, and an ellipsis where there are more; quotation marks inside become single ones.</summary>
    public static string FirstWords(string text, int most)
    {
        var words = text.Split((char[]?)null, most + 1, StringSplitOptions.RemoveEmptyEntries);
        var start = string.Join(' ', words.Take(most)).Replace('"', '\'').TrimEnd('.', ',', ';', ':');
        start = start.Length <= 160 ? start : start[..160];
        return words.Length > most ? start + " …" : start;
    }
}

/// <summary>Says things that fit every debate and none.</summary>
internal sealed class Rambler : IHouseAgent
{
    private static readonly string[] Snippets =
    [
        "There is much to be said about this.", "One must see both sides.", "Times change, and we change with them.", "My neighbour thinks so too.", "It depends.", "That is obvious to everybody.",
        "We should think of the future.", "Where would we be otherwise?", "History will tell.", "It is a matter of common sense.", "Not everything that shines is gold.", "I feel strongly about it.",
    ];

    public string Slug => "random";

    public string Name => "Rambler";

    public string About => "Strings commonplaces together, whatever the motion and the side.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws) => string.Join(' ', Enumerable.Range(0, 3 + draws.Next(3)).Select(_ => draws.Pick(Snippets)));
}

/// <summary>Makes its side's one case in three forms, and doesn't listen.</summary>
internal sealed class Speaker : IHouseAgent
{
    public string Slug => "speaker";

    public string Name => "Speaker";

    public string About => "Makes one case for its side and repeats it; never answers what was said.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (DebateState)state;
        var motion = DebateMotions.All[s.Motion];
        var mine = seat == s.For ? motion.For : motion.Against;
        var side = DebateRules.SideOf(s, seat);
        return s.Rounds.Count switch
        {
            0 => $"I speak {side} the motion {Debaters.Clause(motion)}. {(side == "for" ? "What we would gain is" : "What we would lose is")} {mine}. {draws.Pick(["That is not a small thing.", "Few things weigh more.", "It touches many lives."])} Therefore I ask you to decide {side} it.",
            1 => $"The other side may say what it likes: it remains that this is about {mine}. {draws.Pick(["Nothing it said changes that.", "That point stands."])}",
            _ => $"I began with {mine}, and I end with it. That is why one must be {side} the motion.",
        };
    }
}

/// <summary>Names what both sides would gain, weighs them, quotes what it answers, and says what decides.</summary>
internal sealed class Advocate : IHouseAgent
{
    public string Slug => "advocate";

    public string Name => "Advocate";

    public string About => "Concedes the other side's best point and outweighs it, quotes what it answers, and closes on the question that decides.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws)
    {
        var s = (DebateState)state;
        var motion = DebateMotions.All[s.Motion];
        var isFor = seat == s.For;
        var (mine, theirs) = isFor ? (motion.For, motion.Against) : (motion.Against, motion.For);
        return s.Rounds.Count switch
        {
            0 => Opening(motion, isFor, mine, theirs, draws),
            1 => Rebuttal(isFor, mine, theirs, s.Rounds[0][1 - seat], draws),
            _ => Closing(motion, isFor, mine, theirs, s.Rounds[1][1 - seat]),
        };
    }

    private static string Opening(Motion motion, bool isFor, string mine, string theirs, Draws draws) => string.Join(' ',
        $"The motion is {Debaters.Clause(motion)}, and I speak {(isFor ? "for" : "against")} it.",
        isFor ? $"Picture the day after it has come true: the gain is {mine}." : $"Picture the day after it has come true: what is gone is {mine}.",
        draws.Pick(["This isn't a matter of taste, for it falls on people who have no way round it.", "It matters because those who feel it first are those with the fewest other choices.", "It matters because it happens daily and to many, and not once and to a few."]),
        $"The other side will speak of {theirs}. I grant that this counts.",
        isFor ? "But it can be provided for by an exception, a transition or a little money, while the gain can be had in no other way."
            : "But that can be reached step by step and by milder means, while what is lost under a rule for all doesn't come back.",
        "So ask two questions of everything you hear today: who bears it, and can it be mended?",
        "By both, my side is the safer one.");

    private static string Rebuttal(bool isFor, string mine, string theirs, string heard, Draws draws) => string.Join(' ',
        $"The other side began: \"{Debaters.FirstWords(heard, 14)}\"",
        Mentions(heard, theirs) ? $"Its strongest point is {theirs}, and I don't deny its worth." : "I looked there for a reason that bears on the motion, and for the people whom it touches.",
        Mentions(heard, mine) ? "It has itself seen what I fear to lose sight of, and has only called it smaller." : $"It did not say a word about {mine}.",
        isFor ? "A cost that comes once and can be eased isn't a reason to forgo a gain that comes every day." : "A good aim doesn't prove the means, and the motion is about the means.",
        draws.Pick(["Whoever asks for the motion's opposite must say what becomes of those whom it leaves alone.", "Until it weighs the two against each other, it has given half a reason."]),
        $"What stands unanswered is {mine}.");

    private static string Closing(Motion motion, bool isFor, string mine, string theirs, string heard) => string.Join(' ',
        $"One question decides: does {mine} weigh more than {theirs}?",
        Mentions(heard, mine) ? "The other side has taken it up, but weighed it without saying who bears the loss." : "The other side left the first half of it aside to the end.",
        $"I have granted its point and shown that it can be met in other ways; mine can't. Therefore one should be {(isFor ? "for" : "against")} the motion {Debaters.Clause(motion)}.");

    /// <summary>Whether a text has half of a phrase's longer words.</summary>
    private static bool Mentions(string text, string phrase)
    {
        var words = phrase.Split([' ', ',', '.'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 4).ToList();
        return words.Count > 0 && 2 * words.Count(w => text.Contains(w, StringComparison.OrdinalIgnoreCase)) >= words.Count;
    }
}
