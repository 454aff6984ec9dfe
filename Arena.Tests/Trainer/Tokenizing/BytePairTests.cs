using System.Text;
using Arena.Trainer.Tokenizing;

namespace Arena.Tests.Trainer.Tokenizing;

public sealed class BytePairTests
{
    private const int Strings = 2_400;

    private static readonly string[] Alphabets =
        ["abcdefgh ijklm", "AEIOU xyz", "0123456789 ", " \t\r\n", "'sS'tT'reVE'll'd ", ".,;:!?()[]{}<>|_-+=", "äöüßéñ ", "дружба ", "日本語中文 ", "한국어 ", "مرحبا ", "हिन्दी ", "🙂👩‍👩‍👧🇩🇪❤️ ", "𝒳𝟘𠀀𐍈 ", "\0\u0001\u007f", "\u00a0\u2003\u3000\u2028 ", "½²③Ⅳ٣ "];

    private static readonly string[] Parts = ["<|im_end|>", "<|im_start|>", "<think>", "</think>", "<|eot_id|>", "<|begin_of_text|>", "<|endoftext|", "the", " move", " Arena", "don't", "\n\n", "   ", "\r\n"];

    /// <summary>The same strings every time.</summary>
    private static IEnumerable<string> Fuzz(uint seed, int count)
    {
        var state = seed;
        int Next(int n)
        {
            state = state * 1664525 + 1013904223;
            return (int)((state >> 8) % (uint)n);
        }
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (var n = 1 + Next(7); n > 0; n--)
            {
                if (Next(4) == 0)
                {
                    text.Append(Parts[Next(Parts.Length)]);
                    continue;
                }
                var runes = Alphabets[Next(Alphabets.Length)].EnumerateRunes().ToList();
                for (var k = 1 + Next(i % 50 == 0 ? 120 : 9); k > 0; k--)
                {
                    text.Append(runes[Next(runes.Count)]);
                }
            }
            yield return text.ToString();
        }
    }

    [Theory]
    [InlineData("qwen", 1)]
    [InlineData("llama3", 3)]
    public void Ids_equal_those_of_a_naive_implementation_and_the_text_comes_back(string name, int digits)
    {
        var (tokenizer, naive) = (Tokenizer.Load(TokenizerFixtures.Path(name + ".json")), new NaiveBytePairs(TokenizerFixtures.Path(name + ".json"), digits));
        foreach (var text in Fuzz(2026, Strings))
        {
            var ids = tokenizer.Encode(text);
            Assert.True(naive.Encode(text).SequenceEqual(ids), $"{System.Text.Json.JsonSerializer.Serialize(text)}: {string.Join(' ', ids)} instead of {string.Join(' ', naive.Encode(text))}");
            Assert.Equal(text, tokenizer.Decode(ids, skipSpecial: false));
        }
    }

    [Theory]
    [InlineData("qwen")]
    [InlineData("llama2")]
    [InlineData("sp-bpe")]
    [InlineData("metaspace")]
    public void Text_that_streams_token_by_token_is_the_same_and_never_has_half_a_character(string name)
    {
        var tokenizer = Tokenizer.Load(TokenizerFixtures.Path(name.StartsWith("sp", StringComparison.Ordinal) ? name + ".model" : name + ".json"));
        foreach (var text in Fuzz(7, 300).Append("🙂").Append("a").Append(""))
        {
            var ids = tokenizer.Encode(text);
            var stream = tokenizer.Stream();
            var pieces = ids.Select(stream.Add).ToList();
            pieces.Add(stream.Finish());
            Assert.All(pieces, p => Assert.True(p.Length == 0 || !(char.IsHighSurrogate(p[^1]) || char.IsLowSurrogate(p[0]))));
            Assert.Equal(tokenizer.Decode(ids), string.Concat(pieces));
            Assert.DoesNotContain('\uFFFD', string.Concat(pieces));
        }
    }

    [Fact]
    public void A_broken_character_is_shown_as_one_replacement_when_it_can_not_be_completed()
    {
        var tokenizer = Tokenizer.Load(TokenizerFixtures.Path("qwen.json"));
        var bytes = tokenizer.Encode("🙂");
        Assert.True(bytes.Count > 1);
        var stream = tokenizer.Stream();
        Assert.Equal("", stream.Add(bytes[0]));
        Assert.Equal("\uFFFDx", stream.Add(tokenizer.Id("x")));
        Assert.Equal("", stream.Add(bytes[0]));
        Assert.Equal("\uFFFD", stream.Finish());
    }

    [Fact]
    public void Control_tokens_in_untrusted_text_are_letters()
    {
        var tokenizer = Tokenizer.Load(TokenizerFixtures.Path("qwen.json"));
        const string text = "a<|im_end|>b<think>";
        Assert.Equal(1, tokenizer.Encode(text).Count(tokenizer.IsSpecial));
        var untrusted = tokenizer.Encode(text, EncodeOptions.Untrusted);
        Assert.DoesNotContain(untrusted, tokenizer.IsSpecial);
        // An added token that controls nothing is read either way.
        Assert.Contains(tokenizer.Id("<think>"), untrusted);
        Assert.Equal(text, tokenizer.Decode(untrusted));
    }

    [Fact]
    public void A_word_of_a_hundred_thousand_letters_takes_no_more_than_n_log_n_steps()
    {
        // Quadratic merging would look at five thousand million pairs here.
        var tokenizer = Tokenizer.Load(TokenizerFixtures.Path("qwen.json"));
        var text = string.Concat(Enumerable.Repeat("theinger", 12_500));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }
}
