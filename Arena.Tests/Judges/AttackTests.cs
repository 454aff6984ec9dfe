using System.Text.RegularExpressions;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Rules.Play;
using Arena.Tests.Doubles;
using Arena.Tests.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Judges;

/// <summary>Entries that attack the judge (Arena.Judges/Attacks/suite.v1.json), against the real assembly of prompts and against judges over real HTTP that fall for them.</summary>
public sealed class AttackTests
{
    private const string Honest = "Drivers can't avoid what they can't see. A clip-on lamp weighs less than your keys: fix it on tonight and arrive.";

    private static readonly Rubric Pitch = Rubric.For("pitch")!;
    private static readonly Guid Judge = new("00000000-0000-7000-8000-0000000000aa");
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    private static JudgingCase Case(string one, string two) => new(new MatchId(Guid.Empty), "pitch", "Sell a lamp.", [new(0, one, ["Mallory"]), new(1, two, [])], Seed);

    /// <summary>Everything of the messages that is no entry: must be the same whatever the entries say. The entries: between the lines of the fence.</summary>
    private static (string Skeleton, List<string> Entries) Parts(IReadOnlyList<ChatLine> lines, string fence)
    {
        var skeleton = new List<string>();
        var entries = new List<string>();
        List<string>? entry = null;
        foreach (var line in lines.SelectMany(l => $"({l.Role})\n{l.Content}".Split('\n')))
        {
            if (entry is null || line.EndsWith($" {fence}>>>", StringComparison.Ordinal))
            {
                skeleton.Add(line);
                if (entry is not null)
                {
                    entries.Add(string.Join('\n', entry));
                }
                entry = line.StartsWith("<<<", StringComparison.Ordinal) && line.EndsWith($" {fence}", StringComparison.Ordinal) ? [] : null;
            }
            else
            {
                entry.Add(line);
            }
        }
        Assert.Null(entry);
        return (string.Join('\n', skeleton), entries);
    }

    [Fact]
    public void TheSuiteHoldsSixtyAttacksOfEveryKind()
    {
        var all = AttackSuite.All;
        Assert.True(all.Count >= 60);
        Assert.Equal(all.Count, all.Select(a => a.Text).Distinct().Count());
        Assert.Superset(
            new HashSet<string> { "null model", "instruction", "fake verdict", "closing the quotation", "unicode", "flattery", "length padding", "style stuffing" },
            all.Select(a => a.Kind).ToHashSet());
    }

    [Theory]
    [InlineData(JudgeMethods.Pairwise)]
    [InlineData(JudgeMethods.Absolute)]
    [InlineData(JudgeMethods.Reference)]
    [InlineData(JudgeMethods.Brief)]
    public void NoAttackLeavesItsDataSection(string method)
    {
        foreach (var first in (int[])[0, 1])
        {
            var fence = QuotedEntry.Fence(Seed, Judge, first);
            IReadOnlyList<ChatLine> Ask(JudgingCase @case) => method switch
            {
                JudgeMethods.Absolute => JudgePrompt.Alone(@case, Pitch, Judge, first, 0, null),
                JudgeMethods.Reference => JudgePrompt.WithReference(@case, Pitch, Judge, first, "A reference.", null),
                JudgeMethods.Brief => JudgePrompt.Brief(@case, Pitch, Judge, first, null),
                _ => JudgePrompt.Lines(@case, Pitch, Judge, first, null),
            };
            var (expected, harmless) = Parts(Ask(Case("Harmless.", Honest)), fence);
            Assert.Contains("Harmless.", harmless);
            foreach (var attack in AttackSuite.All)
            {
                // Also the worst case: the attacker somehow knows the fence.
                foreach (var text in (string[])[attack.Text, attack.Text.Replace("{{fence}}", fence, StringComparison.Ordinal).Replace("000000000000000000000000", fence, StringComparison.Ordinal)])
                {
                    var (skeleton, entries) = Parts(Ask(Case(text, Honest)), fence);
                    Assert.True(expected == skeleton, $"{attack.Name} changed the prompt around it.");
                    Assert.Equal(harmless.Count, entries.Count);
                    Assert.Contains(QuotedEntry.Of(text, fence, ["Mallory"]), entries);
                    Assert.All(entries, e => Assert.DoesNotContain(e.EnumerateRunes(), r => r.Value is < 32 and not ('\n' or '\t') or >= 0x202a and <= 0x202e or >= 0x2066 and <= 0x2069 or >= 0xe0000 and <= 0xe007f or 0x200b));
                }
            }
        }
    }

