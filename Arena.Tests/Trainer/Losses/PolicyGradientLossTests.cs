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
        var loss = new PolicyGradientLoss().Of(policy, tensor(new[] { -1.0, -2, -3 }), tensor(new[] { 1.0, 1, -.5 }), trajectories: 2);
        loss.backward();
        Assert.Equal([-.5, -.5, .25], policy.grad!.data<double>().ToArray());
    }

    [Fact]
    public void A_ratio_beyond_the_clip_earns_no_more_but_a_bad_move_made_likelier_is_still_punished()
    {
        using var scope = NewDisposeScope();
        var policy = tensor(new[] { Math.Log(1.5), Math.Log(1.5) }).requires_grad_();
        new PolicyGradientLoss(.2).Of(policy, zeros(2, ScalarType.Float64), tensor(new[] { 1.0, -1 }), trajectories: 1).backward();
        var gradient = policy.grad!.data<double>().ToArray();
        Assert.Equal(0, gradient[0]);
        Assert.Equal(1.5, gradient[1], 1e-12);
    }

    [Fact]
    public void Without_the_deviation_advantages_are_only_centred()
    {
        Assert.Equal([.5, -.5, .5, -.5], PolicyGradientLoss.Advantages([1, 0, 1, 0], scaled: false)!);
        Assert.Null(PolicyGradientLoss.Advantages([1, 1], scaled: false));
    }

    [Theory]
    // Gains by token: 1.28 (cut from 1.5), -1.5 (a bad answer made likelier is not cut), .5, and -.8 (cut from .5); answers of three tokens and of one.
    [InlineData(PolicyGradientMean.Trajectories, (1.28 - 1.5 + .5 - .8) / -2)]
    [InlineData(PolicyGradientMean.TrajectoryMeans, ((1.28 - 1.5 + .5) / 3 - .8) / -2)]
    [InlineData(PolicyGradientMean.Tokens, (1.28 - 1.5 + .5 - .8) / -4)]
    public void Clipping_higher_and_the_three_means_give_their_worked_values(PolicyGradientMean mean, double expected)
    {
        using var scope = NewDisposeScope();
        var policy = tensor(new[] { Math.Log(1.5), Math.Log(1.5), Math.Log(.5), Math.Log(.5) });
        var advantages = tensor(new[] { 1.0, -1, 1, -1 });
        var tokens = tensor(new[] { 3.0, 3, 3, 1 });
        var loss = new PolicyGradientLoss { ClipHigh = .28, Mean = mean };
        Assert.Equal(expected, loss.Of(policy, zeros(4, ScalarType.Float64), advantages, 2, tokens).item<double>(), 1e-12);
        var (low, high) = loss.Clipped(policy, zeros(4, ScalarType.Float64), advantages);
        Assert.Equal((.25, .25), (low.item<double>(), high.item<double>()));
    }

    [Fact]
    public void The_divergence_term_is_Schulmans_estimate()
    {
        using var scope = NewDisposeScope();
        var loss = new PolicyGradientLoss { Beta = .5, Mean = PolicyGradientMean.Tokens };
        // Old minus new is log 2: 2 - log 2 - 1.
        Assert.Equal(.5 * (1 - Math.Log(2)), loss.Of(tensor(new[] { -Math.Log(2) }), zeros(1, ScalarType.Float64), zeros(1, ScalarType.Float64), 1).item<double>(), 1e-12);
    }
}
