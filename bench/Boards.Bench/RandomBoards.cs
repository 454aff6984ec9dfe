using Arena.Bench.Games;
using BenchmarkDotNet.Attributes;

namespace Arena.Bench.Boards;

/// <summary>Games on boards: a game is an operation, and in perft a position. The bare boards and perft must show no allocation; transcripts and bid-tac-toe go through the general interface and do allocate.</summary>
[MemoryDiagnoser]
public class RandomBoards
{
    [Benchmark(Description = "connect-four/random", OperationsPerInvoke = BoardGames.Batch)]
    public long ConnectFour() => BoardGames.ConnectFour();

    [Benchmark(Description = "connect-four/transcript", OperationsPerInvoke = BoardGames.Batch)]
    public long ConnectFourTranscript() => BoardGames.ConnectFourTranscript(keccak: false);

    [Benchmark(Description = "connect-four/transcript-keccak", OperationsPerInvoke = BoardGames.Batch)]
    public long ConnectFourTranscriptKeccak() => BoardGames.ConnectFourTranscript(keccak: true);

    [Benchmark(Description = "tic-tac-toe/random", OperationsPerInvoke = BoardGames.Batch)]
    public long TicTacToe() => BoardGames.TicTacToe();

    [Benchmark(Description = "breakthrough/random", OperationsPerInvoke = BoardGames.Batch)]
    public long Breakthrough() => BoardGames.Breakthrough();

    [Benchmark(Description = "bid-tac-toe/random", OperationsPerInvoke = BoardGames.Batch)]
    public long BidTacToe() => BoardGames.BidTacToe();

    [Benchmark(Description = "chess/random", OperationsPerInvoke = BoardGames.ChessBatch)]
    public long Chess() => BoardGames.Chess();

    [Benchmark(Description = "chess/perft", OperationsPerInvoke = BoardGames.PerftNodes)]
    public long ChessPerft() => BoardGames.Perft(bulk: true);

    [Benchmark(Description = "chess/perft-each-leaf", OperationsPerInvoke = BoardGames.PerftNodes)]
    public long ChessPerftEachLeaf() => BoardGames.Perft(bulk: false);
}
