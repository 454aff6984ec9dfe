using System.Text;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Matches;
using Arena.Engine.Preferences;
using Arena.Engine.Spaces;
using Arena.Engine.Store;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Rules.Ratings;
using Arena.Tests.Doubles;
using Arena.Tests.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Judges;

/// <summary>Judged matches from two written texts to the verdict, with judges over real HTTP.</summary>
public sealed class PanelWorkerTests : IAsyncLifetime
{
    private const string Long = "Leave the bag with us: walk on with empty hands, sit down first, and meet it again at the belt while others still wrestle with the lockers.";
    private const string Short = "Check in your bag, please.";

    private readonly EngineFixture _engine = new();
    private readonly JudgeOptions _options = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private OpenJudge Open => new ChatJudges(_engine.Get<ChatEndpoint>(), _engine.Get<SecretVault>(), Options.Create(_options)).Open;

    private PanelWorker Worker() => new(
        _engine.Get<IDbContextFactory<Arena.Engine.ArenaDb>>(), _engine.Get<PlayedMatches>(), _engine.Get<MatchCloser>(), _engine.Get<MatchFeed>(), _engine.Get<AgentClients>(),
        _engine.Get<GroupWriter>(), Open, new PanelBook(_engine.Get<IDbContextFactory<Arena.Engine.ArenaDb>>()), _engine.Get<Arena.Engine.Ratings.Ladders>(), Options.Create(_options), _engine.Time, NullLogger<PanelWorker>.Instance);

    private async Task<T> DeskAsync<T>(Func<JudgeDesk, Task<T>> use)
    {
        await using var db = await _engine.DbAsync();
        return await use(new(db, _engine.Get<SpaceCatalog>(), _engine.Get<ChatEndpoint>(), _engine.Get<SecretVault>(), Open, Options.Create(new ChatOptions()), _engine.Time));
    }

    private async Task<Judge> JudgeAsync(ScriptedChatServer server, string model = "judge-1") =>
        Assert.IsType<JudgeAdded>(await DeskAsync(d => d.AddAsync(new($"Judge {model}", server.Endpoint, model, "sk-judge")))).Judge;

    /// <summary>A match of pitch whose players wrote the two texts; it waits for its judges.</summary>
    private async Task<MatchId> WrittenAsync(ScriptedChatServer writer, string one = "short", string two = "long")
    {
        writer.Answer = q => q.Body["model"]!.GetValue<string>() == two ? Long : Short;
        var versions = new List<VersionId>();
        foreach (var model in (string[])[one, two])
        {
            versions.Add((await _engine.AgentAsync(AgentKind.Chat, new ChatConfig("", writer.Endpoint, model, 1, 0, 0, 0))).Version.Id);
        }
        var lease = await _engine.PlayedAsync("pitch", [.. versions]);
        await using var db = await _engine.DbAsync();
        Assert.Equal(MatchStatus.Judging, (await db.Matches.SingleAsync(m => m.Id == lease.Plan.Id)).Status);
        return lease.Plan.Id;
    }

    [Fact]
    public async Task TwoJudgesInBothOrdersCloseAMatchAndItsVerdictBecomesAPair()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(server, "judge-1");
        await JudgeAsync(server, "judge-2");
        var id = await WrittenAsync(writer);

        Assert.Equal(1, await Worker().LookAsync(default));

        await using var db = await _engine.DbAsync();
        var match = await db.Matches.Include(m => m.Seats).SingleAsync(m => m.Id == id);
        Assert.Equal(MatchStatus.Closed, match.Status);
        Assert.Equal([0, 1_000_000], match.Seats.OrderBy(s => s.Player).Select(s => s.Score!.Value));
        Assert.True(match.Seats.Single(s => s.Player == 1).RatingAfter > 1_500_000);
        var judgments = await db.Judgments.Where(j => j.MatchId == id).ToListAsync();
        Assert.Equal(4, judgments.Count);
        Assert.All(judgments, j => Assert.Equal((1, 64), (j.Preferred, j.PromptHash.Length)));
        var verdict = await db.Verdicts.SingleAsync(v => v.MatchId == id);
        var judges = await db.Judges.ToListAsync();
        var decision = Panel.Decide(
            [.. judges.Select(j => new PanelJudge(j.Id, j.Name))], [.. judgments.Select(j => new PanelVote(j.JudgeId, j.First, j.Preferred))],
            new Dictionary<Guid, string>(), PanelBelief.Unmeasured([.. judges.Select(j => j.Id)]), new());
        Assert.Equal(VerdictRecord.Sha256(VerdictRecord.Bytes(id, "pitch", Rubric.For("pitch")!.Hash, decision, judgments)), verdict.Hash);
        Assert.All(judges, j => Assert.Equal(12, j.Version!.Length));
        Assert.Contains(verdict.Hash, Encoding.UTF8.GetString((await _engine.Get<MatchReader>().RecordAsync(id))!), StringComparison.Ordinal);
        Assert.All(server.Seen, q => Assert.Equal("Bearer sk-judge", q.Authorization));

