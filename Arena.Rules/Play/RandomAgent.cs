namespace Arena.Rules.Play;

/// <summary>Any legal action, uniformly; for spaces whose legal actions can be listed.</summary>
internal sealed class RandomAgent : IHouseAgent
{
    public string Slug => "random";

    public string Name => "Random";

    public string About => "Plays any legal move, each with the same chance.";

    public string Act(ISpaceRules rules, IGameState state, int seat, Draws draws) => draws.Pick(rules.Observe(state, seat).Legal!);
}
