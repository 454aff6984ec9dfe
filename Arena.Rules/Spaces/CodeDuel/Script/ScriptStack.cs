using System.Runtime.ExceptionServices;

namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>
/// A stack that holds the deepest call that the limits allow, with room to spare, so that it is the limits that end a call, the same everywhere,
/// and never the stack of whatever thread asked. A browser has one stack only: there a call that doesn't fit throws.
/// </summary>
public static class ScriptStack
{
    /// <summary>Of address space; what is not used is not taken. The deepest call of <see cref="ScriptLimits.Depth"/> needs a quarter (a test holds this).</summary>
    private const int Bytes = 64 << 20;

    [ThreadStatic]
    private static bool _here;

    /// <summary>Runs <paramref name="work"/> on such a stack and waits for it; within another such run, at once.</summary>
    public static T Run<T>(Func<T> work) => _here || OperatingSystem.IsBrowser() ? work() : Run(work, Bytes);

    /// <summary>On a stack of another size, for measuring.</summary>
    public static T Run<T>(Func<T> work, int bytes)
    {
        T? result = default;
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(
            () =>
            {
                _here = true;
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    failed = ExceptionDispatchInfo.Capture(e);
                }
            }, bytes);
        thread.Start();
        thread.Join();
        failed?.Throw();
        return result!;
    }
}
