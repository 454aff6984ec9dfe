using System.Text;

namespace Arena.Trainer.Tokenizing;

/// <summary>GPT-2's 256 visible characters, one a byte: printable Latin-1 stands for itself, the rest for U+0100 on, in order.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = Make();
    private static readonly Dictionary<char, byte> Bytes = Chars.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    /// <summary>The character of a byte.</summary>
    public static char Of(byte value) => Chars[value];

    /// <summary>The text's UTF-8, a character a byte.</summary>
    public static string Write(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return string.Create(utf8.Length, utf8, (span, bytes) =>
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                span[i] = Chars[bytes[i]];
            }
        });
    }

    /// <summary>The bytes that a token's characters stand for, or the token's own UTF-8 when one stands for none.</summary>
    public static byte[] Read(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }
        return bytes;
    }

    private static char[] Make()
    {
        var chars = new char[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            var visible = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            chars[b] = visible ? (char)b : (char)next++;
        }
        return chars;
    }
}
