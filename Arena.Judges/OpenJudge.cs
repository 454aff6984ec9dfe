using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>Opens the judge that a row describes.</summary>
public delegate IJudge OpenJudge(Judge judge);

/// <summary>Opens rows as chat models, with their keys.</summary>
public sealed class ChatJudges(ChatEndpoint endpoint, SecretVault vault, IOptions<JudgeOptions> options)
{
    public IJudge Open(Judge judge) => new ChatJudge(judge, judge.ProtectedKey is { } key ? vault.Unprotect(key) : null, endpoint, options.Value);
}
