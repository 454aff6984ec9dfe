using System.Text.RegularExpressions;

namespace Arena.Trainer.Models;

/// <summary>Which linear layers a low-rank adapter covers and how strongly it speaks, with the meaning that PEFT's LoraConfig gives these fields.</summary>
/// <param name="Rank">Width of the correction.</param>
/// <param name="Alpha">The correction is multiplied by alpha / rank.</param>
/// <param name="Targets">Names, or ends of paths, of the layers: "q_proj", "layers.0.mlp.up_proj". Unused where <see cref="TargetPattern"/> is given.</param>
public sealed record LoraConfig(int Rank, double Alpha, IReadOnlyList<string> Targets)
{
    public const string AllLinear = "all-linear";

    /// <summary>The last names of the seven linear layers of a block.</summary>
    public static IReadOnlyList<string> AllTargets { get; } = [.. DecoderLayout.LinearPaths.Select(p => p[(p.IndexOf('.') + 1)..])];

    /// <summary>In place of the list: "all-linear", or a regular expression that must match the whole path, "model.layers.0.self_attn.q_proj".</summary>
    public string? TargetPattern { get; init; }

    /// <summary>rsLoRA (arXiv 2312.03732): divide alpha by the root of the rank.</summary>
    public bool RankStabilised { get; init; }

    /// <summary>Ranks of single layers, by an expression for the end of their path.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas of single layers, as <see cref="RankPattern"/>.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <param name="module">"layers.N.path".</param>
    public bool Covers(string module)
    {
        var path = "model." + module;
        return TargetPattern switch
        {
            AllLinear => true,
            { } pattern => Whole(pattern).IsMatch(path),
            null => Targets.Any(t => EndsWith(path, t)),
        };
    }

    /// <summary>Width of one layer's correction.</summary>
    public int RankOf(string module) => RankPattern.FirstOrDefault(p => Ending(p.Key).IsMatch("model." + module)) is { Key: not null } found ? found.Value : Rank;

    /// <summary>What one layer's correction is multiplied by.</summary>
    public double ScaleOf(string module)
    {
        var alpha = AlphaPattern.FirstOrDefault(p => Ending(p.Key).IsMatch("model." + module)) is { Key: not null } found ? found.Value : Alpha;
        var rank = RankOf(module);
        return alpha / (RankStabilised ? Math.Sqrt(rank) : rank);
    }

    /// <summary>"layers.N.path" of every covered layer, in the order of the model.</summary>
    public IEnumerable<string> Modules(ModelConfig config) =>
        Enumerable.Range(0, config.Layers).SelectMany(_ => DecoderLayout.LinearPaths, (layer, path) => $"layers.{layer}.{path}").Where(Covers);

    /// <summary>A and B of every covered layer, by "layers.N.path.lora_A": A (rank, in), B (out, rank).</summary>
    public IReadOnlyList<WeightSlot> Slots(ModelConfig config)
    {
        var slots = new List<WeightSlot>();
        foreach (var module in Modules(config))
        {
            var (rows, columns) = DecoderLayout.LinearShape(config, module.Split('.', 3)[2]);
            var rank = RankOf(module);
            slots.Add(new($"{module}.lora_A", [rank, columns]));
            slots.Add(new($"{module}.lora_B", [rows, rank]));
        }
        return slots;
    }

    /// <summary>What is wrong with this for such a model, or null.</summary>
    public string? Problem(ModelConfig config)
    {
        if (Rank is < 1 or > 65_536 || RankPattern.Values.Any(r => r is < 1 or > 65_536))
        {
            return "r must be positive";
        }
        if (!double.IsFinite(Alpha) || AlphaPattern.Values.Any(a => !double.IsFinite(a)))
        {
            return "lora_alpha must be a number";
        }
        try
        {
            // Building the expressions tells whether they can be used.
            var modules = Modules(config).ToList();
            modules.ForEach(m => ScaleOf(m));
            var heads = (TargetPattern is { } pattern ? [pattern] : Targets).FirstOrDefault(t => t.EndsWith("embed_tokens", StringComparison.Ordinal) || t.EndsWith("lm_head", StringComparison.Ordinal));
            if (heads is not null)
            {
                return $"target_modules names \"{heads}\": adapters of the embedding and the head are not supported, only of the linear layers of blocks ({string.Join(", ", AllTargets)})";
            }
            var unused = TargetPattern is null ? Targets.FirstOrDefault(t => !modules.Any(m => EndsWith("model." + m, t))) : null;
            if (unused is not null)
            {
                return $"target_modules names \"{unused}\", which this model does not have; it has {string.Join(", ", AllTargets)}";
            }
            return modules.Count > 0 ? null : "target_modules matches no linear layer of this model";
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"target_modules, rank_pattern or alpha_pattern holds an expression that can't be used here: {e.Message}";
        }
    }

    private static bool EndsWith(string path, string target) => path == target || path.EndsWith("." + target, StringComparison.Ordinal);

    // Adapters come from strangers: an expression must not be able to run for ever.
    private static Regex Whole(string pattern) => new($"^(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static Regex Ending(string pattern) => new($@"^(.*\.)?({pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
