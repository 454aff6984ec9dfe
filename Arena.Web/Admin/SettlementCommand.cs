using System.Globalization;
using Arena.Engine.Settlement;
using Arena.Engine.Store;
using Arena.Web.Site;

namespace Arena.Web.Admin;

/// <summary>./arena-admin settlement: what a person does after an upheld dispute. It works on the data folder beside the running site.</summary>
internal static class SettlementCommand
{
    /// <returns>0: settlement goes on, or it is done; 1: it has stopped, or a refusal; 2: the command was not understood.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, string[] words, TextReader input, TextWriter output)
    {
        var desk = services.GetRequiredService<CorrectionDesk>();
        if (words is ["status"])
        {
            return Status(await desk.StandingAsync(default), output);
        }
        var writer = services.GetRequiredService<GroupWriter>();
        await writer.StartAsync(default);
        try
        {
            return words is ["adjust", var address, var gwei] ? await AdjustAsync(desk, address, gwei, input, output) : await ResumeAsync(desk, input, output);
        }
        finally
        {
            await writer.StopAsync(default);
        }
    }

    private static int Status(SettlementStanding standing, TextWriter output)
    {
        if (standing.Look is not { } look)
        {
            output.WriteLine(standing.Obstacle?.Reason);
            return 0;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The site last looked at its vault at {look.At:u}."));
        foreach (var correction in standing.Corrections)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Attempt {correction.Attempt} of epoch {correction.Epoch} fell to a dispute and was corrected at {correction.At:u} by {correction.By}: {correction.Reason}"));
        }
        if (look.Halt is null || standing.Obstacle is { Code: "resumed-already" })
        {
            output.WriteLine(standing.Epoch is { } epoch ? Running(epoch, look.Epoch == epoch.Number && look is { Disputed: true, Halt: null }) : "There is no epoch yet.");
            if (standing.Obstacle is { Code: "look-too-old" } old)
            {
                output.WriteLine(old.Reason);
            }
            return 0;
        }
        output.WriteLine($"Settlement has STOPPED at epoch {look.Epoch}.");
        output.WriteLine(look.Halt);
        if (look.Rejected)
        {
            output.WriteLine($"That was attempt {look.Attempt}: somebody disputed it against a bond, and the arbiter agreed. Nothing of it can be claimed; later epochs wait.");
        }
        if (standing.Rebuilt is { } rebuilt)
        {
            Describe(look, rebuilt, output);
        }
        output.WriteLine();
        output.WriteLine(standing.Obstacle is { } obstacle ? $"To do: {obstacle.Reason}" : "To do: check every line above against what the dispute was about; then let `./arena-admin settlement resume` propose the corrected epoch.");
        return 1;
    }

    private static string Running(SettlementEpoch epoch, bool disputed) => epoch.Status switch
    {
        EpochStatus.Built => $"Epoch {epoch.Number} is built. Next: the running site proposes it.",
        EpochStatus.Proposed when disputed => $"Epoch {epoch.Number} is proposed and disputed. Next: the arbiter decides.",
        EpochStatus.Proposed => string.Create(CultureInfo.InvariantCulture, $"Epoch {epoch.Number} is proposed. Next: the running site makes it final after {epoch.WindowEndsAt:u}, unless somebody disputes it."),
        _ => $"Epoch {epoch.Number} is final. Next: the running site builds another when there is something to settle.",
    };

    private static void Describe(VaultLook look, RebuiltEpoch rebuilt, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("Roots in the vault:");
        output.WriteLine($"  results {look.ResultRoot}");
        output.WriteLine($"  payouts {look.PayoutRoot}");
        output.WriteLine("Roots of the epoch made again from its matches' records and the ledger:");
        output.WriteLine($"  results {rebuilt.ResultRoot}");
        output.WriteLine($"  payouts {rebuilt.PayoutRoot}  ({Words.Eth(rebuilt.PayoutTotalGwei)} over all epochs so far)");
        output.WriteLine(rebuilt.Changes.Count == 0 ? "It is the epoch as this site built it." : $"What changes in the epoch as this site built it ({rebuilt.Changes.Count}):");
        foreach (var change in rebuilt.Changes)
        {
            output.WriteLine($"  {change}");
        }
    }

    private static async Task<int> ResumeAsync(CorrectionDesk desk, TextReader input, TextWriter output)
    {
        var standing = await desk.StandingAsync(default);
        if (standing.Obstacle is { } obstacle)
        {
            return Refused(obstacle, output);
        }
        Describe(standing.Look!, standing.Rebuilt!, output);
        output.WriteLine();
        output.WriteLine($"Epoch {standing.Epoch!.Number} is proposed again with these roots, and can be disputed again. Type everything back; an empty line changes nothing.");
        var number = long.TryParse(Ask("Epoch's number", input, output), NumberStyles.None, CultureInfo.InvariantCulture, out var typed) ? typed : 0;
        var order = new ResumeOrder(
            number, Ask("Root of results", input, output), Ask("Root of payouts", input, output),
            Ask("Your name (everybody reads it on the epoch's page)", input, output), Ask("What was wrong, and what was put right (likewise)", input, output));
        switch (await desk.ResumeAsync(order, default))
        {
            case ResumeDecision.Refused refused:
                return Refused(refused, output);
            default:
                output.WriteLine($"Epoch {order.Epoch} is corrected. The running site proposes it within seconds; its challenge window begins anew.");
                return 0;
        }
    }

    private static async Task<int> AdjustAsync(CorrectionDesk desk, string address, string gwei, TextReader input, TextWriter output)
    {
        if (OwnerReference.Canonical(address) is not { } account || !long.TryParse(gwei, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var change))
        {
            output.WriteLine("ADDRESS is 0x and 40 hex digits, mixed capitals fitting their checksum; GWEI is a whole number, with a minus to take back.");
            return 2;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{account} may claim {change:+0;-0;0} gwei in total, against the protocol's account."));
        if (await desk.AdjustAsync(account, change, Ask("Why (it stands in the ledger)", input, output), default) is { } refused)
        {
            return Refused(refused, output);
        }
        output.WriteLine("It is booked. Where an epoch has fallen, `./arena-admin settlement status` shows it with this; otherwise it comes with the next one.");
        return 0;
    }

    private static int Refused(ResumeDecision.Refused refused, TextWriter output)
    {
        output.WriteLine($"Refused: {refused.Reason}");
        return 1;
    }

    private static string Ask(string what, TextReader input, TextWriter output)
    {
        output.Write($"{what}: ");
        return input.ReadLine() ?? "";
    }
}
