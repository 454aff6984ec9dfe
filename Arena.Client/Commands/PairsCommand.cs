using System.CommandLine;
using Arena.Engine.Preferences;

namespace Arena.Client.Commands;

/// <summary>Preference pairs of a Parquet file as lines of JSON, for the site's import and for the trainer.</summary>
internal static class PairsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A Parquet file of preference pairs in TRL's form, as data set hubs keep them" };
        var output = new Option<string?>("--out") { Description = "File for the lines; left out: the terminal" };
        var command = new Command("pairs", "Writes a Parquet file of preference pairs as JSON lines, and says which of them the site would refuse") { file, output };
        command.SetAction(async (parse, cancel) =>
        {
            try
            {
                await using var from = File.OpenRead(parse.GetRequiredValue(file));
                await using var to = parse.GetValue(output) is { } path ? new StreamWriter(path) : new StreamWriter(Console.OpenStandardOutput());
                var (rows, pairs) = (0, 0);
                await foreach (var line in ParquetLines.ReadAsync(from, cancel))
                {
                    await to.WriteLineAsync(line);
                    rows++;
                    var (good, problems) = TrlImport.Read(line);
                    pairs += good.Count;
                    if (problems.Count > 0 && rows - pairs <= Shown)
                    {
                        Console.Error.WriteLine($"Row {rows}: {problems[0].Problem}");
                    }
                }
                Console.Error.WriteLine($"{rows} rows, {pairs} of them pairs that the site takes{(rows > TrlImport.MostLines ? $" (at most {TrlImport.MostLines} a file: split it)" : "")}.");
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ClientException(e.Message);
            }
        });
        return command;
    }

    private const int Shown = 20;
}
