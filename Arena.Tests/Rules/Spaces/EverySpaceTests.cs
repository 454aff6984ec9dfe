using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;
using FsCheck.Xunit;

namespace Arena.Tests.Rules.Spaces;

/// <summary>What holds in every registered space, on random matches.</summary>
public sealed partial class EverySpaceTests
{
    public static TheoryData<string> Slugs => [.. SpaceRegistry.All.Select(s => s.Card.Slug)];

    /// <summary>A legal answer: any of the list, else a house agent's.</summary>
    internal static string AnyLegal(ISpaceRules rules, IGameState state, int seat, Draws draws) =>
        rules.Observe(state, seat).Legal is { } legal ? draws.Pick(legal) : draws.Pick(rules.House).Act(rules, state, seat, draws);

    /// <summary>A random match; one answer in ten is an illegal try, one in fifty a fault.</summary>
    private static PlayedMatch Random(ISpaceRules rules, int seed)
    {
        var draws = new Draws(MadeMatches.Setup(rules, seed: seed).Seed, "test");
        var players = rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1);
        var answers = 0;
        return MadeMatches.Play(MadeMatches.Setup(rules, players, seed), (play, turn) =>
        {
            Assert.InRange(answers++, 0, 20_000);
            return draws.Next(50) == 0 ? AgentReply.Failed(FaultKind.TimedOut, "no answer")
                : draws.Next(10) == 0 ? AgentReply.Said("\ud800 not this \u0001")
                : AgentReply.Said(AnyLegal(rules, play.StateOf(turn.Game), turn.Seat, draws));
        });
    }

    [Property(MaxTest = 15)]
    public void RandomMatchesEndWithScoresThatAddUp(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var match = Random(rules, seed);
            var mayBeShort = match.Games.Any(g => g.Turns.Any(t => t.Fault is not null)) || rules.Card.SamePrompt;
            foreach (var scores in match.Games.Select(g => g.Scores).OfType<IReadOnlyList<long>>())
            {
                Assert.All(scores, s => Assert.InRange(s, 0, 1_000_000));
                Assert.InRange(scores.Sum(), mayBeShort ? 0 : scores.Count * 500_000L, scores.Count * 500_000L);
            }
            Assert.True(rules.Card.Judging == JudgingMode.Judges || match.Scores is not null);
        }
    }

    [Property(MaxTest = 15)]
    public void ATranscriptReplaysToTheSameBytes(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var match = Random(rules, seed);
            var report = TranscriptReplay.Run(match.Transcript, rules, MatchPlay.Commitment(MadeMatches.Setup(rules, seed: seed).Seed));
            Assert.True(report.Ok, $"{rules.Card.Slug}: {report.Checks.LastOrDefault(c => !c.Ok)}");
            Assert.Equal(match.Hash, report.Match!.Hash);
        }
    }

    [Property(MaxTest = 3)]
    public void LegalActionsAreExactlyTheAcceptedOnes(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            string[] last = [];
            foreach (var (state, players) in Positions(rules, seed))
            {
                var toAct = rules.ToAct(state);
                foreach (var seat in toAct)
                {
                    if (NearMisses.Listed(rules, state, seat) is not { } legal)
                    {
                        continue;
                    }
                    var listed = legal.ToHashSet(StringComparer.Ordinal);
                    var accepted = new HashSet<string>(StringComparer.Ordinal);
                    foreach (var text in NearMisses.Of(rules.Card.Slug, legal))
                    {
                        var reading = rules.Read(state, seat, text);
                        Assert.True(reading.Canonical is null || listed.Contains(reading.Canonical), $"{rules.Card.Slug}: {text} is read as {reading.Canonical}");
                        if (reading.Canonical == text)
                        {
                            accepted.Add(text);
                        }
                    }
                    Assert.True(listed.SetEquals(accepted), $"{rules.Card.Slug}: {string.Join(", ", listed.Except(accepted))} are refused");
                    last = [.. legal];
                }
                foreach (var seat in Enumerable.Range(0, players).Except(toAct))
                {
                    Assert.True(rules.Observe(state, seat).Legal is null or []);
                    Assert.All(last, text => Assert.False(rules.Read(state, seat, text).IsLegal, $"{rules.Card.Slug}: {text} out of turn"));
                }
            }
        }
    }

    /// <summary>The near misses are of the kinds that a reader could let through.</summary>
    [Theory]
    [InlineData("liars-dice", "3 5", "3 7", "0 4", "11 2")]
    [InlineData("tradewars", "buy 100", "buy 101", "sell 0", "buy -1")]
    [InlineData("holdem", "raise 4", "raise 3", "raise 201", "check")]
    [InlineData("bid-tac-toe", "100", "101", "-1")]
    [InlineData("leduc-poker", "bet", "raise", "call", "fold")]
    [InlineData("chess", "e2e4", "e2e5", "e7e8n", "e2e4q")]
    public void NearMissesAreAskedAbout(string slug, string legal, params string[] near)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var opening = rules.Start(new Draws(new byte[32], "deal/0"), rules.Card.MinSeats);
        var seat = rules.ToAct(opening)[0];
        var texts = NearMisses.Of(slug, NearMisses.Listed(rules, opening, seat)!).ToList();
        Assert.True(rules.Read(opening, seat, legal).IsLegal);
        Assert.All(near, text => Assert.Contains(text, texts));
        Assert.All(near, text => Assert.False(rules.Read(opening, seat, text).IsLegal));
    }

    /// <summary>Both players do the same in both games, so all that can differ is the deal: the second game has the first one's hands in another order, every seat the same points, and luck cancels to the last chip.</summary>
    [Property(MaxTest = 6)]
    public void MirroredGamesPlayTheSameDealsToTheSameEnd(int seed)
    {
        foreach (var rules in SpaceRegistry.All.Where(r => r.Card.Mirrored))
        {
            var play = new MatchPlay(MadeMatches.Setup(rules, seed: seed));
            Assert.Equal(2, play.GameCount);
            Assert.Equal(play.ViewOf(0).ToJsonString(), play.ViewOf(1).ToJsonString());
            Assert.Equal(play.GameOf(0).Seats.Reverse(), play.GameOf(1).Seats);
            while (!play.Over)
            {
                var turn = play.Pending[0];
                play.Answer(turn.Turn, AgentReply.Said(Plainest(rules, play.StateOf(turn.Game), turn.Seat)));
            }
            Assert.Equal(Played(play.ViewOf(0)), Played(play.ViewOf(1)));
            Assert.Equal(play.GameOf(0).Scores, play.GameOf(1).Scores);
            Assert.All(play.Finish().Scores ?? [], score => Assert.Equal(500_000, score));
        }
    }

    [Theory]
    [InlineData("kuhn-poker")]
    [InlineData("leduc-poker")]
    [InlineData("holdem")]
    public void OtherSeedsDealOtherCards(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var deals = Enumerable.Range(1, 8).Select(seed =>
        {
            var play = new MatchPlay(MadeMatches.Setup(rules, seed: seed));
            while (!play.Over)
            {
                play.Answer(play.Pending[0].Turn, AgentReply.Said(Plainest(rules, play.StateOf(play.CurrentGame), play.Pending[0].Seat)));
            }
            return string.Join('\n', Played(play.ViewOf(0)));
        });
        Assert.Equal(8, deals.Distinct().Count());
    }

    /// <summary>At every ply where seats act at once: once some have answered, the others are told what they were told before, and so is everybody who watches.</summary>
    [Property(MaxTest = 4)]
    public void ASeatLearnsNothingFromAnotherThatAnsweredBeforeIt(int seed)
    {
        foreach (var rules in SpaceRegistry.All)
        {
            var setup = MadeMatches.Setup(rules, seed: seed);
            var draws = new Draws(setup.Seed, "test");
            setup = MadeMatches.Setup(rules, rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1), seed);
            var play = new MatchPlay(setup);
            // Where seats act at once at all, they do so in the opening.
            while (!play.Over && (play.Pending.Count > 1 || play.Pending[0].Turn > 0))
            {
                var (before, game) = (play.Pending, play.CurrentGame);
                var (state, view, turns) = (play.StateOf(game), play.ViewOf(game).ToJsonString(), play.GameOf(game).Turns.Count);
                for (var answered = 0; answered < before.Count; answered++)
                {
                    Assert.Equal(before.Skip(answered), play.Pending);
                    Assert.All(play.Pending, turn => Assert.Equal(Seen(rules.Observe(state, turn.Seat)), Seen(turn.Observation)));
                    Assert.Same(state, play.StateOf(game));
                    Assert.Equal(view, play.ViewOf(game).ToJsonString());
                    Assert.Equal(turns, play.GameOf(game).Turns.Count);
                    play.Answer(before[answered].Turn, AgentReply.Said(AnyLegal(rules, state, before[answered].Seat, draws)));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public void ACardIsComplete(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var card = rules.Card;
        Assert.Matches("^[a-z][a-z0-9-]+$", slug);
        Assert.All([card.Name, card.Pitch, card.RulesText, card.ActionHelp], s => Assert.False(string.IsNullOrWhiteSpace(s)));
        Assert.InRange(card.MinSeats, 2, card.MaxSeats);
        Assert.Equal(rules.House.Count, rules.House.Select(h => h.Slug).Distinct().Count());
        Assert.True(rules.House.Count >= 3);
        var compact = Openings(rules).Select(o => rules.Observe(o.State, o.Seat).Compact).ToArray();
        Assert.All(compact, c => Assert.Equal(card.CompactAnswerTokens > 0, c?.StartsWith(slug + ":", StringComparison.Ordinal) ?? false));
        Assert.Single(SpaceRegistry.All, s => s.Card.Slug == slug);
    }

    internal static string Seen(Observation o) => string.Join('\n', o.Text, o.Json.ToJsonString(), string.Join(' ', o.Legal ?? []), o.Compact);

    private static IEnumerable<(IGameState State, int Seat)> Openings(ISpaceRules rules)
    {
        var state = rules.Start(new Draws(new byte[32], "deal/0"), rules.Card.MinSeats);
        return rules.ToAct(state).Select(seat => (state, seat));
    }

    /// <summary>Positions of a random game to its end, by any number of players. Moves between squares have thousands of near misses: of those games every fortieth position, and the first promotion.</summary>
    private static IEnumerable<(IGameState State, int Players)> Positions(ISpaceRules rules, int seed)
    {
        var setup = MadeMatches.Setup(rules, seed: seed);
        var draws = new Draws(setup.Seed, "test");
        var players = rules.Card.MinSeats + draws.Next(rules.Card.MaxSeats - rules.Card.MinSeats + 1);
        var state = rules.Start(new Draws(setup.Seed, "deal/0"), players);
        var (ply, promoted) = (0, false);
        for (var seats = rules.ToAct(state); seats.Count > 0; seats = rules.ToAct(state), ply++)
        {
            var promotes = !promoted && rules.Card.Slug == "chess" && rules.Observe(state, seats[0]).Legal!.Any(l => l.Length == 5);
            if (rules.Card.Slug is not ("chess" or "breakthrough") || ply % 40 == 0 || promotes)
            {
                yield return (state, players);
            }
            promoted |= promotes;
            state = rules.Apply(state, seats.ToDictionary(s => s, s => AnyLegal(rules, state, s, draws)));
        }
        yield return (state, players);
    }

    /// <summary>The same for whoever is asked: checks and calls, so that all cards are shown in the end; elsewhere the first of the list, or some prose.</summary>
    private static string Plainest(ISpaceRules rules, IGameState state, int seat) =>
        new[] { "check", "call", rules.Observe(state, seat).Legal?.FirstOrDefault(), "Walk." }.First(text => text is not null && rules.Read(state, seat, text).IsLegal)!;

    /// <summary>A finished game: its hands in some order that doesn't depend on theirs, suits under any names; elsewhere the last view.</summary>
    private static IEnumerable<string> Played(JsonObject view) => view["hands"] is JsonArray hands
        ? hands.Select(hand => Suits.Select(suits => CardName().Replace(hand!.ToJsonString(), card => $"\"{card.Groups[1].Value}{suits["cdhs".IndexOf(card.Groups[2].Value[0])]}\"")).Min(StringComparer.Ordinal)!).Order(StringComparer.Ordinal)
        : [view.ToJsonString()];

    private static readonly string[] Suits = [.. from a in "cdhs" from b in "cdhs" from c in "cdhs" from d in "cdhs" where new[] { a, b, c, d }.Distinct().Count() == 4 select new string([a, b, c, d])];

    [GeneratedRegex("\"([2-9TJQKA])([cdhs])\"")]
    private static partial Regex CardName();
}
