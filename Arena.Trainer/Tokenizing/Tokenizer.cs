using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Tokenizing;

/// <summary>
/// Text to token ids and back, from a Hugging Face tokenizer.json of the kind that Arena ships: a WordLevel model whose words are
/// single characters, and added tokens (the spaces' prefixes, the special tokens) that are matched first, longest first.
/// </summary>
public sealed class Tokenizer
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _texts;
    private readonly HashSet<int> _special;
    private readonly string[] _added;
    private readonly int? _unknown;
    private readonly string _source;

    private Tokenizer(string source, Dictionary<string, int> ids, IEnumerable<string> added, HashSet<int> special, int? unknown)
    {
        (_source, _ids, _special, _unknown) = (source, ids, special, unknown);
        _texts = ids.ToDictionary(i => i.Value, i => i.Key);
        _added = [.. added.OrderByDescending(a => a.Length).ThenBy(a => a, StringComparer.Ordinal)];
    }

    /// <summary>One more than the highest id.</summary>
    public int VocabSize => _texts.Keys.Max() + 1;

    /// <exception cref="TrainerException">The file is absent, is not JSON, or is of another kind.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainerException($"There is no {path}.", e);
        }
    }

    /// <param name="source">Named in errors.</param>
    public static Tokenizer Parse(string text, string source)
    {
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            var model = json["model"]!.AsObject();
            var splits = json["pre_tokenizer"];
            if (model["type"]?.GetValue<string>() != "WordLevel" || splits?["type"]?.GetValue<string>() != "Split" || splits["pattern"]?["Regex"]?.GetValue<string>() != ".")
            {
                throw new TrainerException($"{source}: only WordLevel tokenizers that split into single characters are supported.");
            }
            var ids = model["vocab"]!.AsObject().ToDictionary(v => v.Key, v => v.Value!.GetValue<int>(), StringComparer.Ordinal);
            var added = (json["added_tokens"]?.AsArray() ?? []).Select(a => (Content: a!["content"]!.GetValue<string>(), Id: a["id"]!.GetValue<int>(), Special: a["special"]?.GetValue<bool>() ?? false)).ToList();
            foreach (var (content, id, _) in added)
            {
                ids[content] = id;
            }
            int? unknown = model["unk_token"]?.GetValue<string>() is { } unk && ids.TryGetValue(unk, out var found) ? found : null;
            return new Tokenizer(source, ids, added.Select(a => a.Content), [.. added.Where(a => a.Special).Select(a => a.Id)], unknown);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TrainerException($"{source} is not a tokenizer.json that can be read: {e.Message}", e);
        }
    }

    /// <summary>The id of a token's exact text.</summary>
    /// <exception cref="TrainerException">No such token.</exception>
    public int Id(string token) => _ids.TryGetValue(token, out var id) ? id : throw new TrainerException($"{_source} has no token \"{token}\".");

    /// <summary>The text of one token; empty for ids that name none.</summary>
    public string Text(int id) => _texts.GetValueOrDefault(id, "");

    /// <summary>The ids of <paramref name="text"/>, without a beginning token. Unknown characters become the unknown token, or are left out where there is none.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var added = Array.Find(_added, a => string.CompareOrdinal(text, at, a, 0, a.Length) == 0);
            var length = added?.Length ?? (char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1);
            if (_ids.TryGetValue(text.Substring(at, length), out var id))
            {
                ids.Add(id);
            }
            else if (_unknown is { } unknown)
            {
                ids.Add(unknown);
            }
            at += length;
        }
        return ids;
    }

    /// <summary>The text of the ids; special tokens are left out.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if (!_special.Contains(id))
            {
                text.Append(Text(id));
            }
        }
        return text.ToString();
    }
}
