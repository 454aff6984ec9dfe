using Arena.Trainer.Chance;
using Arena.Trainer.Sampling;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Sampling;

[Collection(TorchCollection.Name)]
public sealed class BatchSamplerTests
{
    /// <summary>Prompts of several lengths, some of them again right behind, one of them again further on.</summary>
    private static readonly int[][] Prompts = [[0, 3, 5], [0, 3, 5], [0, 3, 5], [0, 4, 6, 7, 9], [0, 8], [0, 8], [0, 3, 5]];

    [Fact]
    public void Requests_that_share_a_prompt_answer_as_they_do_alone()
    {
        using var policy = TinyModels.Shipped();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weights = policy.Bind();
        SampleRequest Request(int n) => new(Prompts[n], 4 + n, new SamplingOptions(1.5), new SeededChance(7, (ulong)n));
        var together = BatchSampler.Run(policy.Decoder, weights, [.. Prompts.Select((_, n) => Request(n))]);
        for (var n = 0; n < Prompts.Length; n++)
        {
            var alone = Assert.Single(BatchSampler.Run(policy.Decoder, weights, [Request(n)]));
            Assert.Equal(alone.Ended, together[n].Ended);
            Assert.Equal(alone.Tokens.Select(t => t.Id), together[n].Tokens.Select(t => t.Id));
            Assert.All(alone.Tokens.Zip(together[n].Tokens), t => Assert.Equal(t.First.LogProbability, t.Second.LogProbability, 1e-4));
        }
        // Each by its own chance: those with one prompt don't all say the same.
        Assert.True(together.Take(3).Select(r => string.Join(',', r.Tokens.Select(t => t.Id))).Distinct().Count() > 1);
    }
}
