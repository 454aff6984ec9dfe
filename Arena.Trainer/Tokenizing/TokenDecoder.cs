using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>How the tokens' own texts become the text that people read.</summary>
/// <param name="ByteLevel">Tokens are written in the byte alphabet.</param>
/// <param name="ByteFallback">Tokens &lt;0xNN&gt; are bytes.</param>
/// <param name="Replace">Rewritten in every token, in order.</param>
/// <param name="FirstMark">Taken out of the very first token (Metaspace), or null.</param>
/// <param name="StripStart">So many spaces are taken from the beginning of the whole text.</param>
/// <param name="Between">Put between tokens (files without a decoder join with a space).</param>
internal sealed record TokenDecoder(
    bool ByteLevel = false,
    bool ByteFallback = false,
    IReadOnlyList<(string What, string With)>? Replace = null,
    string? FirstMark = null,
    int StripStart = 0,
    string Between = "")
{
    /// <summary>The bytes of one token.</summary>
    /// <param name="isByte">Whether it is a single byte of a character that may go on in the next token.</param>
    public byte[] Bytes(string token, bool first, out bool isByte)
    {
        isByte = ByteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>' && char.IsAsciiHexDigit(token[3]) && char.IsAsciiHexDigit(token[4]);
        if (isByte)
        {
            return [Convert.ToByte(token.Substring(3, 2), 16)];
        }
        if (ByteLevel)
        {
            return ByteAlphabet.Read(token);
        }
        if (first && FirstMark is not null)
        {
            token = token.Replace(FirstMark, "", StringComparison.Ordinal);
        }
        foreach (var (what, with) in Replace ?? [])
        {
            token = token.Replace(what, with, StringComparison.Ordinal);
        }
        return Encoding.UTF8.GetBytes(first ? token : Between + token);
    }
}

/// <summary>
/// Text from tokens as they come. A character whose bytes are spread over tokens is held back until it is whole, so that what is
/// handed out never has half a character; bytes that can't become one are handed out as U+FFFD. Belongs to one answer.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly List<byte> _held = [];
    private bool _first = true;
    private int _strip;

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecial) => (_tokenizer, _skipSpecial, _strip) = (tokenizer, skipSpecial, tokenizer.Decoder.StripStart);

    /// <summary>Adds a token: the text that is now certain, perhaps empty.</summary>
    public string Add(int id)
    {
        if ((_skipSpecial && _tokenizer.IsSpecial(id)) || _tokenizer.Text(id) is not { Length: > 0 } token)
        {
            return "";
        }
        var bytes = _tokenizer.Decoder.Bytes(token, _first, out var isByte);
        _first = false;
        if (!isByte && !_tokenizer.Decoder.ByteLevel && _held.Count > 0)
        {
            // A run of bytes ends with the first token that is none.
            var rest = Text(_held.Count);
            _held.AddRange(bytes);
            return rest + Text(Whole());
        }
        _held.AddRange(bytes);
        return Text(Whole());
    }

    /// <summary>What is still held back; an unfinished character as U+FFFD.</summary>
    public string Finish() => Text(_held.Count);

    private string Text(int count)
    {
        if (count == 0)
        {
            return "";
        }
        var text = Encoding.UTF8.GetString([.. _held[..count]]);
        _held.RemoveRange(0, count);
        while (_strip > 0 && text.Length > 0)
        {
            if (text[0] != ' ')
            {
                _strip = 0;
                break;
            }
            text = text[1..];
            _strip--;
        }
        return text;
    }

    /// <summary>Bytes up to the last one that may belong to an unfinished character.</summary>
    private int Whole()
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_held);
        // At most three bytes can wait for a fourth.
        for (var back = 1; back <= Math.Min(3, span.Length); back++)
        {
            var value = span[^back];
            if ((value & 0xC0) == 0x80)
            {
                continue;
            }
            return Rune.DecodeFromUtf8(span[^back..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? span.Length - back : span.Length;
        }
        return span.Length;
    }
}
