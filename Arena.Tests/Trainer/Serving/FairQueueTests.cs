using Arena.Trainer.Serving;

namespace Arena.Tests.Trainer.Serving;

public sealed class FairQueueTests
{
    [Fact]
    public void Names_take_turns_and_keep_their_own_order()
    {
        var queue = new FairQueue<string>();
        foreach (var item in new[] { "a1", "a2", "a3", "b1", "c1", "c2" })
        {
            queue.Add(item[..1], item);
        }
        Assert.Equal(["a1", "b1", "c1", "a2", "c2", "a3"], Drain(queue));
    }

    [Fact]
    public void Removing_takes_only_what_matches_and_forgets_empty_names()
    {
        var queue = new FairQueue<string>();
        foreach (var item in new[] { "a1", "a2", "b1", "c1" })
        {
            queue.Add(item[..1], item);
        }
        Assert.Equal(["a1", "b1"], queue.Remove(i => i is "a1" or "b1"));
        Assert.Equal(2, queue.Count);
        queue.Add("b", "b2");
        Assert.Equal(["a2", "c1", "b2"], Drain(queue));
        Assert.False(queue.TryPeek(out _));
    }

    private static List<string> Drain(FairQueue<string> queue)
    {
        var taken = new List<string>();
        while (queue.TryPeek(out var next))
        {
            Assert.Equal(next, queue.Take());
            taken.Add(next);
        }
        Assert.Equal(0, queue.Count);
        return taken;
    }
}
