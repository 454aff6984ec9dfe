using System.Text.Json;

namespace Arena.Trainer.Tokenizing;

/// <summary>Reads the stages around the model in tokenizer.json: normalizer, pre-tokenizer, post-processor, decoder.</summary>
internal sealed class TokenizerStages
{
    private int _steps;

    public Normalizer? Normalizer(JsonElement? json)
    {
        if (json is not { } step)
        {
            return null;
        }
        Count();
        return Type(step) switch
        {
            "NFC" => Normalizers.Unicode(compose: true, compatible: false),
            "NFD" => Normalizers.Unicode(compose: false, compatible: false),
            "NFKC" => Normalizers.Unicode(compose: true, compatible: true),
            "NFKD" => Normalizers.Unicode(compose: false, compatible: true),
            "Lowercase" => Normalizers.Lowercase,
            "StripAccents" => Normalizers.StripAccents,
            "Strip" => Normalizers.Strip(Flag(step, "strip_left", true), Flag(step, "strip_right", true)),
            "Prepend" => Normalizers.Prepend(step.GetProperty("prepend").GetString()!),
            "Replace" when step.GetProperty("pattern").Optional("String") is { } what => Normalizers.Replace(NotEmpty(what), step.GetProperty("content").GetString()!),
            "Replace" => Normalizers.Replace(Pattern(step.GetProperty("pattern")), step.GetProperty("content").GetString()!),
            "Precompiled" => CharacterMap.Read(Convert.FromBase64String(step.GetProperty("precompiled_charsmap").GetString()!)).ByGrapheme,
            "Sequence" => Normalizers.Sequence([.. step.GetProperty("normalizers").EnumerateArray().Select(s => Normalizer(s)!)]),
            var other => throw Unsupported("normalizer", other),
        };
    }

    public PreTokenizer? PreTokenizer(JsonElement? json)
    {
        if (json is not { } step)
        {
            return null;
        }
        Count();
        return Type(step) switch
        {
            "Sequence" => PreTokenizers.Sequence([.. step.GetProperty("pretokenizers").EnumerateArray().Select(s => PreTokenizer(s)!)]),
            "Split" => PreTokenizers.Split(Pattern(step.GetProperty("pattern")), Behavior(step.GetProperty("behavior").GetString()), Flag(step, "invert", false)),
            "ByteLevel" => PreTokenizers.ByteLevel(Flag(step, "add_prefix_space", true), Flag(step, "use_regex", true)),
            "Metaspace" => PreTokenizers.Metaspace(Mark(step), Prepend(step), Flag(step, "split", true)),
            "Digits" => PreTokenizers.Digits(Flag(step, "individual_digits", false)),
            "Punctuation" => PreTokenizers.Punctuation(Behavior(step.Optional("behavior")?.GetString() ?? "Isolated")),
            "WhitespaceSplit" => PreTokenizers.WhitespaceSplit,
            "Whitespace" => PreTokenizers.Whitespace,
            var other => throw Unsupported("pre_tokenizer", other),
        };
    }

    /// <summary>The ids that the file puts before and behind a single text.</summary>
    public (IReadOnlyList<int> Before, IReadOnlyList<int> After) PostProcessor(JsonElement? json, Dictionary<string, int> vocabulary)
    {
        if (json is not { } step)
        {
            return ([], []);
        }
        Count();
        switch (Type(step))
        {
            case "ByteLevel":
                return ([], []);
            case "Sequence":
                var all = step.GetProperty("processors").EnumerateArray().Select(p => PostProcessor(p, vocabulary)).ToList();
                return ([.. Enumerable.Reverse(all).SelectMany(p => p.Before)], [.. all.SelectMany(p => p.After)]);
            case "TemplateProcessing":
                List<int> before = [], after = [];
                var target = before;
                var texts = 0;
                foreach (var item in step.GetProperty("single").EnumerateArray())
                {
                    if (item.Optional("Sequence") is not null)
                    {
                        (target, texts) = (after, texts + 1);
                        continue;
                    }
                    var name = item.GetProperty("SpecialToken").GetProperty("id").GetString()!;
                    var ids = step.GetProperty("special_tokens").GetProperty(name).GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()).ToList();
                    if (ids.FirstOrDefault(i => !vocabulary.ContainsValue(i), -1) is var missing && missing >= 0)
                    {
                        throw new FormatException($"the post-processor puts in token {missing}, which does not exist");
                    }
                    target.AddRange(ids);
                }
                return texts == 1 ? (before, after) : throw new FormatException("the post-processor's template does not hold the text once");
            case var other:
                throw Unsupported("post_processor", other);
        }
    }

    public TokenDecoder Decoder(JsonElement? json)
    {
        if (json is not { } step)
        {
            // Without a decoder the tokens are joined with spaces.
            return new(Between: " ");
        }
        return Apply(new TokenDecoder(), step);
    }

    private TokenDecoder Apply(TokenDecoder decoder, JsonElement step)
    {
        Count();
        switch (Type(step))
        {
            case "Sequence":
                return step.GetProperty("decoders").EnumerateArray().Aggregate(decoder, Apply);
            case "ByteLevel":
                return decoder with { ByteLevel = true };
            case "ByteFallback":
                return decoder with { ByteFallback = true };
            case "Fuse":
                return decoder;
            case "Metaspace":
                return decoder with { FirstMark = Prepend(step) == "never" ? null : Mark(step), Replace = [.. decoder.Replace ?? [], (Mark(step), " ")] };
            case "Replace" when step.GetProperty("pattern").Optional("String") is { } what:
                var (old, with) = (NotEmpty(what), step.GetProperty("content").GetString()!);
                if (with.Length > 8 * old.Length)
                {
                    throw new FormatException("the decoder's Replace makes texts more than 8 times as long");
                }
                return decoder with { Replace = [.. decoder.Replace ?? [], (old, with)] };
            case "Strip" when step.GetProperty("content").GetString() == " " && step.GetProperty("stop").GetInt32() == 0:
                return decoder with { StripStart = step.GetProperty("start").GetInt32() };
            case var other:
                throw Unsupported("decoder", other);
        }
    }

    private void Count()
    {
        if (++_steps > TokenizerLimits.Steps)
        {
            throw new FormatException($"there are more than {TokenizerLimits.Steps} steps around the model");
        }
    }

    private static string Type(JsonElement step) => step.GetProperty("type").GetString() ?? "";

    private static bool Flag(JsonElement step, string name, bool otherwise) => step.Optional(name)?.GetBoolean() ?? otherwise;

    private static string NotEmpty(JsonElement text) => text.GetString() is { Length: > 0 } value ? value : throw new FormatException("a step replaces the empty text");

    private static SplitPattern Pattern(JsonElement pattern) => pattern.Optional("String") is { } text ? SplitPattern.Literal(NotEmpty(text)) : SplitPattern.Expression(pattern.GetProperty("Regex").GetString()!);

    private static string Mark(JsonElement step) => NotEmpty(step.GetProperty("replacement"));

    // Older files say add_prefix_space.
    private static string Prepend(JsonElement step) => step.Optional("prepend_scheme")?.GetString() ?? (Flag(step, "add_prefix_space", true) ? "always" : "never");

    private static SplitBehavior Behavior(string? name) => Enum.TryParse<SplitBehavior>(name, out var behavior) ? behavior : throw new FormatException($"a split can't be \"{name}\"");

    private static FormatException Unsupported(string stage, string type) => new($"a {stage} of type \"{type}\" is not supported");
}
