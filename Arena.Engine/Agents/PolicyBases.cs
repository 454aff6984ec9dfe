using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>A model that policy agents may start from, as the trainer offers it.</summary>
/// <param name="Weights">Numbers that it has; null before the trainer has said.</param>
/// <param name="Context">Most tokens of prompt and answer together; null likewise.</param>
public sealed record PolicyBase(string Name, PolicyNotation Notation, long? Weights = null, int? Context = null)
{
    /// <summary>The model that comes with Arena.</summary>
    public static PolicyBase Shipped { get; } = new("arena-tiny", PolicyNotation.Compact);
}

/// <summary>
/// Which bases the trainer offers, as it last said. The shipped one is always among them: agents can be made before the trainer is up. What a trainer that
/// went away had offered stays, as its agents do.
/// </summary>
public sealed class PolicyBases(IOptions<PolicyServing> serving, TimeProvider time) : IDisposable
{
    private const int MostBases = 100;
    private const int LongestName = 100;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 1_048_576 };
    private volatile IReadOnlyList<PolicyBase> _known = [PolicyBase.Shipped];

    public IReadOnlyList<PolicyBase> Known => _known;

    /// <returns>Null when no such base is offered.</returns>
    public PolicyBase? Find(string name) => _known.FirstOrDefault(b => b.Name == name);

    /// <summary>Asks the trainer. When it does not answer, or is one that offers no bases, what was known stays.</summary>
    /// <param name="patience">How long to wait for it.</param>
    public async Task RefreshAsync(TimeSpan patience, CancellationToken ct)
    {
        using var clock = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        try
        {
            _known = Read(JsonNode.Parse(await _http.GetStringAsync(new Uri(serving.Value.BaseAddress + "/v1/bases"), either.Token)));
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException or FormatException)
        {
            // The trainer's health says that it is away; an older one has no such address.
        }
    }

    public void Dispose() => _http.Dispose();

    private static IReadOnlyList<PolicyBase> Read(JsonNode? answer)
    {
        var offered = new List<PolicyBase>();
        foreach (var item in (answer?["data"]?.AsArray() ?? []).Take(MostBases))
        {
            if (item?["id"]?.GetValue<string>() is { Length: > 0 and <= LongestName } name && Notation(item["notation"]?.GetValue<string>()) is { } notation)
            {
                offered.Add(new(name, notation, item["weights"]?.GetValue<long>(), item["context"]?.GetValue<int>()));
            }
        }
        return offered.Any(b => b.Name == PolicyBase.Shipped.Name) ? offered : [PolicyBase.Shipped, .. offered];
    }

    private static PolicyNotation? Notation(string? word) => word switch { "text" => PolicyNotation.Text, "compact" => PolicyNotation.Compact, _ => null };
}
