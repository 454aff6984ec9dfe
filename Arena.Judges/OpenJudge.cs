using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Microsoft.Extensions.Options;

namespace Arena.Judges;

/// <summary>Opens the judge that a row describes.</summary>
public delegate IJudge OpenJudge(Judge judge);

/// <summary>Opens rows as chat models or reward models, with their keys.</summary>
public sealed class ChatJudges(ChatEndpoint endpoint, SecretVault vault, IOptions<JudgeOptions> options)
{
    public IJudge Open(Judge judge)
    {
        var key = judge.ProtectedKey is { } kept ? vault.Unprotect(kept) : null;
        return judge.Method == JudgeMethods.Reward ? new RewardJudge(judge, key, endpoint, options.Value) : new ChatJudge(judge, key, endpoint, options.Value);
    }
}
