using Arena.Rules.Play;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>Every kind of constraint with the way in which its numbers and words are drawn. The order is part of the rules' version.</summary>
public static class InstructKinds
{
    private static readonly string[] Keywords =
        ["river", "copper", "silence", "window", "ladder", "orange", "teacher", "candle", "mirror", "pocket", "garden", "thunder", "velvet", "harbour", "pencil", "forest", "kettle", "bridge", "marble", "button"];

    private static readonly string[] CommonWords = ["the", "and", "very", "good", "is", "with", "of", "to", "it", "was", "that", "but", "in", "for", "they", "we"];

    private static readonly string[] Openings =
        ["Listen well", "Not long ago", "Here is the truth", "On a quiet morning", "Nobody expected this", "Picture this", "Once more from the top", "Between you and me"];

    private static readonly string[] Closings =
        ["That is all for now.", "And so it ended.", "You may believe it or not.", "Nothing more was said.", "Come and see.", "It was enough.", "Thank you for reading.", "The rest is up to you."];

    private static readonly string[] Markers = ["Section", "Part", "Chapter"];

    private static readonly string[] Acrostics = ["river", "stone", "light", "cloud", "brave", "dream", "plant", "storm", "magic", "bread", "winter", "garden"];

    private static readonly string[] JsonKeys = ["title", "text", "mood", "place", "author", "moral", "tone", "length"];

    public static IReadOnlyList<ConstraintKind> All { get; } =
    [
        new("words-at-least", Slot.Length, (d, _) => new WordsAtLeast(30 + 10 * d.Next(10))),
        new("words-at-most", Slot.Length, (d, _) => new WordsAtMost(70 + 10 * d.Next(8))),
        new("words-between", Slot.Length, (d, _) => Between(70 + 10 * d.Next(5), 10 + 5 * d.Next(5))),
        new("characters-at-most", Slot.Length, (d, _) => new CharactersAtMost(600 + 50 * d.Next(9))),
        new("sentences-at-least", Slot.Sentences, (d, _) => new SentencesAtLeast(4 + d.Next(6))),
        new("sentences-exactly", Slot.Sentences, (d, _) => new SentencesExactly(3 + d.Next(5))),
        new("sentences-at-most", Slot.Sentences, (d, _) => new SentencesAtMost(3 + d.Next(4))),
        new("sentence-length", Slot.Sentences, (d, _) => new SentenceLength(8 + d.Next(7))),
        new("questions-exactly", Slot.Sentences, (d, _) => new QuestionsExactly(1 + d.Next(4))),
        new("paragraphs-exactly", Slot.Structure, (d, _) => new ParagraphsExactly(2 + d.Next(4))),
        new("lines-exactly", Slot.Structure, (d, _) => new LinesExactly(4 + d.Next(6))),
        new("bullets-exactly", Slot.Structure, (d, _) => new BulletsExactly(2 + d.Next(4))),
        new("numbered-list", Slot.Structure, (d, _) => new NumberedList(2 + d.Next(4))),
        new("sections", Slot.Structure, (d, _) => new Sections(d.Pick(Markers), 2 + d.Next(3))),
        new("two-responses", Slot.Structure, (_, _) => new TwoResponses()),
        new("acrostic", Slot.Structure, (d, _) => new Acrostic(d.Pick(Acrostics))),
        new("alternating-lines", Slot.Structure, (d, _) => new AlternatingLines(3 + d.Next(4))),
        new("json-object", Slot.Structure, (d, _) => new JsonFormat(Some(d, JsonKeys, 2 + d.Next(3)))),
        new("line-length", Slot.LineLength, (d, _) => new LineLength(45 + 5 * d.Next(6))),
        new("start-phrase", Slot.Start, (d, _) => new StartPhrase(d.Pick(Openings))),
        new("repeat-task", Slot.Start, (_, task) => new RepeatTask(task)),
        new("quotation-wrap", Slot.Start, (_, _) => new QuotationWrap()),
        new("end-phrase", Slot.End, (d, _) => new EndPhrase(d.Pick(Closings))),
        new("postscript", Slot.End, (_, _) => new Postscript()),
        new("all-lowercase", Slot.Case, (_, _) => new AllLowercase()),
        new("all-uppercase", Slot.Case, (_, _) => new AllUppercase()),
        new("capital-words-at-least", Slot.Case, (d, _) => new CapitalWordsAtLeast(2 + d.Next(4))),
        new("capital-words-exactly", Slot.Case, (d, _) => new CapitalWordsExactly(1 + d.Next(4))),
        new("lipogram", Slot.Letters, (d, _) => new Lipogram(d.Pick<char>([.. "aeiostnrl"]))),
        new("letter-at-least", Slot.Letters, (d, _) => new LetterAtLeast(d.Pick<char>([.. "bcdfghkmpvw"]), 4 + d.Next(7))),
        new("letter-at-most", Slot.Letters, (d, _) => new LetterAtMost(d.Pick<char>([.. "eatsoinr"]), 3 + d.Next(6))),
        new("keywords-present", Slot.Present, (d, _) => new KeywordsPresent(Some(d, Keywords, 2 + d.Next(3)))),
        new("keywords-absent", Slot.Absent, (d, _) => new KeywordsAbsent(Some(d, CommonWords, 2 + d.Next(3)))),
        new("keyword-frequency", Slot.Frequency, (d, _) => new KeywordFrequency(d.Pick(Keywords), 2 + d.Next(3))),
        new("no-commas", Slot.Commas, (_, _) => new NoCommas()),
        new("title", Slot.Title, (_, _) => new Title()),
        new("highlights", Slot.Highlights, (d, _) => new Highlights(1 + d.Next(4))),
        new("placeholders", Slot.Placeholders, (d, _) => new Placeholders(1 + d.Next(4))),
        new("numbers-ascending", Slot.Numbers, (d, _) => new NumbersAscending(3 + d.Next(4))),
        new("no-digits", Slot.Numbers, (_, _) => new NoDigits()),
        new("palindrome", Slot.Palindrome, (d, _) => new Palindrome(4 + d.Next(2))),
        new("word-length", Slot.WordLength, (d, _) => new WordLength(7 + d.Next(4))),
    ];

    /// <summary>The kinds of each slot.</summary>
    internal static IReadOnlyList<IReadOnlyList<ConstraintKind>> BySlot { get; } = [.. Enum.GetValues<Slot>().Select(slot => All.Where(k => k.Slot == slot).ToList())];

    private static WordsBetween Between(int least, int room) => new(least, least + room);

    /// <summary>Different entries of a list, each taken and removed at below(length of what is left).</summary>
    private static List<string> Some(Draws draws, IReadOnlyList<string> from, int count)
    {
        var left = from.ToList();
        var some = new List<string>(count);
        while (some.Count < count)
        {
            var at = draws.Next(left.Count);
            some.Add(left[at]);
            left.RemoveAt(at);
        }
        return some;
    }
}
