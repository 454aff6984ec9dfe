using Arena.Rules.Spaces.TradeWars;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Spaces;

/// <summary>
/// Reads what the operator gives to spaces, at start: Tradewars' recorded prices (setting Arena:Prices:File, a CSV). A file that can't be used stops the start with
/// its line and reason; playing on with other prices than those that were asked for would be worse.
/// </summary>
public sealed partial class SpaceMaterials(IDbContextFactory<ArenaDb> factory, IOptions<ArenaOptions> options, ILogger<SpaceMaterials> log) : IHostedService
{
    /// <summary>The space that takes prices.</summary>
    public const string PriceSpace = "tradewars";

    /// <summary>Tradewars' recorded prices, or null while it plays generated ones.</summary>
    public PriceSeries? Prices { get; private set; }

    /// <summary>The material that new matches of a space are played with, or null.</summary>
    public string? For(string space) => space == PriceSpace ? Prices?.Material : null;

    /// <exception cref="InvalidOperationException">The price file can't be used: which line and why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Prices.File is not { Length: > 0 } file)
        {
            return;
        }
        var series = await ReadAsync(file, cancellationToken);
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        if (!await db.SpaceMaterials.AnyAsync(m => m.Hash == series.Hash, cancellationToken))
        {
            db.Add(new SpaceMaterial { Hash = series.Hash, Space = PriceSpace, Json = series.Material });
            await db.SaveChangesAsync(cancellationToken);
        }
        Prices = series;
        Log.PricesLoaded(log, series.Name, series.Prices.Count, series.Hash);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
    }
}
