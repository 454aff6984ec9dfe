using Arena.Trainer.Optimisation;

namespace Arena.Tests.Trainer.Optimisation;

/// <summary>Shares worked out by hand from the formulas of transformers' optimization.py (get_constant_, get_linear_, get_cosine_schedule_with_warmup).</summary>
public sealed class RateScheduleTests
{
    [Theory]
    [InlineData("constant", 0, 0.0)]
    [InlineData("constant", 5, 0.5)]
    [InlineData("constant", 10, 1.0)]
    [InlineData("constant", 250, 1.0)]
    [InlineData("linear", 0, 0.0)]
    [InlineData("linear", 9, 0.9)]
    [InlineData("linear", 10, 1.0)]
    [InlineData("linear", 55, 0.5)]
    [InlineData("linear", 91, 0.1)]
    [InlineData("linear", 100, 0.0)]
    [InlineData("linear", 130, 0.0)]
    [InlineData("cosine", 3, 0.3)]
    [InlineData("cosine", 10, 1.0)]
    [InlineData("cosine", 40, 0.75)] // a third of the way: (1 + cos 60°) / 2
    [InlineData("cosine", 55, 0.5)]
    [InlineData("cosine", 70, 0.25)]
    [InlineData("cosine", 100, 0.0)]
    [InlineData("cosine", 130, 0.0)]
    public void A_hundred_steps_with_ten_of_warm_up_have_their_worked_shares(string kind, int step, double share)
    {
        Assert.Equal(share, RateSchedule.Share(kind, step, 100, warmupSteps: 10), 1e-12);
        Assert.Equal(share, RateSchedule.Share(kind, step, 100, warmupRatio: 0.1), 1e-12);
    }

    [Fact]
    public void A_ratio_is_rounded_up_and_steps_win_over_it()
    {
        // 7 x 0.2 = 1.4: two steps of warm-up.
        Assert.Equal(0.5, RateSchedule.Share("constant", 1, 7, warmupRatio: 0.2), 1e-12);
        Assert.Equal(0.25, RateSchedule.Share("constant", 1, 7, warmupSteps: 4, warmupRatio: 0.2), 1e-12);
    }

    [Theory]
    [InlineData("linear", 3, 0.7)]
    [InlineData("constant", 3, 1.0)]
    public void Without_warm_up_the_first_step_has_the_full_rate(string kind, int third, double share)
    {
        Assert.Equal(1, RateSchedule.Share(kind, 0, 10));
        Assert.Equal(share, RateSchedule.Share(kind, third, 10), 1e-12);
    }

    [Fact]
    public void A_schedule_that_is_all_warm_up_does_not_divide_by_nothing()
    {
        Assert.Equal(0, RateSchedule.Share("linear", 10, 10, warmupSteps: 10));
        Assert.Equal(1, RateSchedule.Share("cosine", 10, 10, warmupSteps: 10));
    }
}
