namespace Arena.Rules.Ratings;

/// <summary>What a difference in one feature of style is worth to the judges of a space.</summary>
/// <param name="Feature">One of <see cref="TextStyle.Names"/>.</param>
/// <param name="Coefficient">Log-odds of a win for a difference of one <paramref name="Spread"/>, at equal strength and otherwise equal style; 0 where the texts never differed in it.</param>
/// <param name="Error">Its standard error, log-odds; 0 where the texts never differed in it.</param>
/// <param name="Spread">Root mean square of the normalised difference (a - b) / (a + b + 1) over all matches, 0 to 1.</param>
public sealed record StyleEffect(string Feature, double Coefficient, double Error, double Spread);

/// <summary>A ranking at equal style, beside the plain one.</summary>
/// <param name="Places">Ratings and intervals of the kind that <see cref="Ladder"/> has.</param>
/// <param name="Effects">One for each of <see cref="TextStyle.Names"/>, in their order.</param>
/// <param name="Matches">Matches behind it.</param>
public sealed record StyledLadder(IReadOnlyDictionary<Guid, LadderPlace> Places, IReadOnlyList<StyleEffect> Effects, int Matches);

/// <summary>
/// The judged matches of a space of two seats with how their texts are written. Kept by match, fitted in order of ids: the same matches give the same
/// ladder to the last bit, however they came in. Not for two threads at once.
/// </summary>
public sealed class StyleBook
{
    private readonly Dictionary<Guid, Judged> _matches = [];

    /// <summary>Counts a match. One of more than two seats, or of a version against itself, is kept out.</summary>
    /// <param name="versions">Each player's version.</param>
    /// <param name="scores">Micro-points per player.</param>
    /// <param name="styles">Each player's text; all empty where no judge compared texts (a fault decided), so that the result counts without a difference of style.</param>
    public void Add(Guid match, IReadOnlyList<Guid> versions, IReadOnlyList<long> scores, IReadOnlyList<TextStyle> styles)
    {
        if (versions.Count != scores.Count || versions.Count != styles.Count)
        {
            throw new ArgumentException("Every player has a score and a style.", nameof(scores));
        }
        if (versions.Count == 2 && versions[0] != versions[1])
        {
            _matches.Add(match, new(versions[0], versions[1], Outcome(scores), styles[0], styles[1]));
        }
    }

    /// <summary>Gives a match of the book other scores, as after an appeal; does nothing for a match that is not in it.</summary>
    public void Replace(Guid match, IReadOnlyList<long> scores)
    {
        if (_matches.TryGetValue(match, out var was))
        {
            _matches[match] = was with { Outcome = Outcome(scores) };
        }
    }

    /// <summary>
    /// The styled fit: logit P(first wins) = θ_first - θ_second + β·x, x the normalised differences (<see cref="StyleControl.Feature"/>) divided by their root mean
    /// square. That is the z-score over both ways of writing each pair: so nothing depends on who is written first. β has a penalty of 1 (arena-rank's), θ the
    /// plain ladder's prior.
    /// </summary>
    /// <param name="priorDeviation">Of the plain ladder, points.</param>
    /// <param name="most">Most versions in it, chosen as in <see cref="Ladder"/>.</param>
    public StyledLadder Fit(LadderTerms terms, double priorDeviation, int most = 1_000)
    {
        var counted = _matches.Where(m => terms.Counts(m.Value.First, m.Value.Second)).OrderBy(m => m.Key).Select(m => m.Value).ToList();
        var played = counted.SelectMany(m => (Guid[])[m.First, m.Second]).GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        Guid[] versions = [.. played.Keys.Order()];
        if (versions.Length > most)
        {
            versions = [.. versions.OrderByDescending(terms.Anchors.Contains).ThenByDescending(v => played[v]).ThenBy(v => v).Take(most).Order()];
            var kept = versions.ToHashSet();
            counted = counted.FindAll(m => kept.Contains(m.First) && kept.Contains(m.Second));
        }
        var width = TextStyle.Names.Count;
        if (counted.Count == 0)
        {
            return new(new Dictionary<Guid, LadderPlace>(), [.. TextStyle.Names.Select(n => new StyleEffect(n, 0, 0, 0))], 0);
        }
        var spreads = Enumerable.Range(0, width).Select(f => Math.Sqrt(counted.Sum(m => m.Feature(f) * m.Feature(f)) / counted.Count)).ToArray();
        int[] seen = [.. Enumerable.Range(0, width).Where(f => spreads[f] > 0)];
        var index = versions.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        int[] anchors = [.. Enumerable.Range(0, versions.Length).Where(i => terms.Anchors.Contains(versions[i]))];
        var fit = StyleControl.Fit(
            versions.Length, [.. counted.Select(m => index[m.First])], [.. counted.Select(m => index[m.Second])], [.. counted.Select(m => m.Outcome)],
            [.. counted.SelectMany(m => seen.Select(f => m.Feature(f) / spreads[f]))],
            new(
                new BradleyTerryOptions(Center: 1_500, PriorDeviation: priorDeviation, Intervals: BradleyTerryIntervals.Curvature), Standardise: false,
                Centre: anchors.Length > 0 ? anchors : [.. Enumerable.Range(0, versions.Length)]));
        static long Milli(double points) => (long)Math.Round(1_000 * points);
        var places = versions.Select((v, i) => new LadderPlace(v, Milli(fit.Ratings[i]), Milli(fit.Low[i]), Milli(fit.High[i]), played[v])).ToDictionary(p => p.Version);
        OwnerShrinkage.Draw(places, versions, terms);
        return new(
            places,
            [.. TextStyle.Names.Select((n, f) => Array.IndexOf(seen, f) is >= 0 and var k ? new StyleEffect(n, fit.Coefficients[k], fit.CoefficientDeviations[k], spreads[f]) : new StyleEffect(n, 0, 0, 0))],
            counted.Count);
    }

    private static BattleOutcome Outcome(IReadOnlyList<long> scores) =>
        scores[0] > scores[1] ? BattleOutcome.FirstWins : scores[0] < scores[1] ? BattleOutcome.SecondWins : BattleOutcome.Tie;

    private sealed record Judged(Guid First, Guid Second, BattleOutcome Outcome, TextStyle FirstStyle, TextStyle SecondStyle)
    {
        public double Feature(int feature) => StyleControl.Feature(FirstStyle[feature], SecondStyle[feature]);
    }
}
