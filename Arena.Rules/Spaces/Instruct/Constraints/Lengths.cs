using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record WordsAtLeast(int Count) : Constraint
{
    public override string Kind => "words-at-least";

    public override string Ask => $"Write at least {Count} words.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Words >= Count;
}

public sealed record WordsAtMost(int Count) : Constraint
{
    public override string Kind => "words-at-most";

    public override string Ask => $"Write at most {Count} words.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Words > 0 && text.Words <= Count;
}

public sealed record WordsBetween(int Least, int Most) : Constraint
{
    public override string Kind => "words-between";

    public override string Ask => $"Write at least {Least} and at most {Most} words.";

    public override JsonObject Facts => new() { ["least"] = Least, ["most"] = Most };

    public override bool Holds(WrittenText text) => text.Words >= Least && text.Words <= Most;
}

public sealed record CharactersAtMost(int Count) : Constraint
{
    public override string Kind => "characters-at-most";

    public override string Ask => $"The whole answer has at most {Count} characters, blanks and line breaks included.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Words > 0 && text.Text.Length <= Count;
}

public sealed record LineLength(int Count) : Constraint
{
    public override string Kind => "line-length";

    public override string Ask => $"No line is longer than {Count} characters.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Lines.Count > 0 && text.Lines.All(l => l.Length <= Count);

    public override bool Allows(WrittenText othersNeed) => othersNeed.Lines.All(l => l.Length <= Count);
}

public sealed record WordLength(int Count) : Constraint
{
    public override string Kind => "word-length";

    public override string Ask => $"No word has more than {Count} letters.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Tokens.Count > 0 && text.Tokens.All(t => t.Length <= Count);

    public override bool Allows(WrittenText othersNeed) => othersNeed.Tokens.All(t => t.Length <= Count);
}
