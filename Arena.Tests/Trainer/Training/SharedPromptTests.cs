using Arena.Trainer.Models;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>Answers behind one prompt are scored as in rows of their own, gradients too; in double precision, so that nothing hides in rounding, and in 32 bits, which go another way.</summary>
[Collection(TorchCollection.Name)]
public sealed class SharedPromptTests
{
    [Theory]
    [InlineData(true, ScalarType.Float64, 1e-12)]
    [InlineData(false, ScalarType.Float64, 1e-12)]
    [InlineData(true, ScalarType.Float32, 1e-4)]
    [InlineData(false, ScalarType.Float32, 1e-4)]
    public void Branches_have_the_numbers_and_gradients_of_rows_of_their_own(bool even, ScalarType type, double near)
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Config();
        using var exact = TinyModels.Weights(config);
        using var weights = exact.Copy(type);
        using var decoder = new Decoder(config, type);
        weights.Flat.requires_grad_();
        int[] long5 = [0, 5, 9, 12, 7];
        // As many answers to each prompt, or not: two ways through attention.
        List<PreferencePair> pairs =
        [
            new(Answer(long5, 3, 4, 8), Answer(long5, 6, 2)),
            new(Answer([0, 8], 3, 4, 8, 11, 1), Answer([0, 8], 6)),
            // A prompt of its own or that of the first; then answers that begin alike with a counted token.
            new(Answer(even ? [0, 7] : long5, 14, 2, 2), Answer(even ? [0, 7] : long5, 20)),
            new(Answer([0, 3, 3], 9, 4), Answer([0, 3, 3], 9, 5)),
        ];
        MarkedSequence[] stacked = [.. pairs.Select(p => p.Chosen), .. pairs.Select(p => p.Rejected)];
        var prompts = SharedPrompt.Of(pairs);
        Assert.Equal(even ? [[0, 4], [1, 5], [2, 6], [3, 7]] : [[0, 4, 2, 6], [1, 5], [3, 7]], prompts.Select(p => p.Sequences.ToArray()));
        Assert.Equal(even ? [5, 2, 2, 4] : [5, 2, 4], prompts.Select(p => p.Length));

        var (branched, branchedGradient) = Run(bound => SequenceScorer.Branched(decoder, bound, prompts, stacked));
        var (apart, apartGradient) = Run(bound => SequenceScorer.Score(decoder, bound, stacked));
        Assert.True(branched.Zip(apart, (a, b) => Math.Abs(a - b)).Max() < near);
        Assert.True(branchedGradient.Zip(apartGradient, (a, b) => Math.Abs(a - b)).Max() < near);
        Assert.True(apartGradient.Max(Math.Abs) > 0.01);

        (double[], double[]) Run(Func<DecoderWeights, ScoredTokens> score)
        {
            var sums = score(DecoderWeights.Bind(config, weights.Views())).PerSequence();
            (sums * tensor(Enumerable.Range(1, 8).ToArray())).sum().backward();
            var gradient = weights.Flat.grad!.to_type(ScalarType.Float64).data<double>().ToArray();
            using (no_grad()) { weights.Flat.grad!.zero_(); }
            return (sums.to_type(ScalarType.Float64).data<double>().ToArray(), gradient);
        }
    }

    /// <summary>Positions that go through the decoder, padding included: as few as there can be.</summary>
    [Fact]
    public void A_prompt_is_shared_where_that_saves_positions()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var config = TinyModels.Config();
        using var weights = TinyModels.Weights(config);
        using var decoder = new Decoder(config, ScalarType.Float64);
        var bound = DecoderWeights.Bind(config, weights.Views());
        int[] many = [.. Enumerable.Range(0, 12).Select(i => i % 7)], few = [0, 5];
        int[] answer = [3, 4, 8, 3, 4, 8, 3, 4, 8, 11], other = [6, .. answer[1..]];

        // Two prompts of 12 and four answers of which 9 tokens are read: 60 instead of 84.
        Assert.Equal(60, Positions(new(Answer(many, answer), Answer(many, other)), new(Answer([1, .. many[1..]], answer), Answer([1, .. many[1..]], other))));
        // The same pairs of one prompt: 48.
        Assert.Equal(48, Positions(new(Answer(many, answer), Answer(many, other)), new(Answer(many, [9, .. answer[1..]]), Answer(many, [2, .. answer[1..]]))));
        // A long prompt with answers of two tokens beside a short prompt with long answers: padded apart they would be 2 * 12 + 4 * 9 = 60, in rows 4 * 13 = 52.
        Assert.Equal(52, Positions(new(Answer(many, 3, 4), Answer(many, 6, 4)), new(Answer(few, answer), Answer(few, other))));

        long Positions(params PreferencePair[] pairs) => SequenceScorer.Score(decoder, bound, pairs).Positions;
    }

    private static MarkedSequence Answer(int[] prompt, params int[] answer) =>
        new([.. prompt, .. answer], [.. prompt.Select(_ => false), .. answer.Select(_ => true)]);
}
