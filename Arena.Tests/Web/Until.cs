using System.Diagnostics;

namespace Arena.Tests.Web;

/// <summary>Waits for something that other threads bring about.</summary>
internal static class Until
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Asks again and again; after a minute (a busy machine's patience) the test fails with <paramref name="what"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < Longest, $"After {Longest.TotalSeconds:0} s still not: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
