using System.Security.Cryptography;
using System.Text;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Rules.Play;
using Microsoft.Extensions.Options;

namespace Arena.Client.Playing;

/// <summary>Agents by their names on the command line: house:SLUG, a .js file, cmd:COMMAND.</summary>
internal static class LocalAgents
{
    public const string Forms = "house:SLUG, a JavaScript file, or cmd:COMMAND (a program that reads observations and writes actions, one a line)";

    /// <exception cref="ClientException">The name means nothing here, or the script is wrong.</exception>
    public static ILocalAgent Open(string name, ISpaceRules rules)
    {
        if (name.StartsWith("house:", StringComparison.Ordinal))
        {
            var agent = rules.House.FirstOrDefault(h => h.Slug == name["house:".Length..]);
            return agent is not null ? new HouseLocalAgent(rules.Card.Slug, agent)
                : throw new ClientException($"{rules.Card.Name} has no house agent {name}. It has {string.Join(", ", rules.House.Select(h => "house:" + h.Slug))}.");
        }
        if (name.StartsWith("cmd:", StringComparison.Ordinal))
        {
            return ProgramLocalAgent.Start(name["cmd:".Length..], rules.Card.TurnClock);
        }
        if (!File.Exists(name))
        {
            throw new ClientException($"There is no file {name}. An agent is {Forms}.");
        }
        var source = File.ReadAllText(name);
        var options = Options.Create(new ArenaOptions());
        var sandbox = new ScriptSandbox(options);
        // The same check as when an agent is saved on the site.
        if (sandbox.Check(source) is { } problem)
        {
            sandbox.Dispose();
            throw new ClientException($"{name}: {problem}");
        }
        return new ScriptLocalAgent(Path.GetFileName(name), source, sandbox);
    }

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
