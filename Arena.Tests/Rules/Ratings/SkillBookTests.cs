using Arena.Rules.Ratings;

namespace Arena.Tests.Rules.Ratings;

public sealed class SkillBookTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Guid Id(int n) => new(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    private static List<(DateTimeOffset At, Guid Match, Guid[] Versions, long[] Scores)> Matches(int count, int players = 9)
    {
        var random = new TestNumbers(5);
        return [.. Enumerable.Range(0, count).Select(m =>
        {
            var seats = Enumerable.Range(0, players).OrderBy(_ => random.Uniform()).Take(2 + m % 4).ToArray();
            // Moments repeat, and scores do too.
            return (Start.AddSeconds(m / 3), Id(1_000 + (int)(1e6 * random.Uniform())), seats.Select(Id).ToArray(), seats.Select(s => 1_000L * ((s + (int)(5 * random.Uniform())) / 2)).ToArray());
        })];
    }

    private static SkillBook Book(IEnumerable<(DateTimeOffset At, Guid Match, Guid[] Versions, long[] Scores)> matches)
    {
        var book = new SkillBook();
        foreach (var (at, match, versions, scores) in matches)
        {
            book.Add(at, match, versions, scores);
        }
        return book;
    }

    [Fact]
    public void SkillsAreThoseOfWengAndLinsRuleOverTheFinishingOrders()
    {
        var matches = Matches(60);
        var skills = new Dictionary<Guid, Skill>();
        foreach (var (_, _, versions, scores) in matches.OrderBy(m => m.At).ThenBy(m => m.Match))
        {
            var after = WengLin.Rate([.. versions.Select(v => (IReadOnlyList<Skill>)[skills.GetValueOrDefault(v, Skill.Newcomer)])], scores: [.. scores.Select(s => (double)s)], options: SkillBook.Options);
            for (var i = 0; i < versions.Length; i++)
            {
                skills[versions[i]] = after[i][0];
            }
        }
        var places = Book(matches).Places();
        Assert.Equal(skills.Count, places.Count);
        Assert.All(places.Values, p =>
        {
            Assert.Equal(skills[p.Version].Mu, p.Mu, 1e-9);
            Assert.Equal(skills[p.Version].Sigma, p.Sigma, 1e-9);
            Assert.Equal(matches.Count(m => m.Versions.Contains(p.Version)), p.Matches);
            Assert.Equal(p.Mu, (p.Low + p.High) / 2, 1e-9);
        });
    }

    [Fact]
    public void TheSameMatchesGiveTheSameSkillsToTheLastBitHoweverTheyComeIn()
    {
        var matches = Matches(80);
        var whole = Book(matches).Places();
        var random = new TestNumbers(3);
        var shuffled = new SkillBook();
        foreach (var (at, match, versions, scores) in matches.OrderBy(_ => random.Uniform()))
        {
            shuffled.Add(at, match, versions, scores);
            if (random.Uniform() < 0.25)
            {
                // Looked at in between, as the site does.
                shuffled.Places();
            }
        }
        var places = shuffled.Places();
        Assert.Equal(whole.Count, places.Count);
        Assert.All(whole, p => Assert.Equal(p.Value, places[p.Key]));
    }

    [Fact]
    public void CorrectedScoresCountAsIfTheyHadBeenSoFromTheStart()
    {
        var matches = Matches(40);
        var book = Book(matches);
        var before = book.Places();
        var (at, match, versions, scores) = matches[7];
        long[] other = [.. scores.Select((_, i) => 1_000L * i)];
        book.Replace(match, other);
        var places = book.Places();
        var straight = Book(matches.Select((m, i) => i == 7 ? (at, match, versions, other) : m)).Places();
        Assert.All(straight, p => Assert.Equal(p.Value, places[p.Key]));
        Assert.NotEqual(before[versions[0]], places[versions[0]]);
        book.Replace(match, scores);
        Assert.All(book.Places(), p => Assert.Equal(before[p.Key], p.Value));
        book.Replace(Id(7), scores);
        Assert.Throws<ArgumentException>(() => book.Add(at, match, versions, scores));
    }

    [Fact]
    public void MatchesOfAPairThatDoesNotCountArePassedOverWhileItDoesNot()
    {
        var matches = Matches(60);
        var book = Book(matches);
        var all = book.Places();
        HashSet<(Guid, Guid)> pair = [LadderTerms.Pair(Id(2), Id(5))];
        var without = book.Places(new(new HashSet<Guid>(), Uncounted: pair));
        var straight = Book(matches.Where(m => !(m.Versions.Contains(Id(2)) && m.Versions.Contains(Id(5))))).Places();
        Assert.All(straight, p => Assert.Equal(p.Value, without[p.Key]));
        Assert.NotEqual(all[Id(2)], without[Id(2)]);
        Assert.All(book.Places(), p => Assert.Equal(all[p.Key], p.Value));
    }

    [Fact]
    public void AMatchInWhichAVersionSatTwiceSaysNothing()
    {
        var book = new SkillBook();
        book.Add(Start, Id(1), [Id(4), Id(4), Id(5)], [3, 2, 1]);
        Assert.Equal(0, book.Matches);
        Assert.Empty(book.Places());
        Assert.Throws<ArgumentException>(() => book.Add(Start, Id(1), [Id(4), Id(5)], [1]));
    }

    /// <summary>An owner enters one agent 27 times; each plays against thirty others, four to a match. The luckiest entry has what one entry would have.</summary>
    [Fact]
    public void TheBestOfTwentySevenCopiesGainsNothing()
    {
        var random = new TestNumbers(23);
        var (gains, bare, order) = (new List<double>(), new List<double>(), 0);
        var owners = Enumerable.Range(100, 27).ToDictionary(Id, _ => Id(999));
        var terms = new LadderTerms(new HashSet<Guid>(), owners);
        for (var list = 0; list < 12; list++)
        {
            double[] truth = [.. Enumerable.Range(0, 30).Select(_ => 4 * random.Normal())];
            var book = new SkillBook();
            for (var m = 0; m < 900; m++)
            {
                // One owner's agents never meet.
                int[] seats = [100 + m % 27, .. Enumerable.Range(0, 30).OrderBy(_ => random.Uniform()).Take(3)];
                book.Add(Start.AddSeconds(m), Id(m), [.. seats.Select(Id)], [.. seats.Select(s => (long)(1e6 * ((s < 100 ? truth[s] : 0) + Noise(4))))]);
            }
            var (apart, drawn) = (book.Places(), book.Places(terms));
            var fair = owners.Keys.Average(c => apart[c].Mu);
            gains.Add(owners.Keys.Max(c => drawn[c].Mu) - fair);
            bare.Add(owners.Keys.Max(c => apart[c].Mu) - fair);
            Assert.All(owners.Keys, c => Assert.Equal(drawn[c].Mu, apart[c].Mu + drawn[c].Drawn, 1e-9));
            order += Enumerable.Range(0, 30).Count(i => drawn[Id(i)] != apart[Id(i)]);
        }
        output.WriteLine($"best of 27: gains {gains.Average():0.00}, at most {gains.Max():0.00}; each alone {bare.Average():0.00}");
        Assert.True(bare.Average() > 2);
        Assert.InRange(gains.Average(), -0.5, 0.25);
        // Whoever owns one agent is untouched.
        Assert.Equal(0, order);

        double Noise(int seats) => -SkillBook.Options.Beta * Math.Sqrt(seats) * Math.Log(-Math.Log(random.Uniform()));
    }

    /// <summary>Orders drawn from the rule's own model: twelve agents, five seats, 30 lists of 400 matches.</summary>
    [Fact]
    public void IntervalsHoldTheTrueSkillsAndTheOrderIsFound()
    {
        var random = new TestNumbers(11);
        var (held, right, all, pairs) = (0, 0, 0, 0);
        for (var list = 0; list < 30; list++)
        {
            double[] truth = [.. Enumerable.Range(0, 12).Select(_ => 8 * random.Normal())];
            var book = new SkillBook();
            for (var m = 0; m < 400; m++)
            {
                int[] seats = [.. Enumerable.Range(0, 12).OrderBy(_ => random.Uniform()).Take(5)];
                var noise = SkillBook.Options.Beta * Math.Sqrt(5);
                book.Add(Start.AddSeconds(m), Id(m), [.. seats.Select(Id)], [.. seats.Select(s => (long)(1e6 * (truth[s] - noise * Math.Log(-Math.Log(random.Uniform())))))]);
            }
            var places = book.Places();
            var (mean, middle) = (truth.Average(), places.Values.Average(p => p.Mu));
            for (var i = 0; i < 12; i++)
            {
                var place = places[Id(i)];
                held += place.Low - middle <= truth[i] - mean && truth[i] - mean <= place.High - middle ? 1 : 0;
                all++;
                for (var j = 0; j < i; j++)
                {
                    right += place.Mu > places[Id(j)].Mu == truth[i] > truth[j] ? 1 : 0;
                    pairs++;
                }
            }
        }
        Assert.InRange(held / (double)all, 0.93, 1);
        Assert.InRange(right / (double)pairs, 0.9, 1);
    }

    [Fact]
    public void EachMatchSaysWhatItDidToItsPlayersAlsoAfterOneTurnedUpLate()
    {
        var matches = Matches(40);
        var book = Book(matches.Skip(1));
        book.Places();
        var first = matches[0];
        book.Add(first.At, first.Match, first.Versions, first.Scores);
        var places = book.Places();
        Assert.Equal(matches.Count, book.Steps.Count);
        var skills = new Dictionary<Guid, Skill>();
        foreach (var (_, match, versions, _) in matches.OrderBy(m => m.At).ThenBy(m => m.Match))
        {
            var step = book.Steps[match];
            Assert.Equal(versions.Select(v => skills.GetValueOrDefault(v, Skill.Newcomer)), step.Before);
            for (var seat = 0; seat < versions.Length; seat++)
            {
                Assert.True(step.After[seat].Sigma < step.Before[seat].Sigma);
                skills[versions[seat]] = step.After[seat];
            }
        }
        Assert.All(places.Values, p => Assert.Equal(skills[p.Version], new Skill(p.Mu, p.Sigma)));

        // A match that doesn't count has no step; when the flag falls, it has one again.
        var flagged = new LadderTerms(new HashSet<Guid>(), Uncounted: new HashSet<(Guid, Guid)> { LadderTerms.Pair(first.Versions[0], first.Versions[1]) });
        book.Places(flagged);
        Assert.DoesNotContain(first.Match, book.Steps.Keys);
        book.Places();
        Assert.Contains(first.Match, book.Steps.Keys);
    }
}
