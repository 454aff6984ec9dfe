using System.Diagnostics.CodeAnalysis;

namespace Arena.Engine.Agents;

public readonly record struct AgentId(Guid Value) : IParsable<AgentId>
{
    public static AgentId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public static AgentId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AgentId result)
    {
        var ok = Guid.TryParse(s, out var value);
        result = new(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}

public readonly record struct VersionId(Guid Value) : IParsable<VersionId>
{
    public static VersionId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public static VersionId Parse(string s, IFormatProvider? provider) => new(Guid.Parse(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VersionId result)
    {
        var ok = Guid.TryParse(s, out var value);
        result = new(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}
