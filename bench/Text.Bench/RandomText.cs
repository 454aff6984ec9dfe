using Arena.Bench.Games;
using BenchmarkDotNet.Attributes;

namespace Arena.Bench.Text;

/// <summary>Games whose answers are text, through the general interface: a game is an operation, drawing it included.</summary>
[MemoryDiagnoser]
public class RandomText
{
    [Benchmark(Description = "countdown/random", OperationsPerInvoke = TextGames.CountdownBatch)]
    public long Countdown() => TextGames.Countdown();

    [Benchmark(Description = "pitch/random", OperationsPerInvoke = TextGames.Batch)]
    public long Pitch() => TextGames.Pitch();

    [Benchmark(Description = "debate/random", OperationsPerInvoke = TextGames.Batch)]
    public long Debate() => TextGames.Debate();

    [Benchmark(Description = "instruct/random", OperationsPerInvoke = TextGames.Batch)]
    public long Instruct() => TextGames.Instruct();

    [Benchmark(Description = "tradewars/random", OperationsPerInvoke = TextGames.Batch)]
    public long TradeWars() => TextGames.TradeWars();

    [Benchmark(Description = "code-duel/random", OperationsPerInvoke = TextGames.CodeBatch)]
    public long CodeDuel() => TextGames.CodeDuel("random", "random");

    [Benchmark(Description = "code-duel/strong", OperationsPerInvoke = TextGames.CodeBatch)]
    public long CodeDuelStrong() => TextGames.CodeDuel("student", "reference");

    [Benchmark(Description = "code-duel/endless", OperationsPerInvoke = TextGames.CodeBatch)]
    public long CodeDuelEndless() => TextGames.CodeDuel(null, null);
}
