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
    [InlineData(PreferenceLossKind.Nca, 0, 1.3387933201471418)]
    [InlineData(PreferenceLossKind.BcoPair, 0, 1.2887933201471418)]
    [InlineData(PreferenceLossKind.Sppo, 0, 32)]
    [InlineData(PreferenceLossKind.ApoZero, 0, .95004162504212)]
    [InlineData(PreferenceLossKind.ApoDown, 0, .9751451901664621)]
    [InlineData(PreferenceLossKind.Exo, .001, 2.422014620661648)]
    [InlineData(PreferenceLossKind.Exo, 0, 2.422014620661648)]
    [InlineData(PreferenceLossKind.DiscoPop, 0, .8147631411418853)]
    [InlineData(PreferenceLossKind.Sft, 0, 2)]
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
    [InlineData("sigmoid", .5981388693815918)]
    [InlineData("sigmoid:1,sft:1", 2.5981388693815917)]
    [InlineData("sigmoid,sft:0.25", 1.0981388693815918)]
    [InlineData("hinge:0.5, sppo_hard:2", 64.4)]
    public void A_weighted_sum_of_losses_is_read_from_its_names(string text, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected, PreferenceObjective.Parse(text, .1).PerPair(Pair()).item<double>(), 1e-12);
    }

    [Fact]
    public void Every_loss_has_a_name_and_a_slope_that_equals_central_differences()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Enum.GetValues<PreferenceLossKind>().Order(), PreferenceObjective.Names.Values.Order());
        foreach (var name in PreferenceObjective.Names.Keys)
        {
            var loss = PreferenceObjective.Parse(name, .1, .05);
            var pair = Pair();
            pair.PolicyChosen.requires_grad_();
            pair.PolicyRejected.requires_grad_();
            loss.PerPair(pair).sum().backward();
            double At(double chosen, double rejected) => loss.PerPair(Pair() with { PolicyChosen = Of(chosen), PolicyRejected = Of(rejected) }).item<double>();
            Assert.Equal((At(-12 + 1e-5, -15) - At(-12 - 1e-5, -15)) / 2e-5, pair.PolicyChosen.grad!.item<double>(), 1e-7);
            if (name != "sft")
            {
                Assert.Equal((At(-12, -15 + 1e-5) - At(-12, -15 - 1e-5)) / 2e-5, pair.PolicyRejected.grad!.item<double>(), 1e-7);
            }
        }
    }

    [Theory]
    [InlineData("sigmoidal", "sigmoidal")]
    [InlineData("sigmoid:-1", "weight")]
    [InlineData("sigmoid:x", "weight")]
    [InlineData("", "known")]
    public void An_unknown_loss_or_a_senseless_weight_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<Arena.Trainer.TrainerException>(() => PreferenceObjective.Parse(text, .1)).Message);

    [Fact]
    public void The_likelihood_term_is_averaged_over_the_batchs_tokens_and_RPOs_over_pairs()
    {
        using var scope = NewDisposeScope();
        var pairs = Two();
        // 12 and 2 over 6 and 2 tokens: 14/8 a token; by pair 2 and 1.
        Assert.Equal([1.75, 1.75], new PreferenceLoss(PreferenceLossKind.Sft).PerPair(pairs).data<double>().ToArray());
        var plain = PreferenceObjective.Parse("sigmoid", .1).PerPair(pairs);
        var rpo = PreferenceObjective.Parse("sigmoid", .1, rpoAlpha: .5).PerPair(pairs);
        Assert.Equal([1.0, .5], (rpo - plain).data<double>().ToArray().Select(d => Math.Round(d, 12)));
    }

    [Fact]
    public void AOT_compares_what_is_sorted_over_the_batch()
    {
        using var scope = NewDisposeScope();
        // Policy differences 3 and -4 against reference differences 1 and 0: sorted (-4, 3) against (0, 1).
        static double Ls(double z) => Math.Log(1 + Math.Exp(-z));
        Assert.Equal([Ls(-.4), Ls(.2)], new PreferenceLoss(PreferenceLossKind.Aot).PerPair(Two()).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        // Log-ratios of chosen 1 and 3, of rejected -1 and 7: (1, 3) against (-1, 7).
        Assert.Equal([Ls(.2), Ls(-.4)], new PreferenceLoss(PreferenceLossKind.AotUnpaired).PerPair(Two()).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([.9 * Ls(-.4) + .1 * Ls(.4), .9 * Ls(.2) + .1 * Ls(-.2)], new PreferenceLoss(PreferenceLossKind.Aot, LabelSmoothing: .1).PerPair(Two()).data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Half_of_the_labels_wrong_is_refused() =>
        Assert.Contains("labelSmoothing", Assert.Throws<Arena.Trainer.TrainerException>(() => PreferenceObjective.Parse("robust", .1, .5)).Message);

    [Fact]
    public void KTO_over_a_batch_is_the_weighted_mean_of_its_answers()
    {
        using var scope = NewDisposeScope();
        var ratios = tensor(new[] { 1.0, -1 });
        Assert.Equal((.48125878412146483 + .4687906266262437) / 2, new KtoLoss(.1).Mean(ratios, tensor(new[] { true, false }), .25).item<double>(), 1e-12);
        Assert.Equal((2 * .48125878412146483 + .5 * .4687906266262437) / 2, new KtoLoss(.1, 2, .5).Mean(ratios, tensor(new[] { true, false }), .25).item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(.5, 0, .25)]
    [InlineData(-3, 1, 0)]
    public void The_divergence_that_KTO_takes_is_a_mean_that_is_never_negative(double first, double second, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected, KtoLoss.Divergence(tensor(new[] { first, second })));
    }

    [Fact]
    public void The_loss_of_a_reward_model_is_Bradley_and_Terrys()
    {
        using var scope = NewDisposeScope();
        // -log s(1) and -log s(-.5), by hand.
        var (chosen, rejected) = (tensor(new[] { 1.5, -.5 }), tensor(new[] { .5, 0.0 }));
        Assert.Equal((.31326168751822286 + .9740769841801067) / 2, new RewardLoss().Mean(chosen, rejected).item<double>(), 1e-12);
        Assert.Equal((.31326168751822286 + .9740769841801067) / 2 + .01 * (4 + .25) / 2, new RewardLoss(.01).Mean(chosen, rejected).item<double>(), 1e-12);
        Assert.Equal((.6931471805599453 + .9740769841801067) / 2, new RewardLoss().Mean(chosen, rejected, tensor(new[] { 1.0, 0 })).item<double>(), 1e-12);
    }

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

    private static PairLogProbs Two() => new(
        tensor(new[] { -12.0, -2 }), tensor(new[] { -15.0, 2 }), tensor(new[] { -13.0, -5 }), tensor(new[] { -14.0, -5 }), tensor(new[] { 6.0, 2 }), tensor(new[] { 10.0, 4 }));

    private static PairLogProbs Pair() => new(Of(-12), Of(-15), Of(-13), Of(-14), Of(6), Of(10));

    private static Tensor Of(double value) => tensor(new[] { value });
}
