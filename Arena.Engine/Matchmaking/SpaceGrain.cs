namespace Arena.Engine.Matchmaking;

/// <summary>One space: its queue and its show. Being one grain, it decides one thing at a time, wherever it is asked from.</summary>
public interface ISpaceGrain : IGrainWithStringKey
{
    /// <summary>Looks at who waits and starts the matches that are due.</summary>
    Task TickAsync();
}

internal sealed class SpaceGrain(MatchmakingDesk desk) : Grain, ISpaceGrain
{
    private readonly SpaceMemory _memory = new();

    public Task TickAsync() => desk.TickAsync(this.GetPrimaryKeyString(), _memory, CancellationToken.None);
}
