using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class StyleBookTests
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 6).Select(Id)];

    private static Guid Id(int n) => new(n, 0, 7, [0, 0, 0, 0, 0, 0, 0, 0]);

    private sealed record Played(Guid Match, Guid[] Versions, long[] Scores, TextStyle[] Styles);

    /// <summary>Four equal agents (and a stronger fifth) before judges who like length; number 1 writes three times as long as the others.</summary>
    private static List<Played> Matches(int count = 3_000)
    {
        var random = new TestNumbers(17);
        return [.. Enumerable.Range(0, count).Select(m =>
        {
            var a = (int)(5 * random.Uniform());
            var b = (a + 1 + (int)(4 * random.Uniform())) % 5;
            TextStyle[] styles = [Style(a), Style(b)];
            var logit = Truth(a) - Truth(b) + 2 * StyleControl.Feature(styles[0].Length, styles[1].Length);
            var first = random.Uniform() < 1 / (1 + Math.Exp(-logit));
            return new Played(Id(1_000_000 + (int)(1e6 * random.Uniform())), [Ids[a], Ids[b]], first ? [1, 0] : [0, 1], styles);
        }).DistinctBy(p => p.Match)];

        TextStyle Style(int player) => new((int)((player == 1 ? 600 : 200) * (0.4 + random.Uniform())), 0, (int)(3 * random.Uniform()), 0);
        static double Truth(int player) => player == 4 ? 0.8 : 0;
    }

    private static (Ladder Plain, StyledLadder Styled) Fit(IEnumerable<Played> matches, LadderTerms? terms = null)
    {
        var (book, styles) = (new LadderBook(), new StyleBook());
        foreach (var played in matches)
        {
            book.Add(played.Versions, played.Scores);
            styles.Add(played.Match, played.Versions, played.Scores, played.Styles);
        }
        terms ??= new(new HashSet<Guid> { Ids[0] });
        var plain = Ladder.Of(book, terms);
        return (plain, styles.Fit(terms, plain.PriorDeviation));
    }

    [Fact]
    public void WhatAnAgentWinsByWritingLongItLosesAtEqualStyle()
    {
        var (plain, styled) = Fit(Matches());
        Assert.True(plain.Places[Ids[1]].Milli > 1_600_000, $"{plain.Places[Ids[1]].Milli}");
        var verbose = styled.Places[Ids[1]];
        Assert.True(verbose.Low <= 1_500_000 && 1_500_000 <= verbose.High, $"{verbose}");
        var strong = styled.Places[Ids[4]];
        var truth = 1_500_000 + (long)(0.8 * 400_000 / Math.Log(10));
        Assert.InRange(truth, strong.Low, strong.High);
        Assert.Equal(TextStyle.Names, styled.Effects.Select(e => e.Feature));
        var length = styled.Effects[0];
        Assert.InRange(length.Coefficient / length.Spread, 2 - 3 * length.Error / length.Spread, 2 + 3 * length.Error / length.Spread);
        Assert.InRange(styled.Effects[2].Coefficient, -3 * styled.Effects[2].Error, 3 * styled.Effects[2].Error);
        Assert.All((double[])[length.Error, styled.Effects[2].Error], e => Assert.InRange(e, 0.01, 0.1));
        // Nobody ever wrote a header or a bold word: nothing is known of them.
        Assert.All((StyleEffect[])[styled.Effects[1], styled.Effects[3]], e => Assert.Equal((0, 0, 0), (e.Coefficient, e.Error, e.Spread)));
        Assert.Equal(styled.Matches, styled.Places.Values.Sum(p => p.Matches) / 2);
    }

    [Fact]
    public void NeitherTheOrderOfTheMatchesNorWhoIsWrittenFirstChangesTheLadder()
    {
        var matches = Matches(300);
        var random = new TestNumbers(2);
        var one = Fit(matches).Styled;
        var other = Fit(matches.OrderBy(_ => random.Uniform())).Styled;
        Assert.Equal(one.Places.Values.OrderBy(p => p.Version), other.Places.Values.OrderBy(p => p.Version));
        Assert.Equal(one.Effects, other.Effects);
        var turned = Fit(matches.Select((m, i) => i % 3 == 0 ? m with { Versions = [m.Versions[1], m.Versions[0]], Scores = [m.Scores[1], m.Scores[0]], Styles = [m.Styles[1], m.Styles[0]] } : m)).Styled;
        Assert.All(turned.Places.Values, p => Assert.Equal(one.Places[p.Version].Milli, p.Milli, 1.0));
        Assert.All(turned.Effects.Zip(one.Effects), e => Assert.Equal(e.Second.Coefficient, e.First.Coefficient, 1e-9));
    }

    [Fact]
    public void WithoutDifferencesOfStyleItIsThePlainLadderWithItsIntervals()
    {
        var (plain, styled) = Fit(Matches(400).Select(m => m with { Styles = [default, default] }));
        Assert.Equal(plain.Places.Count, styled.Places.Count);
        // The plain fit stops learning its prior when a thousandth is left; so much the two differ.
        Assert.All(styled.Places.Values, p =>
        {
            var place = plain.Places[p.Version];
            Assert.InRange(p.Milli - place.Milli, -300, 300);
            Assert.InRange(p.High - p.Low - (place.High - place.Low), -300, 300);
            Assert.Equal(place.Matches, p.Matches);
        });
    }

    [Fact]
    public void AnAppealReplacesScoresAndAFlagTakesAPairOut()
    {
        var matches = Matches(200);
        var (terms, styles) = (new LadderTerms(new HashSet<Guid>()), new StyleBook());
        foreach (var played in matches)
        {
            styles.Add(played.Match, played.Versions, [0, 0], played.Styles);
        }
        foreach (var played in matches)
        {
            styles.Replace(played.Match, played.Scores);
        }
        styles.Replace(Id(5), [1, 0]);
        var whole = Fit(matches, terms);
        Assert.Equal(whole.Styled.Places.Values.OrderBy(p => p.Version), styles.Fit(terms, whole.Plain.PriorDeviation).Places.Values.OrderBy(p => p.Version));

        var flagged = new LadderTerms(terms.Anchors, Uncounted: new HashSet<(Guid, Guid)> { LadderTerms.Pair(Ids[0], Ids[1]) });
        var without = matches.FindAll(m => !(m.Versions.Contains(Ids[0]) && m.Versions.Contains(Ids[1])));
        Assert.NotEqual(matches.Count, without.Count);
        Assert.Equal(Fit(without, terms).Styled.Matches, styles.Fit(flagged, 300).Matches);
        Assert.NotEqual(whole.Styled.Places[Ids[1]].Milli, styles.Fit(flagged, whole.Plain.PriorDeviation).Places[Ids[1]].Milli);
    }

    [Fact]
    public void OneOwnersCopiesAreDrawnTogetherHereToo()
    {
        var owner = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        var terms = new LadderTerms(new HashSet<Guid> { Ids[0] }, new Dictionary<Guid, Guid> { [Ids[2]] = owner, [Ids[3]] = owner });
        var styled = Fit(Matches(500), terms).Styled;
        Assert.Equal(styled.Places[Ids[2]].Milli, styled.Places[Ids[3]].Milli, 1.0);
        Assert.True(styled.Places[Ids[2]].Drawn != 0);
    }

    [Fact]
    public void AnEmptyBookHasAnEmptyLadder()
    {
        var styled = new StyleBook().Fit(new(new HashSet<Guid>()), 300);
        Assert.Empty(styled.Places);
        Assert.Equal((0, 4), (styled.Matches, styled.Effects.Count));
    }
}
