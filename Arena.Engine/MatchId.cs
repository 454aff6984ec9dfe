using System.Diagnostics.CodeAnalysis;

namespace Arena.Engine;

public readonly record struct MatchId(Guid Value) : IParsable<MatchId>
{
    public static MatchId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public static MatchId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MatchId result)
    {
        var ok = Guid.TryParse(s, out var value);
        result = new(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}
