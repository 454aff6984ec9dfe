using System.Text.Json.Nodes;

namespace Arena.Trainer.Tokenizing;

/// <summary>The vocabulary of the shipped tiny model, covering the compact notation of the spaces, as Hugging Face tokenizer files.</summary>
public static class ArenaVocabulary
{
    /// <summary>The spaces' prefixes: one token each, so that a position costs one token per move.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = ["tic-tac-toe:", "connect-four:", "countdown:"];

    /// <summary>Every token in the order of its id.</summary>
    public static IReadOnlyList<string> Tokens { get; } =
        ["<s>", "</s>", "<pad>", "<unk>", .. Prefixes, .. "0123456789+-*/(),=| ".Select(c => c.ToString())];

    public static int BosId => 0;

    public static int EosId => 1;

    public static int PadId => 2;

    /// <summary>The files by name.</summary>
    public static IReadOnlyDictionary<string, string> Files(int maxPositions) => new Dictionary<string, string>
    {
        ["tokenizer.json"] = TokenizerJson().ToJsonString(JsonStyle.Indented) + "\n",
        ["tokenizer_config.json"] = new JsonObject
        {
            ["add_bos_token"] = true,
            ["add_eos_token"] = false,
            ["bos_token"] = "<s>",
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = "</s>",
            ["model_max_length"] = maxPositions,
            ["pad_token"] = "<pad>",
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["unk_token"] = "<unk>",
        }.ToJsonString(JsonStyle.Indented) + "\n",
        ["generation_config.json"] = new JsonObject
        {
            ["bos_token_id"] = BosId,
            ["do_sample"] = true,
            ["eos_token_id"] = EosId,
            ["pad_token_id"] = PadId,
            ["temperature"] = 1.0,
        }.ToJsonString(JsonStyle.Indented) + "\n",
    };

    private static JsonObject TokenizerJson()
    {
        var vocabulary = new JsonObject();
        var added = new JsonArray();
        for (var id = 0; id < Tokens.Count; id++)
        {
            vocabulary[Tokens[id]] = id;
            var special = id <= 3;
            if (special || Prefixes.Contains(Tokens[id]))
            {
                added.Add((JsonNode)new JsonObject
                {
                    ["id"] = id,
                    ["content"] = Tokens[id],
                    ["single_word"] = false,
                    ["lstrip"] = false,
                    ["rstrip"] = false,
                    ["normalized"] = false,
                    ["special"] = special,
                });
            }
        }
        JsonObject Template(bool special, string id) => special
            ? new() { ["SpecialToken"] = new JsonObject { ["id"] = id, ["type_id"] = 0 } }
            : new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = 0 } };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = "." },
                ["behavior"] = "Isolated",
                ["invert"] = false,
            },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Template(true, "<s>"), Template(false, "A")),
                ["pair"] = new JsonArray(Template(true, "<s>"), Template(false, "A"), Template(false, "B")),
                ["special_tokens"] = new JsonObject
                {
                    ["<s>"] = new JsonObject { ["id"] = "<s>", ["ids"] = new JsonArray(BosId), ["tokens"] = new JsonArray("<s>") },
                },
            },
            ["decoder"] = new JsonObject { ["type"] = "Fuse" },
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = "<unk>" },
        };
    }
}
