using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record KeywordsPresent(IReadOnlyList<string> Words) : Constraint
{
    public override string Kind => "keywords-present";

    public override string Ask => $"Use each of these words: {string.Join(", ", Words)}.";

    public override string Fixed => string.Join(' ', Words);

    public override JsonObject Facts => new() { ["words"] = new JsonArray([.. Words.Select(w => JsonValue.Create(w))]) };

    public override bool Holds(WrittenText text) => Words.All(w => text.CountOf(w) > 0);
}

public sealed record KeywordsAbsent(IReadOnlyList<string> Words) : Constraint
{
    public override string Kind => "keywords-absent";

    public override string Ask => $"Use none of these words: {string.Join(", ", Words)}.";

    public override JsonObject Facts => new() { ["words"] = new JsonArray([.. Words.Select(w => JsonValue.Create(w))]) };

    public override bool Holds(WrittenText text) => text.Tokens.Count > 0 && Words.All(w => text.CountOf(w) == 0);

    public override bool Allows(WrittenText othersNeed) => Words.All(w => othersNeed.CountOf(w) == 0);
}

public sealed record KeywordFrequency(string Word, int Count) : Constraint
{
    public override string Kind => "keyword-frequency";

    public override string Ask => $"Use the word \"{Word}\" exactly {Count} times.";

    public override string Fixed => string.Join(' ', Enumerable.Repeat(Word, Count));

    public override JsonObject Facts => new() { ["word"] = Word, ["count"] = Count };

    public override bool Holds(WrittenText text) => text.CountOf(Word) == Count;

    public override bool Allows(WrittenText othersNeed) => othersNeed.CountOf(Word) == 0;
}

public sealed record Palindrome(int Letters) : Constraint
{
    public override string Kind => "palindrome";

    public override string Ask => $"Use a word of at least {Letters} letters that reads the same backwards.";

    public override JsonObject Facts => new() { ["letters"] = Letters };

    public override bool Holds(WrittenText text) => text.Tokens.Any(t => t.Length >= Letters && t.All(char.IsLetter) && t.Any(c => c != t[0]) && ReadsBackwards(t));

    private static bool ReadsBackwards(string word)
    {
        for (var i = 0; i < word.Length / 2; i++)
        {
            if (word[i] != word[^(i + 1)])
            {
                return false;
            }
        }
        return true;
    }
}
