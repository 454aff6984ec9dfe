using System.Text.Json;

namespace Arena.Trainer.Tokenizing;

/// <summary>Reads tokenizer.json, the file of Hugging Face's tokenizers. What it asks for and we don't have is refused by name.</summary>
internal static class TokenizerFile
{
    /// <exception cref="TrainerException">The file is broken, asks for what is not supported, or is beyond a limit.</exception>
    public static TokenizerParts Read(byte[] utf8, string source)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 64 });
            return Read(json.RootElement, source);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TrainerException($"{source} is not a tokenizer.json that can be read: {e.Message}", e);
        }
    }

    private static TokenizerParts Read(JsonElement root, string source)
    {
        var model = root.GetProperty("model");
        var vocabulary = Vocabulary(model, out var scores);
        var own = new HashSet<int>(vocabulary.Values);
        if (own.Count != vocabulary.Count)
        {
            throw new FormatException("two tokens of the vocabulary have the same id");
        }
        // The model itself must not see added tokens.
        var words = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        var added = Added(root, vocabulary);
        var stages = new TokenizerStages();
        var normalizer = stages.Normalizer(root.Optional("normalizer"));
        var preTokenizer = stages.PreTokenizer(root.Optional("pre_tokenizer"));
        var (before, after) = stages.PostProcessor(root.Optional("post_processor"), vocabulary);
        var decoder = stages.Decoder(root.Optional("decoder"));
        return new(source, vocabulary, Model(model, words, scores), normalizer, preTokenizer, added, decoder, before, after);
    }

    private static Dictionary<string, int> Vocabulary(JsonElement model, out List<(string, int, double)>? scores)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        scores = null;
        var vocab = model.GetProperty("vocab");
        if (vocab.ValueKind == JsonValueKind.Array)
        {
            scores = [];
            foreach (var entry in vocab.EnumerateArray())
            {
                var (text, score) = (entry[0].GetString()!, entry[1].GetDouble());
                if (!double.IsFinite(score))
                {
                    throw new FormatException($"the score of \"{Shown(text)}\" is no number");
                }
                scores.Add((text, scores.Count, score));
                Put(text, scores.Count - 1);
            }
            return vocabulary;
        }
        foreach (var entry in vocab.EnumerateObject())
        {
            Put(entry.Name, entry.Value.GetInt32());
        }
        return vocabulary;

        void Put(string text, int id)
        {
            CheckToken(text, id);
            if (!vocabulary.TryAdd(text, id))
            {
                throw new FormatException($"\"{Shown(text)}\" stands twice in the vocabulary");
            }
        }
    }

    private static List<AddedToken> Added(JsonElement root, Dictionary<string, int> vocabulary)
    {
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        var taken = vocabulary.ToDictionary(v => v.Value, v => v.Key);
        foreach (var entry in root.Optional("added_tokens")?.EnumerateArray().ToList() ?? [])
        {
            bool Flag(string name, bool otherwise = false) => entry.Optional(name)?.GetBoolean() ?? otherwise;
            var (id, content) = (entry.GetProperty("id").GetInt32(), entry.GetProperty("content").GetString()!);
            CheckToken(content, id);
            if (taken.TryGetValue(id, out var other) && other != content)
            {
                throw new FormatException($"the added token \"{Shown(content)}\" has the id {id} of \"{Shown(other)}\"");
            }
            if (vocabulary.TryGetValue(content, out var known) && known != id)
            {
                throw new FormatException($"the added token \"{Shown(content)}\" has the id {id}, the vocabulary says {known}");
            }
            (taken[id], vocabulary[content]) = (content, id);
            var special = Flag("special");
            added[content] = new(id, content, special, Flag("single_word"), Flag("lstrip"), Flag("rstrip"), Flag("normalized", !special));
        }
        return [.. added.Values];
    }

    private static WordModel Model(JsonElement model, Dictionary<string, int> words, List<(string, int, double)>? scores)
    {
        var type = model.Optional("type")?.GetString() ?? (scores is not null ? "Unigram" : model.Optional("merges") is not null ? "BPE" : "WordLevel");
        int? Find(string token) => words.TryGetValue(token, out var id) ? id : null;
        int? Unknown() => model.Optional("unk_token")?.GetString() is { } unk ? Find(unk) : null;
        int[]? Bytes() => model.Optional("byte_fallback")?.GetBoolean() == true ? UnknownText.FindBytes(Find) : null;
        switch (type)
        {
            case "WordLevel":
                return new WordLevelModel(words, Unknown());
            case "BPE":
                Refuse(model.Optional("dropout") is { } dropout && dropout.GetDouble() > 0, "dropout");
                Refuse(model.Optional("continuing_subword_prefix")?.GetString() is { Length: > 0 }, "continuing_subword_prefix");
                Refuse(model.Optional("end_of_word_suffix")?.GetString() is { Length: > 0 }, "end_of_word_suffix");
                var unknown = new UnknownText(Unknown(), model.Optional("fuse_unk")?.GetBoolean() ?? false, Bytes());
                return new BpeModel(words, Merges(model.GetProperty("merges"), words), unknown, model.Optional("ignore_merges")?.GetBoolean() ?? false);
            case "Unigram":
                var id = model.Optional("unk_id")?.GetInt32();
                Refuse(id is { } at && (at < 0 || at >= scores!.Count), $"an unk_id of {id}");
                return new UnigramModel(scores!, new UnknownText(id, Fuse: true, Bytes()));
            default:
                throw new FormatException($"models of type \"{type}\" are not supported; BPE, Unigram and WordLevel are");
        }
    }

    private static Dictionary<long, Merge> Merges(JsonElement merges, Dictionary<string, int> words)
    {
        if (merges.GetArrayLength() > TokenizerLimits.Tokens)
        {
            throw new FormatException($"there are {merges.GetArrayLength()} merges; at most {TokenizerLimits.Tokens} are allowed");
        }
        var ranks = new Dictionary<long, Merge>(merges.GetArrayLength());
        var rank = 0;
        foreach (var entry in merges.EnumerateArray())
        {
            // "a b" in older files, ["a", "b"] where tokens may hold spaces.
            var parts = entry.ValueKind == JsonValueKind.Array ? [.. entry.EnumerateArray().Select(p => p.GetString()!)] : entry.GetString()!.Split(' ');
            if (parts.Length != 2)
            {
                throw new FormatException($"merge {rank} is not two tokens");
            }
            int Need(string token) => words.TryGetValue(token, out var id) ? id : throw new FormatException($"merge {rank} needs the token \"{Shown(token)}\", which the vocabulary does not have");
            ranks[BpeModel.Pair(Need(parts[0]), Need(parts[1]))] = new(rank, Need(parts[0] + parts[1]));
            rank++;
        }
        return ranks;
    }

    private static void CheckToken(string text, int id)
    {
        if (id < 0 || id >= TokenizerLimits.Tokens)
        {
            throw new FormatException($"\"{Shown(text)}\" has the id {id}; ids lie between 0 and {TokenizerLimits.Tokens - 1}");
        }
        if (text.Length > TokenizerLimits.TokenChars)
        {
            throw new FormatException($"token {id} has {text.Length} characters; at most {TokenizerLimits.TokenChars} are allowed");
        }
    }

    private static void Refuse(bool asked, string what)
    {
        if (asked)
        {
            throw new FormatException($"{what} is not supported");
        }
    }

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

internal static class JsonFields
{
    /// <summary>A field that is there and not null.</summary>
    public static JsonElement? Optional(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
