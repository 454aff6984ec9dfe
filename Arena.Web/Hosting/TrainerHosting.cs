using System.ComponentModel.DataAnnotations;
using Arena.Engine.Agents;
using Microsoft.Extensions.Options;

namespace Arena.Web.Hosting;

/// <summary>The trainer that the site starts beside itself: section "Trainer".</summary>
public sealed class TrainerHosting
{
    public const string Section = "Trainer";

    /// <summary>False leaves the trainer out (or to somebody else who runs one); the site says so.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Loopback port on which the trainer serves policies.</summary>
    [Range(1, 65_535)]
    public int ServePort { get; set; } = 5081;

    /// <summary>The trainer's assembly; found beside the site's own build when empty.</summary>
    public string Program { get; set; } = "";

    /// <summary>First pause before an ended trainer is started again; doubled each time up to a minute.</summary>
    public TimeSpan RestartAfter { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Wiring of the supervised trainer.</summary>
internal static class TrainerHostingServices
{
    public static IServiceCollection AddTrainerProcess(this IServiceCollection services)
    {
        services.AddOptions<TrainerHosting>().BindConfiguration(TrainerHosting.Section).ValidateDataAnnotations().ValidateOnStart();
        // Policies are asked for where our own trainer serves them, unless somebody named another place.
        services.AddOptions<PolicyServing>().PostConfigure<IOptions<TrainerHosting>, IConfiguration>((serving, hosting, configuration) =>
        {
            if (configuration[$"{PolicyServing.Section}:{nameof(PolicyServing.ServeUrl)}"] is null)
            {
                serving.ServeUrl = $"http://127.0.0.1:{hosting.Value.ServePort}";
            }
        });
        return services.AddHostedService<TrainerSupervisor>();
    }
}
