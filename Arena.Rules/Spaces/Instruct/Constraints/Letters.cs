using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record Lipogram(char Letter) : Constraint
{
    public override string Kind => "lipogram";

    public override string Ask => $"Do not use the letter {char.ToUpperInvariant(Letter)} at all, neither small nor capital.";

    public override JsonObject Facts => new() { ["letter"] = Letter.ToString() };

    public override bool Holds(WrittenText text) => text.Words > 0 && text.CountOf(Letter) == 0;

    public override bool Allows(WrittenText othersNeed) => othersNeed.CountOf(Letter) == 0;
}

public sealed record LetterAtLeast(char Letter, int Count) : Constraint
{
    public override string Kind => "letter-at-least";

    public override string Ask => $"Use the letter {char.ToUpperInvariant(Letter)}, small or capital, at least {Count} times.";

    public override JsonObject Facts => new() { ["letter"] = Letter.ToString(), ["count"] = Count };

    public override bool Holds(WrittenText text) => text.CountOf(Letter) >= Count;
}

public sealed record LetterAtMost(char Letter, int Count) : Constraint
{
    public override string Kind => "letter-at-most";

    public override string Ask => $"Use the letter {char.ToUpperInvariant(Letter)}, small or capital, at most {Count} times.";

    public override JsonObject Facts => new() { ["letter"] = Letter.ToString(), ["count"] = Count };

    public override bool Holds(WrittenText text) => text.Words > 0 && text.CountOf(Letter) <= Count;

    public override bool Allows(WrittenText othersNeed) => othersNeed.CountOf(Letter) <= Count;
}
