using System.CommandLine;
using Arena.Rules;
using Spectre.Console;

namespace Arena.Client.Commands;

/// <summary>arena spaces: what can be played, and against whom; arena spaces SLUG: its rules.</summary>
internal static class SpacesCommand
{
    public static Command Create()
    {
        var slug = new Argument<string?>("space") { Description = "Shows its rules and how to answer", Arity = ArgumentArity.ZeroOrOne };
        var plain = new Option<bool>("--plain") { Description = "For scripts: one line a space, its slug and its house agents" };
        var command = new Command("spaces", "Lists the spaces and their house agents.") { slug, plain };
        command.SetAction(result =>
        {
            if (result.GetValue(plain))
            {
                foreach (var rules in SpaceRegistry.All)
                {
                    Console.WriteLine(string.Join(' ', rules.House.Select(h => h.Slug).Prepend(rules.Card.Slug)));
                }
                return 0;
            }
            if (result.GetValue(slug) is { } name)
            {
                var rules = SpaceRegistry.Find(name) ?? throw new ClientException($"There is no space {name}.");
                AnsiConsole.WriteLine($"{rules.Card.Name}: {rules.Card.Pitch}\n\n{rules.Card.RulesText}\n\n{rules.Card.ActionHelp}\n");
                foreach (var house in rules.House)
                {
                    AnsiConsole.WriteLine($"house:{house.Slug}  {house.About}");
                }
                return 0;
            }
            var table = new Table().AddColumns("space", "what it is", "house agents");
            foreach (var rules in SpaceRegistry.All)
            {
                table.AddRow(Markup.Escape(rules.Card.Slug), Markup.Escape(rules.Card.Pitch), Markup.Escape(string.Join(", ", rules.House.Select(h => h.Slug))));
            }
            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }
}
