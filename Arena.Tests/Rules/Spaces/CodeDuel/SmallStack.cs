using System.Runtime.ExceptionServices;

namespace Arena.Tests.Rules.Spaces.CodeDuel;

/// <summary>Runs work on a stack as small as the smallest that the interpreter may meet: half of what a browser gives.</summary>
internal static class SmallStack
{
    public const int Bytes = 512 << 10;

    public static T Run<T>(Func<T> work, int bytes = Bytes)
    {
        T? result = default;
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(
            () =>
            {
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
