using System.Diagnostics;
using Arena.Engine.Agents;
using Arena.Rules.Play;

namespace Arena.Client.Playing;

/// <summary>
/// Any program: it reads one observation a line from its standard input (the JSON that scripts see) and writes one action a line to its
/// standard output. It is started once for all matches; its standard error goes to the terminal.
/// </summary>
internal sealed class ProgramLocalAgent : ILocalAgent
{
    private readonly string _command;
    private readonly TimeSpan _clock;
    private readonly Process _process;

    private ProgramLocalAgent(string command, TimeSpan clock, Process process) => (_command, _clock, _process) = (command, clock, process);

    public string Name => $"cmd:{_command}";

    public string Hash => LocalAgents.Sha256(Name);

    public bool Parallel => false;

    /// <exception cref="ClientException">The shell can't be started.</exception>
    public static ProgramLocalAgent Start(string command, TimeSpan clock)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec " + command);
        return new(command, clock, Process.Start(start) ?? throw new ClientException($"Can't start: {command}"));
    }

    public async ValueTask<AgentReply> ReplyAsync(MatchPlay play, PendingTurn turn, CancellationToken ct)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(ct);
        clock.CancelAfter(_clock);
        try
        {
            await _process.StandardInput.WriteLineAsync(ScriptSandbox.Seen(turn).AsMemory(), clock.Token);
            await _process.StandardInput.FlushAsync(clock.Token);
            return await _process.StandardOutput.ReadLineAsync(clock.Token) is { } line
                ? AgentReply.Said(line)
                : new AgentReply(null, FaultKind.Disconnected, "the program ended");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Its late line would answer the next question: better without it from now on.
            _process.Kill(entireProcessTree: true);
            return new AgentReply(null, FaultKind.TimedOut, $"no line within {_clock.TotalSeconds:0.#} s");
        }
        catch (IOException e)
        {
            return new AgentReply(null, FaultKind.Disconnected, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The end of its input is how it learns that no question follows.
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended with a question unread; closing sends what is left of it.
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
