using System.Text.Json.Nodes;

namespace Arena.Tests.Journeys;

/// <summary>The whole site is killed in the middle of play, again and again; nothing may be lost or counted twice.</summary>
[Collection(JourneyCollection.Name)]
public sealed class CrashTests
{
    private const int Kills = 5;

    [Fact]
    public async Task KilledFiveTimesInTheMiddleOfPlayNoMatchIsLostOrCountedTwice()
    {
        await using var product = await Product.StartAsync("--no-chain --no-trainer", new Dictionary<string, string>
        {
            // Much play at once, so that every kill finds matches in all their stages.
            ["Arena__HouseShow__MatchesPerMinute"] = "600",
            ["Arena__HouseShow__PaceMs"] = "50",
        });

        var seen = new HashSet<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = seen.Count;
            await Product.UntilAsync("more matches have closed", async () =>
            {
                seen.UnionWith(await ClosedAsync(product));
                return seen.Count >= before + 10 && (await RunningAsync(product)).Count > 0;
            }, TimeSpan.FromMinutes(2));
            seen.UnionWith(await RunningAsync(product));
            await product.KillSiteAsync();
            await product.StartAgainAsync("--no-chain --no-trainer");
        }

        await Product.UntilAsync("every match that was ever seen has closed", async () =>
        {
            var closed = await ClosedAsync(product);
            return seen.IsSubsetOf(closed);
        }, TimeSpan.FromMinutes(2));
        Assert.True(await product.CtrlCAsync(), "Ctrl-C left a child behind.");

        await using var db = CrashAudit.Open(product.Data);
        Assert.Equal(0, await db.CountAsync("SELECT COUNT(*) FROM Matches WHERE Status = 'Void'"));
        // Once in the papers, once in every rating: the ratings' own counts are those of the closed rated matches.
        Assert.Equal(
            await db.CountAsync("SELECT COUNT(*) FROM MatchSeats s JOIN Matches m ON m.Id = s.MatchId WHERE m.Status = 'Closed' AND m.Kind = 'Rated'"),
            await db.CountAsync("SELECT SUM(Games) FROM Ratings"));
        Assert.Equal(
            await db.CountAsync("SELECT COUNT(*) FROM Matches WHERE Status = 'Closed'"),
            await db.CountAsync("SELECT COUNT(*) FROM MatchTranscripts"));
        // Each rating is where its last match left it, and each match started where the one before ended.
        Assert.Equal(0, await db.CountAsync("""
            SELECT COUNT(*) FROM MatchSeats s JOIN MatchSeats p ON p.MatchId = s.PreviousMatch AND p.VersionId = s.VersionId
            WHERE s.RatingBefore <> p.RatingAfter OR s.GamesBefore <> p.GamesBefore + 1
            """));
        Assert.Equal(0, await db.CountAsync("""
            SELECT COUNT(*) FROM Ratings r JOIN MatchSeats s ON s.MatchId = r.LastMatch AND s.VersionId = r.VersionId
            WHERE r.MilliElo <> s.RatingAfter OR r.Games <> s.GamesBefore + 1
            """));
        Assert.True(seen.Count > Kills * 10);
    }

    private static Task<HashSet<string>> ClosedAsync(Product product) => IdsAsync(product, "closed");

    private static Task<HashSet<string>> RunningAsync(Product product) => IdsAsync(product, "running");

    /// <summary>All ids of a status, through the public API's pages.</summary>
    private static async Task<HashSet<string>> IdsAsync(Product product, string status)
    {
        HashSet<string> ids = [];
        string? next = null;
        do
        {
            var page = await product.GetAsync($"/api/v1/matches?status={status}&limit=100{(next is null ? "" : $"&before={next}")}");
            foreach (var match in (JsonArray)page["matches"]!)
            {
                ids.Add((string)match!["id"]!);
            }
            next = (string?)page["next"];
        }
        while (next is not null);
        return ids;
    }
}
