using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;

namespace Arena.Tests.Trainer.Sampling;

public sealed class TokenPickerTests
{
    private static readonly float[] Logits = [MathF.Log(.5f), MathF.Log(.3f), MathF.Log(.15f), MathF.Log(.05f)];

    [Fact]
    public void Tokens_are_drawn_as_often_as_their_share_says()
    {
        var counts = Draw(new SamplingOptions(), 20_000);
        // Five standard deviations of a share of one half in 20,000 draws are 0.018.
        Assert.Equal(.5, counts[0] / 20_000.0, .018);
        Assert.Equal(.3, counts[1] / 20_000.0, .018);
        Assert.Equal(.05, counts[3] / 20_000.0, .018);
    }

    [Fact]
    public void Temperature_flattens()
    {
        // At temperature 2 shares are the square roots: 1/2, 3/10, 3/20, 1/20 become .3627, ...
        double[] roots = [Math.Sqrt(.5), Math.Sqrt(.3), Math.Sqrt(.15), Math.Sqrt(.05)];
        Assert.Equal(roots[0] / roots.Sum(), Draw(new SamplingOptions(Temperature: 2), 20_000)[0] / 20_000.0, .018);
    }

    [Fact]
    public void Top_k_keeps_the_likeliest() => Assert.Equal(0, Draw(new SamplingOptions(TopK: 2), 2_000)[2..].Sum());

    [Fact]
    public void Top_p_keeps_the_fewest_that_reach_it()
    {
        var counts = Draw(new SamplingOptions(TopP: .75), 2_000);
        Assert.True(counts[1] > 0);
        Assert.Equal(0, counts[2] + counts[3]);
    }

    [Fact]
    public void Temperature_zero_takes_the_likeliest_and_a_banned_token_is_never_drawn()
    {
        Assert.Equal(0, TokenPicker.Pick(Logits, new SamplingOptions(0), new SeededChance(1)));
        Assert.Equal(1, TokenPicker.Pick(Logits, new SamplingOptions(0), new SeededChance(1), banned: 0));
        var chance = new SeededChance(1);
        Assert.DoesNotContain(0, Enumerable.Range(0, 500).Select(_ => TokenPicker.Pick(Logits, new SamplingOptions(), chance, banned: 0)));
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_distribution()
    {
        Assert.Equal(Math.Log(.3), TokenPicker.LogProbability(Logits, 1), 1e-6);
        Assert.Equal([0, 1], TokenPicker.Top(Logits, 2).Select(t => t.Token));
    }

    private static int[] Draw(SamplingOptions options, int draws)
    {
        var chance = new SeededChance(5);
        var counts = new int[4];
        for (var i = 0; i < draws; i++)
        {
            counts[TokenPicker.Pick(Logits, options, chance)]++;
        }
        return counts;
    }
}
