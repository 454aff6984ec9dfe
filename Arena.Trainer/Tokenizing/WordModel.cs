using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>Turns one piece of text into ids; no piece knows of its neighbours.</summary>
internal abstract class WordModel
{
    /// <summary>Appends the ids of a piece that is not empty. Safe from several threads at once.</summary>
    public abstract void Encode(string piece, List<int> ids);
}

/// <summary>What stands for text that the vocabulary does not have.</summary>
/// <param name="Unknown">Id of the unknown token, or null: such text is left out.</param>
/// <param name="Fuse">Unknown characters that follow each other become one token.</param>
/// <param name="Bytes">Ids of the tokens &lt;0x00&gt; to &lt;0xFF&gt;, or null without them.</param>
internal sealed record UnknownText(int? Unknown, bool Fuse, int[]? Bytes)
{
    /// <summary>The ids of a character, or null for "unknown".</summary>
    public IEnumerable<int>? ByBytes(string character) => Bytes is null ? null : Encoding.UTF8.GetBytes(character).Select(b => Bytes[b]);

    /// <summary>The byte tokens of a vocabulary when it has all of them.</summary>
    public static int[]? FindBytes(Func<string, int?> find)
    {
        var ids = new int[256];
        for (var b = 0; b < 256; b++)
        {
            if (find($"<0x{b:X2}>") is not { } id)
            {
                return null;
            }
            ids[b] = id;
        }
        return ids;
    }
}

/// <summary>The whole piece is one token, or unknown.</summary>
internal sealed class WordLevelModel(Dictionary<string, int> vocabulary, int? unknown) : WordModel
{
    public override void Encode(string piece, List<int> ids)
    {
        if (vocabulary.TryGetValue(piece, out var id))
        {
            ids.Add(id);
        }
        else if (unknown is { } other)
        {
            ids.Add(other);
        }
    }
}

/// <summary>Pieces that are one token as they stand, whatever the model would make of them: SentencePiece's user-defined symbols.</summary>
internal sealed class AtomicPieces(WordModel model, Dictionary<string, int> atoms) : WordModel
{
    public override void Encode(string piece, List<int> ids)
    {
        if (atoms.TryGetValue(piece, out var id))
        {
            ids.Add(id);
        }
        else
        {
            model.Encode(piece, ids);
        }
    }
}
