using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Preferences;
using Arena.Tests.Trainer;
using Microsoft.EntityFrameworkCore;

namespace Arena.Tests.Engine.Preferences;

/// <summary>The files of a data set as somebody elsewhere gets them.</summary>
public sealed class PairDataSetTests
{
    private static readonly Guid One = Guid.Parse("00000000-0000-0000-0000-000000000001");

    private static PairLine Line(int i, string licence = "cc-by-4.0", Guid? onPolicyOf = null) => new(
        $"prompt {i} 🙂", "a\n\"", "b", i / 8.0, "pitch", "text", "judged", One, i, One, One, onPolicyOf, "j k", licence, $"{i:x64}", DateTimeOffset.UnixEpoch);

    /// <summary>Read by hyparquet/read.mjs, whose code has nothing in common with the library that wrote the file.</summary>
    [Fact]
    public async Task AnotherReaderFindsEveryColumnAndValueOfTheParquet()
    {
        var folder = Path.Combine(Repository.Root, "Arena.Tests", "Engine", "Preferences", "hyparquet");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "The npm packages of hyparquet are not installed: run 'npm ci' there.");
        using var data = new TemporaryFolder();
        PairLine[] lines = [.. Enumerable.Range(0, 9).Select(i => Line(i, i % 2 == 0 ? "cc-by-4.0" : "other", i % 3 == 0 ? One : null))];
        await File.WriteAllBytesAsync(data.File("train.parquet"), await PairDataSet.ParquetAsync(lines, default));
        using var node = Process.Start(new ProcessStartInfo("node", ["read.mjs", data.File("train.parquet")]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await errors);
        var read = (await output).Split('\n');
        Assert.Equal(
            PairCard.Columns.Select(c => (c.Name, c.Type switch { "float64" => "DOUBLE", "int32" => "INT32", _ => "BYTE_ARRAY" })),
            JsonNode.Parse(read[0])!.AsArray().Select(c => (c![0]!.GetValue<string>(), c[1]!.GetValue<string>())));
        Assert.All(JsonNode.Parse(read[0])!.AsArray().Where(c => c![1]!.GetValue<string>() == "BYTE_ARRAY"), c => Assert.Equal("UTF8", c![2]!.GetValue<string>()));
        var rows = JsonNode.Parse(read[1])!.AsArray();
        Assert.Equal(lines.Length, rows.Count);
        foreach (var (line, row) in lines.Zip(rows))
        {
            var expected = JsonNode.Parse(line.ToUtf8())!.AsObject();
            Assert.All(PairCard.Columns.Where(c => c.Name != "createdAt"), c => Assert.True(JsonNode.DeepEquals(expected[c.Name], row![c.Name]), $"{c.Name}: {row![c.Name]?.ToJsonString()} in place of {expected[c.Name]?.ToJsonString()}"));
            Assert.Equal(line.CreatedAt, DateTimeOffset.Parse(row!["createdAt"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void TheCardCountsBytesAsArrowHoldsThem()
    {
        PairLine[] lines = [Line(1), Line(2, onPolicyOf: One)];
        // By hand: two numbers of 8 and two of 4; each of 14 columns of text has three offsets of 4, and the one with a gap a byte of bits.
        var texts = lines.Sum(l => Encoding.UTF8.GetByteCount(string.Concat(
            l.Prompt, l.Chosen, l.Rejected, l.Space, l.Notation, l.Source, l.Match, l.ChosenVersion, l.RejectedVersion, l.OnPolicyOf, l.Judges, l.License, l.Hash, l.CreatedAt.ToString("O"))));
        Assert.Equal(14, PairCard.Columns.Count(c => c.Type == "string"));
        Assert.Equal(2 * 8 + 2 * 4 + 14 * 3 * 4 + 1 + texts, PairCard.ArrowBytes(lines));
    }

    [Fact]
    public async Task ASetUnderSeveralLicencesSaysSoInCardAndFile()
    {
        async Task<(string Card, string? Licence)> WriteAsync(params PairLine[] lines)
        {
            var zip = await PairDataSet.ZipAsync(new([.. lines], [], [], lines.Length), new(), new("A set", DateTimeOffset.UnixEpoch, 0, 0), default);
            await using var archive = new ZipArchive(new MemoryStream(zip));
            async Task<string?> TextAsync(string name) => archive.GetEntry(name) is { } entry ? await new StreamReader(entry.Open()).ReadToEndAsync() : null;
            return ((await TextAsync("README.md"))!, await TextAsync("LICENSE.md"));
        }
        var (card, file) = await WriteAsync(Line(1), Line(2));
        Assert.Contains("\nlicense: cc-by-4.0\nlanguage:", card, StringComparison.Ordinal);
        Assert.Null(file);
        (card, file) = await WriteAsync(Line(1), Line(2, "cc0-1.0"), Line(3, "cc0-1.0"));
        Assert.Contains("\nlicense: other\nlicense_name: by-pair\nlicense_link: LICENSE.md\nlanguage:", card, StringComparison.Ordinal);
        Assert.Contains("| cc0-1.0 | 2 |", card, StringComparison.Ordinal);
        Assert.Contains("`license`", file, StringComparison.Ordinal);
        Assert.NotNull((await WriteAsync(Line(1, "other"))).Licence);
    }

    [Theory]
    [InlineData("cc0-1.0", "cc-by-sa-4.0", "cc-by-sa-4.0")]
    [InlineData("cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-4.0")]
    [InlineData("cc-by-sa-4.0", "cc-by-nc-4.0", "other")]
    [InlineData("cc0-1.0", "other", "other")]
    [InlineData("cc-by-4.0", "cc-by-4.0", "cc-by-4.0")]
    public void TwoLicencesMakeTheStricterOneOrNone(string one, string other, string both) =>
        Assert.Equal((both, both), (PairLicence.Both(one, other), PairLicence.Both(other, one)));
}

public sealed class PairOriginTests : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public ValueTask InitializeAsync() => _engine.InitializeAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task ALineNamesItsJudgesAndWhatBothOwnersAllow()
    {
        var (mine, other) = (await _engine.AgentAsync(AgentKind.Bot, new BotConfig()), await _engine.AgentAsync(AgentKind.Bot, new BotConfig()));
        var house = await _engine.HouseAsync("tic-tac-toe", "greedy");
        await using var db = await _engine.DbAsync();
        (await db.Agents.SingleAsync(a => a.Id == mine.Agent.Id)).License("cc-by-4.0");
        (await db.Agents.SingleAsync(a => a.Id == other.Agent.Id)).License("cc-by-nc-4.0");
        var match = new MatchId(Guid.Parse("00000000-0000-0000-0000-00000000000a"));
        Guid[] judges = [Guid.Parse("00000000-0000-0000-0000-0000000000b2"), Guid.Parse("00000000-0000-0000-0000-0000000000b1")];
        foreach (var (i, judge) in judges.Concat(judges).Index())
        {
            db.Judgments.Add(new() { Id = Guid.Parse($"00000000-0000-0000-0000-0000000000c{i}"), MatchId = match, JudgeId = judge, First = i / 2, Scores = "{}", Reason = "", Model = "m", PromptHash = "", RawReply = "", LatencyMs = 1, CostMicroUsd = 0, Tries = 1, At = _engine.Time.GetUtcNow() });
        }
        PreferencePair Pair(int i, PairSource source, VersionId chosen, VersionId rejected) =>
            new PairDraft(PairDraft.TextNotation, $"p{i}", "a", "b", source, i, chosen, rejected, 0.5).ToPair("pitch", match, _engine.Time.GetUtcNow() + TimeSpan.FromSeconds(i));
        PreferencePair[] pairs =
        [
            Pair(1, PairSource.Judged, mine.Version.Id, other.Version.Id), Pair(2, PairSource.SamePrompt, mine.Version.Id, house),
            Pair(3, PairSource.Fork, house, house), Pair(4, PairSource.Imported, mine.Version.Id, mine.Version.Id),
        ];
        db.PreferencePairs.AddRange(pairs);
        await db.SaveChangesAsync();

        var lines = (await PairOrigin.LinesAsync(db, pairs, default)).Select(l => l.Line).ToList();
        Assert.Equal([$"{judges[1]} {judges[0]}", "", "", ""], lines.Select(l => l.Judges));
        Assert.Equal(["cc-by-nc-4.0", "cc-by-4.0", "cc0-1.0", "other"], lines.Select(l => l.License));
        // What is sent in bulk is the same, newest first.
        var sent = await new PairExport(db).LinesAsync(new(), mine.Agent.OwnerId, 100).Select(l => Encoding.UTF8.GetString(l)).ToListAsync();
        Assert.Equal(Enumerable.Reverse(lines).Select(l => Encoding.UTF8.GetString(l.ToUtf8())), sent);
        Assert.Throws<ArgumentException>(() => mine.Agent.License("wtfpl"));
    }
}
