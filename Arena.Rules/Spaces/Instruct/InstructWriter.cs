using System.Globalization;
using System.Text;
using Arena.Rules.Play;
using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>
/// Builds an answer that keeps to given constraints: parts that stand fixed (headings, phrases, list items), and prose between them that takes up every word that must occur and
/// makes up the numbers of words and sentences. The prose is grammatical at best.
/// </summary>
internal sealed class InstructWriter
{
    // Adjective, noun, verb, adjective, noun, preposition, and on with adjective, noun, preposition; the last word is a noun.
    private static readonly int[] Pattern = [0, 1, 2, 0, 1, 3];

    private const int Attempts = 8;

    private readonly IReadOnlyList<Constraint> _keep;
    private readonly Draws _draws;
    private readonly IReadOnlyList<IReadOnlyList<string>> _words;

    private InstructWriter(IReadOnlyList<Constraint> keep, Draws draws)
    {
        _keep = keep;
        _draws = draws;
        _words = InstructWords.For(keep);
    }

    /// <summary>An answer; the first of a few tries that keeps to all, else the last.</summary>
    public static string Write(IReadOnlyList<Constraint> keep, Draws draws)
    {
        var answer = "";
        for (var i = 0; i < Attempts; i++)
        {
            answer = new InstructWriter(keep, draws).Compose();
            var read = new WrittenText(answer);
            if (keep.All(c => c.Holds(read)))
            {
                break;
            }
        }
        return answer;
    }

    private T? Find<T>() where T : Constraint => _keep.OfType<T>().FirstOrDefault();

    private string Compose()
    {
        var required = Required();
        List<string> head = [.. new[] { Find<StartPhrase>()?.Phrase, Find<RepeatTask>()?.Task, Find<Title>() is null ? null : $"<<{Two()}>>" }.OfType<string>()];
        List<string> tail = [.. new[] { Find<EndPhrase>()?.Phrase, Find<Postscript>() is null ? null : $"P.S. {Two()}" }.OfType<string>()];
        List<string> items = Find<BulletsExactly>() is { } bullets ? [.. Enumerable.Range(0, bullets.Count).Select(_ => $"- {Two()}")]
            : Find<NumberedList>() is { } list ? [.. Enumerable.Range(1, list.Count).Select(i => $"{i}. {Two()}")] : [];
        var fields = Find<JsonFormat>() is { } json ? json.Keys.SkipLast(1).Select(k => $"\"{k}\": \"{Two()}\"").ToList() : [];
        var lines = Find<ParagraphsExactly>()?.Count ?? Find<Sections>()?.Count + 1 ?? Find<Acrostic>()?.Word.Length ?? Find<AlternatingLines>()?.Count
            ?? Find<LinesExactly>()?.Count - head.Count - tail.Count ?? (Find<TwoResponses>() is null ? 1 : 2);

        var frame = new WrittenText(string.Join('\n', [.. head, .. items, .. Headings(), .. fields, .. Find<JsonFormat>()?.Keys.TakeLast(1) ?? [], .. tail]));
        var prose = Prose(required, lines, frame);
        var body = Arrange(prose, fields);
        List<string> all = [.. head, .. body, .. items, .. tail];
        if (Find<QuotationWrap>() is not null)
        {
            all[0] = "\"" + all[0];
            all[^1] += "\"";
        }
        return InCase(Find<LineLength>() is { } limit ? [.. all.SelectMany(line => Wrap(line, limit.Count))] : all);
    }

    /// <summary>Words that must stand in the prose, in the order in which they must stand.</summary>
    private List<string> Required()
    {
        List<string> words = [.. Find<KeywordsPresent>()?.Words ?? []];
        if (Find<KeywordFrequency>() is { } frequency)
        {
            words.AddRange(Enumerable.Repeat(frequency.Word, frequency.Count));
        }
        if (Find<Palindrome>() is { } palindrome)
        {
            words.Add(InstructWords.PalindromeFor(palindrome, _keep) ?? "noon");
        }
        words.AddRange(Enumerable.Range(0, Find<CapitalWordsAtLeast>()?.Count ?? Find<CapitalWordsExactly>()?.Count ?? 0).Select(_ => Word(1).ToUpperInvariant()));
        words.AddRange(Enumerable.Range(0, Find<Highlights>()?.Count ?? 0).Select(_ => $"*{Word(1)}*"));
        words.AddRange(Enumerable.Range(0, Find<Placeholders>()?.Count ?? 0).Select(_ => $"[{Word(1)}]"));
        if (Find<LetterAtLeast>() is { } letter)
        {
            var with = _words.SelectMany(k => k).Where(w => w.Contains(letter.Letter)).ToList();
            for (var found = 0; found < letter.Count && with.Count > 0;)
            {
                var word = _draws.Pick(with);
                words.Add(word);
                found += word.Count(c => c == letter.Letter);
            }
        }
        for (int i = 0, number = 0; i < (Find<NumbersAscending>()?.Count ?? 0); i++)
        {
            number += 1 + _draws.Next(9);
            words.Add(number.ToString(CultureInfo.InvariantCulture));
        }
        return words;
    }

    private IEnumerable<string> Headings() => Find<Sections>() is { } sections ? Enumerable.Range(1, sections.Count).Select(i => $"{sections.Marker} {i}") : [];

