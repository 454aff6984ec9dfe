using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Arena.Trainer.Losses;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Vectors;

/// <summary>
/// Losses, gradients and AdamW steps of the trainer's own scoring, losses and optimizer, against PyTorch 1.13's autograd and optimizer on a decoder written out in Python
/// (scripts/torch_vectors.py). PyTorch 1.13, not transformers: <see cref="TransformersVectorTests"/> would be that.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class PyTorchVectorTests
{
    private readonly JsonNode _json = JsonNode.Parse(File.ReadAllText(Here()))!;

    public static TheoryData<string, ScalarType, bool> Cases()
    {
        var cases = new TheoryData<string, ScalarType, bool>();
        foreach (var loss in new[] { "sigmoid", "robust", "hinge", "ipo", "orpo", "kto" })
        {
            cases.Add(loss, ScalarType.Float64, false);
            // In 32 bits norm, rotation, gate and head are operations with gradients by hand.
            cases.Add(loss, ScalarType.Float32, false);
        }
        cases.Add("sigmoid", ScalarType.Float64, true);
        cases.Add("sigmoid", ScalarType.Float32, true);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ten_steps_are_those_of_PyTorch(string loss, ScalarType type, bool recompute)
    {
        using var scope = NewDisposeScope();
        var config = ModelConfigJson.Parse(_json["config"]!.AsObject(), "pytorch.json");
        using var weights = new FlatWeights(DecoderLayout.Slots(config), type);
        using (no_grad())
        {
            foreach (var (name, view) in weights.Views())
            {
                view.copy_(Doubles(_json["weights"]![name]!, view.shape));
            }
        }
        using var decoder = new Decoder(config, type);
        using var optimizer = new FlatAdamW(weights, Number("weight_decay"));
        var expected = _json["losses"]![loss]!;
        var bound = type == ScalarType.Float64 ? 1e-11 : 2e-4;
        var sums = Sums(decoder, DecoderWeights.Bind(config, weights.Views()), Rows(0)).to_type(ScalarType.Float64).data<double>().ToArray();
        Near(_json["sums"]!.AsArray().Select(s => s!.GetValue<double>()), sums, type == ScalarType.Float64 ? 1e-12 : 1e-5);
        var first = true;
        foreach (var step in expected["steps"]!.AsArray())
        {
            using var inner = NewDisposeScope();
            var value = Loss(loss, decoder, DecoderWeights.Bind(config, weights.Views()) with { Recompute = recompute });
            value.backward();
            if (first)
            {
                using var gradient = new FlatWeights(weights.Slots, type);
                using var _ = no_grad();
                gradient.Flat.copy_(weights.Flat.grad!);
                foreach (var (name, view) in gradient.Views())
                {
                    Near([expected["gradient_norms"]![name]!.GetValue<double>()], [view.norm().to_type(ScalarType.Float64).item<double>()], bound);
                }
                first = false;
            }
            var norm = optimizer.Step(Number("learning_rate"), Number("clip_norm"));
            Near([step!["loss"]!.GetValue<double>(), step["grad_norm"]!.GetValue<double>()], [value.to_type(ScalarType.Float64).item<double>(), norm], bound);
        }
        using var off = no_grad();
        foreach (var (name, view) in weights.Views())
        {
            // Ten steps of 0.001 each: in 32 bits a gradient near nothing may point the other way for a step.
            Near(Doubles(expected["weights_after"]![name]!, view.shape).reshape(-1).data<double>().ToArray(), view.to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray(), type == ScalarType.Float64 ? 1e-11 : 1e-3);
        }
    }

    [Fact]
    public void The_vectors_say_which_PyTorch_made_them() => Assert.StartsWith("1.13", _json["torch"]!.GetValue<string>(), StringComparison.Ordinal);

    private Tensor Loss(string loss, Decoder decoder, DecoderWeights bound)
    {
        var rows = Rows(0);
        var (half, reference) = (rows.Count / 2, Numbers("reference"));
        if (loss == "kto")
        {
            double kl;
            using (no_grad())
            {
                var other = Rows(1);
                kl = KtoLoss.Divergence(Sums(decoder, bound, other).to_type(ScalarType.Float64) - tensor(Numbers("other_reference")));
            }
            var ratio = Sums(decoder, bound, rows) - tensor(reference).to_type(bound.Norm.dtype);
            return new KtoLoss(Number("beta")).Mean(ratio, tensor([.. Enumerable.Range(0, rows.Count).Select(n => n < half)]), kl);
        }
        // As a step on pairs does it: chosen and rejected together, what they begin with once where that saves something.
        var scored = SequenceScorer.Score(decoder, bound, [.. Enumerable.Range(0, half).Select(n => new PreferencePair(rows[n], rows[half + n]))], describe: true);
        var sums = scored.PerSequence();
        Tensor Reference(int from) => tensor(reference[from..(from + half)]).to_type(sums.dtype);
        return new PreferenceLoss(PreferenceObjective.Names[loss], Number("beta"), loss == "robust" ? Number("epsilon") : 0)
            .PerPair(new(sums.narrow(0, 0, half), sums.narrow(0, half, half), Reference(0), Reference(half), scored.Tokens.narrow(0, 0, half), scored.Tokens.narrow(0, half, half))).mean();
    }

    private static Tensor Sums(Decoder decoder, DecoderWeights bound, List<MarkedSequence> rows) => SequenceScorer.Score(decoder, bound, rows).PerSequence();

    /// <summary>The rows without their padding.</summary>
    /// <param name="turned">Each prompt before the answer of the row so many places on.</param>
    private List<MarkedSequence> Rows(int turned)
    {
        var (prompt, lengths) = (_json["prompt"]!.GetValue<int>(), _json["lengths"]!.AsArray().Select(l => l!.GetValue<int>()).ToArray());
        int[][] rows = [.. _json["rows"]!.AsArray().Select(r => r!.AsArray().Select(t => t!.GetValue<int>()).ToArray())];
        return [.. Enumerable.Range(0, rows.Length).Select(n => Row(n, (n + turned) % rows.Length))];

        MarkedSequence Row(int own, int answer) => new([.. rows[own][..prompt], .. rows[answer][prompt..(prompt + lengths[answer])]], [.. Enumerable.Range(0, prompt + lengths[answer]).Select(t => t >= prompt)]);
    }

    private double Number(string name) => _json[name]!.GetValue<double>();

    private double[] Numbers(string name) => [.. _json[name]!.AsArray().Select(n => n!.GetValue<double>())];

    private static Tensor Doubles(JsonNode packed, long[] shape)
    {
        var bytes = Convert.FromBase64String(packed.GetValue<string>());
        return tensor([.. Enumerable.Range(0, bytes.Length / 8).Select(n => BitConverter.ToDouble(bytes, 8 * n))], shape);
    }

    private static void Near(IEnumerable<double> expected, IEnumerable<double> actual, double bound) =>
        Assert.All(expected.Zip(actual), p => Assert.True(Math.Abs(p.First - p.Second) <= bound * Math.Max(1, Math.Abs(p.First)), $"{p.First} and {p.Second}"));

    private static string Here([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "pytorch.json");
}
