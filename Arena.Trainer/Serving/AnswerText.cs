using System.Text;
using Arena.Trainer.Sampling;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Serving;

/// <summary>
/// An answer's text as it grows: looks for its stop texts, and hands on what can't be the beginning of one. A token belongs to the answer when it
/// begins before the cut. Belongs to one row; tokens come on the loop's thread.
/// </summary>
internal sealed class AnswerText(Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly IncrementalDecoder _decoder = tokenizer.Stream();
    private readonly StringBuilder _text = new();
    private readonly List<(SampledToken Token, int Start)> _tokens = [];
    private readonly int _longestStop = stops.Count == 0 ? 0 : stops.Max(s => s.Length);
    private int? _cut;
    private int _shownText;
    private int _shownTokens;

    /// <summary>The text before the first stop text.</summary>
    public string Text => _text.ToString(0, End);

    /// <summary>Its tokens, with the place in the text where each begins.</summary>
    public IEnumerable<(SampledToken Token, int Start)> Tokens => _tokens.Where(t => _cut is null || t.Start < _cut);

    private int End => _cut ?? _text.Length;

    /// <summary>Adds a token; true when the answer now holds a stop text.</summary>
    public bool Add(SampledToken token)
    {
        _tokens.Add((token, _text.Length));
        Append(_decoder.Add(token.Id));
        return _cut is not null;
    }

    /// <summary>Nothing more comes: what was held back of an unfinished character is handed out.</summary>
    public void Finish() => Append(_decoder.Finish());

    /// <summary>New text and tokens that no stop text can take back, or all when the answer is <paramref name="done"/>.</summary>
    public (string Text, IReadOnlyList<(SampledToken Token, int Start)> Tokens) TakeNew(bool done)
    {
        if (done)
        {
            Finish();
        }
        var safe = _cut ?? (done ? _text.Length : _text.Length - PossibleStop());
        var text = safe > _shownText ? _text.ToString(_shownText, safe - _shownText) : "";
        _shownText = Math.Max(_shownText, safe);
        var tokens = new List<(SampledToken, int)>();
        while (_shownTokens < _tokens.Count && (_tokens[_shownTokens].Start < safe || (done && _cut is null)))
        {
            tokens.Add(_tokens[_shownTokens++]);
        }
        return (text, tokens);
    }

    private void Append(string text)
    {
        if (text.Length == 0)
        {
            return;
        }
        var from = Math.Max(0, _text.Length - _longestStop + 1);
        _text.Append(text);
        if (stops.Count == 0)
        {
            return;
        }
        var tail = _text.ToString(from, _text.Length - from);
        foreach (var stop in stops)
        {
            if (tail.IndexOf(stop, StringComparison.Ordinal) is var at and >= 0)
            {
                _cut = Math.Min(_cut ?? int.MaxValue, from + at);
            }
        }
    }

    /// <summary>Length of the longest tail that begins a stop text.</summary>
    private int PossibleStop()
    {
        if (stops.Count == 0)
        {
            return 0;
        }
        var tail = _text.ToString(Math.Max(0, _text.Length - _longestStop), Math.Min(_longestStop, _text.Length));
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, tail.Length); length > longest; length--)
            {
                if (tail.EndsWith(stop[..length], StringComparison.Ordinal))
                {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
