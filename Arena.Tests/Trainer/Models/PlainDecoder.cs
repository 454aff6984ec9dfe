using Arena.Trainer.Models;

namespace Arena.Tests.Trainer.Models;

/// <summary>The decoder again, as plain loops in double precision without torch: a second reading of the architecture to compare with.</summary>
internal sealed class PlainDecoder(ModelConfig config, Func<string, double[]> weight, Func<string, (double[] A, double[] B, int Rank, double Scale)?> lora)
{
    /// <summary>(T, V) logits of one sequence.</summary>
    public double[][] Logits(long[] ids)
    {
        var head = config.TieWordEmbeddings ? weight("model.embed_tokens.weight") : weight("lm_head.weight");
        return [.. Streams(ids)[^1].Select(r => Multiply(head, r, config.VocabSize))];
    }

    /// <summary>(layers + 1, T, C): the embedding, then what each layer leaves, the last normed; transformers' hidden_states.</summary>
    public double[][][] Streams(long[] ids)
    {
        var embedding = weight("model.embed_tokens.weight");
        var rows = ids.Select(id => embedding[(int)(id * config.HiddenSize)..(int)((id + 1) * config.HiddenSize)]).ToArray();
        List<double[][]> streams = [[.. rows]];
        for (var n = 0; n < config.Layers; n++)
        {
            var path = $"layers.{n}.";
            var normed = rows.Select(r => Norm(r, weight($"model.{path}input_layernorm.weight"))).ToArray();
            var mixed = Attention(normed, path);
            for (var t = 0; t < rows.Length; t++)
            {
                rows[t] = Add(rows[t], Linear(mixed[t], path + "self_attn.o_proj", config.HiddenSize));
                var y = Norm(rows[t], weight($"model.{path}post_attention_layernorm.weight"));
                var gate = Linear(y, path + "mlp.gate_proj", config.IntermediateSize);
                var up = Linear(y, path + "mlp.up_proj", config.IntermediateSize);
                var inner = gate.Select((g, i) => g / (1 + Math.Exp(-g)) * up[i]).ToArray();
                rows[t] = Add(rows[t], Linear(inner, path + "mlp.down_proj", config.HiddenSize));
            }
            streams.Add([.. n == config.Layers - 1 ? rows.Select(r => Norm(r, weight("model.norm.weight"))) : rows]);
        }
        return [.. streams];
    }

    private double[][] Attention(double[][] x, string path)
    {
        var d = config.HeadDim;
        var q = x.Select((r, t) => Rotate(HeadNorm(Linear(r, path + "self_attn.q_proj", config.Heads * d), path + "self_attn.q_norm"), t)).ToArray();
        var k = x.Select((r, t) => Rotate(HeadNorm(Linear(r, path + "self_attn.k_proj", config.KvHeads * d), path + "self_attn.k_norm"), t)).ToArray();
        var v = x.Select(r => Linear(r, path + "self_attn.v_proj", config.KvHeads * d)).ToArray();
        var result = new double[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            result[t] = new double[config.Heads * d];
            for (var head = 0; head < config.Heads; head++)
            {
                var shared = head / (config.Heads / config.KvHeads);
                var scores = Enumerable.Range(0, t + 1).Select(s => Math.Exp(Enumerable.Range(0, d).Sum(i => q[t][head * d + i] * k[s][shared * d + i]) / Math.Sqrt(d))).ToArray();
                for (var i = 0; i < d; i++)
                {
                    result[t][head * d + i] = Enumerable.Range(0, t + 1).Sum(s => scores[s] * v[s][shared * d + i]) / scores.Sum();
                }
            }
        }
        return result;
    }

    /// <summary>Pairs (i, i + d/2) of each head turn by t * theta^(-2i/d): "halves", not neighbours.</summary>
    private double[] Rotate(double[] x, int t)
    {
        var (d, half) = (config.HeadDim, config.HeadDim / 2);
        var result = new double[x.Length];
        for (var start = 0; start < x.Length; start += d)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = t * Scaled(Math.Pow(config.RopeTheta, -2.0 * i / d));
                var (a, b) = (x[start + i], x[start + i + half]);
                result[start + i] = a * Math.Cos(angle) - b * Math.Sin(angle);
                result[start + i + half] = b * Math.Cos(angle) + a * Math.Sin(angle);
            }
        }
        return result;
    }

    /// <summary>As transformers' _compute_llama3_parameters is written, by wavelengths; linear: positions divided.</summary>
    private double Scaled(double frequency)
    {
        if (config.RopeScaling is not { } scaling)
        {
            return frequency;
        }
        if (scaling.Kind == RopeScalingKind.Linear)
        {
            return frequency / scaling.Factor;
        }
        var wavelength = 2 * Math.PI / frequency;
        var (longest, shortest) = (scaling.OriginalPositions / scaling.LowFrequencyFactor, scaling.OriginalPositions / scaling.HighFrequencyFactor);
        if (wavelength > longest)
        {
            return frequency / scaling.Factor;
        }
        if (wavelength < shortest)
        {
            return frequency;
        }
        var smooth = (scaling.OriginalPositions / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) / scaling.Factor * frequency + smooth * frequency;
    }

    /// <summary>Qwen3 norms each head of queries and keys by itself.</summary>
    private double[] HeadNorm(double[] x, string path) => config.QkNorm
        ? [.. x.Chunk(config.HeadDim).SelectMany(head => Norm(head, weight($"model.{path}.weight")))]
        : x;

    private double[] Linear(double[] x, string path, int rows)
    {
        var y = Multiply(weight($"model.{path}.weight"), x, rows);
        if (config.HasBias(path.Split('.', 3)[2]))
        {
            y = Add(y, weight($"model.{path}.bias"));
        }
        if (lora(path) is { } low)
        {
            y = Add(y, [.. Multiply(low.B, Multiply(low.A, x, low.Rank), rows).Select(c => c * low.Scale)]);
        }
        return y;
    }

    private double[] Norm(double[] x, double[] scale)
    {
        var root = Math.Sqrt(x.Sum(v => v * v) / x.Length + config.RmsNormEps);
        return [.. x.Select((v, i) => v / root * scale[i])];
    }

    private static double[] Multiply(double[] matrix, double[] x, int rows) =>
        [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, x.Length).Sum(c => matrix[r * x.Length + c] * x[c]))];

    private static double[] Add(double[] a, double[] b) => [.. a.Select((v, i) => v + b[i])];
}
