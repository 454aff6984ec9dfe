using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record AllLowercase : Constraint
{
    public override string Kind => "all-lowercase";

    public override string Ask => "Write in small letters only: no capital letter anywhere.";

    public override bool Holds(WrittenText text) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsUpper);
}

public sealed record AllUppercase : Constraint
{
    public override string Kind => "all-uppercase";

    public override string Ask => "Write in capital letters only: no small letter anywhere.";

    public override bool Holds(WrittenText text) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsLower);
}

public sealed record CapitalWordsAtLeast(int Count) : Constraint
{
    public override string Kind => "capital-words-at-least";

    public override string Ask => $"Write at least {Count} words (of two letters or more) in capital letters only.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => CountIn(text.Text) >= Count;

    internal static int CountIn(string text) => WrittenText.SplitTokens(text, keepCase: true).Count(t => t.Length >= 2 && t.All(char.IsUpper));
}

public sealed record CapitalWordsExactly(int Count) : Constraint
{
    public override string Kind => "capital-words-exactly";

    public override string Ask => $"Write exactly {Count} words (of two letters or more) in capital letters only.";

    public override JsonObject Facts => new() { ["count"] = Count };

    public override bool Holds(WrittenText text) => CapitalWordsAtLeast.CountIn(text.Text) == Count;

    public override bool Allows(WrittenText othersNeed) => CapitalWordsAtLeast.CountIn(othersNeed.Text) == 0;
}
