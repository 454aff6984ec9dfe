using Arena.Engine.Training;

namespace Arena.Tests.Engine.Training;

public sealed class OpponentPoolTests
{
    private static PoolCandidate Of(int id, string source, long? elo, string? hash = null) =>
        new(source, $"name-{id}", $"Title {id}", new(new Guid(id, 1, 0, new byte[8])), new(new Guid(id, 2, 0, new byte[8])), hash ?? $"hash-{id}", elo, null, null);

    [Fact]
    public void EqualsWeighMostAndWeightsAreSharesOfOne()
    {
        var pool = OpponentPool.Draw(1_600_000, "parent", [Of(1, "house", 1_200_000), Of(2, "past", 1_600_000), Of(3, "sparring", 1_800_000)], new());
        Assert.Equal(["name-2", "name-3", "name-1"], pool.Select(m => m.Name));
        Assert.Equal(1, pool.Sum(m => m.Weight), 1e-12);
        Assert.Equal(0.5, pool[0].Expected, 1e-12);
        // p = 1/11 at 400 points below: 4 p (1 - p) = 40/121; p = 0.2402... at 200 points above: 0.7301...
        Assert.Equal(40.0 / 121, pool[2].Weight / pool[0].Weight, 1e-12);
        Assert.Equal(0.7301, pool[1].Weight / pool[0].Weight, 1e-4);
        Assert.Equal(("house", "policy"), (pool[2].Kind, pool[0].Kind));
    }

    [Fact]
    public void TheHeaviestAreTakenAndAtLeastOneOfEachSource()
    {
        PoolCandidate[] all = [.. Enumerable.Range(1, 20).Select(i => Of(i, "sparring", 1_500_000 + i * 1_000)), Of(50, "house", 100_000), Of(51, "past", 200_000)];
        var pool = OpponentPool.Draw(null, "parent", all, new() { Most = 4 });
        Assert.Equal(["name-1", "name-2", "name-51", "name-50"], pool.Select(m => m.Name));
        Assert.Equal(3, OpponentPool.Draw(null, "parent", all, new() { Most = 1 }).Count);
        Assert.Empty(OpponentPool.Draw(null, "parent", all, new() { Most = 0 }));
        Assert.Equal(OpponentPool.Draw(null, "parent", all, new()), OpponentPool.Draw(null, "parent", [.. all.Reverse()], new()));
    }

    [Fact]
    public void WhatPlaysLikeTheParentOrLikeAnotherMemberIsLeftOut()
    {
        var pool = OpponentPool.Draw(1_500_000, "mine", [Of(1, "sparring", 1_500_000, "mine"), Of(2, "past", null, "same"), Of(3, "sparring", 1_900_000, "same")], new());
        var member = Assert.Single(pool);
        Assert.Equal(("name-2", false, 1500.0), (member.Name, member.Rated, member.Elo));
        Assert.Empty(OpponentPool.Draw(null, "parent", [], new()));
    }

    [Fact]
    public void MembersTakeTurnsByTheirShares()
    {
        var pool = OpponentPool.Draw(1_600_000, "parent", [Of(1, "house", 1_200_000), Of(2, "past", 1_600_000), Of(3, "sparring", 1_800_000)], new());
        var played = new int[3];
        for (var n = 1; n <= 500; n++)
        {
            played[OpponentPool.Next(pool, played)]++;
            Assert.All(pool.Zip(played), p => Assert.InRange(p.Second, p.First.Weight * n - 1.5, p.First.Weight * n + 1.5));
        }
    }

    [Fact]
    public void APoolGoesThroughJson()
    {
        var pool = OpponentPool.Draw(null, "parent", [Of(1, "house", null), Of(2, "sparring", null) with { Temperature = 0.5, Files = [new("config.json", "ab", 3)] }], new());
        var json = PoolMember.ToJson(pool);
        Assert.Contains("\"kind\":\"house\",\"name\":\"name-1\",\"weight\":0.5", json, StringComparison.Ordinal);
        Assert.Equal(json, PoolMember.ToJson(PoolMember.ListOf(json)));
    }
}
