using Microsoft.EntityFrameworkCore;

namespace Arena.Engine.Agents;

/// <summary>
/// Holds chat agents to their spend cap. The most that a question can cost is booked before it is asked, in one guarded
/// statement, so that matches running at once can't pass the cap together; what it did not cost is given back after. A
/// crash in between leaves the booking standing: the cap errs on the owner's side.
/// </summary>
public sealed class ChatSpend(IDbContextFactory<ArenaDb> factory)
{
    /// <returns>False when <paramref name="microUsd"/> more would pass <paramref name="cap"/>.</returns>
    public async Task<bool> TryHoldAsync(AgentId agent, long microUsd, long cap, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        if (!await db.AgentSpends.AnyAsync(s => s.AgentId == agent, ct))
        {
            await StartAsync(db, agent, ct);
        }
        // Free questions always pass: an agent with no prices and a cap of 0 costs nothing.
        return await db.AgentSpends
            .Where(s => s.AgentId == agent && (microUsd == 0 || s.MicroUsd + microUsd <= cap))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.MicroUsd, s => s.MicroUsd + microUsd), ct) == 1;
    }

    /// <summary>Replaces what was held by what it came to; 0 and no tokens when nothing was answered.</summary>
    public async Task SettleAsync(AgentId agent, long held, long microUsd, long promptTokens, long answerTokens)
    {
        // Not cancellable: a match that ends while an answer comes in must still pay for it.
        await using var db = await factory.CreateDbContextAsync(CancellationToken.None);
        await db.AgentSpends.Where(s => s.AgentId == agent).ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.MicroUsd, s => s.MicroUsd - held + microUsd)
                .SetProperty(s => s.PromptTokens, s => s.PromptTokens + promptTokens)
                .SetProperty(s => s.AnswerTokens, s => s.AnswerTokens + answerTokens),
            CancellationToken.None);
    }

    private static async Task StartAsync(ArenaDb db, AgentId agent, CancellationToken ct)
    {
        db.AgentSpends.Add(new AgentSpend { AgentId = agent });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            // Another match of the agent was first; if the store itself fails, the update that follows says so.
            db.ChangeTracker.Clear();
        }
    }
}
