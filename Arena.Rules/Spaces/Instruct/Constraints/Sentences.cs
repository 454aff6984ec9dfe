using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record SentencesAtLeast(int Count) : Constraint
{
    public override string Kind => "sentences-at-least";

    public override string Ask => $"Write at least {Many(Count, "sentence")}.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Sentences.Count >= Count;
}

public sealed record SentencesExactly(int Count) : Constraint
{
    public override string Kind => "sentences-exactly";

    public override string Ask => $"Write exactly {Many(Count, "sentence")}.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Sentences.Count == Count;
}

public sealed record SentencesAtMost(int Count) : Constraint
{
    public override string Kind => "sentences-at-most";

    public override string Ask => $"Write at least one and at most {Many(Count, "sentence")}.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Sentences.Count >= 1 && text.Sentences.Count <= Count;
}

public sealed record SentenceLength(int Count) : Constraint
{
    public override string Kind => "sentence-length";

    public override string Ask => $"Write sentences, none of which has more than {Count} words.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Sentences.Count > 0 && text.Sentences.All(words => words <= Count);
}

public sealed record QuestionsExactly(int Count) : Constraint
{
    public override string Kind => "questions-exactly";

    public override string Ask => $"Use exactly {Many(Count, "question mark")}.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Text.Count(c => c == '?') == Count;

    public override bool Allows(WrittenText othersNeed) => !othersNeed.Text.Contains('?');
}
