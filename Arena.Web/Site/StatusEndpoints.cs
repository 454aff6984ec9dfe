namespace Arena.Web.Site;

internal static class StatusEndpoints
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/status").WithTags("Status").MapGet("", Read);

    /// <summary>What is on and what is off.</summary>
    private static StatusAnswer Read(Parts parts) =>
        new([.. parts.All.Select(p => new PartAnswer(p.Name, p.State.ToString().ToLowerInvariant(), p.Words, p.Since))]);

    public sealed record StatusAnswer(IReadOnlyList<PartAnswer> Parts);

    public sealed record PartAnswer(string Name, string State, string Words, DateTimeOffset Since);
}