        Assert.True(await _engine.Get<PairWorker>().WorkAsync(default));
        var pair = await db.PreferencePairs.SingleAsync(p => p.MatchId == id);
        Assert.Equal((PairSource.Judged, Long, Short, Math.Round(decision.Margin, 6), "text"), (pair.Source, pair.Chosen, pair.Rejected, pair.Margin, pair.Notation));
        Assert.Equal(0, await Worker().LookAsync(default));
    }

    [Theory]
    [InlineData(ChatMode.ServerError, "failed (HTTP 500)")]
    [InlineData(ChatMode.Busy, "429")]
    [InlineData(ChatMode.Html, "web page instead of JSON")]
    [InlineData(ChatMode.HalfAnswer, "half an answer")]
    [InlineData(ChatMode.WrongVerdict, "no usable verdict")]
    public async Task AJudgeThatFailsKeepsTheMatchWaitingWithTheReasonUntilItRecovers(ChatMode mode, string reason)
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(mode);
        await JudgeAsync(server);
        var id = await WrittenAsync(writer);

        Assert.Equal(0, await Worker().LookAsync(default));
        await using (var db = await _engine.DbAsync())
        {
            Assert.Equal(MatchStatus.Judging, (await db.Matches.SingleAsync(m => m.Id == id)).Status);
            Assert.All(await db.JudgingTroubles.Where(t => t.MatchId == id).ToListAsync(), t => Assert.Contains(reason, t.Reason, StringComparison.Ordinal));
            Assert.Equal(2, await db.JudgingTroubles.CountAsync(t => t.MatchId == id));
        }

        // Not asked again before its time, even hours of looks later, nor drawn by anybody's impatience.
        var asked = server.Seen.Count;
        server.Mode = ChatMode.JudgeLonger;
        Assert.Equal(0, await Worker().LookAsync(default));
        Assert.Equal(asked, server.Seen.Count);
        _engine.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await Worker().LookAsync(default));
        await using var after = await _engine.DbAsync();
        Assert.Equal(MatchStatus.Closed, (await after.Matches.SingleAsync(m => m.Id == id)).Status);
        Assert.False(await after.JudgingTroubles.AnyAsync());
    }

    [Fact]
    public async Task AfterPatienceThePanelDecidesWithoutAJudgeThatStaysAwayAndNeverAsksTwiceForWhatItHas()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var good = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await using var bad = await ScriptedChatServer.StartAsync(ChatMode.ServerError);
        await JudgeAsync(good, "good");
        await JudgeAsync(bad, "bad");
        var id = await WrittenAsync(writer);
        Assert.Equal(0, await Worker().LookAsync(default));
        _engine.Time.Advance(_options.Patience + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Worker().LookAsync(default));
        Assert.Equal(2, good.Seen.Count);
        await using var db = await _engine.DbAsync();
        var explanation = (await db.Verdicts.SingleAsync(v => v.MatchId == id)).Explanation;
        Assert.Contains("\"failed\"", explanation, StringComparison.Ordinal);
        Assert.Contains("Not heard: The endpoint failed (HTTP 500)", explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJudgeThatFollowsThePlaceAbstainsSoTheMatchIsDrawnAndMakesNoPair()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeFirst);
        await JudgeAsync(server);
        var id = await WrittenAsync(writer);
        // People get their time first.
        Assert.Equal(0, await Worker().LookAsync(default));
        _engine.Time.Advance(_options.PeoplePatience);
        Assert.Equal(1, await Worker().LookAsync(default));
        await using var db = await _engine.DbAsync();
        Assert.False(await db.Escalations.AnyAsync());
        Assert.Equal([500_000, 500_000], await db.MatchSeats.Where(s => s.MatchId == id).Select(s => s.Score!.Value).ToListAsync());
        await _engine.Get<PairWorker>().WorkAsync(default);
        Assert.False(await db.PreferencePairs.AnyAsync());
    }

    [Fact]
    public async Task TheSpaceIsOpenWhileAJudgeIsEnabled()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        var spaces = _engine.Get<SpaceCatalog>();
        Assert.Contains("Ollama", spaces.Find("pitch")!.ClosedBecause, StringComparison.Ordinal);
        var judge = await JudgeAsync(server);
        Assert.True(spaces.Find("pitch")!.IsOpen);
        Assert.True(await DeskAsync(d => d.SwitchAsync(judge.Id, false)));
        Assert.False(spaces.Find("pitch")!.IsOpen);
        Assert.False(await DeskAsync(d => d.SwitchAsync(Guid.Empty, true)));
        Assert.NotEqual("sk-judge", judge.ProtectedKey);
    }

    [Fact]
    public async Task AJudgeIsRefusedWithTheReason()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(server);
        async Task<string> Code(NewJudge wish) => Assert.IsType<JudgeRefused>(await DeskAsync(d => d.AddAsync(wish))).Code;
        Assert.Equal("judge-known", await Code(new("Again", server.Endpoint + "/", "judge-1", null)));
        Assert.Equal("endpoint-invalid", await Code(new("X", "http://169.254.169.254/v1", "m", null)));
        Assert.Equal("model-invalid", await Code(new("X", server.Endpoint, " ", null)));
        Assert.Equal("name-invalid", await Code(new("", server.Endpoint, "m", null)));
    }

    [Theory]
    [InlineData(ChatMode.JudgeLonger, true, "compared two sample texts")]
    [InlineData(ChatMode.Html, false, "web page instead of JSON")]
    [InlineData(ChatMode.ServerError, false, "the model crashed")]
    [InlineData(ChatMode.HalfAnswer, false, "half an answer")]
    [InlineData(ChatMode.Say, false, "does not judge usably")]
    public async Task TestConnectionSaysWhatIsWrong(ChatMode mode, bool ok, string says)
    {
        await using var server = await ScriptedChatServer.StartAsync(mode);
        var result = await DeskAsync(d => d.TestAsync(new NewJudge("Draft", server.Endpoint, "judge-1", "sk-judge")));
        Assert.Equal(ok, result.Ok);
        Assert.Contains(says, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JudgesOfTheConfigurationComeAndGoWithItAndKeepAnAdminsSwitch()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        ConfiguredJudge[] configured = [new() { Name = "Llama", Endpoint = server.Endpoint, Model = "llama3.2" }, new() { Endpoint = "ftp://x", Model = "m" }];
        var problems = await DeskAsync(d => d.ApplyAsync(configured, default));
        Assert.Contains("left out", Assert.Single(problems), StringComparison.Ordinal);
        await using var db = await _engine.DbAsync();
        var judge = await db.Judges.AsNoTracking().SingleAsync();
        Assert.Equal(("Llama", "configuration", true), (judge.Name, judge.Origin, judge.Enabled));
        await DeskAsync(d => d.SwitchAsync(judge.Id, false));
        await DeskAsync(d => d.ApplyAsync(configured, default));
        Assert.False((await db.Judges.AsNoTracking().SingleAsync()).Enabled);
        await DeskAsync(d => d.SwitchAsync(judge.Id, true));
        await DeskAsync(d => d.ApplyAsync([], default));
        Assert.False((await db.Judges.AsNoTracking().SingleAsync()).Enabled);
        Assert.False(_engine.Get<SpaceCatalog>().Find("pitch")!.IsOpen);
    }

    [Fact]
    public async Task AJudgeOfAContestantsFamilyIsNotAskedAndOneMoreThanNeededNeither()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await using var kin = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(server, "judge-1");
        await JudgeAsync(kin, "llama3.2");
        var id = await WrittenAsync(writer, "Llama-3.1-8B", "other");
        Assert.Equal(1, await Worker().LookAsync(default));
        Assert.Empty(kin.Seen);
        await using var db = await _engine.DbAsync();
        var explanation = (await db.Verdicts.SingleAsync(v => v.MatchId == id)).Explanation;
        Assert.Contains("model family (llama)", explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACompromisedJudgeIsNotAskedAndWhenNobodyIsLeftPeopleDecideBlindly()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        var judge = await JudgeAsync(server);
        await using (var db = await _engine.DbAsync())
        {
            await db.Judges.ExecuteUpdateAsync(set => set.SetProperty(j => j.Compromised, "caught"));
        }
        var id = await WrittenAsync(writer);
        Assert.Equal(0, await Worker().LookAsync(default));
        Assert.Empty(server.Seen);

        List<Guid> people = [await _engine.OwnerAsync(), await _engine.OwnerAsync(), await _engine.OwnerAsync()];
        foreach (var person in people)
        {
            var pair = await PeopleAsync(d => d.NextAsync(person, default));
            Assert.Equal(id, pair!.Match);
            Assert.Equal([Short, Long], ((string[])[pair.Left, pair.Right]).OrderBy(t => t.Length));
            var (seen, refused) = await PeopleAsync(d => d.VoteAsync(id, person, pair.Left == Long ? "left" : "right", default));
            Assert.Null(refused);
            Assert.StartsWith("Agent", seen!.Left, StringComparison.Ordinal);
            Assert.Contains("already", (await PeopleAsync(d => d.VoteAsync(id, person, "tie", default))).Refused, StringComparison.Ordinal);
            Assert.Null(await PeopleAsync(d => d.NextAsync(person, default)));
        }
        await using var after = await _engine.DbAsync();
        var seat = await after.MatchSeats.FirstAsync(s => s.MatchId == id);
        var own = await after.Agents.Where(a => a.Id == seat.AgentId).Select(a => a.OwnerId).SingleAsync();
        Assert.Null(await PeopleAsync(d => d.NextAsync(own, default)));
        Assert.Contains("your own", (await PeopleAsync(d => d.VoteAsync(id, own, "left", default))).Refused, StringComparison.Ordinal);

        Assert.Equal(1, await Worker().LookAsync(default));
        Assert.Equal([0, 1_000_000], await after.MatchSeats.Where(s => s.MatchId == id).OrderBy(s => s.Player).Select(s => s.Score!.Value).ToListAsync());
        Assert.Contains("decided", (await PeopleAsync(async d => await d.VoteAsync(id, await _engine.OwnerAsync(), "left", default))).Refused, StringComparison.Ordinal);
        Assert.True(await DeskAsync(d => d.ClearAsync(judge.Id)));
        Assert.Null((await after.Judges.AsNoTracking().SingleAsync()).Compromised);
    }

    [Fact]
    public async Task KnownPairsComeFirstAndDecideWhatAPersonsVoteWeighs()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeFirst);
        await JudgeAsync(server);
        var id = await WrittenAsync(writer);
        var quality = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).Where(g => g.Kind == GoldCase.Quality).Select(g => g.Id).ToList();
        var better = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).ToDictionary(g => g.Id, g => QuotedEntry.Of(g.Better, "\0", []));
        await using (var db = await _engine.DbAsync())
        {
            await new GoldDesk(db, _engine.Time).SeedAsync(default);
        }
        Assert.Equal(0, await Worker().LookAsync(default));

        // Three who always take the worse text, and vote for the short one; then three who read.
        var asked = new List<Guid>();
        foreach (var reads in (bool[])[false, false, false, true, true, true])
        {
            var person = await _engine.OwnerAsync();
            Assert.Equal(new PersonStanding(0, 0, 5, false), await PeopleAsync(d => d.StandingAsync(person, default)));
            var (known, mine) = (0, new HashSet<Guid>());
            while (await PeopleAsync(d => d.NextAsync(person, default)) is { } pair)
            {
                if (pair.Match == id)
                {
                    Assert.Null((await PeopleAsync(d => d.VoteAsync(id, person, pair.Left == Long == reads ? "left" : "right", default))).Refused);
                    continue;
                }
                var left = pair.Left == better[pair.Match.Value];
                var other = quality.First(g => g != pair.Match.Value && !mine.Contains(g));
                Assert.Contains("your turn", (await PeopleAsync(d => d.VoteAsync(new(other), person, "left", default))).Refused, StringComparison.Ordinal);
                var (seen, refused) = await PeopleAsync(d => d.VoteAsync(pair.Match, person, left == reads ? "left" : "right", default));
                Assert.Null(refused);
                Assert.Equal(left ? "left" : "right", seen!.Known);
                Assert.Contains("already", (await PeopleAsync(d => d.VoteAsync(pair.Match, person, "tie", default))).Refused, StringComparison.Ordinal);
                asked.Add(pair.Match.Value);
                mine.Add(pair.Match.Value);
                known++;
            }
            Assert.Equal(PersonStanding.KnownFirst, known);
            var standing = await PeopleAsync(d => d.StandingAsync(person, default));
            Assert.Equal(new PersonStanding(known, reads ? known : 0, 5, false), standing);
            Assert.Equal(reads ? Panel.PersonWeight / 2 : 0, standing.Weight);
            Assert.Contains(reads ? "50 % of a full vote" : "no more than guessing", standing.Why, StringComparison.Ordinal);
            if (!reads)
            {
                // Votes that weigh nothing decide nothing, however many they are.
                Assert.Equal(0, await Worker().LookAsync(default));
            }
        }
        // Everybody has an order of their own.
        Assert.True(asked.Distinct().Count() > PersonStanding.KnownFirst);
        Assert.Equal(1, await Worker().LookAsync(default));
        await using var after = await _engine.DbAsync();
        Assert.Equal([0, 1_000_000], await after.MatchSeats.Where(s => s.MatchId == id).OrderBy(s => s.Player).Select(s => s.Score!.Value).ToListAsync());
        Assert.Contains("\"people\":3", (await after.Verdicts.SingleAsync(v => v.MatchId == id)).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AVerdictIsAppealedOnceJudgedAgainByOthersAndTheDepositComesBackWhenTheyDisagree()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await using var other = await ScriptedChatServer.StartAsync(ChatMode.JudgeBy);
        other.Prefers = (first, second) => first.Length < second.Length ? "first" : "second";
        await JudgeAsync(server);
        var id = await WrittenAsync(writer);
        Assert.Equal(1, await Worker().LookAsync(default));
        Assert.True(await _engine.Get<PairWorker>().WorkAsync(default));
        await using var db = await _engine.DbAsync();
        Assert.True(await db.PreferencePairs.AnyAsync(p => p.MatchId == id));
        var loser = await db.MatchSeats.Where(s => s.MatchId == id && s.Player == 0).Join(db.Agents, s => s.AgentId, a => a.Id, (s, a) => a.OwnerId).SingleAsync();

        Assert.Equal("not-yours", Assert.IsType<AppealRefused>(await AppealAsync(d => d.FileAsync(id, Guid.Empty, "", default))).Code);
        Assert.Equal("match-not-found", Assert.IsType<AppealRefused>(await AppealAsync(d => d.FileAsync(new(Guid.Empty), loser, "", default))).Code);
        Assert.Equal(AppealDesk.Welcome - AppealDesk.Deposit, Assert.IsType<AppealFiled>(await AppealAsync(d => d.FileAsync(id, loser, "Shorter is better here.", default))).PointsLeft);
        Assert.Equal("appealed-already", Assert.IsType<AppealRefused>(await AppealAsync(d => d.FileAsync(id, loser, "", default))).Code);

        var seats = await db.MatchSeats.Where(s => s.MatchId == id).OrderBy(s => s.Player).Select(s => s.VersionId).ToListAsync();
        var keeper = _engine.Get<LadderKeeper>();
        await keeper.TickAsync(default);
        var before = Lead();
        Assert.True(before < 0);

        // Its judge had its say; nobody else is there yet.
        Assert.Equal(0, await Worker().LookAtAppealsAsync(default));
        Assert.Equal(2, server.Seen.Count);
        await JudgeAsync(other, "second-judge");
        Assert.Equal(1, await Worker().LookAtAppealsAsync(default));
        var appeal = await db.Appeals.AsNoTracking().SingleAsync();
        Assert.Equal(Appeal.Upheld, appeal.State);
        Assert.Contains("second-judge", appeal.Outcome, StringComparison.Ordinal);
        Assert.Equal(AppealDesk.Welcome, await AppealAsync(d => d.PointsAsync(loser, default)));
        Assert.False(await db.PreferencePairs.AnyAsync(p => p.MatchId == id));
        Assert.Equal([0, 1_000_000], await db.MatchSeats.Where(s => s.MatchId == id).OrderBy(s => s.Player).Select(s => s.Score!.Value).ToListAsync());
        Assert.Equal(2, await db.Judgments.CountAsync(j => j.OnAppeal));
        Assert.Equal(0, await Worker().LookAtAppealsAsync(default));

        // The ranking counts the later verdict, by the running keeper and by the papers; the match stays as it closed.
        var correction = await db.Corrections.AsNoTracking().SingleAsync();
        var verdict = await db.Verdicts.AsNoTracking().SingleAsync();
        Assert.Equal(("[0,1000000]", "[1000000,0]", verdict.Hash, 64), (correction.Was, correction.Scores, correction.WasVerdict, correction.Verdict.Length));
        Assert.NotEqual(verdict.Hash, correction.Verdict);
        _engine.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.TickAsync(default);
        Assert.Equal(-before, Lead());
        Assert.Empty((await _engine.Get<RatingRebuild>().RunAsync(null, default)).Differences);

        long Lead()
        {
            var places = _engine.Get<Arena.Engine.Ratings.Ladders>().Of("pitch").Fit.Places;
            return places[seats[0].Value].Milli - places[seats[1].Value].Milli;
        }
    }

    [Fact]
    public async Task AnAppealThatNobodyElseCanHearEndsWithItsDepositBackAndOneThatIsRejectedKeepsIt()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(server);
        var id = await WrittenAsync(writer);
        Assert.Equal(1, await Worker().LookAsync(default));
        await using var db = await _engine.DbAsync();
        var loser = await db.MatchSeats.Where(s => s.MatchId == id && s.Player == 0).Join(db.Agents, s => s.AgentId, a => a.Id, (s, a) => a.OwnerId).SingleAsync();
        Assert.IsType<AppealFiled>(await AppealAsync(d => d.FileAsync(id, loser, "", default)));
        _engine.Time.Advance(_options.Patience + _options.PeoplePatience);
        Assert.Equal(1, await Worker().LookAtAppealsAsync(default));
        Assert.Equal(Appeal.Unheard, (await db.Appeals.AsNoTracking().SingleAsync()).State);
        Assert.Equal(AppealDesk.Welcome, await AppealAsync(d => d.PointsAsync(loser, default)));

        var next = await WrittenAsync(writer);
        Assert.Equal(1, await Worker().LookAsync(default));
        var other = await db.MatchSeats.Where(s => s.MatchId == next && s.Player == 0).Join(db.Agents, s => s.AgentId, a => a.Id, (s, a) => a.OwnerId).SingleAsync();
        Assert.IsType<AppealFiled>(await AppealAsync(d => d.FileAsync(next, other, "", default)));
        await using var second = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(second, "second-judge");
        Assert.Equal(1, await Worker().LookAtAppealsAsync(default));
        Assert.Equal(Appeal.Rejected, (await db.Appeals.AsNoTracking().SingleAsync(a => a.MatchId == next)).State);
        Assert.Equal(AppealDesk.Welcome - AppealDesk.Deposit, await AppealAsync(d => d.PointsAsync(other, default)));
    }

    [Fact]
    public async Task AVerboseAgentThatJudgesFavourForItsLengthLosesItsBonusUnderStyleControl()
    {
        await using var writer = await ScriptedChatServer.StartAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeLonger);
        await JudgeAsync(server);
        // Three agents say the same: the first in many words as a rule, the others in few; now and then it is the other way round.
        string[] models = ["verbose", "terse", "brief"];
        var written = new int[models.Length];
        writer.Answer = q =>
        {
            var model = Array.IndexOf(models, q.Body["model"]!.GetValue<string>());
            var (n, usual) = (written[model]++, model == 0 ? 70 : 30);
            var words = n % 5 == model ? 100 - usual : usual;
            // The marks at the end: no two texts are equally long, because a judge's tie would wait for people.
            return string.Join(' ', Enumerable.Range(0, words + (n * (2 + model) + 5 * model) % 11).Select(i => i % 9 == 8 ? "bag." : "bags")) + new string('!', model);
        };
        var versions = new List<VersionId>();
        foreach (var model in models)
        {
            versions.Add((await _engine.AgentAsync(AgentKind.Chat, new ChatConfig("", writer.Endpoint, model, 1, 0, 0, 0))).Version.Id);
        }
        const int matches = 36;
        for (var i = 0; i < matches; i++)
        {
            await _engine.PlayedAsync("pitch", versions[i % 3], versions[(i + 1) % 3]);
            Assert.Equal(1, await Worker().LookAsync(default));
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
        }
        var keeper = _engine.Get<LadderKeeper>();
        _engine.Time.Advance(TimeSpan.FromMinutes(1));
        await keeper.TickAsync(default);
        var ladder = _engine.Get<Arena.Engine.Ratings.Ladders>().Of("pitch");
        var style = ladder.Style!;
        var (bonus, left) = (Lead(ladder.Fit.Places), Lead(style.Places));
        Assert.Equal(matches, style.Matches);
        Assert.True(bonus > 100 && Math.Abs(left) < bonus / 3, $"{bonus} points ahead as judged, {left} at equal style");
        Assert.True(style.Effects[0].Coefficient > 2 * style.Effects[0].Error, $"{style.Effects[0]}");

        // Counted once and kept: a keeper that starts again reads the rows, and the papers give the same to the last bit.
        await using var db = await _engine.DbAsync();
        Assert.Equal(matches, await db.MatchStyles.CountAsync());
        var id = await db.MatchStyles.Select(s => s.MatchId).FirstAsync();
        var counts = await db.MatchStyles.Where(s => s.MatchId == id).Select(s => s.Counts).SingleAsync();
        var texts = (await _engine.Get<PlayedMatches>().FindAsync(id, default))!.Played.Games[0].Turns.OrderBy(t => t.Player);
        Assert.Equal(texts.Select(t => TextStyle.Of(t.Did!)), MatchStyles.Read(counts));
        var report = await _engine.Get<RatingRebuild>().RunAsync(null, default);
        Assert.Empty(report.Differences);
        var made = report.Ladders["pitch"];
        Assert.Equal(made.Style!.Places.Values.OrderBy(p => p.Version), style.Places.Values.OrderBy(p => p.Version));
        Assert.Equal(made.Style.Effects, style.Effects);

        // Another text than the counts say is found; deleted counts are made again.
        await db.MatchStyles.Where(s => s.MatchId == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Counts, "[[1,0,0,0],[2,0,0,0]]"));
        Assert.Contains("counts of style", Assert.Single((await _engine.Get<RatingRebuild>().RunAsync(null, default)).Differences), StringComparison.Ordinal);
        await db.MatchStyles.Where(s => s.MatchId == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Counter, 0));
        Assert.Equal(counts, MatchStyles.Write((await _engine.Get<MatchStyles>().OfAsync(db, [id], default))[id]));
        Assert.Equal(counts, await db.MatchStyles.Where(s => s.MatchId == id).Select(s => s.Counts).SingleAsync());

        double Lead(IReadOnlyDictionary<Guid, LadderPlace> places) => (places[versions[0].Value].Milli - (places[versions[1].Value].Milli + places[versions[2].Value].Milli) / 2) / 1000.0;
    }

    private async Task<T> PeopleAsync<T>(Func<PeopleDesk, Task<T>> use)
    {
        await using var db = await _engine.DbAsync();
        return await use(new(db, _engine.Get<PlayedMatches>(), _engine.Get<AgentClients>(), _engine.Time));
    }

    private async Task<T> AppealAsync<T>(Func<AppealDesk, Task<T>> use)
    {
        await using var db = await _engine.DbAsync();
        return await use(new(db, _engine.Time));
    }
}
