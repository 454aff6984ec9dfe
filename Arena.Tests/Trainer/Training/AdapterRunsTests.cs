using Arena.Trainer;
using Arena.Trainer.Training;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Training;

/// <summary>Several adapters trained at once over one base.</summary>
[Collection(TorchCollection.Name)]
public sealed class AdapterRunsTests : IDisposable
{
    private static readonly TrainOptions Options = new(Method: "dpo", Rounds: 1, RootsPerOpening: 2, RolloutsPerRoot: 6, EvaluationGames: 0, BatchPairs: 4, Seed: 3, LoraRank: 2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_leaves_the_bytes_that_it_would_leave_alone_and_the_base_stays_as_it_is()
    {
        using var start = TinyModels.Shipped();
        var before = start.Weights.Flat.bytes.ToArray();
        AdapterJob[] jobs = [new("corner", Pairs('1', '5')), new("centre", Pairs('5', '1')), new("self-play", "")];
        var runs = new AdapterRuns(start, Options, "tic-tac-toe", jobs, _folder.File("together"));
        var told = new int[3];
        var results = runs.Execute(atOnce: 3, (n, progress) => told[n] += progress.Metrics.Count, default);
        Assert.All(told, lines => Assert.True(lines > 0));
        Assert.Equal(before, start.Weights.Flat.bytes.ToArray());
        foreach (var (job, result) in jobs.Zip(results))
        {
            Assert.Equal(runs.FolderOf(job), Path.GetDirectoryName(result.Folder));
            using var fresh = TinyModels.Shipped();
            var alone = new TrainingRun(fresh, Options, "tic-tac-toe", job.PairsJsonl, _folder.File("alone-" + job.Name)).Execute(_ => { }, default);
            Assert.Equal(alone.Steps, result.Steps);
            Assert.Equal(Names(alone.Folder), Names(result.Folder));
            Assert.All(Names(alone.Folder), name => Assert.Equal(File.ReadAllBytes(Path.Combine(alone.Folder, name)), File.ReadAllBytes(Path.Combine(result.Folder, name))));
        }
        Assert.Equal(3, results.Select(r => Convert.ToHexString(File.ReadAllBytes(Path.Combine(r.Folder, "adapter_model.safetensors")))).Distinct().Count());
    }

    [Fact]
    public void Stopped_they_leave_checkpoints_and_continue()
    {
        using var start = TinyModels.Shipped();
        AdapterJob[] jobs = [new("corner", Pairs('1', '5')), new("centre", Pairs('5', '1'))];
        AdapterRuns Runs(string name) => new(start, Options, "tic-tac-toe", jobs, _folder.File(name));
        var whole = Runs("whole").Execute(2, (_, _) => { }, default);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Runs("stopped").Execute(2, (_, _) => stop.Cancel(), stop.Token));
        Assert.All(jobs, j => Assert.False(File.Exists(_folder.File($"stopped/{j.Name}/result/adapter_model.safetensors"))));
        foreach (var (again, once) in Runs("stopped").Execute(1, (_, _) => { }, default).Zip(whole))
        {
            Assert.All(Names(once.Folder), name => Assert.Equal(File.ReadAllBytes(Path.Combine(once.Folder, name)), File.ReadAllBytes(Path.Combine(again.Folder, name))));
        }
    }

    [Fact]
    public void One_that_fails_is_named_and_stops_the_others()
    {
        using var start = TinyModels.Shipped();
        var runs = new AdapterRuns(start, Options with { Rounds = 10_000 }, "tic-tac-toe", [new("good", Pairs('1', '5')), new("bad", "{")], _folder.File("runs"));
        Assert.StartsWith("Adapter \"bad\": The preference set, line 1", Assert.Throws<TrainerException>(() => runs.Execute(2, (_, _) => { }, default)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../a", "b", 2, "can't be the name of an adapter")]
    [InlineData("a", "A", 2, "two adapters called")]
    [InlineData("a", "b", 0, "loraRank above 0")]
    public void What_makes_no_sense_is_refused(string first, string second, int rank, string reason)
    {
        using var start = TinyModels.Shipped();
        var runs = new AdapterRuns(start, Options with { LoraRank = rank }, "tic-tac-toe", [new(first, ""), new(second, "")], _folder.File("runs"));
        Assert.Contains(reason, Assert.Throws<TrainerException>(() => runs.Execute(2, (_, _) => { }, default)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float16, 2, "F16")]
    [InlineData(ScalarType.BFloat16, 0, "BF16")]
    public void A_result_is_saved_in_the_type_asked_for(ScalarType type, int rank, string written)
    {
        using var start = TinyModels.Shipped();
        var options = Options with { LoraRank = rank, Rounds = 0, Epochs = 1 };
        var exact = new TrainingRun(start, options, "tic-tac-toe", Pairs('1', '5'), _folder.File("exact")).Execute(_ => { }, default);
        var small = new TrainingRun(start, options, "tic-tac-toe", Pairs('1', '5'), _folder.File("small"), saveType: type).Execute(_ => { }, default);
        var file = rank > 0 ? "adapter_model.safetensors" : "model.safetensors";
        using var scope = NewDisposeScope();
        using var whole = Arena.Trainer.Weights.SafeTensorsReader.Open(Path.Combine(exact.Folder, file));
        using var half = Arena.Trainer.Weights.SafeTensorsReader.Open(Path.Combine(small.Folder, file));
        Assert.Equal(written, System.Text.Json.JsonDocument.Parse(Header(Path.Combine(small.Folder, file))).RootElement.EnumerateObject().First(p => p.Name != "__metadata__").Value.GetProperty("dtype").GetString());
        Assert.All(whole.Entries.Keys, name => Assert.True(whole.Read(name).to_type(type).eq(half.Read(name)).all().item<bool>(), name));
        Assert.Equal(rank > 0 ? "float16" : "bfloat16", System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(small.Folder, "config.json")))!["torch_dtype"]!.GetValue<string>());
        // It is a policy like any other, and its checkpoints were exact.
        using var read = Arena.Trainer.Policies.Policy.Load("small", small.Folder, Arena.Trainer.Policies.ShippedModel.Resolve);
        Assert.Equal(File.ReadAllBytes(Path.Combine(exact.Folder, file)), File.ReadAllBytes(_folder.File($"small/checkpoint/{file}")));
        Assert.Contains("proofEvery", Assert.Throws<TrainerException>(() => new TrainingRun(start, options with { ProofEvery = 5 }, "tic-tac-toe", Pairs('1', '5'), _folder.File("proof"), saveType: type).Execute(_ => { }, default)).Message, StringComparison.Ordinal);
    }

    private static byte[] Header(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes[8..(8 + (int)BitConverter.ToInt64(bytes))];
    }

    private static IEnumerable<string> Names(string folder) => Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private static string Pairs(char chosen, char rejected) => string.Join('\n', Enumerable.Range(2, 3).Concat(Enumerable.Range(6, 4)).Select(n => $$"""{"prompt":"tic-tac-toe:{{n}}","chosen":"{{chosen}}","rejected":"{{rejected}}"}"""));
}
