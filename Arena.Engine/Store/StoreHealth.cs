namespace Arena.Engine.Store;

/// <summary>Whether the database takes writes. While it does not, work waits in memory and is retried.</summary>
public sealed class StoreHealth
{
    private volatile StoreTrouble? _trouble;

    /// <summary>What is wrong now, or null.</summary>
    public StoreTrouble? Trouble => _trouble;

    public bool Healthy => _trouble is null;

    internal void Failed(string text, DateTimeOffset now, int waiting) =>
        _trouble = new StoreTrouble(text, _trouble?.Since ?? now, waiting);

    internal void Worked() => _trouble = null;
}

/// <param name="Text">For people: what is wrong and what becomes of their work.</param>
/// <param name="Since">First failure of this trouble.</param>
/// <param name="Waiting">Writes that wait.</param>
public sealed record StoreTrouble(string Text, DateTimeOffset Since, int Waiting);
