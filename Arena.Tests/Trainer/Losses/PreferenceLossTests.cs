using Arena.Trainer.Losses;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Losses;

/// <summary>
/// Numbers worked by hand from TRL's formulas (dpo_trainer.py at f2cd5771 and the experimental CPO, ORPO and KTO trainers) for
/// pc -12, pr -15, rc -13, rr -14, 6 and 10 tokens, beta 0.1.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class PreferenceLossTests
{
    [Theory]
    [InlineData(PreferenceLossKind.Sigmoid, 0, .5981388693815918)]
    [InlineData(PreferenceLossKind.ConservativeSigmoid, .1, .6181388693815918)]
    [InlineData(PreferenceLossKind.Robust, .1, .5731388693815918)]
    [InlineData(PreferenceLossKind.Hinge, 0, .8)]
    [InlineData(PreferenceLossKind.Ipo, 0, 22.404444444444444)]
    [InlineData(PreferenceLossKind.SigmoidNorm, 0, .6799027334818809)]
    public void A_loss_equals_its_worked_value(PreferenceLossKind kind, double smoothing, double expected) =>
        Assert.Equal(expected, Value(new PreferenceLoss(kind, Beta: .1, LabelSmoothing: smoothing)), 1e-12);

    [Fact]
    public void SimPO_equals_its_worked_value() => Assert.Equal(2.1269280110429727, Value(new PreferenceLoss(PreferenceLossKind.SimPo, Beta: 2, Gamma: 1)), 1e-12);

    [Fact]
    public void ORPO_equals_its_worked_value()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(-.6070690010565949, PreferenceLoss.LogOdds(Pair()).item<double>(), 1e-12);
        Assert.Equal(2.1042057807927135, Value(new PreferenceLoss(PreferenceLossKind.Orpo, Beta: .1)), 1e-12);
    }

    [Fact]
    public void RPO_adds_the_chosen_answers_loss_per_token() => Assert.Equal(2.5981388693815917, Value(new PreferenceLoss(Beta: .1, RpoAlpha: 1)), 1e-12);

    [Theory]
    [InlineData(true, 1, .48125878412146483)]
    [InlineData(false, -1, .4687906266262437)]
    public void KTO_equals_its_worked_value(bool desirable, double logRatio, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected, new KtoLoss(.1).PerAnswer(tensor(new[] { logRatio }), .25, desirable).item<double>(), 1e-12);
    }

    [Fact]
    public void The_gradient_of_the_sigmoid_loss_equals_its_worked_value()
    {
        using var scope = NewDisposeScope();
        var pair = Pair();
        pair.PolicyChosen.requires_grad_();
        new PreferenceLoss(Beta: .1).PerPair(pair).sum().backward();
        Assert.Equal(-.04501660026875222, pair.PolicyChosen.grad!.item<double>(), 1e-12);
    }

    [Fact]
    public void Where_policy_and_reference_agree_the_loss_is_log_two_and_the_margin_zero()
    {
        using var scope = NewDisposeScope();
        var loss = new PreferenceLoss(Beta: .3);
        var same = new PairLogProbs(Of(-3), Of(-5), Of(-3), Of(-5), Of(2), Of(3));
        Assert.Equal(Math.Log(2), loss.PerPair(same).item<double>(), 1e-12);
        Assert.Equal(0, loss.Reward(same.PolicyChosen, same.ReferenceChosen).item<double>());
    }

    [Theory]
    [InlineData(-800)]
    [InlineData(800)]
    public void Extreme_margins_stay_finite(double margin)
    {
        using var scope = NewDisposeScope();
        var loss = PreferenceLoss.MinusLogSigmoid(Of(margin)).item<double>();
        Assert.Equal(Math.Max(0, -margin), loss, 1e-9);
    }

    private static double Value(PreferenceLoss loss)
    {
        using var scope = NewDisposeScope();
        return loss.PerPair(Pair()).item<double>();
    }

    private static PairLogProbs Pair() => new(Of(-12), Of(-15), Of(-13), Of(-14), Of(6), Of(10));

    private static Tensor Of(double value) => tensor(new[] { value });
}
