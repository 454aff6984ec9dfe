using System.Text.Json.Nodes;
using Arena.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Arena.Tests.Web;

[Collection("site")]
public sealed class EpochPageTests(SiteFixture site)
{
    [Fact]
    public async Task ACorrectionStandsOnItsEpochsPageWithWhoAnswersForItWhyAndWhatChanged()
    {
        const long number = 900_001;
        await using (var db = await site.Services.GetRequiredService<IDbContextFactory<ArenaDb>>().CreateDbContextAsync())
        {
            db.SettlementEpochs.Add(new() { Number = number, ResultRoot = "0xnew", PayoutRoot = "0xnewpay", PayoutTotalGwei = 0, Matches = 0, BuiltAt = DateTimeOffset.UnixEpoch });
            db.EpochCorrections.Add(new()
            {
                Epoch = number,
                Number = 1,
                Attempt = 1,
                FellResultRoot = "0xfellresults",
                FellPayoutRoot = "0xfellpayouts",
                ResultRoot = "0xnew",
                PayoutRoot = "0xnewpay",
                Changes = "payout to 0xA: 50 gwei in total become 0\nmatch m: its leaf was not its record's",
                By = "Grace <script>",
                Reason = "A gift was <b>booked</b> twice.",
                At = DateTimeOffset.UnixEpoch,
            });
            await db.SaveChangesAsync();
        }
        var browser = site.Browse();
        await browser.GetAsync($"/epochs/{number}");
        Assert.Contains("Corrected after a dispute", browser.Text, StringComparison.Ordinal);
        Assert.Contains("A gift was <b>booked</b> twice.", browser.Text, StringComparison.Ordinal);
        Assert.Contains("Grace <script>", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>booked</b>", browser.Page, StringComparison.Ordinal);
        Assert.Contains("50 gwei in total become 0", browser.Text, StringComparison.Ordinal);
        Assert.Contains("0xfellpayouts", browser.Text, StringComparison.Ordinal);

        var answer = JsonNode.Parse(await browser.Client.GetStringAsync($"/api/v1/epochs/{number}"))!;
        var correction = Assert.Single(answer["corrections"]!.AsArray())!;
        Assert.Equal(2, correction["changes"]!.AsArray().Count);
        Assert.Equal("0xfellresults", (string?)correction["fellResultRoot"]);
    }
}
