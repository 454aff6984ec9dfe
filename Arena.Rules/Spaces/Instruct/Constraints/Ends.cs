using System.Text.Json.Nodes;

namespace Arena.Rules.Spaces.Instruct.Constraints;

public sealed record StartPhrase(string Phrase) : Constraint
{
    public override string Kind => "start-phrase";

    public override string Ask => $"Begin with exactly these words: {Phrase}";

    public override string Fixed => Phrase;

    public override JsonObject Facts => new() { ["phrase"] = Phrase };

    public override bool Holds(WrittenText text) =>
        WrittenText.HasAt(text.Text, 0, Phrase) && (text.Text.Length == Phrase.Length || !char.IsLetterOrDigit(text.Text[Phrase.Length]));
}

public sealed record EndPhrase(string Phrase) : Constraint
{
    public override string Kind => "end-phrase";

    public override string Ask => $"End with exactly this sentence and nothing behind it: {Phrase}";

    public override string Fixed => Phrase;

    public override JsonObject Facts => new() { ["phrase"] = Phrase };

    public override bool Holds(WrittenText text)
    {
        var at = text.Text.Length - Phrase.Length;
        return WrittenText.HasAt(text.Text, at, Phrase) && (at == 0 || !char.IsLetterOrDigit(text.Text[at - 1]));
    }
}

public sealed record RepeatTask(string Task) : Constraint
{
    public override string Kind => "repeat-task";

    public override string Ask => "First repeat the task's sentence word for word, unchanged, then write your text.";

    public override string Fixed => Task;

    public override JsonObject Facts => new() { ["text"] = Task };

    public override bool Holds(WrittenText text) =>
        text.Text.StartsWith(Task, StringComparison.Ordinal) && WrittenText.CountWords(text.Text.AsSpan(Task.Length)) > 0;
}

public sealed record QuotationWrap : Constraint
{
    public override string Kind => "quotation-wrap";

    public override string Ask => "Put the whole answer in double quotation marks: the first and the last character is one.";

    public override bool Holds(WrittenText text) =>
        text.Words > 0 && text.Text.Length > 2 && text.Text[0] is '"' or '\u201c' && text.Text[^1] is '"' or '\u201d';
}

public sealed record Postscript : Constraint
{
    public override string Kind => "postscript";

    public override string Ask => "End with a postscript: a last line that begins with P.S. and says something.";

    public override string Fixed => "P.S.";

    public override bool Holds(WrittenText text) => text.Lines.Count > 1 && WrittenText.HasAt(text.Lines[^1], 0, "P.S.") && WrittenText.CountWords(text.Lines[^1].AsSpan(4)) > 0;
}
