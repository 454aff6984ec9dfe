using Arena.Engine.Settlement;

namespace Arena.Web.Settlement;

/// <summary>Settlement's wiring in the site. Goes before the engine's, so that the chain ends after the workers that use it.</summary>
internal static class SettlementSite
{
    public static IServiceCollection AddArenaChain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ChainOptions>().BindConfiguration(ChainOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ChainLink>();
        if (configuration.GetValue($"{ChainOptions.Section}:{nameof(ChainOptions.Enabled)}", true))
        {
            services.AddHttpClient(ChainHost.Client);
            services.AddSingleton<VaultDeployment>();
            services.AddSingleton<ISettlementRail, VaultRail>();
            services.AddHostedService<ChainHost>();
        }
        return services;
    }
}
