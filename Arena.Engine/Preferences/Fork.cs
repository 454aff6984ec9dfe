using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Engine.Preferences;

/// <summary>An action of a forked position with what its continuations came to.</summary>
/// <param name="Completion">What stands in the pair: the canonical action, or a policy's own words where they were illegal.</param>
/// <param name="Canonical">Null for an illegal completion: it loses at once, value 0.</param>
/// <param name="Value">Mean score of the seat to move over the continuations, 0 to 1.</param>
public sealed record ForkedAction(string Completion, string? Canonical, double Value);

/// <summary>Moves for several positions at once (so that a policy answers them in one batch): an action text for each.</summary>
public delegate Task<IReadOnlyList<string>> Continuer(IReadOnlyList<(IGameState State, int Seat)> positions, CancellationToken ct);

/// <summary>
/// Forks a position of a two-seat game: every candidate action is continued the same number of times and the mean results
/// are compared, so both completions of a pair answer the same prompt. Draws come from the match's revealed seed.
/// </summary>
public static class Fork
{
    // A game that has not ended by then counts as drawn; every space ends its games long before.
    private const int LongestGame = 1_000;

    /// <summary>Positions worth forking, drawn from <paramref name="draws"/>: one seat to move with a choice.</summary>
    public static IReadOnlyList<MatchPosition> Choose(IReadOnlyList<MatchPosition> positions, int most, Draws draws)
    {
        var left = positions.Where(p => p.Alone && p.Turn.Did is not null && p.Observation.Legal is { Count: > 1 }).ToList();
        var chosen = new List<MatchPosition>();
        while (chosen.Count < most && left.Count > 0)
        {
            var at = draws.Next(left.Count);
            chosen.Add(left[at]);
            left.RemoveAt(at);
        }
        return chosen;
    }

    /// <summary>The played action and others, drawn from the legal ones.</summary>
    public static IReadOnlyList<string> Candidates(MatchPosition position, int most, Draws draws)
    {
        var others = position.Observation.Legal!.Where(a => a != position.Turn.Did).ToList();
        var candidates = new List<string> { position.Turn.Did! };
        while (candidates.Count < most && others.Count > 0)
        {
            var at = draws.Next(others.Count);
            candidates.Add(others[at]);
            others.RemoveAt(at);
        }
        return candidates;
    }

    /// <summary>Continues every candidate <paramref name="rollouts"/> times in lock step.</summary>
    /// <param name="completions">Distinct answers to the position, legal or not.</param>
    public static async Task<IReadOnlyList<ForkedAction>> EvaluateAsync(
        ISpaceRules rules, IGameState state, int seat, IReadOnlyList<string> completions, int rollouts, Continuer continuer, CancellationToken ct)
    {
        var readings = completions.Select(c => rules.Read(state, seat, c)).ToList();
        var games = new List<(int Candidate, IGameState State)>();
        for (var i = 0; i < readings.Count; i++)
        {
            if (readings[i].Canonical is { } action)
            {
                var next = rules.Apply(state, new Dictionary<int, string> { [seat] = action });
                games.AddRange(Enumerable.Repeat((i, next), rollouts));
            }
        }
        var sums = new double[readings.Count];
        for (var ply = 0; games.Count > 0; ply++)
        {
            var running = new List<(int Candidate, IGameState State)>(games.Count);
            foreach (var game in games)
            {
                if (rules.Outcome(game.State) is { } scores)
                {
                    sums[game.Candidate] += scores[seat] / 1_000_000.0;
                }
                else if (ply >= LongestGame)
                {
                    sums[game.Candidate] += 0.5;
                }
                else
                {
                    running.Add(game);
                }
            }
            games = await StepAsync(rules, running, seat, sums, continuer, ct);
        }
        return [.. completions.Select((c, i) => new ForkedAction(readings[i].Canonical ?? c, readings[i].Canonical, readings[i].IsLegal ? sums[i] / rollouts : 0))];
    }

    /// <summary>Pairs of one position: the best against the worst and the next from below, where the margin allows.</summary>
    public static IEnumerable<PairDraft> Pairs(MatchPosition position, IReadOnlyList<ForkedAction> actions, VersionId version, double minMargin, VersionId? onPolicyOf)
    {
        var ranked = actions.OrderByDescending(a => a.Value).ThenBy(a => a.Completion, StringComparer.Ordinal).ToList();
        if (ranked.Count < 2 || ranked[0].Canonical is null)
        {
            yield break;
        }
        for (var i = 1; i <= Math.Min(PairBuilder.MostPerPrompt, ranked.Count - 1); i++)
        {
            var (best, worse) = (ranked[0], ranked[^i]);
            var margin = best.Value - worse.Value;
            if (margin < minMargin || best.Completion == worse.Completion)
            {
                continue;
            }
            yield return new(PairDraft.TextNotation, position.Observation.Text, best.Completion, worse.Completion, PairSource.Fork, position.Turn.Turn, version, version, margin, onPolicyOf);
            if (position.Observation.Compact is { } compact)
            {
                yield return new(PairDraft.CompactNotation, compact, best.Completion, worse.Completion, PairSource.Fork, position.Turn.Turn, version, version, margin, onPolicyOf);
            }
        }
    }

    /// <summary>House agents that now and then move at random: cheap, and they take wins and stop threats.</summary>
    public static Continuer House(ISpaceRules rules, double randomMoves, Draws draws) => (positions, _) =>
    {
        var house = rules.House[Math.Min(1, rules.House.Count - 1)];
        IReadOnlyList<string> moves = [.. positions.Select(p =>
        {
            var random = draws.Next(1_000_000) < randomMoves * 1_000_000;
            var legal = random ? rules.Observe(p.State, p.Seat).Legal : null;
            return legal is { Count: > 0 } ? draws.Pick(legal) : house.Act(rules, p.State, p.Seat, draws);
        })];
        return Task.FromResult(moves);
    };

    private static async Task<List<(int Candidate, IGameState State)>> StepAsync(
        ISpaceRules rules, List<(int Candidate, IGameState State)> running, int seat, double[] sums, Continuer continuer, CancellationToken ct)
    {
        if (running.Count == 0)
        {
            return running;
        }
        // Where seats act at once, all of them are asked before any acts.
        var seats = running.ConvertAll(g => rules.ToAct(g.State));
        var moves = await continuer([.. running.SelectMany((g, i) => seats[i].Select(s => (g.State, s)))], ct);
        var next = new List<(int Candidate, IGameState State)>(running.Count);
        var at = 0;
        foreach (var (game, acting) in running.Zip(seats))
        {
            var actions = new Dictionary<int, string>();
            var faulted = new List<int>();
            foreach (var s in acting)
            {
                if (rules.Read(game.State, s, moves[at++]).Canonical is { } action)
                {
                    actions[s] = action;
                }
                else
                {
                    faulted.Add(s);
                }
            }
            if (faulted.Count == 0)
            {
                next.Add((game.Candidate, rules.Apply(game.State, actions)));
            }
            else
            {
                // An illegal answer loses, as it does in a match.
                sums[game.Candidate] += !faulted.Contains(seat) ? 1 : faulted.Count == 1 ? 0 : 0.5;
            }
        }
        return next;
    }
}
