using Arena.Trainer.Chat;
using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;
using Arena.Trainer.Weights;

namespace Arena.Trainer.Policies;

/// <summary>A model that agents may start from.</summary>
/// <param name="Notation"><see cref="BaseCatalog.Text"/> or <see cref="BaseCatalog.Compact"/>: what its prompts are written in.</param>
/// <param name="Weights">Numbers that it has.</param>
/// <param name="Context">Most tokens of prompt and answer together.</param>
public sealed record OfferedBase(string Name, string Notation, long Weights, int Context);

/// <summary>A folder that was meant as a base but can't be offered.</summary>
/// <param name="Problem">For the operator: what is wrong with it.</param>
public sealed record RefusedBase(string Name, string Problem);

/// <summary>
/// The models that agents may start from: the shipped one, those named on the command line, and the folders that an operator put into "bases". Each is
/// checked from its headers before it is offered, and again when its files change; its numbers are read when it is first asked. Safe from any thread.
/// </summary>
public sealed class BaseCatalog(PolicyFolders folders)
{
    /// <summary>It reads the full text of an observation, through its chat template.</summary>
    public const string Text = "text";

    /// <summary>It reads the spaces' compact notation.</summary>
    public const string Compact = "compact";

    // A position of the shortest notation: one token for the space and one a move.
    private const string Position = "tic-tac-toe:519";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string? Stamp, OfferedBase? Offered, RefusedBase? Refused)> _seen = new(StringComparer.Ordinal);

    /// <summary>What is offered now, the shipped model first, and what can't be.</summary>
    public (IReadOnlyList<OfferedBase> Offered, IReadOnlyList<RefusedBase> Refused) Look()
    {
        lock (_lock)
        {
            IReadOnlyList<string> names = [ShippedModel.Name, .. folders.Named.Where(n => !File.Exists(Path.Combine(n.Value, PeftAdapter.ConfigFile))).Select(n => n.Key).Concat(folders.InBases()).Distinct()];
            foreach (var name in names.Where(n => !_seen.TryGetValue(n, out var seen) || seen.Stamp != folders.Stamp(n)))
            {
                // The stamp comes first: files that change meanwhile are looked at again.
                var stamp = folders.Stamp(name);
                try
                {
                    _seen[name] = (stamp, Check(name), null);
                }
                catch (Exception e) when (e is TrainerException or IOException or UnauthorizedAccessException)
                {
                    _seen[name] = (stamp, null, new(name, e.Message));
                }
            }
            var known = names.Select(n => _seen[n]).ToList();
            return ([.. known.Select(k => k.Offered).OfType<OfferedBase>()], [.. known.Select(k => k.Refused).OfType<RefusedBase>()]);
        }
    }

    /// <summary>What a model's prompts are written in: a chat template means the full text.</summary>
    public static string NotationOf(ChatFormat chat) => chat.HasTemplate ? Text : Compact;

    private OfferedBase Check(string name)
    {
        if (name != ShippedModel.Name && !folders.Named.ContainsKey(name) && !PolicyName.IsBase(name))
        {
            throw new TrainerException($"{Path.Combine(folders.BasesFolder, name)}: a base's name has up to 100 letters, digits, dots, dashes and underscores, begins with a letter or digit, and is no id.");
        }
        var folder = folders.OnDisk(name) ?? throw new TrainerException($"\"{name}\" is gone.");
        if (File.Exists(Path.Combine(folder, PeftAdapter.ConfigFile)))
        {
            throw new TrainerException($"{folder} is an adapter; a base is a whole model.");
        }
        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        var tokenizer = Tokenizer.LoadFolder(folder);
        if (tokenizer.VocabSize > config.VocabSize)
        {
            throw new TrainerException($"{folder}: the tokenizer has {tokenizer.VocabSize} tokens, the model only {config.VocabSize}.");
        }
        GenerationConfig.Load(folder, config);
        var notation = NotationOf(ChatFormat.Load(folder, tokenizer, TimeProvider.System));
        if (notation == Compact && tokenizer.Encode(Position, EncodeOptions.Untrusted).Count != Position.Length - "tic-tac-toe".Length)
        {
            throw new TrainerException($"{folder} has no chat template, so it can't be asked in full text; and its tokenizer does not know the compact notation of the spaces. Add chat_template.jinja, or chat_template in tokenizer_config.json.");
        }
        using var files = HfCheckpoint.Open(folder);
        files.Check(config);
        return new(name, notation, DecoderLayout.Slots(config).Sum(s => (long)s.Count), config.MaxPositions);
    }
}
