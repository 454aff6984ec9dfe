using System.Text;
using Arena.Engine.Preferences;
using Parquet.Schema;
using Parquet.Serialization;

namespace Arena.Tests.Engine.Preferences;

public sealed class ParquetLinesTests
{
    [Fact]
    public async Task OurOwnExportReadsBackAsTheLinesThatItWasMadeOf()
    {
        var one = Guid.Parse("00000000-0000-0000-0000-000000000001");
        PairLine[] lines = [.. Enumerable.Range(0, 5).Select(i => new PairLine($"p{i} 🙂", "a\n\"", "b", i / 8.0, "pitch", "text", "fork", one, i, one, one, i == 2 ? one : null, "", "other", $"{i:x64}", DateTimeOffset.UnixEpoch))];
        var read = await ParquetLines.ReadAsync(new MemoryStream(await PairDataSet.ParquetAsync(lines, default))).ToListAsync();
        var (pairs, problems) = TrlImport.Read(string.Join('\n', read));
        Assert.Empty(problems);
        Assert.Equal(lines.Select(l => (l.Prompt, l.Chosen, l.Rejected, l.Margin)), pairs.Select(p => (p.Prompt, p.Chosen, p.Rejected, p.Margin)));
    }

    /// <summary>As most preference sets are kept: lists of structures, in several row groups.</summary>
    [Fact]
    public async Task ListsOfMessagesAreRead()
    {
        static DataField<string> Text(string name) => new(name);
        static ListField Messages(string name) => new(name, new StructField("element", Text("role"), Text("content")));
        static List<IDictionary<string, object>> Said(params (string Role, string Content)[] messages) => [.. messages.Select(m => new Dictionary<string, object> { ["role"] = m.Role, ["content"] = m.Content })];
        Dictionary<string, object?> Row(int i) => new() { ["chosen"] = Said(("user", $"q{i}"), ("assistant", "yes")), ["rejected"] = Said(("user", $"q{i}"), ("assistant", "no")) };
        using var file = new MemoryStream();
        var schema = new ParquetSchema(Messages("chosen"), Messages("rejected"));
        await ParquetSerializer.SerializeUntypedAsync([Row(0), Row(1)], schema, file);
        var lines = await ParquetLines.ReadAsync(file).ToListAsync();
        Assert.Equal("""{"chosen":[{"role":"user","content":"q1"},{"role":"assistant","content":"yes"}],"rejected":[{"role":"user","content":"q1"},{"role":"assistant","content":"no"}]}""", lines[1]);
        Assert.Equal(["q0", "q1"], TrlImport.Read(string.Join('\n', lines)).Pairs.Select(p => p.Prompt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1 but nothing else PAR1")]
    [InlineData("{\"prompt\":\"p\"}")]
    public async Task WhatIsNoParquetFileIsRefused(string content) =>
        await Assert.ThrowsAsync<IOException>(async () => await ParquetLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(content))).ToListAsync());
}
