using Arena.Rules.Spaces.Instruct.Constraints;

namespace Arena.Rules.Spaces.Instruct;

/// <summary>Short plain words in the order adjective, noun, verb, preposition, from which the house agents write; at most six letters each.</summary>
internal static class InstructWords
{
    private static readonly string[][] Kinds =
    [
        ["calm", "old", "warm", "big", "dark", "young", "happy", "shy", "cool", "fresh", "quick", "red", "simple", "tall", "empty", "grey", "loud", "mild", "ivory", "nice", "vast", "eager", "tidy", "open", "rich"],
        ["boats", "fields", "birds", "women", "clouds", "dogs", "hills", "lamps", "maps", "nights", "paths", "voices", "tulips", "hounds", "ropes", "kids", "guests", "actors", "people", "hedges", "hymns", "mugs", "chums", "rooms", "books"],
        ["carry", "follow", "keep", "build", "watch", "find", "cross", "hold", "make", "pull", "guard", "visit", "love", "reach", "open", "draw", "enjoy", "invite", "notice", "admire", "bring", "count", "study", "hug", "pick"],
        ["by", "near", "under", "behind", "around", "beyond", "above", "among", "inside", "along", "past", "before", "during", "via", "amid", "unlike", "on", "upon"],
    ];

    private static readonly string[] Palindromes = ["level", "radar", "civic", "rotor", "kayak", "noon", "refer", "minim", "stats"];

    /// <summary>Words that none of the constraints forbids, by the four kinds; a kind that they leave empty takes the others' words.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> For(IReadOnlyList<Constraint> constraints)
    {
        var left = Kinds.Select(kind => kind.Where(w => Allowed(w, constraints)).ToList()).ToArray();
        var all = left.SelectMany(k => k).ToList();
        return [.. left.Select(k => k.Count > 0 ? k : all)];
    }

    public static string? PalindromeFor(Palindrome wanted, IReadOnlyList<Constraint> constraints) =>
        Palindromes.FirstOrDefault(w => w.Length >= wanted.Letters && Allowed(w, constraints));

    private static bool Allowed(string word, IReadOnlyList<Constraint> constraints) => constraints.All(c => c switch
    {
        Lipogram l => !word.Contains(l.Letter),
        // As if it were forbidden: the words that must stand may need all that is allowed.
        LetterAtMost l => !word.Contains(l.Letter),
        KeywordsAbsent absent => !absent.Words.Contains(word),
        KeywordFrequency frequency => frequency.Word != word,
        WordLength length => word.Length <= length.Count,
        _ => true,
    });
}
