namespace Arena.Engine.Matches;

/// <summary>This process among all that play matches: the name that its leases carry. A restarted process is another node.</summary>
public sealed class MatchNode(TimeProvider time)
{
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7(time.GetUtcNow()):N}";
}
