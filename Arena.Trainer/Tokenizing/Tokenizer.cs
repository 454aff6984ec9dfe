using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>What a tokenizer is made of, as a file describes it.</summary>
/// <param name="Source">Named in errors.</param>
/// <param name="Vocabulary">Every token's text with its id, added tokens included.</param>
/// <param name="Before">Ids that the file puts before a text, <paramref name="After"/> those behind it.</param>
internal sealed record TokenizerParts(
    string Source,
    Dictionary<string, int> Vocabulary,
    WordModel Model,
    Normalizer? Normalizer,
    PreTokenizer? PreTokenizer,
    IReadOnlyList<AddedToken> Added,
    TokenDecoder Decoder,
    IReadOnlyList<int> Before,
    IReadOnlyList<int> After);

/// <summary>
/// Text to token ids and back, as Hugging Face's tokenizers do it: added tokens first, then normalizer, pre-tokenizer and model (BPE,
/// Unigram, WordLevel). Read from tokenizer.json or SentencePiece's tokenizer.model. Safe from several threads at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly string?[] _texts;
    private readonly HashSet<int> _special;
    private readonly AddedTokens _raw;
    private readonly AddedTokens? _normalized;
    private readonly bool _cutBeforeSpaces;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _texts = new string?[parts.Vocabulary.Count == 0 ? 0 : parts.Vocabulary.Values.Max() + 1];
        foreach (var (text, id) in parts.Vocabulary)
        {
            _texts[id] = text;
        }
        _special = [.. parts.Added.Where(a => a.Special).Select(a => a.Id)];
        _raw = new AddedTokens(parts.Added.Where(a => !a.Normalized).Select(a => (a, a.Content)));
        var late = parts.Added.Where(a => a.Normalized).Select(a => (a, parts.Normalizer?.Invoke(a.Content) ?? a.Content)).ToList();
        _normalized = late.Count > 0 ? new AddedTokens(late) : null;
        _cutBeforeSpaces = parts.Model is not WordLevelModel && parts.Vocabulary.ContainsKey(SentencePieceFile.Space) && !parts.Vocabulary.Keys.Any(CrossesWords);
        ControlTexts = [.. parts.Added.Where(a => a.Special && a.Content.Length > 0).Select(a => a.Content).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>One more than the highest id.</summary>
    public int VocabSize => _texts.Length;

    /// <summary>The texts of the control tokens.</summary>
    public IReadOnlyList<string> ControlTexts { get; }

    /// <summary>All added tokens.</summary>
    public IReadOnlyList<AddedToken> Added => _parts.Added;

    internal TokenDecoder Decoder => _parts.Decoder;

    /// <summary>Reads tokenizer.json, or tokenizer.model by its name's end.</summary>
    /// <exception cref="TrainerException">The file is absent, too large, can't be read, or is of a kind that is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > TokenizerLimits.FileBytes)
            {
                throw new TrainerException($"{path} has {length >> 20} MiB; a tokenizer has at most {TokenizerLimits.FileBytes >> 20}.");
            }
            var bytes = File.ReadAllBytes(path);
            return path.EndsWith(".model", StringComparison.Ordinal) ? new(SentencePieceFile.Read(bytes, path)) : new(TokenizerFile.Read(bytes, path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainerException($"There is no {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path} can't be read: {e.Message}", e);
        }
    }

    /// <summary>The tokenizer of a model's folder: tokenizer.json, or tokenizer.model where there is none.</summary>
    public static Tokenizer LoadFolder(string folder)
    {
        var (json, model) = (Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "tokenizer.model"));
        return Load(!File.Exists(json) && File.Exists(model) ? model : json);
    }

    /// <summary>Reads the text of a tokenizer.json.</summary>
    /// <param name="source">Named in errors.</param>
    public static Tokenizer Parse(string text, string source) => new(TokenizerFile.Read(Encoding.UTF8.GetBytes(text), source));

    /// <summary>Reads the bytes of a tokenizer.model.</summary>
    public static Tokenizer ParseSentencePiece(byte[] bytes, string source) => new(SentencePieceFile.Read(bytes, source));

    /// <summary>The id of a token's exact text.</summary>
    /// <exception cref="TrainerException">No such token.</exception>
    public int Id(string token) => Find(token) ?? throw new TrainerException($"{_parts.Source} has no token \"{token}\".");

    /// <summary>The id of a token's exact text, or null.</summary>
    public int? Find(string token) => _parts.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>The text of one token as the vocabulary writes it; empty for ids that name none.</summary>
    public string Text(int id) => id >= 0 && id < _texts.Length ? _texts[id] ?? "" : "";

    /// <summary>The UTF-8 that one token stands for in the middle of a text; it may be a part of a character.</summary>
    public byte[] Bytes(int id) => Text(id) is { Length: > 0 } text ? Decoder.Bytes(text, first: false, out _) : [];

    /// <summary>Whether the id is a control token.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The ids of <paramref name="text"/>, without beginning or end tokens; control tokens written in it are recognised.</summary>
    public List<int> Encode(string text) => Encode(text, EncodeOptions.Plain);

    /// <summary>The ids of a text.</summary>
    /// <exception cref="TrainerException">The text is too long, or the tokenizer takes too long or makes too much of it.</exception>
    public List<int> Encode(string text, EncodeOptions options)
    {
        var ids = new List<int>(text.Length / 3 + 4);
        if (options.AddSpecial)
        {
            ids.AddRange(_parts.Before);
        }
        var plain = options.Control == ControlTokens.PlainText;
        Append(text, ids, (token, _) => !(plain && token.Special), guarded: false);
        if (options.AddSpecial)
        {
            ids.AddRange(_parts.After);
        }
        return ids;
    }

    /// <summary>The ids of a text whose untrusted parts went through <see cref="ControlGuard"/>: control tokens there stay plain text.</summary>
    internal List<int> EncodeGuarded(string guarded)
    {
        var ids = new List<int>(guarded.Length / 3 + 4);
        Append(guarded, ids, (token, start) => !(token is { Special: true, Content.Length: 1 } && ControlGuard.Stands(guarded, start)), guarded: true);
        return ids;
    }

    /// <summary>The text of the ids; control tokens are left out unless asked for. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = true)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var first = true;
        foreach (var id in ids)
        {
            if ((skipSpecial && IsSpecial(id)) || Text(id) is not { Length: > 0 } token)
            {
                continue;
            }
            var piece = Decoder.Bytes(token, first, out var isByte);
            first = false;
            if (!isByte && !Decoder.ByteLevel)
            {
                Flush();
                text.Append(Encoding.UTF8.GetString(piece));
            }
            else
            {
                bytes.AddRange(piece);
            }
        }
        Flush();
        var strip = 0;
        while (strip < Decoder.StripStart && strip < text.Length && text[strip] == ' ')
        {
            strip++;
        }
        return text.ToString(strip, text.Length - strip);

        void Flush()
        {
            var run = bytes.ToArray();
            // A run of fallback bytes that is no UTF-8 becomes one U+FFFD a byte, as in Hugging Face's.
            text.Append(Decoder.ByteLevel || System.Text.Unicode.Utf8.IsValid(run) ? Encoding.UTF8.GetString(run) : new string('\uFFFD', run.Length));
            bytes.Clear();
        }
    }

    /// <summary>Decodes token by token.</summary>
    public IncrementalDecoder Stream(bool skipSpecial = true) => new(this, skipSpecial);

    private void Append(string text, List<int> ids, Func<AddedToken, int, bool> allowed, bool guarded)
    {
        if (text.Length > TokenizerLimits.TextChars)
        {
            throw new TrainerException($"A text of {text.Length} characters is too long to encode; the limit is {TokenizerLimits.TextChars}.");
        }
        foreach (var (start, end, id) in _raw.Find(text, allowed))
        {
            if (id >= 0)
            {
                ids.Add(id);
                continue;
            }
            var part = start == 0 && end == text.Length ? text : text[start..end];
            part = guarded ? ControlGuard.Remove(part) : part;
            part = _parts.Normalizer is { } normalize ? normalize(part) : part;
            if (_normalized is null)
            {
                Words(new(part, start == 0), ids);
                continue;
            }
            // Guards are gone by now: control tokens that are matched this late are not looked for in guarded text.
            foreach (var (from, to, found) in _normalized.Find(part, (token, at) => !(guarded && token.Special) && allowed(token, at)))
            {
                if (found >= 0)
                {
                    ids.Add(found);
                }
                else
                {
                    Words(new(part[from..to], start == 0 && from == 0), ids);
                }
            }
        }
    }

    private void Words(Piece piece, List<int> ids)
    {
        if (piece.Text.Length == 0)
        {
            return;
        }
        foreach (var word in _parts.PreTokenizer is { } split ? split(piece) : [piece])
        {
            if (_cutBeforeSpaces)
            {
                CutAndEncode(word.Text, ids);
            }
            else
            {
                _parts.Model.Encode(word.Text, ids);
            }
        }
    }

    /// <summary>Cuts before runs of visible spaces. No token crosses such a cut, so the ids are the same, and short words are remembered.</summary>
    private void CutAndEncode(string text, List<int> ids)
    {
        var start = 0;
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == SentencePieceFile.Space[0] && text[at - 1] != SentencePieceFile.Space[0])
            {
                _parts.Model.Encode(text[start..at], ids);
                start = at;
            }
        }
        _parts.Model.Encode(text[start..], ids);
    }

    private static bool CrossesWords(string token)
    {
        for (var i = 1; i < token.Length; i++)
        {
            if (token[i] == SentencePieceFile.Space[0] && token[i - 1] != SentencePieceFile.Space[0])
            {
                return true;
            }
        }
        return false;
    }
}
