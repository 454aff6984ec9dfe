using Arena.Trainer.Native;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

/// <summary>Arithmetic with Scalars that are kept is that of the operators, bit for bit, gradients too.</summary>
[Collection(TorchCollection.Name)]
public sealed class KeptScalarsTests
{
    [Fact]
    public void Every_form_has_the_numbers_and_the_gradient_of_its_operator()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -1.7f, -.3f, .2f, 2.9f });
        var y = tensor(new[] { .1f, 3f, -2f, .7f });
        (Func<Tensor, Tensor> Kept, Func<Tensor, Tensor> Operator)[] forms =
        [
            (t => t.Plus(y), t => t + y),
            (t => t.Plus(.3), t => t + .3),
            (t => t.Minus(.3), t => t - .3),
            (t => t.TakenFrom(.3), t => .3 - t),
            (t => t.Times(-.3), t => t * -.3),
            (t => t.Over(.3), t => t / .3),
            (t => t.Squared(), t => t.square()),
            (t => t.AtLeast(.1), t => t.clamp_min(.1)),
            (t => t.Between(-.5, .5), t => t.clamp(-.5, .5)),
            (t => t.AddRows(tensor(new long[] { 1, 1 }), tensor(new[] { .5f, .25f })), t => t.index_add(0, tensor(new long[] { 1, 1 }), tensor(new[] { .5f, .25f }), 1)),
        ];
        foreach (var (kept, plain) in forms)
        {
            Assert.Equal(Run(plain), Run(kept));
        }
        Assert.Equal(x.lt(.2).data<bool>().ToArray(), x.IsBelow(.2).data<bool>().ToArray());
        Assert.Equal(x.gt(-.3).data<bool>().ToArray(), x.IsAbove(-.3).data<bool>().ToArray());
        Assert.Equal((x * 3 + 2 + y).data<float>().ToArray(), x.clone().ScaledBy(3).RaisedBy(2.0).RaisedBy(y).data<float>().ToArray());

        float[] Run(Func<Tensor, Tensor> form)
        {
            var leaf = x.clone().requires_grad_();
            var result = form(leaf);
            (result * y).sum().backward();
            return [.. result.data<float>(), .. leaf.grad!.data<float>()];
        }
    }
}
