namespace Arena.Web.Site;

/// <summary>One line per event, quiet enough for a newcomer; --Arena:LogFormat json gives a program one JSON object per line.</summary>
internal static class SiteLogging
{
    public static void AddTo(WebApplicationBuilder builder)
    {
        var logging = builder.Logging;
        logging.ClearProviders();
        if (string.Equals(builder.Configuration["Arena:LogFormat"], "json", StringComparison.OrdinalIgnoreCase))
        {
            logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.TimestampFormat = "HH:mm:ss ";
            });
        }
        logging.SetMinimumLevel(LogLevel.Information);
        foreach (var (category, level) in Quiet)
        {
            // Only where the configuration says nothing itself.
            if (builder.Configuration[$"Logging:LogLevel:{category}"] is null)
            {
                logging.AddFilter(category, level);
            }
        }
    }

    private static readonly (string Category, LogLevel Level)[] Quiet =
    [
        ("Microsoft", LogLevel.Warning),
        ("Microsoft.AspNetCore.DataProtection", LogLevel.Error),
        ("Microsoft.EntityFrameworkCore", LogLevel.Warning),
        ("Orleans", LogLevel.Error),
        ("System.Net.Http", LogLevel.Warning),
        ("Polly", LogLevel.Warning),
    ];
}
