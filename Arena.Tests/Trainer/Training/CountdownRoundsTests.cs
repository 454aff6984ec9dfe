using Arena.Trainer;
using Arena.Trainer.Chance;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

[Collection(TorchCollection.Name)]
public sealed class CountdownRoundsTests
{
    [Fact]
    public void An_opponent_answers_each_problem_once_beside_the_policy()
    {
        var groups = Sample("solver");

        Assert.Equal(8, groups.Count);
        Assert.All(groups, g => Assert.Equal((3, 1), (g.Answers.Count(a => a.Own), g.Answers.Count(a => !a.Own))));
        // Three problems of four are made solvable, and the solver finds what there is.
        Assert.InRange(groups.Count(g => g.Answers.Single(a => !a.Own).Value == 1), 6, 8);
        using var policy = TinyModels.Shipped();
        Assert.All(groups.SelectMany(g => g.Answers), a => Assert.Equal(a.Text, policy.Tokenizer.Decode([.. a.Sequence.Tokens.Where((t, i) => a.Sequence.Counted[i] && t != policy.Config.EosId)])));
    }

    [Fact]
    public void Against_itself_a_policy_answers_alone()
    {
        Assert.All(Sample("self"), g => Assert.All(g.Answers, a => Assert.True(a.Own)));
    }

    [Fact]
    public void Shares_decide_how_often_an_opponent_sits_down()
    {
        var met = Sample("self=0.5,solver=0.5", roots: 40).Count(g => g.Answers.Any(a => !a.Own));

        Assert.InRange(met, 20, 60);
    }

    [Fact]
    public void Nobody_else_is_asked_where_nothing_is_learnt_from_pairs()
    {
        Assert.All(Sample("solver", method: "grpo"), g => Assert.All(g.Answers, a => Assert.True(a.Own)));
    }

    [Theory]
    [InlineData("mix")]
    [InlineData("grpo")]
    public void An_unknown_opponent_is_refused_with_the_names_that_there_are(string method)
    {
        var refused = Assert.Throws<TrainerException>(() => Sample("greedy", method: method));

        Assert.Equal("\"greedy\" is no opponent in \"countdown\": there are self, random-100, random-1000, random-10000, solver.", refused.Message);
    }

    [Fact]
    public void An_opponents_answer_is_chosen_where_it_won_and_never_rejected()
    {
        var won = new AnswerGroup("p", [Answer("1+1", 0), Answer("1+2", 0), Answer("1+3", 1, own: false)]);
        var lost = new AnswerGroup("p", [Answer("1+1", 1), Answer("1+2", 1), Answer("1+3", 0, own: false)]);

        var pair = Assert.Single(RoundData.Pairs([won, lost], 0.15, 1, 1));

        Assert.Equal(("1+3", "1+1"), ((string)pair.Line["chosen"]!, (string)pair.Line["rejected"]!));
    }

    [Fact]
    public void Advantages_are_among_the_policys_own_answers()
    {
        var group = new AnswerGroup("p", [Answer("1+1", 0), Answer("2+2", 1), Answer("3+3", 1, own: false)]);

        var learnt = RoundData.Trajectories([group], 1, scaled: false);

        Assert.Equal([("1+1", -0.5), ("2+2", 0.5)], learnt.Select(t => ((string)t.Line["completion"]!, t.Trajectory.Advantage)));
    }

    private static SampledAnswer Answer(string text, double value, bool own = true) => new(new([5, 6 + text[0], 7], [false, true, true]), text, value, own);

    private static List<AnswerGroup> Sample(string opponents, int roots = 4, string method = "mix")
    {
        using var policy = TinyModels.Shipped();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new CountdownRounds(policy).Sample(policy.Bind(), new TrainOptions(Method: method, RootsPerOpening: roots, RolloutsPerRoot: 3, Opponents: opponents), new SeededChance(5));
    }
}
