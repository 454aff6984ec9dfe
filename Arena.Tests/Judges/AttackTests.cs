using System.Text.Json;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Tests.Doubles;
using Arena.Tests.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Arena.Tests.Judges;

/// <summary>Entries that attack the judge (attacks.json), against the real assembly of prompts and against judges over real HTTP that fall for them.</summary>
public sealed class AttackTests
{
    private const string Honest = "Drivers can't avoid what they can't see. A clip-on lamp weighs less than your keys: fix it on tonight and arrive.";

    private static readonly Rubric Pitch = Rubric.For("pitch")!;
    private static readonly Guid Judge = new("00000000-0000-7000-8000-0000000000aa");
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    private sealed record Attack(string Kind, string Name, string Text);

    private static IReadOnlyList<Attack> All()
    {
        using var stream = typeof(AttackTests).Assembly.GetManifestResourceStream("attacks.json")!;
        return JsonSerializer.Deserialize<List<Attack>>(stream, new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
    }

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
        var all = All();
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
            foreach (var attack in All())
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

    [Fact]
    public async Task OverHttpTheRequestHoldsTheSameSkeletonAndASusceptibleJudgeIsFooledByMost()
    {
        await using var server = await ScriptedChatServer.StartAsync(ChatMode.JudgeSusceptible);
        using var endpoint = new ChatEndpoint(Options.Create(new ChatOptions()), TimeProvider.System);
        var judge = new Judge { Id = Judge, Name = "Naive", Endpoint = server.Endpoint, Model = "naive", Origin = "admin", CreatedAt = DateTimeOffset.UnixEpoch };
        var opened = new ChatJudge(judge, null, endpoint, new() { AnswerTimeout = TimeSpan.FromSeconds(20) });
        var fence = QuotedEntry.Fence(Seed, Judge, 0);
        var fooled = 0;
        foreach (var attack in All())
        {
            var opinion = Assert.IsType<JudgeOpinion>(await opened.JudgeAsync(Case(attack.Text, Honest), 0, default));
            fooled += opinion.Preferred == 0 ? 1 : 0;
        }
        var skeletons = server.Seen.Select(q => Parts([.. q.Body["messages"]!.AsArray().Select(m => new ChatLine(m!["role"]!.GetValue<string>(), m["content"]!.GetValue<string>()))], fence).Skeleton).Distinct();
        Assert.Single(skeletons);
        // A suite that fools nobody would test nothing.
        Assert.True(fooled >= 40, $"{fooled} fooled it");
    }

    [Fact]
    public async Task CanariesFlagASusceptibleJudgeWithinTwentyCasesAndItsWeightFallsToZeroWhileAnHonestOneKeepsIts()
    {
        await using var engine = new EngineFixture();
        await engine.InitializeAsync();
        await using var naive = await ScriptedChatServer.StartAsync(ChatMode.JudgeSusceptible);
        await using var honest = await ScriptedChatServer.StartAsync(ChatMode.JudgeBy);
        var cases = GoldDesk.BuiltIn(DateTimeOffset.UnixEpoch).ToList();
        honest.Prefers = (first, _) => cases.Any(c => QuotedEntry.Of(c.Better, "-", []) == first) ? "first" : "second";
        await using (var db = await engine.DbAsync())
        {
            await new GoldDesk(db, engine.Time).SeedAsync(default);
            db.Judges.Add(new Judge { Id = new("00000000-0000-7000-8000-000000000001"), Name = "Naive", Endpoint = naive.Endpoint, Model = "naive", Origin = "admin", CreatedAt = engine.Time.GetUtcNow() });
            db.Judges.Add(new Judge { Id = new("00000000-0000-7000-8000-000000000002"), Name = "Honest", Endpoint = honest.Endpoint, Model = "honest", Origin = "admin", CreatedAt = engine.Time.GetUtcNow() });
            await db.SaveChangesAsync();
        }
        var worker = new GoldWorker(
            engine.Get<IDbContextFactory<ArenaDb>>(), engine.Get<AgentClients>(), new ChatJudges(engine.Get<ChatEndpoint>(), engine.Get<SecretVault>(), Options.Create(new JudgeOptions())).Open, Options.Create(new JudgeOptions()), engine.Time, NullLogger<GoldWorker>.Instance);
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

        // The rest of the cases is asked once too; then nothing is due until it has judged matches.
        for (; asked < cases.Count; asked++)
        {
            Assert.Equal(2, await worker.LookAsync(default));
            engine.Time.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.Equal(0, await worker.LookAsync(default));

        // Another served model is another version: no record, no mark.
        naive.ServedModel = "naive-2";
        after.GoldAnswers.RemoveRange(await after.GoldAnswers.Where(a => a.JudgeId == judges[1].Id).Take(1).ToListAsync());
        await after.SaveChangesAsync();
        Assert.Equal(1, await worker.LookAsync(default));
        await using var later = await engine.DbAsync();
        var renewed = await later.Judges.SingleAsync(j => j.Name == "Naive");
        Assert.Null(renewed.Compromised);
        Assert.NotEqual(judges[1].Version, renewed.Version);
        Assert.Equal(1, await later.GoldAnswers.CountAsync(a => a.Version == renewed.Version));
    }
}
