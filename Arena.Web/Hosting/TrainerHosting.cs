using System.ComponentModel.DataAnnotations;

namespace Arena.Web.Hosting;

/// <summary>The trainer that the site starts beside itself: section "Arena:Trainer".</summary>
public sealed class TrainerHosting
{
    public const string Section = "Arena:Trainer";

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
        return services.AddHostedService<TrainerSupervisor>();
    }
}
