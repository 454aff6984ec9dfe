using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

// trueskilltest.py of the trueskill package (BSD).
public sealed class TrueSkillTests
{
    private static readonly Skill New = Skill.Newcomer;

    /// <summary>To the package's own precision: its error function is good to 1.2e-7.</summary>
    [Fact]
    public void One_against_one_to_all_digits_that_are_right()
    {
        var (winner, loser) = Duel(New, New, [0, 1]);
        Assert.Equal(29.39583201999916, winner.Mu, 1e-6);
        Assert.Equal(7.171475587326195, winner.Sigma, 1e-6);
        Assert.Equal(50 - winner.Mu, loser.Mu, 1e-9);
        Assert.Equal(winner.Sigma, loser.Sigma, 1e-9);
    }

    [Theory]
    [InlineData(0.1, 25.000, 6.458, true)]
    [InlineData(0.5, 30.267, 7.077, false)]
    public void One_against_one_drawn_and_where_draws_are_frequent(double draws, double mu, double sigma, bool drawn)
    {
        var rated = TrueSkill.Rate([[New], [New]], [0, drawn ? 0 : 1], new(DrawProbability: draws));
        Near((mu, sigma), rated[0][0]);
        Near((50 - mu, sigma), rated[1][0]);
    }

    [Fact]
    public void A_draw_between_unequals_moves_both()
    {
        var (low, high) = Duel(New, new(50, 12.5), [0, 0]);
        Near((31.662, 7.137), low);
        Near((35.010, 7.910), high);
    }

    [Theory]
    [InlineData(31.675, 6.656, 25.000, 6.208, 18.325, 6.656)]
    [InlineData(33.207, 6.348, 27.401, 5.787, 22.599, 5.787, 16.793, 6.348)]
    [InlineData(36.771, 5.749, 32.242, 5.133, 29.074, 4.943, 26.322, 4.874, 23.678, 4.874, 20.926, 4.943, 17.758, 5.133, 13.229, 5.749)]
    public void Everybody_against_everybody(params double[] expected)
    {
        var players = expected.Length / 2;
        var rated = TrueSkill.Rate([.. Enumerable.Range(0, players).Select(_ => new[] { New })], [.. Enumerable.Range(0, players)]);
        for (var i = 0; i < players; i++)
        {
            Near((expected[2 * i], expected[2 * i + 1]), rated[i][0]);
        }
        // Whoever is named first does not matter.
        var turned = TrueSkill.Rate([.. Enumerable.Range(0, players).Select(_ => new[] { New })], [.. Enumerable.Range(0, players).Reverse()]);
        Assert.Equal(rated[0][0].Mu, turned[^1][0].Mu, 1e-9);
    }

    [Fact]
    public void Teams_share_what_their_match_says()
    {
        Assert.All(TrueSkill.Rate([[New, New], [New, New]], [0, 1])[0], p => Near((28.108, 7.774), p));
        Near((33.730, 7.317), TrueSkill.Rate([[New], [New, New]], [0, 1])[0][0]);
    }

    [Fact]
    public void Quality_falls_with_the_number_of_players()
    {
        Assert.Equal(0.447, TrueSkill.Quality([New, New]), 1e-3);
        Assert.Equal(0.200, TrueSkill.Quality([New, New, New]), 1e-3);
    }

    [Fact]
    public void An_upset_beyond_all_expectation_stays_finite()
    {
        var (upset, beaten) = Duel(new(0, 0.5), new(1_000, 0.5), [0, 1]);
        Assert.True(upset.Mu > 0 && beaten.Mu < 1_000 && upset.Sigma > 0 && beaten.Sigma > 0 && double.IsFinite(upset.Mu + beaten.Mu), $"{upset} {beaten}");
    }

    [Fact]
    public void What_is_no_match_is_refused()
    {
        Assert.Throws<ArgumentException>(() => TrueSkill.Rate([[New]], [0]));
        Assert.Throws<ArgumentException>(() => TrueSkill.Rate([[New], []], [0, 1]));
        Assert.Throws<ArgumentException>(() => TrueSkill.Rate([[New], [New]], [0]));
        Assert.Throws<ArgumentException>(() => TrueSkill.Quality([New]));
    }

    private static (Skill, Skill) Duel(Skill first, Skill second, int[] ranks)
    {
        var rated = TrueSkill.Rate([[first], [second]], ranks);
        return (rated[0][0], rated[1][0]);
    }

    private static void Near((double Mu, double Sigma) expected, Skill actual)
    {
        Assert.Equal(expected.Mu, actual.Mu, 1e-3);
        Assert.Equal(expected.Sigma, actual.Sigma, 1e-3);
    }
}
