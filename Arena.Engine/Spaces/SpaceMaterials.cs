using System.Security.Cryptography;
using System.Text;
using Arena.Rules.Spaces.Holdem;
using Arena.Rules.Spaces.TradeWars;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Spaces;

/// <summary>
/// Reads what the operator gives to spaces, at start: Tradewars' recorded prices (setting Arena:Prices:File, a CSV) and Hold'em's stakes (Arena:Holdem). What can't be used
/// stops the start with its reason; playing on with other prices or stakes than those that were asked for would be worse.
/// </summary>
public sealed partial class SpaceMaterials(IDbContextFactory<ArenaDb> factory, IOptions<ArenaOptions> options, ILogger<SpaceMaterials> log) : IHostedService
{
    /// <summary>The space that takes prices.</summary>
    public const string PriceSpace = "tradewars";

    /// <summary>Tradewars' recorded prices, or null while it plays generated ones.</summary>
    public PriceSeries? Prices { get; private set; }

    /// <summary>The space that takes stakes.</summary>
    public const string StakesSpace = "holdem";

    /// <summary>Hold'em's stakes.</summary>
    public HoldemStakes Stakes { get; private set; } = HoldemStakes.Usual;

    /// <summary>The material that new matches of a space are played with, or null.</summary>
    public string? For(string space) => space == PriceSpace ? Prices?.Material : space == StakesSpace ? Stakes.Material : null;

    /// <exception cref="InvalidOperationException">The price file or the stakes can't be used: which line or setting, and why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var stakes = options.Value.Holdem.Stakes;
        if (stakes.Problem is { } problem)
        {
            throw new InvalidOperationException($"Arena:Holdem can't be used: {problem}");
        }
        if (stakes.Material is { } material)
        {
            await KeepAsync(StakesSpace, material, cancellationToken);
            Stakes = stakes;
            Log.StakesSet(log, stakes.SmallBlind, stakes.BigBlind, stakes.Stack, stakes.Hands);
        }
        if (options.Value.Prices.File is { Length: > 0 } file)
        {
            var series = await ReadAsync(file, cancellationToken);
            await KeepAsync(PriceSpace, series.Material, cancellationToken);
            Prices = series;
            Log.PricesLoaded(log, series.Name, series.Prices.Count, series.Hash);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task KeepAsync(string space, string material, CancellationToken ct)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(material)));
        await using var db = await factory.CreateDbContextAsync(ct);
        if (!await db.SpaceMaterials.AnyAsync(m => m.Hash == hash, ct))
        {
            db.Add(new SpaceMaterial { Hash = hash, Space = space, Json = material });
            await db.SaveChangesAsync(ct);
        }
    }

    private static async Task<PriceSeries> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            var (series, problem) = PriceSeries.ReadCsv(await File.ReadAllTextAsync(file, ct), Path.GetFileName(file));
            return series ?? throw new InvalidOperationException($"Arena:Prices:File can't be used: {problem}");
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Arena:Prices:File can't be read: {e.Message}", e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2401, LogLevel.Information, "Tradewars plays recorded prices: {Name}, {Count} prices, SHA-256 {Hash}")]
        public static partial void PricesLoaded(ILogger log, string name, int count, string hash);

        [LoggerMessage(2402, LogLevel.Information, "Hold'em is played with blinds {SmallBlind} and {BigBlind}, stacks of {Stack}, {Hands} hands")]
        public static partial void StakesSet(ILogger log, int smallBlind, int bigBlind, int stack, int hands);
    }
}
