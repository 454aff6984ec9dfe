using System.CommandLine;
using Arena.Trainer.Policies;

namespace Arena.Trainer.Commands;

/// <summary>Options that several commands take, spelled once.</summary>
internal static class CommonOptions
{
    public static Option<int> Threads() => new("--threads") { Description = "Threads within one operation; 1 gives the same bits each time", DefaultValueFactory = _ => 1 };

    public static Option<string> Model() => new("--model") { Description = "Policy folder, or arena-tiny for the shipped one", DefaultValueFactory = _ => ShippedModel.Name };

    public static Option<int> Games(int number) => new("--games") { Description = "Games of an evaluation", DefaultValueFactory = _ => number };

    public static Option<ulong> Seed(ulong seed) => new("--seed") { Description = "Decides all chance", DefaultValueFactory = _ => seed };

    public static Option<string> Space() => new("--space") { Description = "tic-tac-toe, connect-four or countdown", DefaultValueFactory = _ => "tic-tac-toe" };
}
