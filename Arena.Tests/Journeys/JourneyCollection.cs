namespace Arena.Tests.Journeys;

/// <summary>Tests that run the whole product: one after the other, when all others are through, so that a small machine is theirs alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class JourneyCollection
{
    public const string Name = "Journeys";
}
