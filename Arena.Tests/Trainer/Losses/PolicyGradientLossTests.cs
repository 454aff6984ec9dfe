using Arena.Trainer.Losses;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Losses;

[Collection(TorchCollection.Name)]
public sealed class PolicyGradientLossTests
{
    [Fact]
    public void Advantages_are_centred_and_scaled_and_absent_where_all_values_are_equal()
    {
        Assert.Null(PolicyGradientLoss.Advantages([.5, .5, .5]));
        // Mean 1/2, deviation (n - 1) sqrt(1/3).
        var expected = .5 / (Math.Sqrt(1 / 3.0) + 1e-4);
        Assert.Equal([expected, -expected, expected, -expected], PolicyGradientLoss.Advantages([1, 0, 1, 0])!.Select(a => Math.Round(a, 12)).Select(a => a), (a, b) => Math.Abs(a - b) < 1e-11);
    }

    [Fact]
    public void The_first_steps_gradient_is_minus_advantage_over_trajectories()
    {
        using var scope = NewDisposeScope();
        var policy = tensor(new[] { -1.0, -2, -3 }).requires_grad_();
        var loss = new PolicyGradientLoss().Mean(policy, tensor(new[] { -1.0, -2, -3 }), tensor(new[] { 1.0, 1, -.5 }), trajectories: 2);
        loss.backward();
        Assert.Equal([-.5, -.5, .25], policy.grad!.data<double>().ToArray());
    }

    [Fact]
    public void A_ratio_beyond_the_clip_earns_no_more_but_a_bad_move_made_likelier_is_still_punished()
    {
        using var scope = NewDisposeScope();
        var policy = tensor(new[] { Math.Log(1.5), Math.Log(1.5) }).requires_grad_();
        new PolicyGradientLoss(.2).Mean(policy, zeros(2, ScalarType.Float64), tensor(new[] { 1.0, -1 }), trajectories: 1).backward();
        var gradient = policy.grad!.data<double>().ToArray();
        Assert.Equal(0, gradient[0]);
        Assert.Equal(1.5, gradient[1], 1e-12);
    }
}
