using Arena.Trainer.Chance;
using Arena.Trainer.Optimisation;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

[Collection(TorchCollection.Name)]
public sealed class ReferenceCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Known_pairs_need_no_forward_pass_and_changed_weights_know_nothing()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var options = new TrainOptions(Method: "dpo");
        List<PreferencePair> pairs = [.. Enumerable.Range(4, 6).Select(n => new PreferencePair(new([0, 3, n], [false, false, true]), new([0, 3, n + 1], [false, false, true])))];

        var first = new ReferenceCache(_folder.File("reference"));
        var computed = new PairUpdate(policy, optimizer, options, first).Reference(pairs);
        Assert.Equal((0, 6), (first.Hits, first.Misses));
        Assert.Equal(new PairUpdate(policy, optimizer, options).Reference(pairs).Chosen, computed.Chosen);

        // Another process would read the file.
        var second = new ReferenceCache(_folder.File("reference"));
        var known = new PairUpdate(policy, optimizer, options, second).Reference([pairs[3], pairs[0]]);
        Assert.Equal((2, 0), (second.Hits, second.Misses));
        Assert.Equal([computed.Chosen[3], computed.Chosen[0]], known.Chosen);
        Assert.Equal([computed.Rejected[3], computed.Rejected[0]], known.Rejected);

        using (no_grad()) { policy.Trained.Flat.mul_(1.1); }
        var changed = new PairUpdate(policy, optimizer, options, second).Reference(pairs);
        Assert.Equal(6, second.Misses);
        Assert.NotEqual(computed.Chosen[0], changed.Chosen[0]);
    }

    [Fact]
    public void A_damaged_file_is_begun_anew()
    {
        File.WriteAllBytes(_folder.File("reference"), new byte[45]);
        var cache = new ReferenceCache(_folder.File("reference"));
        var pair = (new MarkedSequence([0, 3], [false, true]), new MarkedSequence([0, 4], [false, true]));
        var weights = new string('0', 64);
        Assert.Equal([1f], cache.Get(weights, [pair], _ => ([1f], [2f])).Chosen);
        Assert.Equal([2f], new ReferenceCache(_folder.File("reference")).Get(weights, [pair], _ => throw new InvalidOperationException()).Rejected);
    }

    [Fact]
    public void KTOs_answers_are_cached_too_apart_from_pairs_of_the_same_texts()
    {
        using var scope = NewDisposeScope();
        using var start = TinyModels.Shipped();
        using var policy = TrainedPolicy.From(start, 0, new SeededChance(1));
        using var optimizer = new FlatAdamW(policy.Trained);
        var options = new TrainOptions(Method: "kto");
        var answers = AnswerData.Of(Enumerable.Range(4, 4).Select(n => new PreferencePair(new([0, 3, n], [false, false, true]), new([0, 3, n + 1], [false, false, true]))));
        var cache = new ReferenceCache(_folder.File("reference"));
        var computed = new AnswerUpdate(policy, optimizer, options, cache).Reference(answers);
        Assert.Equal((0, 8), (cache.Hits, cache.Misses));
        Assert.Equal(new AnswerUpdate(policy, optimizer, options).Reference(answers), computed);
        // Another process would read the file.
        var second = new ReferenceCache(_folder.File("reference"));
        Assert.Equal([computed[5], computed[2]], new AnswerUpdate(policy, optimizer, options, second).Reference([answers[5], answers[2]]));
        Assert.Equal((2, 0), (second.Hits, second.Misses));
        new PairUpdate(policy, optimizer, new TrainOptions(Method: "dpo"), second).Reference([.. answers.Select(a => new PreferencePair(a.Sequence, a.Mismatched))]);
        Assert.Equal(8, second.Misses);
        // SFT needs none.
        new AnswerUpdate(policy, optimizer, new TrainOptions(Method: "sft"), second).Reference(answers);
        Assert.Equal((2, 8), (second.Hits, second.Misses));
    }
}
