using Arena.Bench.Games;

namespace Arena.Tests.Bench;

/// <summary>What the benchmarks' allocation column shows for the bare kernels, held to.</summary>
public sealed class AllocationTests
{
    public static TheoryData<string> Bare => [.. Games.Keys];

    private static readonly Dictionary<string, Func<long>> Games = new()
    {
        ["connect-four"] = BoardGames.ConnectFour,
        ["tic-tac-toe"] = BoardGames.TicTacToe,
        ["breakthrough"] = BoardGames.Breakthrough,
        ["chess"] = BoardGames.Chess,
        ["leduc-poker"] = CardGames.Leduc,
        ["holdem"] = CardGames.Holdem,
    };

    [Theory]
    [MemberData(nameof(Bare))]
    public void WholeGamesOfTheBareKernelAllocateNothing(string space)
    {
        var play = Games[space];
        Assert.True(play() > 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        play();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
