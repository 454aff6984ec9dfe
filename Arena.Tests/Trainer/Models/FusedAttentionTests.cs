using Arena.Trainer.Chance;
using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using Arena.Trainer.Models.Fused;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

/// <summary>Attention by hand against masked attention of tensor operations in double precision, with gradients.</summary>
[Collection(TorchCollection.Name)]
public sealed class FusedAttentionTests
{
    /// <summary>Blocks of 64 queries, runs of 256 terms and heads that are no whole vectors, each with a rest; shared key heads; prompts with one answer, several, or none before them.</summary>
    [Theory]
    [InlineData(4, 4, 8, 70, 20, 2)]
    [InlineData(4, 2, 32, 192, 64, 4)]
    [InlineData(6, 2, 20, 290, 131, 1)]
    [InlineData(2, 1, 16, 0, 65, 3)]
    public void Rows_and_answers_behind_prompts_are_those_of_masked_attention(int heads, int kvHeads, int width, int before, int length, int segments)
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; the chains are used.");
        using var scope = NewDisposeScope();
        const int Padding = 3;
        // The prompt, and behind it the answers, each with padding that nobody asks about or sees.
        var stride = length + Padding;
        var tokens = before + Padding + segments * stride;
        List<AttentionRun> runs = [new(0, before, before + Padding, segments, stride, length)];
        if (before > 0)
        {
            runs.Insert(0, new(0, 0, 0, 1, before + Padding, before));
        }
        var chance = new SeededChance(6);
        Tensor Random(int n) => tensor(Enumerable.Range(0, tokens * n * width).Select(_ => chance.NextNormal()).ToArray(), [tokens, n, width]);
        var (q, k, v, pull) = (Random(heads), Random(kvHeads), Random(kvHeads), Random(heads));

        var asked = new bool[tokens];
        var mask = new bool[tokens * tokens];
        for (var t = 0; t < tokens; t++)
        {
            // Padding sees itself in the comparison, where a softmax over nothing would be NaN, and is left out below.
            mask[t * tokens + t] = true;
        }
        foreach (var run in runs)
        {
            for (var s = 0; s < run.Segments; s++)
            {
                for (var t = 0; t < run.Length; t++)
                {
                    var at = run.First + s * run.Stride + t;
                    asked[at] = true;
                    mask.AsSpan(at * tokens + run.Before, run.BeforeLength).Fill(true);
                    mask.AsSpan(at * tokens + run.First + s * run.Stride, t + 1).Fill(true);
                }
            }
        }
        var counts = tensor(asked.Select(a => a ? 1.0 : 0).ToArray()).view(tokens, 1, 1);
        var plain = Run(ScalarType.Float64, (a, b, c) =>
            Attention.Of(Heads(a), Heads(b), Heads(c), tensor(mask, [1, 1, tokens, tokens]), causal: false).squeeze(0));
        var fused = Run(ScalarType.Float32, (a, b, c) => FusedAttention.Of(a, b, c, runs));
        foreach (var (name, exact, found) in plain.Zip(fused, (p, f) => (p.Name, p.Value, f.Value)))
        {
            var worst = (exact - found).abs().max().item<double>();
            Assert.True(worst < 2e-5, $"{name} differs by {worst}");
            Assert.True(exact.abs().max().item<double>() > 0.1);
        }
        Assert.Equal(0, (fused[0].Value * (1 - counts)).abs().max().item<double>());

        (string Name, Tensor Value)[] Run(ScalarType type, Func<Tensor, Tensor, Tensor, Tensor> attend)
        {
            Tensor Leaf(Tensor x) => x.to_type(type, copy: true).requires_grad_();
            var (a, b, c) = (Leaf(q), Leaf(k), Leaf(v));
            var y = attend(a, b, c);
            (y * (pull * counts).to_type(type)).sum().backward();
            var shown = type == ScalarType.Float64 ? y * counts : y;
            return [.. new[] { ("result", shown.detach()), ("dq", a.grad!), ("dk", b.grad!), ("dv", c.grad!) }.Select(p => (p.Item1, p.Item2.to_type(ScalarType.Float64)))];
        }

        static Tensor Heads(Tensor x) => x.transpose(0, 1).unsqueeze(0);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2; the chains are used.");
        using var scope = NewDisposeScope();
        var chance = new SeededChance(8);
        Tensor Random(int n) => tensor(Enumerable.Range(0, 300 * n * 16).Select(_ => (float)chance.NextNormal()).ToArray(), [300, n, 16]);
        var (q, k, v) = (Random(6), Random(3), Random(3));
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run();
            set_num_threads(3);
            Assert.Equal(one, Run());
        }
        finally
        {
            set_num_threads(before);
        }

        float[] Run()
        {
            var (a, b, c) = (q.clone().requires_grad_(), k.clone().requires_grad_(), v.clone().requires_grad_());
            FusedAttention.Of(a, b, c, [new(0, 0, 0, 1, 100, 100), new(0, 100, 100, 2, 100, 90)]).sin().sum().backward();
            return [.. a.grad!.data<float>(), .. b.grad!.data<float>(), .. c.grad!.data<float>()];
        }
    }
}
