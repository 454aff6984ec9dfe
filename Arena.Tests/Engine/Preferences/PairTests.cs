using System.Text;
using System.Text.Json;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Preferences;
using Arena.Engine.Verdicts;
using Arena.Rules;
using Arena.Rules.Play;
using Arena.Tests.Doubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Engine.Preferences;

public sealed class PairTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<StoredMatch> StoredAsync(string space, params string[] houses)
    {
        var versions = new List<VersionId>();
        foreach (var house in houses)
        {
            versions.Add(await _engine.HouseAsync(space, house));
        }
        var lease = await _engine.PlayedAsync(space, [.. versions]);
        return (await _engine.Get<PlayedMatches>().FindAsync(lease.Plan.Id, default))!;
    }

    private static Draws Seeded(string stream) => new(new byte[32], stream);

    [Fact]
    public async Task AnswersToTheSamePromptBecomePairsInBothNotations()
    {
        var found = 0;
        for (var i = 0; i < 8; i++)
        {
            var stored = await StoredAsync("countdown", "random-100", "solver");
            var scores = stored.Played.Games[0].Scores!;
            var drafts = PairBuilder.SamePrompt(stored.Setup, stored.Played);
            if (scores[0] == scores[1])
            {
                Assert.Empty(drafts);
                continue;
            }
            found++;
            var best = stored.Played.Games[0].Turns.Single(t => scores[t.Seat] == scores.Max());
            var text = drafts.Single(d => d.Notation == PairDraft.TextNotation);
            Assert.Equal((best.Saw, best.Did, PairSource.SamePrompt), (text.Prompt, text.Chosen, text.Source));
            Assert.Equal(stored.Setup.Players[best.Player].Version, text.ChosenVersion.Value);
            Assert.StartsWith("countdown:", drafts.Single(d => d.Notation == PairDraft.CompactNotation).Prompt, StringComparison.Ordinal);
        }
        Assert.NotEqual(0, found);
    }

    [Fact]
    public async Task PositionsOfEverySpaceAreForkedAlsoWhereSeatsActAtOnceLater()
    {
        var forked = new List<string>();
        foreach (var rules in SpaceRegistry.All.Where(r => r.Card.Judging == JudgingMode.Rules))
        {
            Player[] players = [.. Enumerable.Range(0, rules.Card.MinSeats).Select(i => new Player(new Guid(i, 0, 0, new byte[8]), "hash"))];
            var setup = new MatchSetup(Guid.Empty, rules, new byte[32], "casual", players);
            var play = new MatchPlay(setup);
            while (!play.Over)
            {
                play.Answer(play.Pending[0].Turn, play.HouseReply(play.Pending[0], rules.House[0]));
            }
            foreach (var position in Fork.Choose(MatchPosition.Of(setup, play.Finish()), 2, Seeded("choose")))
            {
                var actions = await Fork.EvaluateAsync(rules, position.State, position.Turn.Seat, Fork.Candidates(position, 2, Seeded("others")), 2, Fork.House(rules, 0.5, Seeded("fork")), default);
                Assert.All(actions, a => Assert.InRange(a.Value, 0, 1));
                forked.Add(rules.Card.Slug);
            }
        }
        Assert.Superset(new HashSet<string> { "bid-tac-toe", "breakthrough", "connect-four", "kuhn-poker", "tic-tac-toe" }, forked.ToHashSet());
    }

    [Fact]
    public async Task AForkFindsTheWinningMove()
    {
        var rules = SpaceRegistry.Find("tic-tac-toe")!;
        // X has 1 and 2, O has 4 and 5; X is to move: 3 wins at once, 9 lets O win with 6, 1 is taken.
        var state = rules.Start(Seeded("deal/0"), 2);
        foreach (var move in (string[])["1", "4", "2", "5"])
        {
            var seat = rules.ToAct(state)[0];
            state = rules.Apply(state, new Dictionary<int, string> { [seat] = rules.Read(state, seat, move).Canonical! });
        }
        var actions = await Fork.EvaluateAsync(rules, state, 0, ["3", "9", "1"], 40, Fork.House(rules, 0.25, Seeded("fork")), default);
        Assert.Equal(1, actions[0].Value);
        Assert.True(actions[1].Value < 0.6);
        Assert.Equal((null, 0.0), (actions[2].Canonical, actions[2].Value));

        var turn = new TurnRecord(4, 0, 4, 0, 0, "saw", ["9"], "9", null, null, "");
        var drafts = Fork.Pairs(new(state, rules.Observe(state, 0), true, turn), actions, new VersionId(Guid.Empty), 0.25, null).ToList();
        Assert.All(drafts, d => Assert.Equal("3", d.Chosen));
        Assert.Contains(drafts, d => (d.Prompt, d.Rejected) == ("tic-tac-toe:1425", "9"));
        Assert.Contains(drafts, d => d.Rejected == "1" && d.Margin == 1);
    }

    [Fact]
    public async Task WhoeverAnswersAgainstTheRulesLosesTheContinuation()
    {
        var rules = SpaceRegistry.Find("tic-tac-toe")!;
        var state = rules.Start(Seeded("deal/0"), 2);
        Task<IReadOnlyList<ForkedAction>> EvaluateAsync(int faulty) => Fork.EvaluateAsync(rules, state, 0, ["1"], 3, (positions, _) =>
            Task.FromResult<IReadOnlyList<string>>([.. positions.Select(p => p.Seat == faulty ? "nothing" : rules.Observe(p.State, p.Seat).Legal![0])]), default);
        Assert.Equal(1, (await EvaluateAsync(1))[0].Value);
        Assert.Equal(0, (await EvaluateAsync(0))[0].Value);
    }

    [Fact]
    public void AnAnswerAgainstTheRulesIsNeverTheChosenOne()
    {
        var rules = SpaceRegistry.Find("tic-tac-toe")!;
        var state = rules.Start(Seeded("deal/0"), 2);
        var position = new MatchPosition(state, rules.Observe(state, 0), true, new TurnRecord(0, 0, 0, 0, 0, "saw", ["1"], "1", null, null, ""));
        Assert.Empty(Fork.Pairs(position, [new("ten", null, 0), new("zero", null, 0)], new VersionId(Guid.Empty), 0, null));
    }

    [Fact]
    public void TheBestAnswerIsSetAgainstTheWorstAndTheNextFromBelow()
    {
        var rules = SpaceRegistry.Find("instruct")!;
        var compared = 0;
        for (byte i = 0; i < 6; i++)
        {
            var (setup, played) = Instructed(rules, i);
            var drafts = PairBuilder.SamePrompt(setup, played);
            foreach (var game in played.Games)
            {
                var ranked = game.Turns.OrderByDescending(t => game.Scores![t.Seat]).ThenBy(t => t.Seat).ToList();
                var expected = ((int[])[3, 2]).Where(at => game.Scores![ranked[at].Seat] < game.Scores[ranked[0].Seat]).Select(at => (ranked[0].Did!, ranked[at].Did!)).ToList();
                compared += expected.Count;
                Assert.Equal(expected, drafts.Where(d => d.Notation == PairDraft.TextNotation && game.Turns.Any(t => t.Turn == d.Turn)).Select(d => (d.Chosen, d.Rejected)));
            }
        }
        Assert.NotEqual(0, compared);
    }

    [Fact]
    public void AJudgedLeadOfExactlyTheLeastMarginMakesAPair()
    {
        var (setup, played) = Instructed(SpaceRegistry.Find("instruct")!, 1);
        Assert.NotEmpty(PairBuilder.Judged(setup, played, 0, 0.5, 0.5));
        Assert.Empty(PairBuilder.Judged(setup, played, 0, 0.49, 0.5));
        // Without any lead there is none, whatever the least margin.
        Assert.Empty(PairBuilder.Judged(setup, played, 0, 0, 0));
    }

    /// <summary>A match of instruct's four house agents.</summary>
    private static (MatchSetup Setup, PlayedMatch Played) Instructed(ISpaceRules rules, byte seed)
    {
        var bytes = new byte[32];
        bytes[0] = seed;
        var setup = new MatchSetup(Guid.Empty, rules, bytes, "casual", [.. Enumerable.Range(0, 4).Select(i => new Player(new Guid(i + 1, 0, 0, new byte[8]), "hash"))]);
        var play = new MatchPlay(setup);
        while (!play.Over)
        {
            play.Answer(play.Pending[0].Turn, play.HouseReply(play.Pending[0], rules.House[play.Pending[0].Player]));
        }
        return (setup, play.Finish());
    }

    [Fact]
    public async Task APairIsPrivateAndFoundByEitherOfItsAnswers()
    {
        var open = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var secret = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        await using var db = await _engine.DbAsync();
        (await db.Agents.SingleAsync(a => a.Id == secret.Agent.Id)).Permit(DataUse.Private);
        foreach (var (prompt, chosen, rejected) in new[] { ("a", open, secret), ("b", secret, open), ("c", open, open) })
        {
            db.PreferencePairs.Add(new PairDraft("text", prompt, "1", "2", PairSource.SamePrompt, 0, chosen.Version.Id, rejected.Version.Id, 1).ToPair("countdown", new(Guid.Empty), _engine.Time.GetUtcNow()));
        }
        await db.SaveChangesAsync();
        Assert.Equal(["c"], await db.Visible(new(), null).Select(p => p.Prompt).ToListAsync());
        Assert.Equal(["a", "b"], await db.Visible(new(Agent: secret.Agent.Id), secret.Agent.OwnerId).OrderBy(p => p.Prompt).Select(p => p.Prompt).ToListAsync());
    }

    [Fact]
    public async Task TheSameSeedForksTheSamePairs()
    {
        var stored = await StoredAsync("connect-four", "random", "greedy");
        var one = await _engine.Get<ForkWork>().DraftAsync(stored.Setup, stored.Played, true, default);
        var two = await _engine.Get<ForkWork>().DraftAsync(stored.Setup, stored.Played, true, default);
        Assert.Equal(one, two);
        Assert.All(one, d => Assert.InRange(d.Margin, 0.25, 1));
    }

    [Fact]
    public async Task AHostedPolicysPositionsAreAnsweredAndContinuedByItself()
    {
        await using var server = await ScriptedChatServer.StartAsync();
        _engine.Get<IOptions<PolicyServing>>().Value.ServeUrl = server.Endpoint[..^3];
        // Plays some free cell, by its seed.
        server.Answer = q =>
        {
            var free = "123456789".Where(c => !q.Text.Split(':')[1].Contains(c, StringComparison.Ordinal)).ToList();
            return free[(int)(q.Body["seed"]!.GetValue<long>() % free.Count)].ToString();
        };
        var agent = await _engine.AgentAsync(AgentKind.Policy, new PolicyConfig("arena-tiny", [], 0.5));
        var made = new List<PreferencePair>();
        for (var i = 0; i < 4 && made.Count == 0; i++)
        {
            await _engine.PlayedAsync("tic-tac-toe", agent.Version.Id, await _engine.HouseAsync("tic-tac-toe", "greedy"));
            Assert.True(await _engine.Get<PairWorker>().WorkAsync(default));
            await using var db = await _engine.DbAsync();
            made.AddRange(await db.PreferencePairs.Where(p => p.OnPolicyOf == agent.Version.Id).ToListAsync());
        }
        Assert.NotEmpty(made);
        Assert.All(made, p => Assert.Equal((agent.Version.Id, agent.Version.Id), (p.ChosenVersion, p.RejectedVersion)));
        Assert.Contains(made, p => p.Notation == "compact");
    }

    [Fact]
    public async Task AMatchIsFollowedUpOnceAndTheSameComparisonIsStoredOnce()
    {
        var stored = await StoredAsync("tic-tac-toe", "random", "random");
        Assert.True(await _engine.Get<PairWorker>().WorkAsync(default));
        await using var db = await _engine.DbAsync();
        Assert.False(await db.MatchFollowUps.AnyAsync());
        var first = await db.PreferencePairs.CountAsync();
        db.MatchFollowUps.Add(new MatchFollowUp { MatchId = stored.Match.Id, Kind = MatchFollowUp.Pairs, DueAt = _engine.Time.GetUtcNow() });
        await db.SaveChangesAsync();
        Assert.True(await _engine.Get<PairWorker>().WorkAsync(default));
        Assert.False(await _engine.Get<PairWorker>().WorkAsync(default));
        Assert.Equal(first, await db.PreferencePairs.CountAsync());
    }

    [Fact]
    public async Task AnOwnersMatchGoesBeforeTheHouseAndIsNeverLetGo()
    {
        var agent = await _engine.AgentAsync(AgentKind.Script, new ScriptConfig("function act(o) { return o.legal[0]; }"));
        await StoredAsync("tic-tac-toe", "random", "greedy");
        var own = (await _engine.PlayedAsync("tic-tac-toe", agent.Version.Id, await _engine.HouseAsync("tic-tac-toe", "greedy"))).Plan.Id;
        var worker = _engine.Get<PairWorker>();
        await using var db = await _engine.DbAsync();

        _engine.Time.Advance(_engine.Get<IOptions<ForkOptions>>().Value.HousePatience + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await worker.ForgetAsync(default));
        Assert.Equal([own], await db.MatchFollowUps.Where(f => f.Kind == MatchFollowUp.Pairs).Select(f => f.MatchId).ToListAsync());

        var later = await StoredAsync("tic-tac-toe", "random", "greedy");
        await db.MatchFollowUps.Where(f => f.MatchId == own).ExecuteUpdateAsync(s => s.SetProperty(f => f.DueAt, _engine.Time.GetUtcNow()));
        Assert.True(await worker.WorkAsync(default));
        Assert.Equal([later.Match.Id], await db.MatchFollowUps.Where(f => f.Kind == MatchFollowUp.Pairs).Select(f => f.MatchId).ToListAsync());
    }

    [Fact]
    public async Task NoAgentFillsTheSet()
    {
        _engine.Get<IOptions<ForkOptions>>().Value.MostPerAgent = 1;
        for (var i = 0; i < 3; i++)
        {
            await StoredAsync("tic-tac-toe", "random", "greedy");
            await _engine.Get<PairWorker>().WorkAsync(default);
        }
        await using var db = await _engine.DbAsync();
        var counts = await db.PreferencePairs.GroupBy(p => p.ChosenVersion).Select(g => g.Count()).ToListAsync();
        Assert.NotEmpty(counts);
        Assert.All(counts, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task PrivatePairsShowToTheirOwnerOnlyAndPagesMissNothing()
    {
        var open = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        var secret = await _engine.AgentAsync(AgentKind.Bot, new BotConfig());
        await using var db = await _engine.DbAsync();
        (await db.Agents.SingleAsync(a => a.Id == secret.Agent.Id)).Permit(DataUse.Private);
        for (var i = 0; i < 7; i++)
        {
            var version = i < 4 ? open.Version.Id : secret.Version.Id;
            db.PreferencePairs.Add(new PairDraft("compact", $"tic-tac-toe:{i}", "1", "2", PairSource.Fork, i, version, version, i / 10.0)
                .ToPair("tic-tac-toe", new(Guid.Empty), _engine.Time.GetUtcNow() + TimeSpan.FromSeconds(i / 2)));
        }
        await db.SaveChangesAsync();
        Assert.Equal(4, await db.Visible(new(), null).CountAsync());
        Assert.Equal(4, await db.Visible(new(), open.Agent.OwnerId).CountAsync());
        Assert.Equal(7, await db.Visible(new(), secret.Agent.OwnerId).CountAsync());
        Assert.Equal(3, await db.Visible(new(Agent: secret.Agent.Id), secret.Agent.OwnerId).CountAsync());
        Assert.Equal(2, await db.Visible(new(MinMargin: 0.5), secret.Agent.OwnerId).CountAsync());
        Assert.Equal(1, await db.Visible(new(Since: _engine.Time.GetUtcNow() + TimeSpan.FromSeconds(3)), secret.Agent.OwnerId).CountAsync());
        Assert.Empty(await db.Visible(new(Notation: "text"), null).ToListAsync());

        var seen = new List<string>();
        PairCursor? cursor = null;
        do
        {
            var page = await db.Visible(new(Space: "tic-tac-toe"), secret.Agent.OwnerId).Page(cursor, 2).ToListAsync();
            seen.AddRange(page.Select(p => p.Prompt));
            cursor = page.Count == 2 ? PairCursor.Parse(PairCursor.Of(page[^1]).ToString()) : null;
        }
        while (cursor is not null);
        Assert.Equal(7, seen.Distinct().Count());
        Assert.Equal(7, seen.Count);
        Assert.Null(PairCursor.Parse("12-zz"));
    }

    [Fact]
    public async Task TheFrozenSetIsTrlsFormWithItsHash()
    {
        await StoredAsync("tic-tac-toe", "random", "greedy");
        await _engine.Get<PairWorker>().WorkAsync(default);
        await using var db = await _engine.DbAsync();
        var export = new PairExport(db);
        var frozen = await export.FreezeAsync(Guid.Empty, "tic-tac-toe", PolicyNotation.Compact, 1_000, default);
        var lines = Encoding.UTF8.GetString(frozen.Jsonl).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(frozen.Count, lines.Count);
        Assert.NotEmpty(lines);
        Assert.All(lines, l => Assert.StartsWith("tic-tac-toe:", l.GetProperty("prompt").GetString(), StringComparison.Ordinal));
        Assert.All(lines, l => Assert.Equal(1, l.GetProperty("chosen").GetString()!.Length));
        Assert.Equal(frozen.Sha256, VerdictRecord.Sha256(frozen.Jsonl));
        Assert.Equal(frozen.Sha256, (await export.FreezeAsync(Guid.Empty, "tic-tac-toe", PolicyNotation.Compact, 1_000, default)).Sha256);
        Assert.Equal(lines.Count, await export.LinesAsync(new(Space: "tic-tac-toe", Notation: "compact"), null, 1_000).CountAsync());
    }
}
