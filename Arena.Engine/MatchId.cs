using System.Diagnostics.CodeAnalysis;

namespace Arena.Engine;

public readonly record struct MatchId(Guid Value) : IParsable<MatchId>
{
    public static MatchId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    /// <summary>The lowest id that a match of this moment can have: ids are of version 7 and start with their moment.</summary>
    public static MatchId FirstOf(DateTimeOffset at) => new(Guid.ParseExact($"{at.ToUnixTimeMilliseconds():x12}00000000000000000000", "N"));

    public static MatchId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MatchId result)
    {
        var ok = Guid.TryParse(s, out var value);
        result = new(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}
