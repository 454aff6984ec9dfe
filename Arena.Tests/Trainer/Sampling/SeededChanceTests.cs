using Arena.Trainer.Chance;

namespace Arena.Tests.Trainer.Sampling;

public sealed class SeededChanceTests
{
    [Fact]
    public void The_generator_is_xoshiro256_starstar()
    {
        // State 1, 2, 3, 4: the first outputs of the authors' C code.
        var chance = SeededChance.FromState([1, 2, 3, 4]);
        Assert.Equal([11520UL, 0UL, 1509978240UL, 1215971899390074240UL], Enumerable.Range(0, 4).Select(_ => chance.NextWord()));
    }

    [Fact]
    public void A_stored_state_continues_the_sequence()
    {
        var chance = new SeededChance(9, 2);
        chance.NextDouble();
        var again = SeededChance.FromState(chance.State);
        Assert.Equal(Enumerable.Range(0, 20).Select(_ => chance.Next(1000)).ToList(), Enumerable.Range(0, 20).Select(_ => again.Next(1000)).ToList());
    }

    [Fact]
    public void Streams_of_one_seed_differ() => Assert.NotEqual(new SeededChance(1, 1).NextWord(), new SeededChance(1, 2).NextWord());
}
