using Arena.Trainer.Sampling;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Serving;

/// <summary>
/// Watches an answer grow for its stop texts, and hands on what can't be the beginning of one. Belongs to one row.
/// </summary>
internal sealed class StoppedText(Tokenizer tokenizer, IReadOnlyList<string> stops, Action<string>? onText)
{
    private string _text = "";
    private int _shown;

    /// <summary>Whether the answer so far holds a stop text.</summary>
    public bool Ends(IReadOnlyList<int> tokens) => stops.Any(s => s.Length > 0 && tokenizer.Decode(tokens).Contains(s, StringComparison.Ordinal));

    /// <summary>Adds a token and hands on the new text, except a tail that may still become a stop text.</summary>
    public void Show(SampledToken token)
    {
        _text += tokenizer.Decode([token.Id]);
        var cut = Cut(_text, stops);
        var safe = cut.Length < _text.Length ? cut.Length : _text.Length - PossibleStop();
        if (safe > _shown)
        {
            onText?.Invoke(_text[_shown..safe]);
            _shown = safe;
        }
    }

    /// <summary>The text before the first stop text.</summary>
    public static string Cut(string text, IReadOnlyList<string> stops)
    {
        var end = text.Length;
        foreach (var stop in stops.Where(s => s.Length > 0))
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            end = at >= 0 ? Math.Min(end, at) : end;
        }
        return text[..end];
    }

    /// <summary>Length of the longest tail that begins a stop text.</summary>
    private int PossibleStop()
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, _text.Length); length > longest; length--)
            {
                if (_text.EndsWith(stop[..length], StringComparison.Ordinal))
                {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
