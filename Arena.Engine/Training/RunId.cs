using System.Diagnostics.CodeAnalysis;

namespace Arena.Engine.Training;

public readonly record struct RunId(Guid Value) : IParsable<RunId>
{
    public static RunId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public static RunId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RunId result)
    {
        var ok = Guid.TryParse(s, out var value);
        result = new(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}
