using System.Text;
using Arena.Rules.Spaces.Instruct;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Tests.Rules.Spaces.Instruct;

/// <summary>Every checker with answers that keep to its constraint and answers that don't.</summary>
public sealed class ConstraintTests
{
    private static readonly (Constraint Constraint, string[] Keeps, string[] Breaks)[] Cases =
    [
        (new WordsAtLeast(3), ["one two three", "don't stop - go now"], ["one two", "one - - two", "… !"]),
        (new WordsAtMost(2), ["one two", "\u00fcber alles"], ["one two three", ""]),
        (new WordsBetween(2, 3), ["a b", "a b c"], ["a", "a b c d"]),
        (new CharactersAtMost(5), ["abcde"], ["abcdef", "a b c ", ""]),
        (new LineLength(4), ["abcd\n\nab"], ["abcd\nabcde", ""]),
        (new WordLength(3), ["one-two six's"], ["three", "abc1", ""]),
        (new SentencesAtLeast(2), ["One. Two!", "One.\nTwo"+".", "He said \"no.\" Then…"], ["One.", "One. two", "3.5 is a number.", "1. 2. 3."]),
        (new SentencesExactly(2), ["A b. C d?", "P.S. one. Two.", "One.\nand\ntwo!"], ["One.", "A. B. C.", "A.B. C"]),
        (new SentencesAtMost(2), ["One.", "One. Two."], ["A. B. C.", "no end"]),
        (new SentenceLength(3), ["One two three. Four."], ["One two three four.", "nothing ends here"]),
        (new QuestionsExactly(2), ["So? So?", "??"], ["So?", "???", ""]),
        (new KeywordsPresent(["river", "moon"]), ["The Moon over the RIVER."], ["The moon over the rivers.", ""]),
        (new KeywordsAbsent(["the", "and"]), ["Then we left.", "candy"], ["The end", "salt-and-pepper", ""]),
        (new KeywordFrequency("map", 2), ["Map, map!"], ["map", "map map map", "maps maps"]),
        (new Palindrome(4), ["at Noon", "\"level\""], ["aaaa", "abc", "1221", "nooon1"]),
        (new Lipogram('e'), ["A dog ran.", "caf\u00e9"], ["bEd", "the", ""]),
        (new LetterAtLeast('m', 3), ["Mmm", "my mom"], ["mm", ""]),
        (new LetterAtMost('t', 1), ["Cats", "none"], ["that", ""]),
        (new AllLowercase(), ["a small world, 3", "\u00fcber"], ["A", "\u00dcber", "12 34"]),
        (new AllUppercase(), ["BIG 3"], ["BIg", "12"]),
        (new CapitalWordsAtLeast(2), ["The BIG RED bus", "A-ONE TWO"], ["THE", "A I O"]),
        (new CapitalWordsExactly(1), ["A BIG bus"], ["A bus", "A BIG BUS"]),
        (new StartPhrase("Not long ago"), ["not LONG ago, he", "Not long ago"], ["Not long agone", "It was not long ago"]),
        (new EndPhrase("It was enough."), ["Yes. It was enough.", "it was enough."], ["It was enough. Yes.", "Profit was enough."]),
        (new RepeatTask("Write a fable."), ["Write a fable.\nOnce.", "Write a fable. Once."], ["Write a fable.", "write a fable. Once.", "Once. Write a fable."]),
        (new QuotationWrap(), ["\"Hello.\"", "\u201cHello\u201d"], ["\"Hello.", "Hello", "\"\"", "\" \""]),
        (new Postscript(), ["Dear.\nP.S. Bye.", "a\n\np.s. b c"], ["P.S. only", "a\nP.S.", "a P.S. b", "P.S. a\nb"]),
        (new NoCommas(), ["a b; c"], ["a, b", "a\uff0cb", ""]),
        (new Title(), ["<<a day>>\ntext", "see << x >>"], ["<a day>", "<<a\nday>>", "<<>>", ">>a<<"]),
        (new Highlights(2), ["*a* and *b c*", "**a** **b**", "* item\n*a* *b*"], ["*a*", "*a b\nc*", "** **", "* one\n* two"]),
        (new Placeholders(2), ["[a] [b c]", "[[a] [b]"], ["[a]", "[] [ ]", "[a\nb] [c]"]),
        (new NumbersAscending(3), ["1, 2, 30", "A4 and 7/8", "1 2 12345678901", "1 2 999999999999999999"], ["1 2", "1 3 2", "1 1 2", "1 2 99999999999999999999"]),
        (new NoDigits(), ["three"], ["3", "\u0663", ""]),
        (new ParagraphsExactly(2), ["a\nb\n\nc", "a\n \n\n\nc"], ["a\nb", "a\n\nb\n\nc", ""]),
        (new LinesExactly(2), ["a\n\nb"], ["a", "a\nb\nc"]),
        (new BulletsExactly(2), ["x\n- a\n* b"], ["- a", "- a\n- b\n- c", "-a\n-b"]),
        (new NumberedList(2), ["x\n1. a\n2. b\ny"], ["1. a", "1. a\n3. b", "2. a\n1. b", "1. a\n2. b\n3. c", "1. a\n2. b\n10. c", "1. a\n2. b\n100. c", "1.a\n2.b"]),
        (new Sections("Part", 2), ["Part 1\na\nPart 2: b", "intro\nPART 1 x\nPART 2\ny"], ["Part 1\na", "Part 1\nPart 2\nb", "Part 2\na\nPart 1\nb", "Part 1\na\nPart 2\nb\nPart 3\nc", "Part 1\na\nPart 2"]),
        (new TwoResponses(), ["a\n******\nb"], ["a\nb", "a\n******\na", "******\nb", "a\n******", "a\n******\nb\n******\nc"]),
        (new Acrostic("sun"), ["Sea\nunder\nnight", "\"s\"\n u\n3 n"], ["sea\nunder", "sea\nunder\nme", "sea\nunder\nnight\nx", ""]),
        (new AlternatingLines(2), ["small\nBIG", "a\nB\nc"], ["BIG\nsmall", "small", "small\n123"]),
        (new JsonFormat(["a", "b"]), ["{\"b\": 1, \"a\": {\"c\": []}}", " {\n\"a\":\"x\",\"b\":null}"], ["{\"a\": 1}", "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"a\":2,\"b\":3}", "{\"a\":1,\"b\":2} ok", "[1]", "{\"A\":1,\"b\":2}", "{\"\\ud800\":1}", "text"]),
    ];

