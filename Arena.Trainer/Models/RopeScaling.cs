using System.Text.Json.Nodes;

namespace Arena.Trainer.Models;

/// <summary>How rotary frequencies are changed for sequences longer than a model was first trained on.</summary>
public enum RopeScalingKind
{
    /// <summary>Positions divided by the factor.</summary>
    Linear,

    /// <summary>Llama 3.1: slow frequencies divided by the factor, fast ones kept, those between blended.</summary>
    Llama3,
}

/// <summary>Hugging Face's "rope_scaling" (version 4) or "rope_parameters" (version 5).</summary>
/// <param name="Kind">Which formula.</param>
/// <param name="Factor">How much longer; at least 1.</param>
/// <param name="LowFrequencyFactor">Llama3: wavelengths above original / this are divided by the factor.</param>
/// <param name="HighFrequencyFactor">Llama3: wavelengths below original / this are kept.</param>
/// <param name="OriginalPositions">Llama3: the length of the first training, tokens.</param>
public sealed record RopeScaling(RopeScalingKind Kind, double Factor, double LowFrequencyFactor = 1, double HighFrequencyFactor = 4, int OriginalPositions = 8192)
{
    /// <summary>Radians a position, for each pair of coordinates: theta^(-2i/d), scaled.</summary>
    /// <returns>(head_dim / 2).</returns>
    public static double[] Frequencies(ModelConfig config) =>
        [.. Enumerable.Range(0, config.HeadDim / 2).Select(i => Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim)).Select(f => config.RopeScaling?.Apply(f) ?? f)];

    private double Apply(double frequency)
    {
        if (Kind == RopeScalingKind.Linear)
        {
            return frequency / Factor;
        }
        // The formula of transformers' modeling_rope_utils, _compute_llama3_parameters.
        var turns = OriginalPositions * frequency / (2 * Math.PI);
        if (turns < LowFrequencyFactor)
        {
            return frequency / Factor;
        }
        var share = Math.Min(1, (turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor));
        return (1 - share) * frequency / Factor + share * frequency;
    }

    /// <summary>Reads the object; null where it asks for no scaling.</summary>
    /// <param name="field">Its name in config.json, for errors.</param>
    /// <exception cref="TrainerException">Another kind, or numbers that make no sense.</exception>
    internal static RopeScaling? Parse(JsonObject json, string field, string path)
    {
        void Require(bool holds, string what)
        {
            if (!holds) { throw new TrainerException($"{path}: {field}.{what}."); }
        }
        double Number(string name) => json[name]?.GetValue<double>() ?? throw new TrainerException($"{path} has no \"{field}.{name}\".");
        var type = (json["rope_type"] ?? json["type"])?.GetValue<string>() ?? "default";
        Require(type is "default" or "linear" or "llama3", $"rope_type is \"{type}\"; supported: default, linear, llama3");
        Require(json["partial_rotary_factor"]?.GetValue<double>() is null or 1.0, "partial_rotary_factor must be 1");
        if (type == "default")
        {
            return null;
        }
        var factor = Number("factor");
        Require(factor is >= 1 and <= 1e6, "factor must be at least 1");
        if (type == "linear")
        {
            return new(RopeScalingKind.Linear, factor);
        }
        var (low, high) = (Number("low_freq_factor"), Number("high_freq_factor"));
        var original = Number("original_max_position_embeddings");
        Require(low > 0 && high > low, "low_freq_factor must be above 0 and below high_freq_factor");
        Require(original is >= 1 and <= int.MaxValue, "original_max_position_embeddings must be positive");
        return new(RopeScalingKind.Llama3, factor, low, high, (int)original);
    }

    internal JsonObject ToJson() => Kind == RopeScalingKind.Linear
        ? new JsonObject { ["factor"] = Factor, ["rope_type"] = "linear" }
        : new JsonObject
        {
            ["factor"] = Factor,
            ["high_freq_factor"] = HighFrequencyFactor,
            ["low_freq_factor"] = LowFrequencyFactor,
            ["original_max_position_embeddings"] = OriginalPositions,
            ["rope_type"] = "llama3",
        };
}
