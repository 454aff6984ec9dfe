using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>Reads SentencePiece's tokenizer.model (sentencepiece_model.proto): BPE and unigram, with byte fallback and character map.</summary>
internal static class SentencePieceFile
{
    /// <summary>SentencePiece's visible space, U+2581.</summary>
    public const string Space = "▁";

    // SentencePiece.Type
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    private sealed record Spec(int Kind, bool ByteFallback, bool SpaceAsSuffix, byte[] Map, bool DummyPrefix, bool RemoveExtraSpaces, bool EscapeSpaces);

    /// <exception cref="TrainerException">The file is broken, of another kind or beyond a limit.</exception>
    public static TokenizerParts Read(byte[] bytes, string source)
    {
        try
        {
            return Read(ProtoReader.Fields(bytes), source);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new TrainerException($"{source} is not a SentencePiece model that can be read: {e.Message}", e);
        }
    }

    private static TokenizerParts Read(IEnumerable<ProtoField> fields, string source)
    {
        var pieces = new List<(string Text, float Score, int Type)>();
        ReadOnlyMemory<byte> trainer = default, normalizer = default;
        foreach (var field in fields)
        {
            switch (field.Number)
            {
                case 1:
                    pieces.Add(Piece(field.Bytes));
                    break;
                case 2:
                    trainer = field.Bytes;
                    break;
                case 3:
                    normalizer = field.Bytes;
                    break;
            }
        }
        if (pieces.Count is 0 or > TokenizerLimits.Tokens)
        {
            throw new FormatException($"it has {pieces.Count} pieces");
        }
        var spec = ReadSpec(trainer, normalizer);
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!vocabulary.TryAdd(pieces[id].Text, id))
            {
                throw new FormatException($"\"{pieces[id].Text}\" stands twice");
            }
        }
        int? Find(string token) => vocabulary.TryGetValue(token, out var id) ? id : null;
        int Of(int type) => pieces.FindIndex(p => p.Type == type);
        var unknown = new UnknownText(Of(Unknown) is var unk && unk >= 0 ? unk : null, Fuse: true, spec.ByteFallback ? UnknownText.FindBytes(Find) : null);
        WordModel model = spec.Kind switch
        {
            1 => new UnigramModel([.. pieces.Select((p, id) => (p.Text, id, (double)p.Score, p.Type)).Where(p => p.Type == Normal).Select(p => (p.Text, p.id, p.Item3))], unknown),
            2 => Bpe(pieces, unknown),
            _ => throw new FormatException($"models of kind {spec.Kind} are not supported; unigram (1) and BPE (2) are"),
        };
        var atoms = pieces.Select((p, id) => (p.Text, p.Type, id)).Where(p => p.Type == UserDefined).ToDictionary(p => p.Text, p => p.id, StringComparer.Ordinal);
        // Control pieces are matched when control tokens are recognised; the program of SentencePiece itself never matches them.
        var added = pieces.Select((p, id) => (p, id)).Where(p => p.p.Type is Control or Unknown)
            .Select(p => new AddedToken(p.id, p.p.Text, Special: true)).ToList();
        var bos = pieces.FindIndex(p => p.Type == Control && p.Text is "<s>" or "<bos>");
        var decoder = new TokenDecoder(ByteFallback: spec.ByteFallback, Replace: [(Space, " ")], StripStart: spec.DummyPrefix ? 1 : 0);
        return new(source, vocabulary, atoms.Count > 0 ? new AtomicPieces(model, atoms) : model, null, Prepare(spec, atoms), added, decoder, bos >= 0 ? [bos] : [], []);
    }

    private static (string, float, int) Piece(ReadOnlyMemory<byte> message)
    {
        var (text, score, type) = ("", 0f, Normal);
        foreach (var field in ProtoReader.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    text = Encoding.UTF8.GetString(field.Bytes.Span);
                    break;
                case 2:
                    score = field.AsFloat();
                    break;
                case 3:
                    type = (int)field.Value;
                    break;
            }
        }
        return text.Length <= TokenizerLimits.TokenChars && float.IsFinite(score) && type is >= Normal and <= Byte
            ? (text, score, type)
            : throw new FormatException("a piece is too long, or its score or type is none");
    }

    private static Spec ReadSpec(ReadOnlyMemory<byte> trainer, ReadOnlyMemory<byte> normalizer)
    {
        var spec = new Spec(1, false, false, [], true, true, true);
        foreach (var field in ProtoReader.Fields(trainer))
        {
            spec = field.Number switch
            {
                3 => spec with { Kind = (int)field.Value },
                24 => spec with { SpaceAsSuffix = field.Value != 0 },
                35 => spec with { ByteFallback = field.Value != 0 },
                _ => spec,
            };
        }
        foreach (var field in ProtoReader.Fields(normalizer))
        {
            spec = field.Number switch
            {
                2 => spec with { Map = field.Bytes.ToArray() },
                3 => spec with { DummyPrefix = field.Value != 0 },
                4 => spec with { RemoveExtraSpaces = field.Value != 0 },
                5 => spec with { EscapeSpaces = field.Value != 0 },
                _ => spec,
            };
        }
        return spec is { SpaceAsSuffix: false, EscapeSpaces: true } ? spec : throw new FormatException("spaces as suffixes, or spaces that are not escaped, are not supported");
    }

    /// <summary>Neighbours merge when together they are a piece; of several the one of the highest score, leftmost first.</summary>
    private static BpeModel Bpe(List<(string Text, float Score, int Type)> pieces, UnknownText unknown)
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Type == Normal)
            {
                words[pieces[id].Text] = id;
            }
        }
        var ranks = words.Values.Select(id => pieces[id].Score).Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(r => r.score, r => r.rank);
        var merges = new Dictionary<long, Merge>();
        foreach (var (text, id) in words)
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (words.TryGetValue(text[..cut], out var left) && words.TryGetValue(text[cut..], out var right))
                {
                    merges[BpeModel.Pair(left, right)] = new(ranks[pieces[id].Score], id);
                }
            }
        }
        return new(words, merges, unknown, ignoreMerges: false);
    }

    /// <summary>SentencePiece's normalizer; it knows whether a piece begins the text, which a plain normalizer does not.</summary>
    private static PreTokenizer Prepare(Spec spec, Dictionary<string, int> atoms)
    {
        var cuts = atoms.Count > 0 ? PreTokenizers.Cut(atoms) : null;
        var map = spec.Map.Length > 0 ? CharacterMap.Read(spec.Map) : null;
        return piece =>
        {
            var text = map?.ByPrefix(piece.Text) ?? piece.Text;
            if (spec.RemoveExtraSpaces)
            {
                text = OneSpace(piece.First ? text.TrimStart(' ') : text).TrimEnd(' ');
            }
            text = (spec.DummyPrefix && piece.First && text.Length > 0 ? " " : "") + text;
            var whole = piece with { Text = text.Replace(" ", Space, StringComparison.Ordinal) };
            return text.Length == 0 ? [] : cuts?.Invoke(whole) ?? [whole];
        };
    }

    private static string OneSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c != ' ' || result.Length == 0 || result[^1] != ' ')
            {
                result.Append(c);
            }
        }
        return result.ToString();
    }
}