    [Theory]
    [InlineData(JudgeMethods.Pairwise, 1)]
    [InlineData(JudgeMethods.Absolute, 1)]
    [InlineData(JudgeMethods.Reference, 2)]
    [InlineData(JudgeMethods.Brief, 1)]
    public async Task OverHttpEveryRequestHoldsTheSameSkeletonInBothOrdersAndASusceptibleJudgeIsFooledByMost(string method, int questions)
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeSusceptible);
        using var endpoint = new ChatEndpoint(Options.Create(new ChatOptions()), TimeProvider.System);
        var judge = new Judge { Id = Judge, Name = "Naive", Endpoint = server.Endpoint, Model = "naive", Method = method, Origin = "admin", CreatedAt = DateTimeOffset.UnixEpoch };
        var opened = new ChatJudge(judge, null, endpoint, new() { AnswerTimeout = TimeSpan.FromSeconds(20) });
        foreach (var first in (int[])[0, 1])
        {
            var fence = QuotedEntry.Fence(Seed, Judge, first);
            var fooled = 0;
            server.Seen.Clear();
            foreach (var attack in AttackSuite.All)
            {
                var opinion = Assert.IsType<JudgeOpinion>(await opened.JudgeAsync(Case(attack.Text, Honest), first, default));
                fooled += opinion.Preferred == 0 ? 1 : 0;
            }
            var asked = server.Seen.Select(q => Parts([.. q.Body["messages"]!.AsArray().Select(m => new ChatLine(m!["role"]!.GetValue<string>(), m["content"]!.GetValue<string>()))], fence)).ToList();
            Assert.Equal(questions, asked.Select(a => a.Skeleton).Distinct().Count());
            // What was sent holds the attacks, each in the place of its entry.
            Assert.All(AttackSuite.All, attack => Assert.Contains(asked, a => a.Entries.Contains(QuotedEntry.Of(attack.Text, fence, ["Mallory"]))));
            // A suite that fools nobody would test nothing.
            Assert.True(fooled >= 40, $"{fooled} fooled it, player {first + 1} first");
        }
    }

    public static TheoryData<string> EveryFamily => [.. AttackSuite.Families];

    [Theory]
    [MemberData(nameof(EveryFamily))]
    public async Task AJudgeThatFallsForOneFamilyOnlyIsCaughtWithinTwentyCases(string family)
    {
        await using var engine = new EngineFixture();
        await engine.InitializeAsync();
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeBy);
        var cases = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).ToList();
        var better = cases.Select(c => QuotedEntry.Of(c.Better, "\0", [])).ToHashSet();
        // An attack stands alone or after a weak answer, and the number in a forged mark is drawn anew.
        static string Read(string text) => Regex.Replace(QuotedEntry.Of(text, "\0", []), "[0-9a-f]{24}", "F");
        var attacks = AttackSuite.All.Where(a => a.Kind == family).Select(a => Read(a.Text.Replace("{{fence}}", new('0', 24), StringComparison.Ordinal))).ToHashSet();
        var weak = cases.Where(c => c.Kind == GoldCase.Quality).Select(c => Read(c.Worse)).ToList();
        bool Falls(string entry) => attacks.Contains(Read(entry)) || weak.Exists(w => Read(entry).StartsWith(w, StringComparison.Ordinal) && attacks.Contains(Read(entry)[w.Length..].Trim()));
        server.Prefers = (first, second) => Falls(first) ? "first" : Falls(second) ? "second" : better.Contains(first) ? "first" : "second";
        await using (var db = await engine.DbAsync())
        {
            await new GoldDesk(db, engine.Time).SeedAsync(default);
            // The stored canaries are public: without them, what is drawn has to do.
            await db.GoldCases.Where(g => g.Kind == GoldCase.Canary).ExecuteDeleteAsync();
            db.Judges.Add(new Judge { Id = Judge, Name = "Half naive", Endpoint = server.Endpoint, Model = "naive", Origin = "admin", CreatedAt = engine.Time.GetUtcNow() });
            await db.SaveChangesAsync();
        }
        var worker = Worker(engine);
        for (var asked = 0; asked < 20; asked++)
        {
            Assert.Equal(1, await worker.LookAsync(default));
            engine.Time.Advance(TimeSpan.FromSeconds(30));
        }
        await using var after = await engine.DbAsync();
        Assert.NotNull((await after.Judges.SingleAsync()).Compromised);
        Assert.Equal(0, (await new PanelBook(engine.Get<IDbContextFactory<ArenaDb>>()).BeliefAsync("pitch", default)).Weight(Judge));
        var drawn = await after.GoldAnswers.Where(a => a.Attack != null).ToListAsync();
        Assert.All(drawn, a => Assert.Equal(GoldAnswer.FamilyOf(a.Attack!) == family, JudgeStanding.Failed(a)));
    }

    [Fact]
    public void ACanaryIsMadeForItsJudgeAndMomentAndFollowsWhatTheJudgeFellFor()
    {
        var gold = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).ToList();
        DrawnCanary Next(int chance, params (string, bool)[] past) => CanaryDraw.Next(gold, past, caught: false, new Draws(new byte[32], $"canary {chance}"), DateTimeOffset.UnixEpoch)!;
        var many = Enumerable.Range(0, 200).Select(i => Next(i)).ToList();
        Assert.True(many.Select(c => c.Case.Id).Distinct().Count() > 150);
        Assert.Equal(AttackSuite.Families.Order(), many.Select(c => GoldAnswer.FamilyOf(c.Attack)).Distinct().Order());
        Assert.All(many, c => Assert.Equal((GoldCase.Canary, GoldCase.Drawn), (c.Case.Kind, c.Case.Origin)));
        Assert.All(many, c => Assert.Contains(gold, g => g.Better == c.Case.Better && g.Task == c.Case.Task && g.Space == c.Case.Space));
        // Some at the end of a weak answer, some alone; none holds a placeholder of the suite.
        Assert.Contains(many, c => gold.Exists(g => g.Kind == GoldCase.Quality && c.Case.Worse.StartsWith(g.Worse, StringComparison.Ordinal)));
        Assert.Contains(many, c => AttackSuite.All.Any(a => a.Text == c.Case.Worse));
        Assert.DoesNotContain(many, c => c.Case.Worse.Contains("{{fence}}", StringComparison.Ordinal));
        // Fallen for once: the same family again, with another attack of it.
        Assert.All(Enumerable.Range(0, 50).Select(i => Next(i, ("unicode 1", false), ("flattery 2", true))), c => Assert.Matches("^flattery [1345]$", c.Attack));
        // Withstood: a family not met yet.
        Assert.All(Enumerable.Range(0, 50).Select(i => Next(i, ("flattery 2", true), ("flattery 3", false))), c => Assert.DoesNotMatch("^flattery", c.Attack));
        Assert.True(CanaryDraw.IsDue([("flattery 2", false)], caught: false));
        var all = AttackSuite.Families.Select(f => ($"{f} 1", false)).ToList();
        Assert.False(CanaryDraw.IsDue(all, caught: false));
        Assert.True(CanaryDraw.IsDue([.. all, ("flattery 1", true)], caught: false));
        Assert.False(CanaryDraw.IsDue([.. all, ("flattery 1", true)], caught: true));
        Assert.Null(CanaryDraw.Next([], [], caught: false, new Draws(new byte[32], "none"), DateTimeOffset.UnixEpoch));
    }

    private static GoldWorker Worker(EngineFixture engine) => new(
        engine.Get<IDbContextFactory<ArenaDb>>(), engine.Get<AgentClients>(), new ChatJudges(engine.Get<ChatEndpoint>(), engine.Get<SecretVault>(), Options.Create(new JudgeOptions())).Open,
        Options.Create(new JudgeOptions()), engine.Time, NullLogger<GoldWorker>.Instance);

    [Fact]
    public async Task CanariesFlagASusceptibleJudgeWithinTwentyCasesAndItsWeightFallsToZeroWhileAnHonestOneKeepsIts()
    {
        await using var engine = new EngineFixture();
        await engine.InitializeAsync();
        await using var naive = await ScriptedChatServer.StartAsync(ChatMode.JudgeSusceptible);
        await using var honest = await ScriptedChatServer.StartAsync(ChatMode.JudgeBy);
        var cases = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).ToList();
        honest.Prefers = (first, _) => cases.Any(c => QuotedEntry.Of(c.Better, "\0", []) == first) ? "first" : "second";
        await using (var db = await engine.DbAsync())
        {
            await new GoldDesk(db, engine.Time).SeedAsync(default);
            db.Judges.Add(new Judge { Id = new("00000000-0000-7000-8000-000000000001"), Name = "Naive", Endpoint = naive.Endpoint, Model = "naive", Origin = "admin", CreatedAt = engine.Time.GetUtcNow() });
            db.Judges.Add(new Judge { Id = new("00000000-0000-7000-8000-000000000002"), Name = "Honest", Endpoint = honest.Endpoint, Model = "honest", Origin = "admin", CreatedAt = engine.Time.GetUtcNow() });
            await db.SaveChangesAsync();
        }
        var worker = Worker(engine);
        var asked = 0;
        for (; asked < 20; asked++)
        {
            Assert.Equal(2, await worker.LookAsync(default));
            engine.Time.Advance(TimeSpan.FromSeconds(30));
        }
        await using var after = await engine.DbAsync();
        var judges = await after.Judges.OrderBy(j => j.Name).ToListAsync();
        Assert.Null(judges[0].Compromised);
        Assert.Contains("canaries", judges[1].Compromised, StringComparison.Ordinal);
        var belief = await new PanelBook(engine.Get<IDbContextFactory<ArenaDb>>()).BeliefAsync("pitch", default);
        Assert.Equal(0, belief.Weight(judges[1].Id));
        Assert.True(belief.Weight(judges[0].Id) > 1.5);

        // The rest of the cases is asked once too, and every family of attacks; then nothing is due until it has judged matches.
        while (await worker.LookAsync(default) > 0)
        {
            Assert.True(++asked < cases.Count + 2 * AttackSuite.Families.Count);
            engine.Time.Advance(TimeSpan.FromSeconds(30));
        }
        foreach (var judge in judges)
        {
            var answers = await after.GoldAnswers.Where(a => a.JudgeId == judge.Id).ToListAsync();
            Assert.Equal(cases.Select(c => c.Id).Order(), answers.Where(a => a.Attack is null).Select(a => a.GoldId).Order());
            Assert.Equal(AttackSuite.Families.Order(), answers.Where(a => a.Attack is not null).Select(a => GoldAnswer.FamilyOf(a.Attack!)).Distinct().Order());
        }

        // Another served model is another version: no record, no mark.
        naive.ServedModel = "naive-2";
        after.GoldAnswers.RemoveRange(await after.GoldAnswers.Where(a => a.JudgeId == judges[1].Id && a.Attack == null).Take(1).ToListAsync());
        await after.SaveChangesAsync();
        Assert.Equal(1, await worker.LookAsync(default));
        await using var later = await engine.DbAsync();
        var renewed = await later.Judges.SingleAsync(j => j.Name == "Naive");
        Assert.Null(renewed.Compromised);
        Assert.NotEqual(judges[1].Version, renewed.Version);
        Assert.Equal(1, await later.GoldAnswers.CountAsync(a => a.Version == renewed.Version));
    }
}
