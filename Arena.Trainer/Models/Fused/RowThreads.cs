using static TorchSharp.torch;

namespace Arena.Trainer.Models.Fused;

/// <summary>Work on independent rows, on as many threads as libtorch may use. No row's result depends on how rows are divided.</summary>
internal static class RowThreads
{
    // Fewer simple operations than this aren't worth waking another thread.
    private const double WorthAThread = 200_000;

    /// <param name="cost">Simple operations a row.</param>
    public static void Run(long rows, int cost, Action<long> body)
    {
        var threads = (int)Math.Clamp(rows * cost / WorthAThread, 1, get_num_threads());
        if (threads == 1)
        {
            for (var row = 0L; row < rows; row++) { body(row); }
            return;
        }
        Parallel.For(0, threads, n =>
        {
            for (var row = rows * n / threads; row < rows * (n + 1) / threads; row++) { body(row); }
        });
    }
}
