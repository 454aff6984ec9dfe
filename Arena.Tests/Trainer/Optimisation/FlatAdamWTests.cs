using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using Arena.Trainer.Optimisation;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Optimisation;

[Collection(TorchCollection.Name)]
public sealed class FlatAdamWTests
{
    [Fact]
    public void Twenty_steps_equal_the_paper_worked_in_double()
    {
        using var scope = NewDisposeScope();
        using var weights = new FlatWeights([new WeightSlot("w", [3])], ScalarType.Float64);
        double[] w = [.5, -1, 2];
        using (no_grad())
        {
            weights.Flat.copy_(tensor(w));
        }
        using var optimizer = new FlatAdamW(weights, weightDecay: .1);
        double[] m = [0, 0, 0], v = [0, 0, 0];
        for (var step = 1; step <= 20; step++)
        {
            using var inner = NewDisposeScope();
            weights.Flat.pow(3).sum().backward(); // gradient 3 w²
            optimizer.Step(.01);
            for (var i = 0; i < 3; i++)
            {
                var g = 3 * w[i] * w[i];
                m[i] = .9 * m[i] + .1 * g;
                v[i] = .999 * v[i] + .001 * g * g;
                w[i] -= .01 * .1 * w[i];
                w[i] -= .01 * (m[i] / (1 - Math.Pow(.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(.999, step))) + 1e-8);
            }
        }
        Assert.Equal(w, weights.Flat.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-14);
    }

    [Fact]
    public void A_long_gradient_is_shortened_and_its_length_reported()
    {
        using var scope = NewDisposeScope();
        using var weights = new FlatWeights([new WeightSlot("w", [2])], ScalarType.Float64);
        using var optimizer = new FlatAdamW(weights);
        (weights.Flat * tensor(new[] { 30.0, 40 })).sum().backward();
        Assert.Equal(50, optimizer.Step(1e-3, clipNorm: 5), 1e-12);
        Assert.Equal([.1 * 3, .1 * 4], optimizer.First.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    /// <summary>Twelve vectors and a rest, decay, clipping in every step.</summary>
    [Fact]
    public void One_pass_over_memory_takes_the_steps_of_tensor_operations()
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; tensor operations are used.");
        using var scope = NewDisposeScope();
        var (fused, plain) = (Run(fused: true), Run(fused: false));
        Assert.True(plain.Zip(fused, (a, b) => MathF.Abs(a - b)).Max() < 1e-6);
        Assert.Contains(plain.Select((n, i) => MathF.Abs(n - MathF.Sin(i))), moved => moved > 0.05);

        static float[] Run(bool fused)
        {
            using var weights = new FlatWeights([new WeightSlot("w", [101])]);
            using (no_grad()) { weights.Flat.copy_(tensor(Enumerable.Range(0, 101).Select(i => MathF.Sin(i)).ToArray())); }
            using var optimizer = new FlatAdamW(weights, weightDecay: .1, fused: fused);
            for (var step = 0; step < 12; step++)
            {
                using var inner = NewDisposeScope();
                weights.Flat.pow(3).sum().backward();
                Assert.True(optimizer.Step(.01, clipNorm: 2) > 2);
            }
            return [.. weights.Flat.data<float>(), .. optimizer.First.data<float>(), .. optimizer.Second.data<float>()];
        }
    }

    [Fact]
    public void A_gradient_is_forgotten_and_parts_of_the_next_one_are_added_up()
    {
        using var scope = NewDisposeScope();
        using var weights = new FlatWeights([new WeightSlot("w", [2])]);
        using var optimizer = new FlatAdamW(weights);
        (weights.Flat * 7).sum().backward();
        optimizer.Step(1e-3);
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(1e-3));
        (weights.Flat * 3).sum().backward();
        (weights.Flat * 1).sum().backward();
        Assert.Equal(4 * Math.Sqrt(2), optimizer.Step(1e-3), 1e-5);
    }
}
