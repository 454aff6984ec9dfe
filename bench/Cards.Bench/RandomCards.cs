using Arena.Bench.Games;
using BenchmarkDotNet.Attributes;

namespace Arena.Bench.Cards;

/// <summary>Games with hidden cards and dice: a game is an operation. Leduc's and hold'em's hands must show no allocation.</summary>
[MemoryDiagnoser]
public class RandomCards
{
    [Benchmark(Description = "kuhn-poker/random", OperationsPerInvoke = CardGames.Batch)]
    public long KuhnPoker() => CardGames.Kuhn();

    [Benchmark(Description = "leduc-poker/random", OperationsPerInvoke = CardGames.Batch)]
    public long LeducPoker() => CardGames.Leduc();

    [Benchmark(Description = "holdem/random", OperationsPerInvoke = CardGames.Batch)]
    public long Holdem() => CardGames.Holdem();

    [Benchmark(Description = "liars-dice/random", OperationsPerInvoke = CardGames.DiceBatch)]
    public long LiarsDice() => CardGames.LiarsDice();
}