    public static TheoryData<string> Kinds => [.. InstructKinds.All.Select(k => k.Slug)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ACheckerTellsWhatKeepsToItsConstraintFromWhatDoesNot(string kind)
    {
        var (constraint, keeps, breaks) = Assert.Single(Cases, c => c.Constraint.Kind == kind);
        Assert.All(keeps, text => Assert.True(constraint.Holds(new WrittenText(text)), text));
        Assert.All(breaks, text => Assert.False(constraint.Holds(new WrittenText(text)), text));
    }

    [Fact]
    public void NoConstraintIsKeptBySayingNothing() => Assert.All(Cases, c => Assert.False(c.Constraint.Holds(new WrittenText("")), c.Constraint.Kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnyTextOfAnyLengthIsChecked(string kind)
    {
        var (constraint, keeps, breaks) = Cases.Single(c => c.Constraint.Kind == kind);
        const int megabyte = 1 << 20;
        string[] texts =
        [
            "\0", "\ud800", "\udfff\ud83d", "\u202e\u200b\ufeff", "\ud83d\ude00 \ud83d\ude00.", "\u0301\u0301", "\u2028\u2029\u0085", "{", "{\"a\":" , "[[[[", "<<", ">>", "*", "**", "\"", "P.S.", "1.",
            .. new[] { "a", " ", "\n", ".", "*", "[", "]", "<", "{\"a\":", "9", "a ", "a. ", "a\n", "- a\n", "\ud83d", "\u00df", "\"", "******\n", "Part 1\n", "?", "E" }.Select(s => new StringBuilder().Insert(0, s, megabyte / s.Length).ToString()),
        ];
        foreach (var text in texts)
        {
            // What is kept is kept again: checkers hold no state. That they end at all on a megabyte is the point.
            Assert.Equal(constraint.Holds(new WrittenText(text)), constraint.Holds(new WrittenText(text)));
        }
        Assert.All(keeps.Concat(breaks), text => Assert.Equal(constraint.Holds(new WrittenText(text)), constraint.Holds(new WrittenText(text + " "))
            | (constraint is CharactersAtMost or EndPhrase or QuotationWrap && constraint.Holds(new WrittenText(text)))));
    }

    [Fact]
    public void EveryKindSaysWhatItAsksInOneLine() => Assert.All(Cases, c =>
    {
        Assert.DoesNotContain('\n', c.Constraint.Ask);
        Assert.InRange(c.Constraint.Ask.Length, 10, 200);
    });

    [Theory]
    [InlineData("Hello, world - again!", 3)]
    [InlineData("3 + 4", 2)]
    [InlineData("\u6771\u4eac \u30bf\u30ef\u30fc", 2)]
    [InlineData("... --- \ud83d\ude00", 0)]
    public void WordsAreRunsWithALetterOrDigit(string text, int words) => Assert.Equal(words, new WrittenText(text).Words);

    [Fact]
    public void TextsAreSplitAsTheProtocolSays()
    {
        var text = new WrittenText("Title\n\nOne two. \"Three?\" (Four!) 2.5 five\nsix.  \n \nDon't e.g. stop");
        Assert.Equal([2, 1, 1, 1, 2], text.Sentences);
        Assert.Equal(["Title", "One two. \"Three?\" (Four!) 2.5 five", "six.", "Don't e.g. stop"], text.Lines);
        Assert.Equal([1, 2, 1], text.Paragraphs.Select(p => p.Count));
        Assert.Equal(["don", "t", "e", "g", "stop"], text.Tokens.TakeLast(5));
        Assert.Equal(11, text.Words);
    }
}
