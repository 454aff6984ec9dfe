using Arena.Engine.Agents;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Preferences;

/// <summary>
/// Forks a match's positions. A hosted policy's positions are answered by that policy (on-policy) and continued by it too when it is a small one;
/// all others are answered and continued by house agents, as are the continuations of a policy on the full text, where each move costs a large model's answer.
/// </summary>
public sealed class ForkWork(AgentClients agents, PolicyServer server, IOptions<ForkOptions> options)
{
    private const int Samples = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TextPatience = TimeSpan.FromMinutes(2);

    /// <param name="askPolicies">False when the trainer has stayed away too long: house agents stand in.</param>
    /// <exception cref="PlatformFaultException">The trainer does not answer.</exception>
    public async Task<IReadOnlyList<PairDraft>> DraftAsync(MatchSetup setup, PlayedMatch played, bool askPolicies, CancellationToken ct)
    {
        var settings = options.Value;
        var positions = Fork.Choose(MatchPosition.Of(setup, played), settings.PositionsPerMatch, new Draws(setup.Seed, "fork/positions"));
        var drafts = new List<PairDraft>();
        foreach (var position in positions)
        {
            var version = new VersionId(setup.Players[position.Turn.Player].Version);
            var draws = new Draws(setup.Seed, $"fork/{position.Turn.Turn}");
            var known = await agents.KnowAsync(version, ct);
            if (askPolicies && server.Enabled && known.Config is PolicyConfig policy && policy.Reads(setup.Rules.Card))
            {
                drafts.AddRange(await OnPolicyAsync(setup.Rules, position, version, policy, draws, ct));
            }
            else
            {
                var candidates = Fork.Candidates(position, settings.ActionsPerPosition, draws);
                var actions = await Fork.EvaluateAsync(
                    setup.Rules, position.State, position.Turn.Seat, candidates, settings.Rollouts, Fork.House(setup.Rules, settings.RandomMoves, draws), ct);
                drafts.AddRange(Fork.Pairs(position, actions, version, settings.MinMargin, null));
            }
        }
        return drafts;
    }

    private async Task<IReadOnlyList<PairDraft>> OnPolicyAsync(ISpaceRules rules, MatchPosition position, VersionId version, PolicyConfig policy, Draws draws, CancellationToken ct)
    {
        var settings = options.Value;
        var heat = Math.Max(1, policy.Temperature);
        var continuer = Policy(rules, policy, heat, draws);
        var asked = Enumerable.Repeat((position.State, position.Turn.Seat), Samples).ToList();
        var completions = (await continuer(asked, ct)).Distinct(StringComparer.Ordinal).Take(settings.ActionsPerPosition).ToList();
        if (completions.Count < 2)
        {
            // The policy is sure of itself here: there is nothing to compare on-policy.
            return [];
        }
        var actions = settings.PolicyRollouts > 0 && policy.Notation == PolicyNotation.Compact
            ? await Fork.EvaluateAsync(rules, position.State, position.Turn.Seat, completions, settings.PolicyRollouts, continuer, ct)
            : await Fork.EvaluateAsync(rules, position.State, position.Turn.Seat, completions, settings.Rollouts, Fork.House(rules, settings.RandomMoves, draws), ct);
        return [.. Fork.Pairs(position, actions, version, settings.MinMargin, version)];
    }

    /// <summary>Answers of a hosted policy, asked all at once so that the trainer batches them.</summary>
    private Continuer Policy(ISpaceRules rules, PolicyConfig policy, double temperature, Draws draws) => async (positions, ct) =>
    {
        // Seeds are drawn before the calls go out, in order: the same match makes the same pairs.
        var text = policy.Notation == PolicyNotation.Text;
        var calls = positions.Select(p => (Seen: rules.Observe(p.State, p.Seat), Seed: (long)(draws.NextWord() >> 11))).ToList();
        return await Task.WhenAll(calls.Select(async call => await server.CompleteAsync(policy.Model, text ? call.Seen.Text : call.Seen.Compact!, server.MostTokens(policy.Notation, rules.Card), temperature, call.Seed, text ? TextPatience : Patience, ct) switch
        {
            ChatAnswer answer => answer.Text,
            ChatTrouble trouble => throw new PlatformFaultException($"The trainer did not continue a position. {trouble.Detail}"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        }));
    };
}
