using Arena.Engine.Verdicts;
using Arena.Rules.Ratings;
using Arena.Tests.Rules.Ratings;

namespace Arena.Tests.Engine.Ratings;

/// <summary>Attackers against the real matchmaker, book, ladder and detectors. The goals are asserted on the upper end of the mean's 95 % interval over seeds.</summary>
public sealed class AttackTests(ITestOutputHelper output)
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("ARENA_FULL") == "1";

    /// <summary>Fixed, and not those on which the methods were settled (50000 on).</summary>
    private static IEnumerable<ulong> Seeds(int quick, int full) => Enumerable.Range(0, Full ? full : quick).Select(i => 90_000UL + (ulong)i);

    [Fact]
    public void TenAccountsThatHavePlayedAndThenThrowFortyGamesEachLiftNobody()
    {
        Sybils("played before", (league, target, sybils, honest) =>
        {
            league.Play(3_200);
            var before = Ladder.Of(league.Book.Copy(), league.Terms);
            Throw(league, target, sybils);
            return before;
        });
    }

    [Fact]
    public void TenFreshAccountsThatOnlyThrowLiftNobody() => Sybils("fresh", (league, target, sybils, honest) =>
    {
        var quiet = new League(honest, 91_000);
        quiet.Play(3_200);
        foreach (var game in quiet.Games)
        {
            league.Game(league.Player(game.First), league.Player(game.Second), game.Score);
        }
        var before = Ladder.Of(league.Book.Copy(), league.Terms);
        Throw(league, target, sybils);
        return before;
    });

    [Fact]
    public void TenAccountsThatThrowWheneverTheMatchmakerGivesThemTheTargetLiftNobody()
    {
        Sybils("by the matchmaker", (league, target, sybils, honest) =>
        {
            league.Play(3_200);
            var thrown = new Dictionary<Guid, int>();
            league.Play(3_200, (a, b) =>
            {
                var sybil = sybils.FirstOrDefault(s => s.Id == a.Id || s.Id == b.Id);
                if (sybil is null || (a.Id != target.Id && b.Id != target.Id) || thrown.GetValueOrDefault(sybil.Id) == 40)
                {
                    return null;
                }
                thrown[sybil.Id] = thrown.GetValueOrDefault(sybil.Id) + 1;
                return a.Id == target.Id ? 1 : 0;
            });
            // The same list without what these pairs played once they had begun to throw.
            var clean = new LadderBook();
            foreach (var (game, at) in league.Games.Select((g, i) => (g, i)))
            {
                var isTheirs = (game.First == target.Id && sybils.Any(s => s.Id == game.Second)) || (game.Second == target.Id && sybils.Any(s => s.Id == game.First));
                if (at < 3_200 || !isTheirs)
                {
                    clean.Add([game.First, game.Second], [(long)(1_000_000 * game.Score), (long)(1_000_000 * (1 - game.Score))]);
                }
            }
            return Ladder.Of(clean, league.Terms);
        });
    }

    private void Sybils(string name, Func<League, LeaguePlayer, IReadOnlyList<LeaguePlayer>, IReadOnlyList<LeaguePlayer>, Ladder> attack)
    {
        var (gains, ranks, bare, found) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        foreach (var seed in Seeds(12, 60))
        {
            var honest = League.Honest(seed);
            var agents = honest.Where(p => !p.House).ToList();
            var target = agents.OrderBy(p => p.Skill).ElementAt(16);
            var sybils = Enumerable.Range(0, 10).Select(i => new LeaguePlayer(League.Id(200 + i), -200, League.Id(2_000 + i))).ToList();
            var league = new League([.. honest, .. sybils], seed);
            var before = attack(league, target, sybils, honest);
            var after = league.Guarded();
            double Gain(Ladder ladder) => (ladder.Places[target.Id].Milli - before.Places[target.Id].Milli) / 1_000.0;
            gains.Add(Gain(after));
            bare.Add(Gain(Ladder.Of(league.Book, league.Terms)));
            ranks.Add(League.Rank(before, target.Id, agents) - League.Rank(after, target.Id, agents));
            found.Add(ThrownGames.Look(league.Book, league.Terms).Where(f => f.Gainer == target.Id).Sum(f => f.Pairs.Count(p => sybils.Any(s => s.Id == p.Loser))));
        }
        output.WriteLine($"{name}: gain {gains.Average():0.0} ± {Reach(gains):0.0} points (undefended {bare.Average():0.0}), {ranks.Average():0.00} ± {Reach(ranks):0.00} ranks, {found.Average():0.0} of 10 pairs found");
        output.WriteLine($"  points: median {At(gains, 0.5):0.0}, nine of ten at most {At(gains, 0.9):0.0}, worst {gains.Max():0.0} (seed {Seeds(12, 60).ElementAt(gains.IndexOf(gains.Max()))}); ranks: median {At(ranks, 0.5):0}, nine of ten at most {At(ranks, 0.9):0}, worst {ranks.Max():0} (seed {Seeds(12, 60).ElementAt(ranks.IndexOf(ranks.Max()))}); {gains.Count(g => g <= 15)} and {ranks.Count(r => r <= 1)} of {gains.Count} seeds within the goal");
        Assert.True(gains.Average() + Reach(gains) <= 15, $"{gains.Average()} ± {Reach(gains)} points");
        Assert.True(ranks.Average() + Reach(ranks) <= 1, $"{ranks.Average()} ± {Reach(ranks)} ranks");
        // List by list: nine of ten. The worst is printed above and said in docs/judging.md.
        Assert.True(At(gains, 0.9) <= 15, $"{At(gains, 0.9)} points");
        Assert.True(At(ranks, 0.9) <= 1, $"{At(ranks, 0.9)} ranks");
    }

    private static void Throw(League league, LeaguePlayer target, IReadOnlyList<LeaguePlayer> sybils)
    {
        foreach (var sybil in sybils)
        {
            for (var game = 0; game < 40; game++)
            {
                league.Game(target, sybil, 1);
            }
        }
    }

    [Fact]
    public void AmongHonestAgentsNobodyIsFlagged()
    {
        var flagged = Seeds(20, 200).Sum(seed =>
        {
            var league = new League(League.Honest(seed), seed);
            league.Play(3_200);
            return ThrownGames.Look(league.Book, league.Terms).Count + WinTrading.Look(league.Games, league.Book, league.Terms).Count;
        });
        Assert.Equal(0, flagged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARingOfFourThatTradesAFifthOfItsGamesStandsOut(bool turns)
    {
        var (ring, others, flagged) = (new List<double>(), new List<double>(), 0);
        foreach (var seed in Seeds(12, 60))
        {
            var honest = League.Honest(seed);
            var members = honest.Where(p => !p.House).OrderBy(p => p.Skill).Skip(8).Where((_, i) => i % 4 == 0).Take(4).ToList();
            var league = new League(honest, seed);
            // Four quarters; in each a member is lifted by the three others: a fifth of everybody's games are given away.
            for (var quarter = 0; quarter < 4; quarter++)
            {
                var lifted = members[turns ? quarter : 0];
                league.Play(800);
                foreach (var partner in members.Where(m => m != lifted))
                {
                    for (var game = 0; game < 10; game++)
                    {
                        league.Game(lifted, partner, 1);
                    }
                }
            }
            var trades = WinTrading.Evidence(league.Games, league.Book, league.Terms).ToDictionary(f => f.Version, f => Math.Log(f.Evidence));
            var thrown = ThrownGames.Scores(league.Book, league.Terms);
            foreach (var player in honest.Where(p => !p.House))
            {
                // Whoever gave is as much of the ring as whoever gained.
                var score = Math.Max(trades.GetValueOrDefault(player.Id), thrown.GetValueOrDefault(player.Id));
                (members.Contains(player) ? ring : others).Add(score);
            }
            flagged += WinTrading.Look(league.Games, league.Book, league.Terms).Count(f => members.Any(m => m.Id == f.Version));
        }
        var auc = ring.Average(r => others.Average(o => r > o ? 1 : r == o ? 0.5 : 0));
        output.WriteLine($"turns {turns}: AUC {auc:0.000} over {ring.Count} members and {others.Count} others; {flagged} members flagged");
        Assert.True(auc >= 0.95, $"AUC {auc}");
    }

    [Fact]
    public void TheBestOfTwentySevenPrivateEntriesGainsNothing()
    {
        var (gains, bare) = (new List<double>(), new List<double>());
        foreach (var seed in Seeds(16, 80))
        {
            var honest = League.Honest(seed);
            var copies = Enumerable.Range(0, 27).Select(i => new LeaguePlayer(League.Id(300 + i), 0, League.Id(3_000))).ToList();
            var league = new League([.. honest, .. copies], seed);
            league.Play(1_500);
            // What one entry of the same owner would have: the copies' true place, as their mean without any choosing.
            var apart = Ladder.Of(league.Book, league.Terms with { Owners = null });
            var fair = copies.Average(c => apart.Places[c.Id].Milli / 1_000.0);
            gains.Add(copies.Max(c => Ladder.Of(league.Book, league.Terms).Places[c.Id].Milli / 1_000.0) - fair);
            bare.Add(copies.Max(c => apart.Places[c.Id].Milli / 1_000.0) - fair);
        }
        output.WriteLine($"best of 27: gains {gains.Average():0.0} ± {Reach(gains):0.0} points (each alone: {bare.Average():0.0})");
        Assert.True(gains.Average() + Reach(gains) <= 5, $"{gains.Average()} ± {Reach(gains)}");
        Assert.True(bare.Average() > 50);
    }

    /// <summary>One way of rigging three hundred votes.</summary>
    /// <param name="Known">Known pairs that each account answers first, rightly.</param>
    /// <param name="Down">The target is voted down.</param>
    /// <param name="Honest">Honest votes on other pairs before each rigged one.</param>
    private sealed record Rigging(string Name, int Accounts, int Votes, int Known, bool Down = false, int Honest = 0);

    private static readonly Rigging[] Riggings =
    [
        new("10 accounts x 30 votes, up", 10, 30, PersonStanding.KnownFull),
        new("10 accounts x 30 votes, down", 10, 30, PersonStanding.KnownFull, Down: true),
        new("10 accounts x 30 votes among as many honest ones, up", 10, 30, PersonStanding.KnownFull, Honest: 1),
        new("10 accounts x 30 votes among as many honest ones, down", 10, 30, PersonStanding.KnownFull, Down: true, Honest: 1),
        new("300 accounts x 1 vote, up", 300, 1, 0),
        new("50 accounts x 5 known pairs and 1 vote, up", 50, 1, PersonStanding.KnownFirst),
        new("50 accounts x 5 known pairs and 1 vote, down", 50, 1, PersonStanding.KnownFirst, Down: true),
        new("27 accounts x 10 known pairs and 1 vote, up", 27, 1, PersonStanding.KnownFull),
    ];

    [Fact]
    public void ThreeHundredRiggedVotesOnTheStandardWorkloadMoveNobodyWhileTheyCountAndHonestVotersAreLeftAlone()
    {
        var (honestVoters, wronged, left) = (0, 0, new List<double>());
        var bare = 0;
        var moved = Riggings.ToDictionary(r => r.Name, _ => (Ranks: 0, Weight: 0.0, Caught: 0, Accounts: 0));
        foreach (var seed in Seeds(2, 10))
        {
            var numbers = new TestNumbers(seed);
            // W2: 129 models, 1.7 million battles.
            var skill = Enumerable.Range(0, 129).Select(_ => 150 * numbers.Normal()).OrderDescending().ToArray();
            var ids = Enumerable.Range(0, 129).Select(i => League.Id(i + 1)).ToArray();
            double Expected(int a, int b) => 1 / (1 + Math.Pow(10, (skill[b] - skill[a]) / 400));
            const int each = 206;
            var shares = new double[129, 129];
            for (var a = 0; a < 129; a++)
            {
                for (var b = a + 1; b < 129; b++)
                {
                    var p = Expected(a, b);
                    shares[a, b] = Math.Clamp((each * p + Math.Sqrt(each * p * (1 - p)) * numbers.Normal()) / each, 0, 1);
                }
            }
            var crowd = Crowd();
            double Chance(int a, int b) => 1 / (1 + Math.Exp(crowd.Ratings[b] - crowd.Ratings[a]));
            int[] Order(ReadOnlySpan<double> ratings) => [.. ratings.ToArray().Select((r, i) => (r, i)).OrderByDescending(x => x.r).Select(x => x.i)];
            var before = Order(crowd.Ratings);
            for (var voter = 0; voter < 1_000; voter++)
            {
                var votes = Enumerable.Range(0, 40).Select(_ => Read()).ToList();
                honestVoters++;
                wronged += VoterScrutiny.Of(votes).Rigs ? 1 : 0;
                left.AddRange(voter % 20 > 0 ? [] : votes.Select((v, i) => VoterScrutiny.Left([.. votes.Where((_, j) => j != i)], v.Score > 0.5 ? v.First : v.Second, v.Score > 0.5 ? v.Second : v.First)));
            }
            var target = before[64];
            foreach (var rigging in Riggings)
            {
                var after = Crowd();
                var (weight, caught) = (0.0, 0);
                for (var account = 0; account < rigging.Accounts; account++)
                {
                    var votes = new List<CastVote>();
                    for (var vote = 0; vote < rigging.Votes; vote++)
                    {
                        votes.AddRange(Enumerable.Range(0, rigging.Honest).Select(_ => Read()));
                        var other = Other(target);
                        var (winner, loser) = rigging.Down ? (other, target) : (target, other);
                        // As on the site: what the known pairs earned, less what the account's leaning takes off, nothing once it is caught.
                        var standing = new PersonStanding(rigging.Known, rigging.Known, PersonStanding.KnownFirst, VoterScrutiny.Of(votes).Rigs);
                        var share = standing.Weight / Panel.PersonWeight * VoterScrutiny.Left(votes, ids[winner], ids[loser]);
                        weight += share;
                        if (share > 0)
                        {
                            after.Add(winner, loser, 1, share);
                        }
                        votes.Add(new(ids[target], ids[other], Chance(target, other), rigging.Down ? 0 : 1));
                    }
                    caught += VoterScrutiny.Of(votes).Rigs ? 1 : 0;
                }
                after.Refit();
                var so = moved[rigging.Name];
                moved[rigging.Name] = (Math.Max(so.Ranks, Moved(before, Order(after.Ratings))), Math.Max(so.Weight, weight), so.Caught + caught, so.Accounts + rigging.Accounts);
            }
            // Three hundred votes that all count full: without defence, or from as many accounts that have each earned it, three thousand votes more.
            var full = Crowd();
            for (var vote = 0; vote < 300; vote++)
            {
                full.Add(target, Other(target), 1);
            }
            full.Refit();
            bare = Math.Max(bare, Moved(before, Order(full.Ratings)));

            BradleyTerryPosterior Crowd()
            {
                var all = new BradleyTerryPosterior(129);
                for (var a = 0; a < 129; a++)
                {
                    for (var b = a + 1; b < 129; b++)
                    {
                        all.Add(a, b, shares[a, b], each);
                    }
                }
                all.Settle();
                return all;
            }
            CastVote Read()
            {
                var a = (int)(129 * numbers.Uniform());
                var b = Other(a);
                return new(ids[a], ids[b], Chance(a, b), numbers.Uniform() < Expected(a, b) ? 1 : 0);
            }
            int Other(int than)
            {
                var other = (int)(128 * numbers.Uniform());
                return other >= than ? other + 1 : other;
            }
        }
        foreach (var (name, so) in moved)
        {
            output.WriteLine($"{name}: {so.Ranks} ranks moved at most, votes counted as {so.Weight:0.0}, {so.Caught} of {so.Accounts} accounts caught");
        }
        output.WriteLine($"undefended, or from 300 accounts that answered ten known pairs each: {bare} ranks; {wronged} of {honestVoters} honest voters flagged, whose votes keep {left.Average():0.000} of their weight");
        Assert.All(moved, m => Assert.True(m.Value.Ranks <= 1, $"{m.Key}: {m.Value.Ranks} ranks"));
        // The attack has teeth, and the defence costs an honest voter little.
        Assert.True(bare > 1, $"{bare} ranks undefended");
        Assert.True(wronged <= honestVoters / 100, $"{wronged} of {honestVoters}");
        Assert.True(left.Average() > 0.75, $"{left.Average()}");
        Assert.All(Riggings.Where(r => r.Votes == 30), r => Assert.True(moved[r.Name].Caught >= 0.9 * moved[r.Name].Accounts, $"{r.Name}: {moved[r.Name].Caught} of {moved[r.Name].Accounts} caught"));
    }

    private static int Moved(int[] before, int[] after) => before.Select((m, i) => Math.Abs(Array.IndexOf(after, m) - i)).Max();

    /// <summary>A quantile, the larger neighbour where it falls between two.</summary>
    private static double At(List<double> values, double share) => values.Order().ElementAt((int)Math.Ceiling(share * (values.Count - 1)));

    /// <summary>Half the width of a 95 % interval of the mean.</summary>
    private static double Reach(List<double> values)
    {
        var mean = values.Average();
        return 1.96 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
    }
}