    /// <summary>The prose in so many lines, its words and sentences counted so that those of the frame and it together are as many as wanted.</summary>
    private List<string> Prose(List<string> required, int lines, WrittenText frame)
    {
        var starters = Find<Acrostic>() is { } acrostic ? acrostic.Word.Select(Starter).ToList() : null;
        var least = (Find<WordsAtLeast>()?.Count ?? Find<WordsBetween>()?.Least ?? 0) - frame.Words;
        var most = (Find<WordsAtMost>()?.Count ?? Find<WordsBetween>()?.Most ?? 1_000) - frame.Words;
        var usual = Find<CharactersAtMost>() is null ? 28 : 0;
        var words = Math.Max(Math.Max(required.Count + (starters is null ? 0 : lines), lines), Math.Max(least, Math.Min(usual, most)));

        var ended = frame.Sentences.Count;
        var questions = Find<QuestionsExactly>()?.Count ?? 0;
        var sentences = Math.Max(0, Find<SentencesExactly>()?.Count - ended ?? Math.Min(Find<SentencesAtMost>()?.Count - ended ?? 100,
            Find<SentenceLength>() is { } length ? (words + length.Count - 1) / length.Count : Math.Max(Math.Max(Find<SentencesAtLeast>()?.Count - ended ?? 0, questions), 4)));
        var inLine = Enumerable.Range(0, lines).Select(i => sentences / lines + (i < sentences % lines ? 1 : 0)).ToList();
        var units = inLine.Sum(n => Math.Max(1, n));
        words = Math.Max(words, units);
        return Fill(required, starters, inLine, units, words, questions);
    }

    private List<string> Fill(List<string> required, List<string>? starters, List<int> inLine, int units, int words, int questions)
    {
        // The lengths of all units, and which places begin a line.
        var lengths = Enumerable.Range(0, units).Select(u => words / units + (u < words % units ? 1 : 0)).ToList();
        var begins = new HashSet<int>();
        for (int line = 0, unit = 0, place = 0; line < inLine.Count; line++)
        {
            begins.Add(place);
            for (var i = 0; i < Math.Max(1, inLine[line]); i++)
            {
                place += lengths[unit++];
            }
        }
        var free = Enumerable.Range(0, words).Where(p => starters is null || !begins.Contains(p)).ToList();
        var standing = required.Select((word, i) => (Word: word, Place: free[(2 * i + 1) * free.Count / (2 * required.Count)])).ToDictionary(p => p.Place, p => p.Word);

        var prose = new List<string>();
        for (int line = 0, unit = 0, place = 0; line < inLine.Count; line++)
        {
            var text = new StringBuilder();
            for (var i = 0; i < Math.Max(1, inLine[line]); i++, unit++)
            {
                for (var at = 0; at < lengths[unit]; at++, place++)
                {
                    var word = standing.TryGetValue(place, out var must) ? must
                        : starters is not null && begins.Contains(place) ? starters[line]
                        : Word(at == lengths[unit] - 1 ? 1 : at < Pattern.Length ? Pattern[at] : Pattern[3 + at % 3]);
                    text.Append(text.Length > 0 ? " " : "").Append(at == 0 && word[0] is >= 'a' and <= 'z' ? char.ToUpperInvariant(word[0]) + word[1..] : word);
                }
                if (inLine[line] > 0)
                {
                    // A number with a full stop would be a list's number.
                    text.Append(questions-- > 0 ? '?' : char.IsDigit(text[^1]) ? '!' : '.');
                }
            }
            prose.Add(text.ToString());
        }
        return prose;
    }

    private List<string> Arrange(List<string> prose, List<string> fields)
    {
        if (Find<JsonFormat>() is { } json)
        {
            return ["{" + string.Join(", ", fields.Append($"\"{json.Keys[^1]}\": \"{prose[0]}\"")) + "}"];
        }
        if (Find<TwoResponses>() is not null)
        {
            return [prose[0], TwoResponses.Separator, prose[1]];
        }
        if (Find<Sections>() is not null)
        {
            return [prose[0], .. Headings().Zip(prose.Skip(1)).SelectMany(s => new[] { s.First, s.Second })];
        }
        return Find<ParagraphsExactly>() is null ? prose : [.. prose.SelectMany((p, i) => i == 0 ? new[] { p } : ["", p])];
    }

    private string InCase(IReadOnlyList<string> lines)
    {
        var text = string.Join('\n', Find<AlternatingLines>() is null ? lines : lines.Select((l, i) => i % 2 == 0 ? l.ToLowerInvariant() : l.ToUpperInvariant()));
        return Find<AllLowercase>() is not null ? text.ToLowerInvariant() : Find<AllUppercase>() is not null ? text.ToUpperInvariant() : text;
    }

    private static IEnumerable<string> Wrap(string line, int most)
    {
        var text = new StringBuilder();
        foreach (var word in line.Split(' '))
        {
            if (text.Length > 0 && text.Length + 1 + word.Length > most)
            {
                yield return text.ToString();
                text.Clear();
            }
            text.Append(text.Length > 0 ? " " : "").Append(word);
        }
        yield return text.ToString();
    }

    private string Word(int kind) => _draws.Pick(_words[kind]);

    private string Two() => $"{Word(0)} {Word(1)}";

    /// <summary>A word that begins with a letter of an acrostic; the bare letter where every such word is forbidden.</summary>
    private string Starter(char letter)
    {
        var some = _words.SelectMany(k => k).Where(w => w[0] == letter).ToList();
        return some.Count > 0 ? _draws.Pick(some) : letter.ToString();
    }
}
