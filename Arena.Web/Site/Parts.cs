using System.Collections.Concurrent;

namespace Arena.Web.Site;

/// <summary>Whether a part of the site works.</summary>
public enum PartState
{
    On,

    /// <summary>Switched off by whoever runs the site, or not set up.</summary>
    Off,

    /// <summary>Should work and does not.</summary>
    Down,
}

/// <summary>One part of the site, as its status page shows it.</summary>
/// <param name="Name">Stable, e.g. "chain".</param>
/// <param name="Title">For people, at the start of a sentence.</param>
/// <param name="State">How it is.</param>
/// <param name="Words">What that means for people, one or two sentences.</param>
/// <param name="Since">Since when it has been so.</param>
/// <param name="Banner">Whether every page says so while it is not on.</param>
public sealed record Part(string Name, string Title, PartState State, string Words, DateTimeOffset Since, bool Banner);

/// <summary>What is on and what is off; each worker reports its own part, pages and /api/v1/status read.</summary>
public sealed class Parts(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Part> _parts = new();

    /// <summary>Every part, by name.</summary>
    public IReadOnlyList<Part> All => [.. _parts.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>The parts that every page warns about.</summary>
    public IReadOnlyList<Part> Troubled => [.. All.Where(p => p.Banner && p.State != PartState.On)];

    public Part? Find(string name) => _parts.GetValueOrDefault(name);

    /// <summary>Replaces what is known about <paramref name="name"/>; "since" moves only when the state changes.</summary>
    public void Report(string name, string title, PartState state, string words, bool banner = true) =>
        _parts.AddOrUpdate(
            name,
            _ => new(name, title, state, words, time.GetUtcNow(), banner),
            (_, known) => new(name, title, state, words, known.State == state ? known.Since : time.GetUtcNow(), banner));
}
